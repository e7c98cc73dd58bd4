"""What lots, operators and the held stack pressure make of the scatter, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.spread_of_groups import FEWEST, GroupSpread, HeldPressure
from studies.wording import CALLED, SMALL, listed, percent

if TYPE_CHECKING:
    from studies.sensitivity import Findings

def groups_words(found: Findings) -> list[str]:
    """What lots, operators and the held stack pressure make of the scatter."""
    words = [_group(one) for one in found.groups]
    words += [f"Whether {kind}s differ cannot be told: there is one {kind} only."
              for kind in found.single]
    missing = {"lot", "operator"} - {g.kind for g in found.groups} - set(found.single)
    words += [f"Whether {kind}s differ cannot be told: it takes {FEWEST} intact stacks, "
              f"and two of one {kind}." for kind in sorted(missing)]
    if found.same_groups:
        words.append("Every operator pressed lots of their own, so that lot and operator cannot be "
                     "told apart.")
    return [*words, *([] if found.held is None else [_held(found.held)])]


def _group(one: GroupSpread) -> str:
    low, high = (100.0 * math.expm1(v) for v in (one.between_low, one.between_high))
    size, within = (percent(math.expm1(v)) for v in (one.between, one.within))
    share = (f"{percent(one.share)} of the scatter that the recipe leaves "
             f"({100 * one.share_low:.0f} to {100 * one.share_high:.0f})")
    if one.between_low < SMALL:
        words = (f"Whether {one.kind}s differ is not certain; if they do, by {high:.0f} % "
                 f"at most, while stacks of the same {one.kind} differ by {within}.")
    else:
        words = (f"Stacks of different {one.kind}s differ by {size} typically ({low:.0f} to "
                 f"{high:.0f}), of the same {one.kind} by {within}: the {one.kind} makes {share}.")
    return words + _confounded(one.together, f"the {one.kind}")


def _held(one: HeldPressure) -> str:
    span = f"{one.lowest_mpa:g} to {one.highest_mpa:g} MPa"
    rises = "rises" if one.per_doubling > 0 else "falls"
    words = (f"The stack pressure held during impedance varied ({span}): resistance {rises} by "
             f"{percent(abs(one.per_doubling))} when it doubles (95 %: {100 * one.low:+.0f} to "
             f"{100 * one.high:+.0f} %). It is not the pressing pressure: measure all stacks at "
             "the same.")
    return words + _confounded(one.together, "it")


def _confounded(together: Sequence[str], what: str) -> str:
    if not together:
        return ""
    names = listed([CALLED[n] for n in together])
    return f" But {what} and {names} vary together, so that neither can be told from the other."
