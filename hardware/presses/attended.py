"""A press that a person operates: manual hydraulic, in a glovebox, isostatic.

The person gets each order in the units of the gauge, and says afterwards what the press did; a CSV
log of the press, where there is one, speaks instead. `docs/how-to/attended-press.md` shows it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pressloop.hardware.attended.gauge import GAUGES, Gauge
from pressloop.hardware.attended.memory import OPEN, CycleMemory, Progress
from pressloop.hardware.attended.press import AttendedPress
from pressloop.hardware.envelope import Envelope
from pressloop.hardware.options import read_options
from pressloop.hardware.protocols import Place, PressIdentity
from pressloop.hardware.units import Machine, newton_per
from pressloop.hardware.watching import Seen
from pressloop.trials.checks import positive, text, within
from pressloop.trials.errors import BadInput


@dataclass(frozen=True, slots=True)
class Options:
    """`[press]` keys of this driver.

    name: what the press is called.
    serial: tells presses apart; `name` when left out.
    die_diameter_mm: bore of its die.
    max_force_kn: its greatest force.
    max_temperature_c: the hottest that its platens get.
    shown_in: what the gauge shows; MPa is that on the sample, bar_oil needs `piston_area_mm2`.
    piston_area_mm2: area of the piston, for a gauge that shows the pressure of the oil.
    heated: whether its platens can be heated.
    log_folder: where the press leaves a log for each stack, named like the stack; none when left
        out.
    """

    name: str = "attended press"
    serial: str = ""
    die_diameter_mm: float = 10.0
    max_force_kn: float = 60.0
    max_temperature_c: float = 40.0
    shown_in: str = "t"
    piston_area_mm2: float = 0.0
    heated: bool = False
    log_folder: str = ""


def connect(options: Mapping[str, object], place: Place) -> AttendedPress:
    """The press, with its memory beside the ledger. Raises BadInput."""
    chosen = read_options(Options, options, "press")
    machine = _machine(chosen)
    if chosen.log_folder and not Path(chosen.log_folder).is_dir():
        raise BadInput("press.log_folder", chosen.log_folder, "a folder that exists",
                       "Create it, or remove the key to type the values.")
    area = machine.die_area_mm2
    limits = Envelope(
        die_area_mm2=area, press_max_force_n=machine.max_force_n, die_max_pressure_mpa=1e4,
        min_temperature_c=-50.0, max_temperature_c=chosen.max_temperature_c,
        max_dwell_s=7 * 24 * 3600.0, max_rate_mpa_per_s=1e4)
    allowed = (limits,) if place.envelope is None else (limits, place.envelope)
    identity = PressIdentity(chosen.name, chosen.serial or chosen.name, area, machine.max_force_n,
                             chosen.max_temperature_c, simulated=False, sets=("*",), asks=True)
    return AttendedPress(identity, Gauge(chosen.shown_in, machine, allowed),
                         CycleMemory(place.stem), chosen.heated, chosen.log_folder, place.person)


def watched(options: Mapping[str, object], place: Place, serial: str, cycle_id: int
            ) -> Seen | None:
    """Since when the person is asked, or presses; None once the person has said how it ended."""
    cycle = CycleMemory(place.stem).cycles().get(cycle_id)
    if cycle is None or cycle.step not in OPEN:
        return None
    since = max(time.time() - cycle.told_s, 0.0)
    return Seen(since, asked=cycle.step is Progress.ASKED)


def shown_load(options: Mapping[str, object]) -> Callable[[float], str] | None:
    """Writes a pressure on the stack (MPa) as the gauge shows it.

    None for a gauge that shows just that. Raises BadInput."""
    chosen = read_options(Options, options, "press")
    machine = _machine(chosen)
    return None if chosen.shown_in == "MPa" else Gauge(chosen.shown_in, machine, ()).shown


def _machine(chosen: Options) -> Machine:
    _prove(chosen)
    area = math.pi * chosen.die_diameter_mm**2 / 4.0
    machine = Machine(area, chosen.max_force_kn * 1e3, chosen.piston_area_mm2 or None)
    newton_per(chosen.shown_in, machine)
    return machine


def _prove(chosen: Options) -> None:
    text("press.name", chosen.name)
    for name in ("die_diameter_mm", "max_force_kn"):
        positive(f"press.{name}", getattr(chosen, name))
    within("press.piston_area_mm2", chosen.piston_area_mm2, 0.0, 1e7,
           "Take it from the press's plate; 0 where it is not known.")
    if chosen.shown_in not in GAUGES:
        raise BadInput("press.shown_in", chosen.shown_in, f"one of {', '.join(GAUGES)}",
                       "Say what the gauge shows.")
