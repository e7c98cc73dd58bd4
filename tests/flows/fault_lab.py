"""A lab with an emulated press on a socket, and what remains of one stack pressed there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from lab_files import settings_values

from flows.lab import Run, open_run, order_of
from flows.settings import Settings, from_plain
from flows.trial import plan, press_stack
from hardware.emulators.plc import PressOptions
from hardware.emulators.plc_server import EmulatedPress, serving_press
from trials import Ledger, State
from trials.errors import PressloopError

DIRECT = "odd_lab.direct_modbus"
SPEED = 200.0
QUICK: dict[str, Any] = {
    "space": {"pressure_mpa": [200, 300], "dwell_s": [100, 120], "temperature_c": 25},
    "reference": {"pressure_mpa": 250, "dwell_s": 110, "temperature_c": 25}}
"""A cycle of about 300 machine seconds: 1.5 s at this speed."""


@dataclass(frozen=True)
class Remains:
    """What a row of the table speaks of."""

    accepted: list[int]
    force_n: float
    phase: str
    state: State | None
    told: str


class FaultLab:
    """One emulated press, one ledger; `press_one` is what a run does with its first stack."""

    def __init__(self, folder: Path, press: EmulatedPress, driver: str = DIRECT) -> None:
        self.folder, self.press, self.driver = folder, press, driver
        self.told = ""

    def settings(self, **changes: Any) -> Settings:
        """The small campaign on this press."""
        options = {"driver": self.driver, "port": self.press.port, "patience_s": 2.5,
                   "timeout_s": 1.0, "heartbeat_s": 0.2, "linger_s": 0.5}
        table = changes.pop("press", {})
        return from_plain(settings_values(**(QUICK | {
            "press": {key: value for key, value in (options | table).items() if not (
                key == "driver" and value is None)}} | changes)), "test")

    @contextmanager
    def run(self, **changes: Any) -> Iterator[Run]:
        """As a process opens it."""
        settings = self.settings(**changes)
        with open_run(settings, order_of(settings)) as run:
            yield run

    def press_one(self, **changes: Any) -> None:
        """Plans and presses stack 1, or goes on with it; keeps what the user is told."""
        self.told = ""
        try:
            with self.run(**changes) as run:
                if run.ledger.trial(run.campaign, 1) is None:
                    plan.fn(run, 1)
                press_stack.fn(run, 1)
        except PressloopError as error:
            self.told = str(error)

    def state(self) -> State | None:
        """What the ledger says of stack 1, None where it was never planned."""
        settings = self.settings()
        if not Path("lab.db").exists():
            return None
        with closing(Ledger.open(settings.campaign.ledger)) as ledger:
            trial = ledger.trial(settings.campaign.name, 1)
            if trial is None:
                return None
            if trial.fault:
                self.told = self.told or trial.fault
            return trial.state

    def remains(self) -> Remains:
        """After whatever cycle there is has ended."""
        self.idle()
        return Remains(list(self.press.memory.accepted), self.press.force_n, self.press.phase,
                       self.state(), self.told)

    def idle(self, seconds: float = 150.0) -> None:
        """Waits until the platens are open."""
        self.until(lambda: self.press.program.cycle is None, seconds)

    def until(self, look: Callable[[], object], seconds: float = 150.0) -> None:
        """Waits for something to become true."""
        deadline = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < deadline, "did not happen"
            time.sleep(0.005)

    def meanwhile(self, phase: str, act: Callable[[], object]) -> Thread:
        """Acts once the press is in this phase."""
        def wait() -> None:
            self.until(lambda: self.press.phase == phase)
            act()

        thread = Thread(target=wait, daemon=True)
        thread.start()
        return thread


@contextmanager
def fault_lab(folder: Path, driver: str = DIRECT, **options: Any) -> Iterator[FaultLab]:
    """The lab, its press serving on a free port."""
    chosen = PressOptions(folder / "plc.json", folder / "bench.jsonl",
                          **({"speed": SPEED} | options))
    with serving_press(chosen) as press:
        yield FaultLab(folder, press, driver)
