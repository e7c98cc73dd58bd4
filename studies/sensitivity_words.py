"""What a sensitivity study says, in sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimizer.space import Space
from studies.effects import Change, LawValue
from studies.sanity import Finding
from studies.sanity_rules import CRUSHED, DAMAGE
from studies.shares import LASTING, WHOLE, Share
from studies.spread_of_groups import FEWEST as FEWEST_GROUPED
from studies.spread_of_groups import GroupSpread, HeldPressure

if TYPE_CHECKING:
    from studies.sensitivity import Findings

CALLED = {"pressure_mpa": "pressure", "dwell_s": "dwell", "temperature_c": "temperature"}
LEFT_OUT = re.compile(r"(\d+) stacks of another lot or operator are left out of ([^:]+):")
SURE, WIDE, FEW_EACH, SMALL = 0.95, 0.6, 6, 0.02
"""Probability from which on one variable is said to matter most; width of an interval beyond which
a share cannot be told; stacks per free variable below which knowledge outweighs rows; size of ln R
that is not worth a sentence."""


def sentences(found: Findings) -> tuple[str, ...]:
    """All verdicts, the weightiest first."""
    if not found.shares:
        return (f"What matters cannot be told from {_counted(found.intact, 'intact stack')}: "
                "3 are needed to begin with.",)
    return (*shares_words(found), *limits_words(found), *changes_words(found.changes),
            *groups_words(found), *flags_words(found), *learned_words(found))


def shares_words(found: Findings) -> list[str]:
    """Which variable makes how much of the differences, and which matters most."""
    whole, lasting = (sorted((s for s in found.shares if s.where == where), key=lambda s: -s.total)
                      for where in (WHOLE, LASTING))
    if len(whole) == 1:
        return [f"Only {CALLED[whole[0].variable]} is free, so it makes all differences between "
                "recipes.", _size(found)]
    words = [f"Over the whole space, {_makes(whole)}.{_overlap(whole)}"]
    if lasting:
        words.append(f"Over the {_percent(1.0 - found.failing)} of the space where more than half "
                     f"of the stacks last, {_makes(lasting)}.")
    words += [_most(lasting or whole), _size(found)]
    if wide := [CALLED[s.variable] for s in lasting or whole if s.total_high - s.total_low > WIDE]:
        words.append(f"How much {_listed(wide, 'or')} matters cannot be told yet from these "
                     "stacks: the interval is too wide.")
    return words


def _makes(order: Sequence[Share]) -> str:
    listed = [f"{CALLED[s.variable]} makes {_share(s)}" if i == 0 else
              f"{CALLED[s.variable]} {_share(s)}" for i, s in enumerate(order)]
    return f"{_listed(listed)} of the differences in resistance"


def _share(s: Share) -> str:
    return f"{_percent(s.total)} ({100 * s.total_low:.0f} to {100 * s.total_high:.0f})"


def _overlap(order: Sequence[Share]) -> str:
    return (" The shares add up to more than 100 %, as variables act together: what one does "
            "depends on another." if sum(s.total for s in order) > 1.05 else "")


def _most(order: Sequence[Share]) -> str:
    first = max(order, key=lambda s: s.most)
    if first.most >= SURE:
        return f"{CALLED[first.variable].capitalize()} matters most ({_sure(first.most)})."
    rivals = [CALLED[s.variable] for s in sorted(order, key=lambda s: -s.most) if s.most > 0.05]
    return (f"Which matters most cannot be told yet: {_listed(rivals, 'or')} "
            f"({rivals[0]} with a probability of {_percent(first.most)}).")


def _size(found: Findings) -> str:
    return (f"From recipe to recipe resistance typically differs by a factor of "
            f"{found.typical_factor:.2g}, from stack to stack of one recipe by "
            f"{_percent(math.expm1(found.scatter))}.")


def limits_words(found: Findings) -> list[str]:
    """What the rows cannot tell."""
    words = []
    if found.intact < FEW_EACH * len({s.variable for s in found.shares}):
        words.append(f"With {_counted(found.intact, 'intact stack')} much of this rests on what "
                     "is known of pressing in general, not on these stacks.")
    if found.lawless:
        words.append("The laws of pressing predict these stacks less well than a model that knows "
                     "none, which is used here.")
    if found.unvaried:
        words.append(f"{_listed([CALLED[n] for n in found.unvaried]).capitalize()} hardly varied "
                     "between these stacks: what is said of it is what is known of pressing in "
                     "general.")
    if found.failing > 0.02:
        words.append(f"In {_percent(found.failing)} of the space stacks are expected to fail more "
                     "often than not; there resistance is what the other stacks lead on to.")
    return words


def changes_words(changes: Sequence[Change]) -> list[str]:
    """How resistance changes with each variable, and where it turns."""
    words = []
    for whole in (c for c in changes if c.part == "whole"):
        name = CALLED[whole.variable]
        lower, upper = (next(c for c in changes if (c.variable, c.part) == (whole.variable, part))
                        for part in ("lower half", "upper half"))
        step = "per doubling of" if whole.step == "per doubling" else "per 10 °C of"
        if _clear(lower) and _clear(upper) and lower.change * upper.change < 0.0:
            words.append(f"With {name}, resistance first {_moves(lower)}, then {_moves(upper)} "
                         f"{step} {name}, averaged over the others.")
        elif _clear(whole):
            words.append(f"Resistance {_moves(whole)} {step} {name}, averaged over the space.")
        else:
            words.append(f"Whether resistance rises or falls with {name} cannot be told: "
                         f"{100 * whole.low:+.0f} to {100 * whole.high:+.0f} % {step} {name}.")
    return words


def _clear(change: Change) -> bool:
    return change.low > 0.0 or change.high < 0.0


def _moves(c: Change) -> str:
    low, high = sorted((abs(c.low), abs(c.high)))
    return (f"{'rises' if c.change > 0 else 'falls'} by {_percent(abs(c.change))} "
            f"({100 * low:.0f} to {100 * high:.0f})")


def groups_words(found: Findings) -> list[str]:
    """What lots, operators and the held stack pressure make of the scatter."""
    words = [_group(one) for one in found.groups]
    words += [f"Whether {kind}s differ cannot be told: there is one {kind} only."
              for kind in found.single]
    missing = {"lot", "operator"} - {g.kind for g in found.groups} - set(found.single)
    words += [f"Whether {kind}s differ cannot be told: it takes {FEWEST_GROUPED} intact stacks, "
              f"and two of one {kind}." for kind in sorted(missing)]
    if found.same_groups:
        words.append("Every operator pressed lots of their own, so that lot and operator cannot be "
                     "told apart.")
    return [*words, *([] if found.held is None else [_held(found.held)])]


def _group(one: GroupSpread) -> str:
    low, high = (100.0 * math.expm1(v) for v in (one.between_low, one.between_high))
    size, within = (_percent(math.expm1(v)) for v in (one.between, one.within))
    share = (f"{_percent(one.share)} of the scatter that the recipe leaves "
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
             f"{_percent(abs(one.per_doubling))} when it doubles (95 %: {100 * one.low:+.0f} to "
             f"{100 * one.high:+.0f} %). It is not the pressing pressure: measure all stacks at "
             "the same.")
    return words + _confounded(one.together, "it")


def _confounded(together: Sequence[str], what: str) -> str:
    if not together:
        return ""
    names = _listed([CALLED[n] for n in together])
    return f" But {what} and {names} vary together, so that neither can be told from the other."


def flags_words(found: Findings) -> list[str]:
    """Checks that were raised, or that none was."""
    told = [c for c in found.checks if not c.why_not]
    words = [flag_words(one) for one in found.flags]
    if not words and told:
        words = [none_words(len(told))]
    words += [f"Row {one.number} stands alone: {one.measured_ohm_cm2:.3g} Ω·cm² where the others "
              f"let expect {one.expected_ohm_cm2:.3g} ({one.low_ohm_cm2:.3g} to "
              f"{one.high_ohm_cm2:.3g})." for one in found.odd]
    return words


def none_words(told: int) -> str:
    """That no rule is contradicted, of those that could be looked at."""
    if told == 1:
        return "The readings keep the one rule of pressing that they can be held against."
    return (f"The readings contradict none of the {told} rules of pressing that they can be held "
            "against.")


def flag_words(one: Finding) -> str:
    """Rule, what the rows say instead, and which do."""
    return f"{one.look.rule}: here it does ({slope_words(one)}). {rows_words(one)}"


def slope_words(one: Finding, start: str = "by") -> str:
    """The slope of a check in percent of resistance, or in points of a share."""
    assert one.slope is not None and one.low is not None and one.high is not None
    step = "per 10 °C" if one.look.variable == "temperature_c" else "per doubling"
    share = one.look.quantity in (DAMAGE, CRUSHED)
    values = [100.0 * (v if share else math.expm1(v)) for v in (one.slope, one.low, one.high)]
    unit = "points" if share else "%"
    if not start:
        return f"{values[0]:+.2g} {unit} ({values[1]:+.2g} to {values[2]:+.2g}) {step}"
    return (f"{start} {values[0]:+.2g} {unit} {step}, 95 % interval {values[1]:+.2g} to "
            f"{values[2]:+.2g}")


def rows_words(one: Finding) -> str:
    """Which rows cause a flag."""
    rows = ("row " if len(one.rows) == 1 else "rows ") + _listed([str(n) for n in one.rows])
    if one.cured:
        return f"Look at {rows}: without {'it' if len(one.rows) == 1 else 'them'} it does not."
    return f"Not a few rows say so but most of the {one.stacks} there; {rows} weigh most."


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
    size = _percent(math.expm1(left_over))
    return [*words, f"Resistance departs from the laws of pressing by {size} typically."]


def _reach(one: LawValue, space: Space) -> str:
    """How far a length scale reaches."""
    low, high = getattr(space, one.variable)
    if one.variable == "temperature_c":
        return "over the whole range" if one.value >= high - low else (
            f"within {one.value:.0f} °C of it")
    return "over the whole range" if one.value >= high / low else (
        f"within a factor of {one.value:.3g} of it")


def learned_words(found: Findings) -> list[str]:
    notes = [] if found.beliefs is None else [_shortened(n) for n in found.beliefs.notes]
    if found.told > len(found.used):
        notes.append(f"The models learned from {len(found.used)} of {found.told} stacks, taken "
                     "evenly from the space and the lots; the scatter between lots from all.")
    return notes


def _shortened(note: str) -> str:
    """One sentence in place of one for each lot."""
    left = LEFT_OUT.findall(note)
    if len(left) < 2:
        return note
    stacks = sum(int(n) for n, _ in left)
    return (f"{stacks} stacks of {len(left)} other lots or operators are left out of "
            f"{left[0][1]}: they do not help to predict those at hand.")


def _sure(chance: float) -> str:
    return "more than 99 % sure" if chance > 0.99 else f"{100 * chance:.0f} % sure"


def _percent(share: float) -> str:
    value = 100.0 * share
    return "less than 1 %" if 0.0 <= value < 0.95 else f"{value:.0f} %"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(words: Sequence[str], last: str = "and") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
