"""The comparison in plain sentences, verdicts first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from studies.compare_jobs import NotFitted
from studies.compare_options import CRUSHING, Options
from studies.comparison import DENSITY, FEWEST, OFF, SKILL, Comparison
from studies.data import StudyData
from studies.paired import (
    ENOUGH_LOTS,
    LIKELY,
    NO_EVIDENCE,
    REAL,
    TOO_FEW,
    Difference,
    by_strength,
)
from studies.scores import off_percent
from studies.validation import FORWARD, LOT, RECIPE, STACK

MOST = 0.7
"""Share of all squared errors from which on one stack is named for it."""

QUESTIONS = {
    RECIPE: "For a recipe that nobody has pressed yet",
    STACK: "For one more stack, its recipe pressed before or not",
    LOT: "For the stacks of a lot that is new",
    FORWARD: "For the next stacks, from those pressed before them",
}
"""What each scheme asks."""
ORDER = (RECIPE, STACK, LOT, FORWARD)


def sentences(data: StudyData, options: Options, resistance: Comparison | None,
              crushing: Comparison | None) -> tuple[str, ...]:
    """Verdicts on resistance, on crushing, and how they were come by."""
    found: list[str] = []
    if resistance is None:
        found.append(f"Models of resistance are not compared: that needs {FEWEST} intact stacks, "
                     f"there are {len(data.intact)}.")
    else:
        found += [s for scheme in schemes_of(resistance) for s in verdict(resistance, scheme)]
    if crushing is None:
        found.append("Models of crushing are not compared: no stack was crushed, or too few are "
                     "known to have been or not.")
    else:
        found += [s for scheme in schemes_of(crushing) for s in verdict(crushing, scheme)]
    for one in (resistance, crushing):
        if one is not None:
            found += method(one, options)
    left = sum(not data.space.comparable(t.recipe) for t in (*data.intact, *data.failed))
    if left:
        found.append(f"{left} stacks are left out, as they were pressed off a variable that the "
                     "space fixes.")
    return tuple(found)


def schemes_of(one: Comparison) -> tuple[str, ...]:
    """Its schemes, the most telling first."""
    return tuple(s for s in ORDER if s in one.schemes)


def verdict(one: Comparison, scheme: str) -> tuple[str, ...]:
    """What one scheme says: how good the shipped model is, whether its intervals hold, and how the
    others compare."""
    own = one.score(scheme, one.shipped, SKILL if one.what == CRUSHING else OFF)
    if own is None:
        return (f"{QUESTIONS[scheme]} the {one.titles[one.shipped]} predicted nothing.",)
    words = _crushing(one, scheme) if one.what == CRUSHING else _resistance(one, scheme)
    return tuple(s for s in (words, worst(one, scheme), *_others(one, scheme), _odds(one, scheme))
                 if s)


def _resistance(one: Comparison, scheme: str) -> str:
    off = one.score(scheme, one.shipped, OFF)
    inside = one.score(scheme, one.shipped, "coverage_95")
    assert off is not None and inside is not None
    return (f"{QUESTIONS[scheme]}, the {one.titles[one.shipped]} is typically off by "
            f"{off.value:.0f} % ({off.low:.0f} to {off.high:.0f} %, {off.stacks} stacks). "
            f"{trust(round(inside.value * inside.stacks), inside.stacks, inside.low, inside.high)}")


def worst(one: Comparison, scheme: str) -> str:
    """Names the stack that makes up most of the error of the shipped model, if one does."""
    said = one.said(scheme, one.shipped)
    if one.what == CRUSHING or said is None or said.index.size < FEWEST:
        return ""
    gap = said.numbers[0] - one.table.y[said.index]
    top = int(np.argmax(np.abs(gap)))
    if gap[top] ** 2 < MOST * float(gap @ gap):
        return ""
    trial, rest = one.table.trials[said.index[top]], np.delete(gap, top)
    others = one.table.x[one.table.recipe != one.table.recipe[said.index[top]]]
    x = one.table.x[said.index[top]]
    edge = ", at the edge of all recipes," if others.size and bool(
        np.any((x < others.min(0)) | (x > others.max(0)))) else ""
    return (f"Most of that is one stack, trial {trial.number} ({trial.recipe}){edge} predicted "
            f"{'above' if gap[top] > 0.0 else 'below'} what was measured by a factor of "
            f"{times(math.exp(abs(float(gap[top]))))}; without it the error is "
            f"{float(off_percent(np.mean(rest**2))):.0f} %.")


def trust(count: int, of: int, low: float, high: float) -> str:
    """Whether a stated 95 % interval holds what it says; `low` to `high` is the interval of the
    share that was inside."""
    words = f"{count} of {of} measured values were inside its stated 95 % interval"
    if low <= 0.95 <= high:
        return f"{words}, which agrees with what it states."
    side = "fewer than it states: it is too sure of itself" if high < 0.95 \
        else "more than it states: its intervals could be narrower"
    return f"{words}, {side}."


def _crushing(one: Comparison, scheme: str) -> str:
    skill, said = one.score(scheme, one.shipped, SKILL), one.said(scheme, one.shipped)
    assert skill is not None and said is not None
    crushed = one.table.y[said.index].sum()
    words = (f"{QUESTIONS[scheme]}, the {one.titles[one.shipped]} expected "
             f"{said.numbers[0].sum():.1f} of {skill.stacks} stacks to be crushed, and "
             f"{crushed:.0f} were.")
    if math.isnan(skill.value):
        return words
    if skill.value <= 0.0:
        return (f"{words} It foresees which ones no better than the plain share of crushed stacks "
                "does.")
    return (f"{words} It takes away {skill.value:.0f} % ({interval(skill.low, skill.high)}) of "
            "the guesswork about which ones.")


def interval(low: float, high: float) -> str:
    """Both ends as whole numbers."""
    return f"{low:.0f} to {high:.0f}".replace("-0 ", "0 ")


def _others(one: Comparison, scheme: str) -> Iterator[str]:
    """A sentence for each strength that some model has."""
    score = SKILL if one.what == CRUSHING else OFF
    found = [d for d in one.against(scheme, score) if not math.isnan(d.value)]
    for strength, words in ((REAL, "{} than the {}, and the difference is real"),
                            (LIKELY, "Probably {} than the {}, but not proved")):
        for side in ("worse", "better"):
            some = [d for d in by_strength(found, strength) if worse(d) is (side == "worse")]
            if some:
                lead = words.format(side, one.titles[one.shipped])
                yield f"{lead[0].upper()}{lead[1:]}: {_listed(one, some)}."
    if some := list(by_strength(found, NO_EVIDENCE)):
        yield f"No evidence of a difference: {_listed(one, some)}."
    if some := list(by_strength(found, TOO_FEW)):
        unit = "lots" if len(one.table.lots) >= ENOUGH_LOTS else "different recipes"
        yield (f"Too few {unit} ({min(d.clusters for d in some)}) to tell it from: "
               f"{_listed(one, some)}.")


def worse(d: Difference) -> bool:
    """True where the other model is worse than the shipped one."""
    return (d.value < 0.0) if d.score == SKILL else (d.value > 0.0)


def _listed(one: Comparison, some: Sequence[Difference]) -> str:
    return "; ".join(f"{one.titles[d.model]} ({_how_far(one, d)})" for d in some)


def _how_far(one: Comparison, d: Difference) -> str:
    score = one.score(d.scheme, d.model, d.score)
    assert score is not None
    what = f"takes away {max(score.value, 0.0):.0f} %" if d.score == SKILL \
        else f"off by {score.value:.0f} %"
    return f"{what}, {span(d)}"


def span(d: Difference) -> str:
    """The interval of a difference in points of percent, in words."""
    low, high = (_points(abs(end)) for end in (d.low, d.high))
    if d.low < 0.0 < d.high:
        return f"between {low} points less and {high} more"
    near, far = (high, low) if d.high <= 0.0 else (low, high)
    return f"{near} to {far} points {'less' if d.high <= 0.0 else 'more'}"


def _points(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _odds(one: Comparison, scheme: str) -> str:
    """Mean and interval judged together; only what is real."""
    found = list(by_strength(one.against(scheme, DENSITY), REAL))
    parts = []
    for side, some in (("better", [d for d in found if d.value > 0.0]),
                       ("worse", [d for d in found if d.value < 0.0])):
        if some:
            parts.append(f"{_span([factor(d) for d in some])} {side} odds than "
                         f"{_named(one, some, len(one.against(scheme, DENSITY)))}")
    return (f"Judged by prediction and interval together, it gave what was then measured "
            f"{' and '.join(parts)}; that is real." if parts else "")


def _named(one: Comparison, some: Sequence[Difference], others: int) -> str:
    if len(some) == others > 1:
        return f"each of the {others} others"
    return "the " + " and the ".join(one.titles[d.model] for d in some) if len(some) < FEWEST \
        else f"{len(some)} of the {others} others"


def _span(factors: Sequence[float]) -> str:
    low, high = (times(f(factors)) for f in (min, max))
    return f"{low} times" if low == high else f"{low} to {high} times"


def factor(d: Difference) -> float:
    """How much likelier the one model found each measured value than the other, on (geometric)
    average; above 1."""
    return math.exp(min(abs(d.value), 20.0))


def times(value: float) -> str:
    """A factor, short."""
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}" if value < 1000.0 else "over 1000"


def method(one: Comparison, options: Options) -> Iterator[str]:
    """How the verdicts were come by, and what is missing from them."""
    n, main = len(one.table), schemes_of(one)[0] if schemes_of(one) else ""
    what = "Chances of crushing" if one.what == CRUSHING else "Resistance"
    if main in (RECIPE, STACK):
        unit = {RECIPE: "recipe with all its stacks", STACK: "stack"}[main]
        if n <= options.refit_up_to:
            yield (f"{what}: every model was fitted anew for each {unit} that was left out "
                   f"({n} stacks).")
        else:
            yield (f"{what}: the {n} stacks were left out in "
                   f"{options.groups(len(one.table.origins))} random groups. "
                   f"Models whose cost grows with the cube of the stacks learned from "
                   f"{options.most_rows} of the others, drawn at random (at least half from the "
                   "lot and operator that is predicted, where there are as many).")
    for scheme in schemes_of(one):
        if one.groups[scheme] > len(one.schemes[scheme]):
            yield (f"{QUESTIONS[scheme]}: {len(one.schemes[scheme])} of {one.groups[scheme]} "
                   "groups, each of one lot and operator, were predicted, drawn at random.")
    others = len(one.titles) - 1
    lots = len(one.table.lots)
    words = (f"{others} models are compared with the {one.titles[one.shipped]}: a difference is "
             "called real only where chance makes one that clear among so many in fewer than 5 "
             "of 100 tables.")
    if lots < ENOUGH_LOTS:
        words += (f" It holds for {'this lot' if lots == 1 else f'these {lots} lots'}; to speak "
                  f"of lots in general takes {ENOUGH_LOTS} or more.")
    yield words
    yield from _missing(one)


def _missing(one: Comparison) -> Iterator[str]:
    """One sentence for each model and scheme, with the first of its reasons."""
    groups: dict[tuple[str, str], list[NotFitted]] = {}
    for missing in one.not_fitted:
        groups.setdefault((missing.scheme, missing.model), []).append(missing)
    for (scheme, model), some in groups.items():
        folds, stacks = sum(m.folds for m in some), sum(m.stacks for m in some)
        first = ", the first time" if len(some) > 1 else ""
        yield (f"{QUESTIONS[scheme]}: the {one.titles[model]} could not be fitted in {folds} of "
               f"{len(one.schemes[scheme])} cases ({stacks} stacks){first} because "
               f"{some[0].why}. It is compared on the others.")
