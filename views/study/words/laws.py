"""What the stacks say of the laws of pressing, in sentences for those who want them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pressloop.optimizer.space import Space
from pressloop.studies.sensitivity.effects import LEFT_OVER, WHOLE, LawValue
from pressloop.trials.wording import CALLED, percent
from pressloop.views.study.words.groups import SMALL


def law_words(laws: Sequence[LawValue], left_over: float, space: Space) -> list[str]:
    """What the numbers of the laws mean, for those who want them.

    Of a process without laws, what its length scales mean."""
    if all(one.law == WHOLE for one in laws):
        return _courses(laws, space)
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
        elif one.law == LEFT_OVER and left_over >= SMALL:
            words.append(f"What departs from the laws at one {CALLED[one.variable]} holds "
                         f"{_reach(one, space)}.")
    size = percent(math.expm1(left_over))
    return [*words, f"Resistance departs from the laws of pressing by {size} typically."]


def _courses(lengths: Sequence[LawValue], space: Space) -> list[str]:
    """Over which factor of each variable resistance changes its course."""
    words = ["No law of pressing is used for these stacks; how far a course of resistance holds "
             "was learned from them."]
    for one in lengths:
        name, (low, high) = CALLED[one.variable], getattr(space, one.variable)
        warm = one.variable == "temperature_c"
        whole = high - low if warm else high / low
        if one.value >= whole:
            words.append(f"Over {name}, resistance keeps one course over the whole range.")
            continue
        step = f"{one.value:.0f} °C" if warm else f"a factor of {one.value:.2g}"
        most = f"{one.high:.2g}" if one.high < whole else "the whole range"
        words.append(f"Over {name}, resistance changes its course within {step} ({one.low:.2g} to "
                     f"{most}): stacks further apart than that say little of what happens between "
                     "them.")
    return words


def _reach(one: LawValue, space: Space) -> str:
    """How far a length scale reaches."""
    low, high = getattr(space, one.variable)
    if one.variable == "temperature_c":
        return "over the whole range" if one.value >= high - low else (
            f"within {one.value:.0f} °C of it")
    return "over the whole range" if one.value >= high / low else (
        f"within a factor of {one.value:.3g} of it")
