"""Campaigns on emulated PLC presses, which a console, a terminal and a test look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console_lab import NAME
from lab_files import SETTINGS, write_settings
from several_presses import write_several
from standing_press import stand_still, stands_still, until

from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.flows.settings.campaign import read_settings
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.trials import Commanded, State

CALM: dict[str, Any] = {
    "space": {"pressure_mpa": [150, 240], "dwell_s": [100, 120], "temperature_c": 25},
    "reference": {"pressure_mpa": 200, "dwell_s": 110, "temperature_c": 25},
    "meter": {"driver": "simulated"}, "search": {"start_with": 9}}
"""A cycle of two to three minutes by the machine's clock."""
SPEED = 100.0
SERIAL = 4711


@contextmanager
def plc_lab(folder: Path, *names: str, speed: float = SPEED, options: dict[str, Any] | None = None,
            **plc: Any) -> Iterator[dict[str, EmulatedPress]]:
    """Emulated presses by name, "" for one without, and the settings file of a campaign on them."""
    with ExitStack() as stack:
        presses = {name: stack.enter_context(serving_press(PressOptions(
            folder / f"plc{name}.json", folder / f"bench{name}.jsonl", serial=SERIAL + number,
            speed=speed, **plc))) for number, name in enumerate(names or ("",))}
        tables = {name: {"driver": "modbus", "port": press.port, "linger_s": 0.5,
                         "heartbeat_s": 0.2, "patience_s": 20.0, **(options or {})}
                  for name, press in presses.items()}
        if names:
            write_several(folder, tables, **CALM)
        else:
            write_settings(folder, **CALM, press=tables[""])
        yield presses


@dataclass
class Standing:
    """A run that holds its press, whose stack is under load and stands still in its dwell."""

    run: Run
    plc: EmulatedPress


@contextmanager
def standing(folder: Path, plc: EmulatedPress, press: str = "", number: int = 1
             ) -> Iterator[Standing]:
    """As a run holds it in mid press; the dwell ends once the press may `go_on`."""
    settings = read_settings(folder / SETTINGS)
    with open_run(settings, order_of(settings, press=press)) as run:
        plan.fn(run, number)
        trial = run.ledger.trial(run.campaign, number)
        assert trial is not None
        who = run.press.identify()
        run.ledger.append(run.campaign, number, Commanded(number, who.serial, who.boot_counter))
        stand_still(plc, lambda: plc.phase == "dwelling" and plc.program.cycle.held > 20.0)
        run.press.start(number, trial.stack, trial.recipe)
        until(lambda: stands_still(plc))
        yield Standing(run, plc)


def ended(one: Standing) -> str:
    """What the run has on record of a stack that its press has let go of."""
    press_stack.fn(one.run, 1)
    trial = one.run.ledger.trial(NAME, 1)
    assert trial is not None and trial.state is State.FAULTED
    return trial.fault
