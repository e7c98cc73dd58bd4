"""Force in the units of the lab's gauges, converted at the door by pint from a closed list.

Inside the project force is newton and pressure is MPa on the sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from pressloop.trials.checks import positive
from pressloop.trials.errors import BadInput

PINT = {"N": "newton", "kN": "kilonewton", "t": "force_metric_ton", "short_t": "force_ton"}
"""Units of force: t is the metric tonne-force, 9806.65 N; short_t the US ton-force, 8896.44 N."""
UNITS = (*PINT, "percent_of_maximum", "bar_oil", "MPa_oil", "MPa")


@dataclass(frozen=True, slots=True)
class Machine:
    """What conversions need.

    Die area (for MPa on the sample), largest force (for per cent), piston area (for oil pressure),
    None where it is not known."""

    die_area_mm2: float
    max_force_n: float
    piston_area_mm2: float | None = None


def to_newton(value: float, unit: str, machine: Machine) -> float:
    """Force in newton. Raises BadInput for NaN, an unknown unit, or oil without a piston area."""
    return _finite(_finite(value) * newton_per(unit, machine))


def from_newton(force_n: float, unit: str, machine: Machine) -> float:
    """The reverse of `to_newton`."""
    return _finite(_finite(force_n) / newton_per(unit, machine))


def newton_per(unit: str, machine: Machine) -> float:
    """Newton in one of this unit.

    N/mm2 is MPa, so MPa times mm2 is N. Raises BadInput for a unit that is not in `UNITS`, or a
    machine whose area or force is missing, NaN or not above zero."""
    if unit in PINT:
        return _pint_factor(unit)
    if unit == "percent_of_maximum":
        return positive("max_force_n", machine.max_force_n) / 100.0
    if unit == "MPa":
        return positive("die_area_mm2", machine.die_area_mm2)
    if unit not in UNITS:
        raise BadInput("unit", unit, f"one of {', '.join(UNITS)}", "Say which unit the gauge has.")
    if machine.piston_area_mm2 is None:
        raise BadInput("piston_area_mm2", "missing", f"known for {unit}",
                       "Take it from the press's plate: oil pressure alone is no force.")
    area = positive("piston_area_mm2", machine.piston_area_mm2)
    return area * (0.1 if unit == "bar_oil" else 1.0)


def _finite(force: float) -> float:
    if not math.isfinite(force):
        raise BadInput("force", force, "a finite number", "Read the gauge again.")
    return force


@cache
def _pint_factor(unit: str) -> float:
    return float(_registry().Quantity(1.0, PINT[unit]).to("newton").magnitude)


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()
