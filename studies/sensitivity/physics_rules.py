"""What pressing should and should not do."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pressloop.optimizer.space import Space

RESISTANCE, DAMAGE, CRUSHED = "log resistance", "the damage index", "crushed"
COLD_C, HOT_C, LONG_S = 60.0, 100.0, 300.0
"""No reaction is to be expected below the first (docs/decisions/0011-what-is-known-of-pressing.md:
40 kJ/mol leaves less than a percent of what 150 degC does); above the second it outruns creep;
after the third creep has come to its end (Hayashi 2025, doi 10.1021/acsomega.5c10291)."""
MOST_BY_DWELL = 0.15
"""ln R per doubling of dwell that creep may still make after LONG_S."""
RULES = 7
"""How many there are, whichever of them a space has a part for."""


@dataclass(frozen=True, slots=True)
class Look:
    """One physics check.

    The slope of `quantity` with `variable` for recipes in `box` (in units of the variables) should
    not have the sign `wrong` by more than `beyond` per step (a doubling, or 10 degC)."""

    name: str
    rule: str
    where: str
    quantity: str
    variable: str
    box: dict[str, tuple[float, float]]
    wrong: int
    beyond: float

Rule = tuple[str, str, str, str, str, dict[str, tuple[float, float]], int, float]
"""The fields of a Look before its box is cut to the space."""


def looks(space: Space, crushing: float | None, least: float) -> tuple[Look, ...]:
    """The checks that the space has a part for.

    `crushing` is the highest pressure that hardly crushes, None where there is none, and `least`
    the smallest slope that counts."""
    everything, most = -math.inf, -100.0 * math.expm1(-MOST_BY_DWELL)
    cold, below = {"temperature_c": (everything, COLD_C)}, f"below {COLD_C:g} °C"
    long = {"dwell_s": (LONG_S, math.inf)}
    hot = {"temperature_c": (HOT_C, math.inf), **long}
    gentle = {"pressure_mpa": (everything, everything if crushing is None else crushing)}
    rules: tuple[Rule, ...] = (
        # Contacts only close with time where nothing reacts, and with pressure where nothing
        # breaks; warmer powder is softer.
        ("dwell when cold", "Resistance should not rise with dwell at low temperature", below,
         RESISTANCE, "dwell_s", cold, 1, least),
        ("pressure before crushing", "Resistance should not rise with pressure where hardly "
         "anything is crushed", f"below {crushing or 0.0:.0f} MPa", RESISTANCE, "pressure_mpa",
         gentle, 1, least),
        ("temperature when cold", "Resistance should not rise with temperature where no reaction "
         "is to be expected", below, RESISTANCE, "temperature_c", cold, 1, least),
        # A reaction layer only grows; creep comes to an end.
        ("reaction when hot", "Resistance should not fall with dwell where it is hot and long",
         f"above {HOT_C:g} °C and {LONG_S:g} s", RESISTANCE, "dwell_s", hot, -1, least),
        ("creep without end", "Resistance should not go on falling with long dwell, by more than "
         f"{most:.0f} % per doubling", f"above {LONG_S:g} s", RESISTANCE, "dwell_s", long, -1,
         MOST_BY_DWELL),
        # More pressure breaks more particles, and more stacks.
        ("damage by pressure", "The crushed fraction should not fall with pressure", "anywhere",
         DAMAGE, "pressure_mpa", {}, -1, 0.0),
        ("crushing by pressure", "The chance of crushing should not fall with pressure",
         "anywhere", CRUSHED, "pressure_mpa", {}, -1, 0.0),
    )
    return tuple(look for rule in rules if (look := _look(space, *rule)) is not None)


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
