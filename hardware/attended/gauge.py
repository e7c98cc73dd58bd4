"""The gauge of a press that a person operates, and what the press and the campaign allow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pressloop.hardware.envelope import Envelope, violations
from pressloop.hardware.units import Machine, from_newton, to_newton
from pressloop.trials.errors import OutOfEnvelope
from pressloop.trials.recipe import Recipe

GAUGES: Mapping[str, str] = {
    "t": "t", "short_t": "US short ton", "kN": "kN", "MPa": "MPa on the sample",
    "bar_oil": "bar of oil"}
"""Units that a gauge may show, as people read them."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """Reads `unit`; `allowed` are the limits of the press, then those of the campaign."""

    unit: str
    machine: Machine
    allowed: tuple[Envelope, ...]

    @property
    def word(self) -> str:
        """The unit as people read it."""
        return GAUGES[self.unit]

    def mpa(self, shown: float) -> float:
        """Pressure on the sample when the gauge shows this."""
        return self.newton(shown) / self.machine.die_area_mm2

    def newton(self, shown: float) -> float:
        """Force when the gauge shows this."""
        return to_newton(shown, self.unit, self.machine)

    def shown(self, pressure_mpa: float) -> str:
        """What the gauge shows for this pressure, with its unit."""
        return self._in(pressure_mpa * self.machine.die_area_mm2, self.unit)

    def at(self, pressure_mpa: float) -> str:
        """What the gauge must show for this pressure, with force and pressure beside it."""
        force = pressure_mpa * self.machine.die_area_mm2
        beside = [self._in(force, unit) for unit in ("t", "kN", "bar_oil")
                  if unit != self.unit and self._knows(unit)]
        diameter = math.sqrt(4.0 * self.machine.die_area_mm2 / math.pi)
        first = self.shown(pressure_mpa)
        if self.unit != "MPa":
            beside.append(f"{pressure_mpa:.4g} MPa on the {diameter:.3g} mm die")
        return f"{first} on the gauge ({'; '.join(beside)})"

    def violations(self, recipe: Recipe) -> tuple[OutOfEnvelope, ...]:
        """Every limit of press and campaign that a recipe leaves, each said once."""
        found = {str(one): one for limits in self.allowed for one in violations(recipe, limits)}
        return tuple(found.values())

    def conditions(self) -> tuple[str, ...]:
        """What the person must see to besides load and dwell."""
        said = []
        for limits in self.allowed:
            for name, most in (("Oxygen: ", limits.max_o2_ppm), ("Water:  ", limits.max_h2o_ppm)):
                if most is not None:
                    said.append(f"{name} at most {most:g} ppm before you start")
            if limits.open_below_c is not None:
                said.append(f"Open:    below {limits.open_below_c:g} degC")
        return tuple(said)

    def _in(self, force_n: float, unit: str) -> str:
        return f"{from_newton(force_n, unit, self.machine):.3g} {GAUGES[unit]}"

    def _knows(self, unit: str) -> bool:
        return unit != "bar_oil" or self.machine.piston_area_mm2 is not None


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, "3:00 min"; fractions are told as seconds alone."""
    if seconds != round(seconds):
        return f"{seconds:g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min ({seconds:g} s)"
