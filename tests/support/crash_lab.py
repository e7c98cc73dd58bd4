"""A lab whose runs are killed: its settings, and what its press itself remembers afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab_files import write_settings
from press_memory import accepted_cycles, pressed_stacks, stacks

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.protocols import stack_tag
from pressloop.hardware.supervisor.wire import socket_path
from pressloop.trials import Ledger, Trial
from pressloop.trials.ledger.verification import Proof, prove

NAME = "night"
GENTLE: dict[str, Any] = {
    "space": {"pressure_mpa": [150, 240], "dwell_s": [100, 120], "temperature_c": 25},
    "reference": {"pressure_mpa": 200, "dwell_s": 110, "temperature_c": 25}}
"""A cycle of about 250 machine seconds."""
ANSWER_S = 150.0


@dataclass(frozen=True)
class CrashLab:
    """A folder with settings, ledger, locks, and the memory of its press."""

    folder: Path
    settings: Path
    press: EmulatedPress | None = None
    """None stands for the simulated one."""

    @property
    def ledger(self) -> Path:
        """The database file."""
        return self.folder / "lab.db"

    @property
    def trials(self) -> tuple[Trial, ...]:
        """As the ledger has them."""
        if not self.ledger.exists():
            return ()
        with closing(Ledger.open(f"sqlite:///{self.ledger}")) as ledger:
            return ledger.history(NAME, arrays=False)

    def proof(self) -> Proof:
        """That the ledger is whole."""
        with closing(Ledger.open(f"sqlite:///{self.ledger}")) as ledger:
            return prove(ledger, NAME)

    def flow_runs(self) -> list[str]:
        """Ids of Prefect's flow runs that opened the campaign, in order."""
        with closing(Ledger.open(f"sqlite:///{self.ledger}")) as ledger:
            return [opened.flow_run for opened in ledger.openings(NAME)]

    def pressed(self) -> list[str]:
        """Every stack that the press accepted, in order, as its own memory has it.

        A stack that was pressed twice is in it twice. A PLC knows a stack by its tag."""
        if self.press is None:
            return pressed_stacks(self.ledger)
        told = json.loads((self.folder / "plc.json").read_text())
        bench = [json.loads(line) for line in
                 (self.folder / "bench.jsonl").read_text().splitlines()]
        assert [one["cycle_id"] for one in bench] == told["accepted"]
        assert told["running_id"] == 0
        return [one["stack"]["stack_id"] for one in bench]

    def accepted(self) -> list[int]:
        """Every cycle that the press accepted, in order, one that still runs included."""
        if self.press is not None:
            return list(self.press.memory.accepted)
        return accepted_cycles(self.ledger)

    def as_remembered(self, count: int) -> list[str]:
        """What `pressed` is where each of so many stacks was pressed once."""
        names = stacks(*range(1, count + 1), campaign=NAME)
        return [f"{stack_tag(name):08x}" for name in names] if self.press else names

    def supervisor(self) -> int:
        """The process that holds the link to the emulated press."""
        assert self.press is not None
        os.environ["PRESSLOOP_LOCKS"] = str(self.folder)
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
            probe.connect(str(socket_path(f"modbus 127.0.0.1:{self.press.port}")))
            told = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int.from_bytes(told[:4], "little")


def simulated_lab(folder: Path, press: Mapping[str, Any], **changes: Mapping[str, Any]
                  ) -> CrashLab:
    """A simulated press, as its `[press]` says, and meter."""
    folder.mkdir()
    campaign = {"ledger": f"sqlite:///{folder}/lab.db", **changes.pop("campaign", {})}
    return CrashLab(folder, write_settings(folder, campaign=campaign, press=press,
                                            **GENTLE, **changes))


@contextmanager
def emulated_lab(folder: Path, start: Callable[..., Any], index: int, speed: float,
                 **changes: Mapping[str, Any]) -> Iterator[CrashLab]:
    """A press that speaks Modbus, in this process, and a meter that speaks SCPI.

    The press with `speed` machine seconds per second; the meter is the process of this index that
    the test starts."""
    folder.mkdir()
    bench, meter = folder / "bench.jsonl", folder.parent / f"process-{index}.log"
    # Noise is drawn point by point: a sweep that was broken off would shift that of the next. A
    # tenth of a decade between points is finer than the check of a spectrum without any noise
    # bears.
    process = start("emulate", "meter", "--bench", bench, "--port", 0, "--speed", 10_000, "--noise",
                    0, "--json")
    campaign = {"ledger": f"sqlite:///{folder}/lab.db", **changes.pop("campaign", {})}
    with serving_press(PressOptions(folder / "plc.json", bench, speed=speed)) as press:
        lab = CrashLab(folder, write_settings(
            folder, campaign=campaign, **GENTLE, **changes,
            press={"driver": "modbus", "port": press.port, "linger_s": 60.0},
            meter={"driver": "scpi", "dialect": "hioki_im3536", "port": printed_by(meter)["port"],
                   "points_per_decade": 7, "glitch_fraction": None}), press)
        yield lab
        with suppress(OSError):
            os.kill(lab.supervisor(), signal.SIGTERM)
    process.terminate()


def printed_by(log: Path) -> Any:
    """The JSON document with which a command in the background says where it listens."""
    deadline = time.monotonic() + ANSWER_S
    while True:
        try:
            return json.loads(log.read_text())
        except (ValueError, FileNotFoundError):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def emulator(start: Any, folder: Path, index: int, *extra: object, port: int = 0) -> int:
    """An emulated press in a process of its own; its port."""
    start("emulate", "press", "--state", folder / "plc.json", "--bench", folder / "bench.jsonl",
          "--port", port, "--speed", 60, "--json", *extra)
    return int(printed_by(folder / f"process-{index}.log")["press"].rpartition(":")[2])
