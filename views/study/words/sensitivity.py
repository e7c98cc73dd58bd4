"""What a sensitivity study says, in sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from pressloop.studies.sensitivity.effects import Effect
from pressloop.studies.sensitivity.sensitivity import FEWEST, Findings
from pressloop.studies.sensitivity.sobol_indices import LASTING, WHOLE, SobolIndex
from pressloop.trials.wording import CALLED, counted, listed, percent
from pressloop.views.study.words.groups import groups_words
from pressloop.views.study.words.rules import flags_words

LEFT_OUT = re.compile(r"(\d+) stacks? of another lot or operator (?:is|are) left out of ([^:]+):")
SURE, WIDE, FEW_EACH = 0.95, 0.6, 6
"""Probability from which on one variable is said to matter most; width of an interval beyond which
a share cannot be told; stacks per free variable below which knowledge outweighs rows."""


def sentences(found: Findings) -> tuple[str, ...]:
    """All verdicts, the weightiest first."""
    if not found.shares:
        return (too_few(found),)
    return (*shares_words(found), *limits_words(found), *changes_words(found.changes),
            *groups_words(found), *flags_words(found), *learned_words(found))


def too_few(found: Findings) -> str:
    """Why nothing is said."""
    return (f"What matters cannot be told from {counted(found.intact, 'intact stack')}: "
            f"{FEWEST} are needed to begin with.")


def shares_words(found: Findings) -> list[str]:
    """Which variable makes how much of the differences, and which matters most."""
    whole, lasting = (sorted((s for s in found.shares if s.where == where), key=lambda s: -s.total)
                      for where in (WHOLE, LASTING))
    if len(whole) == 1:
        return [f"Only {CALLED[whole[0].variable]} is free, so it makes all differences between "
                "recipes.", _size(found)]
    words = [f"Over the whole space, {_makes(whole)}.{_overlap(whole)}"]
    if lasting:
        words.append(f"Over the {percent(1.0 - found.failing)} of the space where more than half "
                     f"of the stacks last, {_makes(lasting)}.")
    words += [_most(lasting or whole), *_sure_all_the_same(whole, found.changes), _size(found)]
    if wide := [CALLED[s.variable] for s in lasting or whole if s.total_high - s.total_low > WIDE]:
        words.append(f"How much {listed(wide, 'or')} matters cannot be told yet from these "
                     "stacks: the interval is too wide.")
    return words


def _sure_all_the_same(order: Sequence[SobolIndex], changes: Sequence[Effect]) -> list[str]:
    """A share counts squares of effects, so that a small effect has next to none."""
    clear = {c.variable for c in changes if c.part == "whole" and _clear(c)}
    names = [CALLED[s.variable] for s in order if s.total_low == 0.0 and s.variable in clear]
    return [] if not names else [
        f"That {listed(names)} may make none of the differences means that the effect is small "
        "beside the others, not that there is none: a share counts the squares of effects."]


def _makes(order: Sequence[SobolIndex]) -> str:
    makes = [f"{CALLED[s.variable]} makes {_share(s)}" if i == 0 else
              f"{CALLED[s.variable]} {_share(s)}" for i, s in enumerate(order)]
    return f"{listed(makes)} of the differences in resistance"


def _share(s: SobolIndex) -> str:
    low = "less than 1" if 0.0 < s.total_low < 0.0095 else f"{100 * s.total_low:.0f}"
    return f"{percent(s.total)} ({low} to {100 * s.total_high:.0f})"


def _overlap(order: Sequence[SobolIndex]) -> str:
    return (" The shares add up to more than 100 %, as variables act together: what one does "
            "depends on another." if sum(s.total for s in order) > 1.05 else "")


def _most(order: Sequence[SobolIndex]) -> str:
    first = max(order, key=lambda s: s.most)
    if first.most >= SURE:
        return f"{CALLED[first.variable].capitalize()} matters most ({_sure(first.most)})."
    rivals = [CALLED[s.variable] for s in sorted(order, key=lambda s: -s.most) if s.most > 0.05]
    return (f"Which matters most cannot be told yet: {listed(rivals, 'or')} "
            f"({rivals[0]} with a probability of {percent(first.most)}).")


def _size(found: Findings) -> str:
    low, high = (100.0 * math.expm1(v) for v in (found.scatter_low, found.scatter_high))
    return (f"From recipe to recipe resistance typically differs by a factor of "
            f"{found.typical_factor:.2g}, from stack to stack of one recipe, lot and operator by "
            f"{percent(math.expm1(found.scatter))} ({low:.0f} to {high:.0f}).")


def limits_words(found: Findings) -> list[str]:
    """What the rows cannot tell."""
    words = []
    if found.intact < FEW_EACH * len({s.variable for s in found.shares}):
        words.append(f"With {counted(found.intact, 'intact stack')} much of this rests on what "
                     "is known of pressing in general, not on these stacks.")
    if found.lawless:
        words.append("The laws of pressing predict these stacks less well than a model that knows "
                     "none, which is used here.")
    if found.unvaried:
        words.append(f"{listed([CALLED[n] for n in found.unvaried]).capitalize()} hardly varied "
                     "between these stacks: what is said of it is what is known of pressing in "
                     "general.")
    if found.failing > 0.02:
        words.append(f"In {percent(found.failing)} of the space stacks are expected to fail more "
                     "often than not; the resistance there is extrapolated from the rest.")
    return words


def changes_words(changes: Sequence[Effect]) -> list[str]:
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


def _clear(change: Effect) -> bool:
    return change.low > 0.0 or change.high < 0.0


def _moves(c: Effect) -> str:
    low, high = sorted((abs(c.low), abs(c.high)))
    return (f"{'rises' if c.change > 0 else 'falls'} by {percent(abs(c.change))} "
            f"({100 * low:.0f} to {100 * high:.0f})")


def learned_words(found: Findings) -> list[str]:
    """What the models left out of the stacks, a sentence each."""
    notes = [] if found.models is None else [_shortened(n) for n in found.models.notes]
    if found.told > len(found.used):
        notes.append(f"The models learned from {len(found.used)} of "
                     f"{counted(found.told, 'stack')}, taken evenly from the space and the "
                     "lots; the scatter between lots from all.")
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
