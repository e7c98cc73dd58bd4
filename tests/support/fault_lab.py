"""A lab with an emulated press on a socket, and what remains of one stack pressed there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab_files import settings_values
from standing_press import once, stand_still, until

from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.trials import Commanded, Ledger, State
from pressloop.trials.errors import PressloopError

DIRECT = "odd_lab.direct_modbus"
SPEED = 200.0
QUICK: dict[str, Any] = {
    "space": {"pressure_mpa": [200, 300], "dwell_s": [100, 120], "temperature_c": 25},
    "reference": {"pressure_mpa": 250, "dwell_s": 110, "temperature_c": 25}}
"""A cycle of about 300 machine seconds: 1.5 s at this speed."""
IMPATIENT = {"patience_s": 2.5}
"""`[press]` of a row in which the press gives no answer that could be believed."""


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
        options = {"driver": self.driver, "port": self.press.port, "patience_s": 20.0,
                   "timeout_s": 2.0, "heartbeat_s": 0.2, "linger_s": 0.5}
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

    def start_one(self, run: Run) -> None:
        """As a run leaves it that dies in mid press.

        Stack 1 commanded, and its start acknowledged."""
        plan.fn(run, 1)
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        who = run.press.identify()
        run.ledger.append(run.campaign, 1, Commanded(1, who.serial, who.boot_counter))
        run.press.start(1, trial.stack, trial.recipe)

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

    def idle(self) -> None:
        """Waits until the platens are open."""
        self.until(lambda: self.press.program.cycle is None)

    def until(self, look: Callable[[], object]) -> None:
        """Waits for something to become true."""
        until(look)

    def meanwhile(self, phase: str, act: Callable[[], object]) -> None:
        """Acts when the press reaches this phase."""
        once(self.press, lambda: self.press.phase == phase, act)

    def stand_still_in(self, phase: str) -> None:
        """The machine stays in this phase, and answers, until it may `go_on`."""
        stand_still(self.press, lambda: self.press.phase == phase)


@contextmanager
def fault_lab(folder: Path, driver: str = DIRECT, **options: Any) -> Iterator[FaultLab]:
    """The lab, its press serving on a free port."""
    chosen = PressOptions(folder / "plc.json", folder / "bench.jsonl",
                          **({"speed": SPEED} | options))
    with serving_press(chosen) as press:
        yield FaultLab(folder, press, driver)
