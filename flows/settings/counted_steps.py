"""Steps of `[space]` are counted from 0: bounds that look as if they were not are asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pressloop.trials.errors import BadInput


def prove_counted(values: dict[str, Any]) -> dict[str, Any]:
    """The same values of a settings file.

    Raises BadInput for a variable whose bounds lie whole steps apart, and are no multiples of the
    step: 25 to 115 in steps of 30 may mean 25, 55, 85, 115."""
    space = values.get("space")
    for name, table in (space.items() if isinstance(space, Mapping) else ()):
        if isinstance(table, Mapping):
            _prove(name, *(table.get(key) for key in ("low", "high", "step")))
    return values


def _prove(name: str, low: object, high: object, step: object) -> None:
    if not all(isinstance(value, int | float) and math.isfinite(value)
               for value in (low, high, step)):
        return
    first, last, by = (Fraction(str(value)) for value in (low, high, step))
    if not 0 < by <= last - first or first % by == 0 or (last - first) % by:
        return
    common = math.gcd(first.numerator * by.denominator, by.numerator * first.denominator)
    finer = Fraction(common, first.denominator * by.denominator)
    lowest, highest = by * math.ceil(first / by), by * math.floor(last / by)
    raise BadInput(
        f"space.{name}.step", step, "a step of which low or high is a multiple, as steps are "
        "counted from 0",
        f"Write low = {float(lowest):g}, high = {float(highest):g} where multiples of {by} are "
        f"meant; step = {float(finer):g} allows for {low:g} and {high:g}.")
