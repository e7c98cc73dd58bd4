"""What the stacks say of the laws of pressing, in sentences for those who want them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer.space import Space
from studies.effects import LawValue
from studies.wording import CALLED, SMALL, percent


def law_words(laws: Sequence[LawValue], left_over: float, space: Space) -> list[str]:
    """What the numbers of the laws mean, for those who want them."""
    words = []
    for one in laws:
        if one.law == "closing of contacts" and one.variable != "temperature_c":
            falls = [100.0 * -math.expm1(math.log(2.0) * v) for v in
                     (one.value, one.high, one.low)]
            told = "" if one.high - one.low < 3.0 * one.known_sd else (
                " (much as is known before any stack: these tell little of it)")
            words.append(f"What open contacts add to resistance falls by {falls[0]:.0f} % per "
                         f"doubling of {CALLED[one.variable]} ({falls[1]:.0f} to "
                         f"{falls[2]:.0f}){told}.")
        elif one.law == "what the laws leave over" and left_over >= SMALL:
            words.append(f"What departs from the laws at one {CALLED[one.variable]} holds "
                         f"{_reach(one, space)}.")
    size = percent(math.expm1(left_over))
    return [*words, f"Resistance departs from the laws of pressing by {size} typically."]


def _reach(one: LawValue, space: Space) -> str:
    """How far a length scale reaches."""
    low, high = getattr(space, one.variable)
    if one.variable == "temperature_c":
        return "over the whole range" if one.value >= high - low else (
            f"within {one.value:.0f} °C of it")
    return "over the whole range" if one.value >= high / low else (
        f"within a factor of {one.value:.3g} of it")
