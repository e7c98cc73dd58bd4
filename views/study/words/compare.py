"""The comparison of models in sentences, verdicts first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from pressloop.studies.compare.compare import Findings
from pressloop.studies.compare.comparison import (
    DENSITY,
    FEWEST,
    OFF,
    SKILL,
    TYPICAL,
    ModelComparison,
)
from pressloop.studies.compare.contenders import CRUSHING, RESISTANCE
from pressloop.studies.paired import (
    ENOUGH_LOTS,
    LIKELY,
    NO_EVIDENCE,
    REAL,
    TOO_FEW,
    Difference,
    by_strength,
)
from pressloop.trials.checks import FloatArray
from pressloop.trials.wording import by_number, capitalised, counted
from pressloop.views.study.words.advice import to_set
from pressloop.views.study.words.method import QUESTIONS, method
from pressloop.views.study.words.stacks import percent_off, times, widest, worst

BY_CHANCE = 2.6
"""Standard deviations of a count beyond which 1 of 100 counts lies."""


def sentences(found: Findings) -> tuple[str, ...]:
    """Verdicts on resistance, on crushing, how they were come by, and what to set."""
    words = [s for what, one in ((RESISTANCE, found.resistance), (CRUSHING, found.crushing))
             for s in _verdicts(what, one, found)]
    words += [s for one in found.compared for s in method(one, found.options)]
    if found.left_out:
        words.append(f"{counted(found.left_out, 'stack')} "
                     f"{by_number(found.left_out, 'is', 'are')} left out, as "
                     f"{by_number(found.left_out, 'it was', 'they were')} pressed off a variable "
                     "that the space fixes.")
    return (*words, *to_set(found))


def _verdicts(what: str, one: ModelComparison | None, found: Findings) -> list[str]:
    return [not_compared(what, found)] if one is None else [
        s for scheme in one.asked for s in verdict(one, scheme)]


def not_compared(what: str, found: Findings) -> str:
    """Why there is no comparison."""
    if what == CRUSHING:
        return ("Models of crushing are not compared: no stack was crushed, or too few are known "
                "to have been or not.")
    return (f"Models of {found.called} are not compared: that needs {FEWEST} intact stacks, there "
            f"{by_number(found.intact, 'is', 'are')} {found.intact}.")


def verdict(one: ModelComparison, scheme: str) -> tuple[str, ...]:
    """What one scheme says.

    How good the baseline is, whether its intervals hold, and how the others compare."""
    own = one.score(scheme, one.baseline, SKILL if one.what == CRUSHING else OFF)
    if own is None:
        return (f"{QUESTIONS[scheme]} the {one.titles[one.baseline]} predicted nothing.",)
    words = _crushing(one, scheme) if one.what == CRUSHING else _resistance(one, scheme)
    return tuple(s for s in (words, worst(one, scheme), *_others(one, scheme), _odds(one, scheme))
                 if s)


def _resistance(one: ModelComparison, scheme: str) -> str:
    off, square, inside = (one.score(scheme, one.baseline, name)
                           for name in (TYPICAL, OFF, "coverage_95"))
    assert off is not None and square is not None and inside is not None
    return (f"{QUESTIONS[scheme]}, {_baseline(one)} is typically off by "
            f"{percent_off(off.value)} ({_ends(off.low, off.high)}): half of the "
            f"{counted(off.stacks, 'stack')} were predicted nearer. Counting large "
            f"errors more (root mean square) makes it {percent_off(square.value)}. "
            f"{trust(round(inside.value * inside.stacks), inside.stacks, inside.low, inside.high)}"
            f"{widest(one, scheme)}")


def _baseline(one: ModelComparison) -> str:
    """The baseline, and from how many stacks it learned where others had more."""
    few = one.baseline in one.thin and len(one.thin) < len(one.titles)
    return f"the {one.titles[one.baseline]}" + (
        f", which learned from {one.most_rows} stacks at most," if few else "")


def _ends(low: float, high: float) -> str:
    """Of the interval of an error in percent."""
    if high < 100.0:
        return f"{low:.0f} to {high:.0f} %"
    return f"{percent_off(low)} to {percent_off(high)}"


def trust(count: int, of: int, low: float, high: float) -> str:
    """Whether a stated 95 % interval holds what it says.

    `low` to `high` is the interval of the share that was inside."""
    words = (f"{count} of {counted(of, 'measured value')} {by_number(count, 'was', 'were')} inside "
             "its stated 95 % interval")
    if low <= 0.95 <= high:
        return f"{words}, which agrees with what it states."
    side = "fewer than it states: it is too sure of itself" if high < 0.95 \
        else "more than it states: its intervals could be narrower"
    return f"{words}, {side}."


def _crushing(one: ModelComparison, scheme: str) -> str:
    skill, said = one.score(scheme, one.baseline, SKILL), one.said(scheme, one.baseline)
    assert skill is not None and said is not None
    words = (f"{QUESTIONS[scheme]}, {_baseline(one)} expected {said.numbers[0].sum():.1f} of "
             f"{counted(skill.stacks, 'stack')} to be crushed, and "
             f"{_counted(said.numbers[0], one.table.y[said.index])}.")
    if math.isnan(skill.value):
        return words
    if skill.value <= 0.0:
        return (f"{words} It foresees which ones no better than the plain share of crushed stacks "
                "does.")
    return (f"{words} It takes away {skill.value:.0f} % ({interval(skill.low, skill.high)}) of "
            "the guesswork about which ones.")


def _counted(stated: FloatArray, crushed: FloatArray) -> str:
    """How many were crushed, and whether so many agree with the stated chances (n,)."""
    gap = float(crushed.sum() - stated.sum())
    if abs(gap) <= max(BY_CHANCE * float(np.sqrt(np.sum(stated * (1.0 - stated)))), 1.0):
        return f"{crushed.sum():.0f} were"
    return (f"{crushed.sum():.0f} were, {'more' if gap > 0.0 else 'fewer'} than chance explains: "
            f"its chances are too {'low' if gap > 0.0 else 'high'}")


def interval(low: float, high: float) -> str:
    """Both ends as whole numbers."""
    return f"{low:.0f} to {high:.0f}".replace("-0 ", "0 ")


def _others(one: ModelComparison, scheme: str) -> Iterator[str]:
    """A sentence for each strength that some model has."""
    score = SKILL if one.what == CRUSHING else OFF
    found = [d for d in one.against(scheme, score) if not math.isnan(d.value)]
    for strength, words in ((REAL, "{} than the {}, and the difference is real"),
                            (LIKELY, "Probably {} than the {}, but not proved")):
        for side in ("worse", "better"):
            some = [d for d in by_strength(found, strength) if worse(d) is (side == "worse")]
            if some:
                lead = words.format(side, one.titles[one.baseline])
                yield f"{capitalised(lead)}: {_listed(one, some)}."
    if some := list(by_strength(found, NO_EVIDENCE)):
        yield f"No evidence of a difference: {_listed(one, some)}."
    if some := list(by_strength(found, TOO_FEW)):
        yield f"Too few {_telling(one, some)} to tell it from: {_listed(one, some)}."


def _telling(one: ModelComparison, some: Sequence[Difference]) -> str:
    """What there are too few of, and how many."""
    most = max(some, key=lambda d: d.telling)
    unit = "lots" if len(one.table.lots) >= ENOUGH_LOTS else "different recipes"
    if most.telling < most.clusters:
        rare = "a" if one.table.y.mean() <= 0.5 else "no"
        unit += f" with {rare} crushed stack"
    return f"{unit} ({most.telling})"


def worse(d: Difference) -> bool:
    """True where the other model is worse than the baseline."""
    return (d.value < 0.0) if d.score == SKILL else (d.value > 0.0)


def _listed(one: ModelComparison, some: Sequence[Difference]) -> str:
    return "; ".join(f"{one.titles[d.model]} ({_how_far(one, d)})" for d in some)


def _how_far(one: ModelComparison, d: Difference) -> str:
    score = one.score(d.scheme, d.model, d.score)
    assert score is not None
    parts = [skill_words(score.value)] if d.score == SKILL \
        else [f"root mean square {percent_off(score.value)}"]
    if one.baseline in one.thin and d.model not in one.thin:
        parts.append("learned from all stacks")
    return ", ".join((*(part for part in parts if part), span(d)))


def skill_words(value: float) -> str:
    """How much of the guesswork is taken away, or added; "" where no stack was crushed."""
    if math.isnan(value):
        return ""
    return f"takes away {value:.0f} %" if value > -0.5 else f"adds {-value:.0f} %"


def span(d: Difference) -> str:
    """The interval of a difference in points of percent, in words."""
    low, high = (_points(abs(end)) for end in (d.low, d.high))
    if d.low < 0.0 < d.high:
        return f"between {low} points less and {high} more"
    near, far = (high, low) if d.high <= 0.0 else (low, high)
    return f"{near} to {far} points {'less' if d.high <= 0.0 else 'more'}"


def _points(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _odds(one: ModelComparison, scheme: str) -> str:
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


def _named(one: ModelComparison, some: Sequence[Difference], others: int) -> str:
    if len(some) == others > 1:
        return f"each of the {others} others"
    return "the " + " and the ".join(one.titles[d.model] for d in some) if len(some) < FEWEST \
        else f"{len(some)} of the {others} others"


def _span(factors: Sequence[float]) -> str:
    low, high = (times(f(factors)) for f in (min, max))
    return f"{low} times" if low == high else f"{low} to {high} times"


def factor(d: Difference) -> float:
    """How much likelier the one model found each measured value than the other, above 1.

    On (geometric) average."""
    return math.exp(min(abs(d.value), 20.0))
