"""What happens to a press, its computer or its run in the table of faults."""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Callable
from typing import Any

import pytest
from fault_lab import IMPATIENT, FaultLab
from standing_press import go_on, hush

from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.hardware.plc.frames import PressOrder, mailbox_words
from pressloop.hardware.plc.register_map import read_map
from pressloop.hardware.presses import modbus
from pressloop.hardware.protocols import Place
from pressloop.hardware.units import Machine
from pressloop.trials import Commanded
from pressloop.trials.errors import BadInput, Fault, LedgerProblem, PressBusy
from pressloop.trials.recipe import Recipe


def injected(kind: str, at: str, press: dict[str, Any] | None = None, **how: Any
             ) -> Callable[[FaultLab], object]:
    """The fault waits in the press; the stack is pressed, with these keys of `[press]`."""
    def happen(lab: FaultLab) -> None:
        lab.press.inject(kind, at, **how)
        lab.press_one(press=press or {})

    return happen


def before_start(kind: str) -> Callable[[FaultLab], object]:
    """The fault is there when the run comes."""
    def happen(lab: FaultLab) -> None:
        lab.press.inject(kind)
        lab.press_one()

    return happen


def ids_lost(lab: FaultLab) -> None:
    """Power goes in the dwell, and with it the retained words; the run is started again."""
    lab.press.inject("reboot forgetful", "dwelling", seconds=0.3)
    for _ in range(2):
        lab.press_one()


def stands_still(lab: FaultLab) -> None:
    """The program, for as long as the run has patience; somebody starts it again afterwards."""
    lab.press.inject("frozen program", "ramping", seconds=3600.0)
    lab.press_one(press=IMPATIENT)
    lab.press.program.frozen_until = 0.0


def silent(policy: str) -> Callable[[FaultLab], object]:
    """The computer goes away in the dwell for longer than the watchdog; then a run comes."""
    def happen(lab: FaultLab) -> None:
        lab.stand_still_in("dwelling")
        with lab.run(campaign={"on_stop": policy}) as run:
            lab.start_one(run)
        lab.until(lambda: lab.press.phase == "dwelling")
        hush(lab.press)
        assert lab.press.program.silent
        go_on(lab.press)
        lab.idle()
        lab.press_one()

    return happen


def started_over(lab: FaultLab) -> None:
    """Runs end at every step: after plan, after command, after sending, in mid press."""
    with lab.run() as run:
        plan.fn(run, 1)
    with lab.run() as run:
        run.ledger.append(run.campaign, 1, Commanded(1, run.press.identify().serial))
    lab.stand_still_in("dwelling")
    with lab.run() as run:
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        run.press.start(1, trial.stack, trial.recipe)
    with lab.run():
        lab.until(lambda: lab.press.phase == "dwelling")
    go_on(lab.press)
    lab.press_one()


def other_die(lab: FaultLab) -> None:
    with pytest.raises(BadInput, match="die_area_mm2"), lab.run(
            envelope={"die_diameter_mm": 13}) as run:
        raise AssertionError(run)
    # Nor does the press itself take an order for another die.
    assert refused(lab, die_area=132.73) == "other die area"
    lab.press_one()


def refused(lab: FaultLab, **changes: Any) -> str:
    """What the press says to an order on the wire."""
    values: dict[str, Any] = {
        "sequence": lab.press.program.sequence + 1, "command": 1, "cycle_id": 1,
        "owner": lab.press.program.owner, "force": 1e4, "dwell": 60.0, "temperature": 25.0,
        "over_force": 1.1e4, "die_area": 78.54} | changes
    lab.press.program.order(PressOrder(**values))
    return lab.press.program.ack


def outside(lab: FaultLab) -> None:
    """NaN, infinity, negative and too much, at every layer."""
    for value in (math.nan, math.inf, -100.0, 0.0):
        with pytest.raises(BadInput):
            Recipe(value, 60.0, 25.0)
        assert refused(lab, force=value) == "out of limits"
        assert refused(lab, dwell=value) == "out of limits"
    for name in ("temperature", "over_force", "ramp", "open_below"):
        assert refused(lab, **{name: math.nan}) == "out of limits"
    assert refused(lab, force=61e3, over_force=62e3) == "out of limits"
    with pytest.raises(BadInput, match="finite"):
        mailbox_words(read_map("generic"), Machine(78.5, 6e4), PressOrder(1, 1, force=math.nan))
    with lab.run() as run:
        plan.fn(run, 1)
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        with pytest.raises(BadInput, match="pressure_mpa"):
            run.press.start(1, trial.stack, Recipe(601.0, 60.0, 25.0))
    assert lab.press.memory.accepted == []
    lab.press_one()


def foreign(lab: FaultLab) -> None:
    """Another computer holds the lease all the while; no lock of this one keeps it out."""
    other = modbus.connect({"port": lab.press.port, "owner": 77, "heartbeat_s": 0.2},
                           Place(0, lab.folder / "other"))
    lab.until(lambda: lab.press.program.owner == 77)
    lab.press_one()
    other.close()


def two_campaigns(lab: FaultLab) -> None:
    with lab.run(), pytest.raises(PressBusy, match="another run"), lab.run(
            campaign={"name": "other"}):
        raise AssertionError
    lab.press_one()


def full_disk(lab: FaultLab) -> None:
    """No file may grow: before the order goes out."""
    with lab.run() as run:
        plan.fn(run, 1)
        with no_room(), pytest.raises((Fault, LedgerProblem)) as told:
            press_stack.fn(run, 1)
        lab.told = str(told.value)


class no_room:
    """Writing fails as on a full disk."""

    def __enter__(self) -> None:
        self.old = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, self.old[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.old)


def edited(lab: FaultLab) -> None:
    """The file is read once: what is changed in mid press holds from the next start on."""
    from lab_files import write_settings

    from pressloop.flows.campaign.lab import open_run, order_of
    from pressloop.flows.settings.campaign import read_settings

    values = lab.settings().plain()
    path = write_settings(lab.folder, **{k: v for k, v in values.items() if k in (
        "press", "space", "reference", "campaign")})
    settings = read_settings(path)
    with open_run(settings, order_of(settings)) as run:
        plan.fn(run, 1)
        lab.meanwhile("ramping", lambda: path.write_text("[press]\ndriver = 'no such'\n"))
        press_stack.fn(run, 1)


def power_back(lab: FaultLab) -> None:
    """The press is off and on again in the ramp; nobody commands anything."""
    lab.press.inject("reboot", "ramping", seconds=0.2)
    lab.press_one()
    lab.until(lambda: lab.press.phase == "idle")
    assert lab.press.force_n == 0.0


def tonnes(lab: FaultLab) -> None:
    """A map in tonnes and per cent presses the same newtons as one in newtons."""
    lab.press_one(press={"map": str(lab.press.options.map)})
    area = lab.press.program.limits.die_area_mm2
    assert lab.press.memory.peak_force / area == pytest.approx(250.0, rel=0.03)


def clock_back(lab: FaultLab) -> None:
    """The wall clock goes back an hour in the dwell; every wait is by the monotonic clock."""
    real = time.time
    lab.meanwhile("dwelling", lambda: setattr(time, "time", lambda: real() - 3600.0))
    try:
        lab.press_one()
    finally:
        time.time = real
