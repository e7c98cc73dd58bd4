"""What lots, operators and the held stack pressure make of the scatter, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pressloop.studies.sensitivity.held_pressure import HeldPressure
from pressloop.studies.sensitivity.residuals import FEWEST
from pressloop.studies.sensitivity.sensitivity import Findings
from pressloop.studies.sensitivity.variance_components import (
    FEW_GROUPS,
    GroupDifference,
    GroupSpread,
)
from pressloop.trials.wording import CALLED, called, counted, listed, percent

SMALL, UNKNOWN = 0.02, 0.3
"""Sizes of ln R: one that is not worth a sentence; and one beyond which groups that may differ by
more have not been told apart at all."""


def groups_words(found: Findings) -> list[str]:
    """What lots, operators and the held stack pressure make of the scatter."""
    few = [g for g in found.groups if g.groups <= FEW_GROUPS]
    words = [_few(one, [d for d in found.differences if d.kind == one.kind]) if one in few
             else _many(one, found.scatter) for one in found.groups]
    if few:
        counts = listed([counted(g.groups, g.kind) for g in few])
        words.append(f"This holds for these {listed([f'{g.kind}s' for g in few])} only: {counts} "
                     "are too few to tell how others would differ.")
    words += [f"Whether {kind}s differ cannot be told: there is one {kind} only."
              for kind in found.single]
    missing = {"lot", "operator"} - {g.kind for g in found.groups} - set(found.single)
    words += [f"Whether {kind}s differ cannot be told: it takes {FEWEST} intact stacks, "
              f"and two of one {kind}." for kind in sorted(missing)]
    if found.same_groups:
        words.append("Every operator pressed lots of their own, so that lot and operator cannot be "
                     "told apart.")
    return [*words, *([] if found.held is None else [_held(found.held)])]


def _few(one: GroupSpread, pairs: Sequence[GroupDifference]) -> str:
    """By name: the pair that differs most clearly, or by how much any two may differ."""
    clear = [d for d in pairs if d.low > 0.0]
    bound = max(max(abs(d.low), abs(d.high)) for d in pairs)
    names = sorted({n for d in pairs for n in (d.upper, d.lower)})
    all_of_them = listed([called(one.kind, name) for name in names])
    if clear:
        most = clear[0]
        upper, lower = (called(one.kind, name) for name in (most.upper, most.lower))
        words = (f"{upper[:1].upper()}{upper[1:]} reads {_change(most)} higher than {lower}, once "
                 "the recipe is accounted for")
        words += "." if len(pairs) == 1 else (
            f": the largest sure difference between two of these {one.groups} {one.kind}s.")
    elif bound > UNKNOWN:
        words = (f"Whether {all_of_them} differ cannot be told yet: likely by less "
                 f"than {_up(bound)}, once the recipe is accounted for.")
    else:
        words = (f"{all_of_them[:1].upper()}{all_of_them[1:]} likely differ by less than "
                 f"{_up(bound)}, once the recipe is accounted for.")
    return words + _includes(one) + _confounded(one.together, f"the {one.kind}")


def _change(one: GroupDifference) -> str:
    low, high = (100.0 * math.expm1(v) for v in (one.low, one.high))
    return f"{percent(math.expm1(one.difference))} ({low:.0f} to {high:.0f})"


def _up(size: float) -> str:
    """A bound in whole percent, rounded up."""
    return f"{math.ceil(100.0 * math.expm1(size)):.0f} %"


def _many(one: GroupSpread, scatter: float) -> str:
    low, high = (100.0 * math.expm1(v) for v in (one.between_low, one.between_high))
    within = percent(math.expm1(scatter))
    if one.between_low < SMALL:
        words = (f"Whether {one.kind}s differ is not certain: likely by less than "
                 f"{_up(one.between_high)}, while stacks of one recipe, lot and operator differ by "
                 f"{within}.")
    else:
        words = (f"{one.kind.capitalize()}s differ by {percent(math.expm1(one.between))} typically "
                 f"({low:.0f} to {high:.0f}), stacks of one recipe, lot and operator by {within}: "
                 f"the {one.kind} makes {percent(one.share)} of the scatter that the recipe leaves "
                 f"({100 * one.share_low:.0f} to {100 * one.share_high:.0f}).")
    return words + _includes(one) + _confounded(one.together, f"the {one.kind}")


def _includes(one: GroupSpread) -> str:
    return "" if not one.includes else (
        f" Each {one.kind} had one {one.includes} only, whose doing this includes.")


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
