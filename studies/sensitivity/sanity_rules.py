"""What pressing should and should not do, a small function for each rule."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pressloop.optimizer.space import Space

RESISTANCE, DAMAGE, CRUSHED = "log resistance", "the damage index", "crushed"
COLD_C, HOT_C, LONG_S = 60.0, 100.0, 300.0
"""No reaction is to be expected below the first (docs/decisions/0011-what-is-known-of-pressing.md:
40 kJ/mol leaves less than a percent of what 150 degC does); above the second it outruns creep;
after the third creep has come to its end (Hayashi 2025, doi 10.1021/acsomega.5c10291)."""
MOST_BY_DWELL = 0.15
"""ln R per doubling of dwell that creep may still make after LONG_S."""


@dataclass(frozen=True, slots=True)
class Look:
    """One check: the slope of `quantity` with `variable` for recipes in `box` (in units of the
    variables) should not have the sign `wrong` by more than `beyond` per step (a doubling, or
    10 degC)."""

    name: str
    rule: str
    where: str
    quantity: str
    variable: str
    box: dict[str, tuple[float, float]]
    wrong: int
    beyond: float


Check = Callable[[Space, "float | None", float], "Look | None"]
"""Space, highest pressure that hardly crushes, smallest slope that counts: to what is looked at,
None where the space has no such part."""


def dwell_when_cold(space: Space, crushing: float | None, least: float) -> Look | None:
    """Contacts only close with time where nothing reacts."""
    return _look(space, "dwell when cold", "Resistance should not rise with dwell at low "
                 "temperature", f"below {COLD_C:g} °C", RESISTANCE, "dwell_s",
                 {"temperature_c": (-math.inf, COLD_C)}, 1, least)


def pressure_before_crushing(space: Space, crushing: float | None, least: float) -> Look | None:
    """Contacts only close with pressure where nothing breaks."""
    if crushing is None:
        return None
    return _look(space, "pressure before crushing", "Resistance should not rise with pressure "
                 "where hardly anything is crushed", f"below {crushing:.0f} MPa", RESISTANCE,
                 "pressure_mpa", {"pressure_mpa": (-math.inf, crushing)}, 1, least)


def temperature_when_cold(space: Space, crushing: float | None, least: float) -> Look | None:
    """Warmer powder is softer."""
    return _look(space, "temperature when cold", "Resistance should not rise with temperature "
                 "where no reaction is to be expected", f"below {COLD_C:g} °C", RESISTANCE,
                 "temperature_c", {"temperature_c": (-math.inf, COLD_C)}, 1, least)


def reaction_when_hot(space: Space, crushing: float | None, least: float) -> Look | None:
    """A reaction layer only grows."""
    return _look(space, "reaction when hot", "Resistance should not fall with dwell where it is "
                 "hot and long", f"above {HOT_C:g} °C and {LONG_S:g} s", RESISTANCE, "dwell_s",
                 {"temperature_c": (HOT_C, math.inf), "dwell_s": (LONG_S, math.inf)}, -1, least)


def creep_without_end(space: Space, crushing: float | None, least: float) -> Look | None:
    """Creep comes to an end."""
    most = -100.0 * math.expm1(-MOST_BY_DWELL)
    return _look(space, "creep without end", "Resistance should not go on falling with long dwell, "
                 f"by more than {most:.0f} % per doubling",
                 f"above {LONG_S:g} s", RESISTANCE, "dwell_s", {"dwell_s": (LONG_S, math.inf)}, -1,
                 MOST_BY_DWELL)


def damage_by_pressure(space: Space, crushing: float | None, least: float) -> Look | None:
    """More pressure breaks more particles."""
    return _look(space, "damage by pressure", "The crushed fraction should not fall with pressure",
                 "anywhere", DAMAGE, "pressure_mpa", {}, -1, 0.0)


def crushing_by_pressure(space: Space, crushing: float | None, least: float) -> Look | None:
    """More pressure crushes more stacks."""
    return _look(space, "crushing by pressure", "The chance of crushing should not fall with "
                 "pressure", "anywhere", CRUSHED, "pressure_mpa", {}, -1, 0.0)


CHECKS: tuple[Check, ...] = (
    dwell_when_cold, pressure_before_crushing, temperature_when_cold, reaction_when_hot,
    creep_without_end, damage_by_pressure, crushing_by_pressure)


def _look(space: Space, name: str, rule: str, where: str, quantity: str, variable: str,
          part: dict[str, tuple[float, float]], wrong: int, beyond: float) -> Look | None:
    """None where the variable is fixed, or the space has hardly anything of this part."""
    if variable not in space.free:
        return None
    box = {}
    for of, (low, high) in part.items():
        bounds = getattr(space, of)
        box[of] = (max(low, bounds[0]), min(high, bounds[1]))
        if not (box[of][0] < box[of][1] if of == variable else box[of][0] <= box[of][1]):
            return None
    return Look(name, rule, where, quantity, variable, box, wrong, beyond)
