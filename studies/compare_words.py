"""The comparison in plain sentences, verdicts first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from studies.compare_method import method
from studies.compare_options import CRUSHING, Options
from studies.comparison import DENSITY, FEWEST, OFF, QUESTIONS, SKILL, TYPICAL, Comparison
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

MOST = 0.7
"""Share of all squared errors from which on one stack is named for it."""


def sentences(data: StudyData, options: Options, resistance: Comparison | None,
              crushing: Comparison | None) -> tuple[str, ...]:
    """Verdicts on resistance, on crushing, and how they were come by."""
    found: list[str] = []
    if resistance is None:
        found.append(f"Models of resistance are not compared: that needs {FEWEST} intact stacks, "
                     f"there are {len(data.intact)}.")
    else:
        found += [s for scheme in resistance.asked for s in verdict(resistance, scheme)]
    if crushing is None:
        found.append("Models of crushing are not compared: no stack was crushed, or too few are "
                     "known to have been or not.")
    else:
        found += [s for scheme in crushing.asked for s in verdict(crushing, scheme)]
    for one in (resistance, crushing):
        if one is not None:
            found += method(one, options)
    left = sum(not data.space.comparable(t.recipe) for t in (*data.intact, *data.failed))
    if left:
        found.append(f"{left} stacks are left out, as they were pressed off a variable that the "
                     "space fixes.")
    return tuple(found)


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
    off, square, inside = (one.score(scheme, one.shipped, name)
                           for name in (TYPICAL, OFF, "coverage_95"))
    assert off is not None and square is not None and inside is not None
    return (f"{QUESTIONS[scheme]}, the {one.titles[one.shipped]} is typically off by "
            f"{percent_off(off.value)} ({_ends(off.low, off.high)}): half of the {off.stacks} "
            "stacks were predicted nearer. Counting large errors more (root mean square) makes it "
            f"{percent_off(square.value)}. "
            f"{trust(round(inside.value * inside.stacks), inside.stacks, inside.low, inside.high)}")


def percent_off(value: float) -> str:
    """An error in percent of resistance; as a factor where it is so large that percent mislead."""
    return f"{value:.0f} %" if value < 100.0 else f"a factor of {times(1.0 + 0.01 * value)}"


def _ends(low: float, high: float) -> str:
    """Of the interval of an error in percent."""
    if high < 100.0:
        return f"{low:.0f} to {high:.0f} %"
    return f"{percent_off(low)} to {percent_off(high)}"


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
    return (f"Most of the root mean square is one stack, {one.row_word} {trial.number} "
            f"({trial.recipe}){edge} predicted {'above' if gap[top] > 0.0 else 'below'} what was "
            f"measured by a factor of {times(math.exp(abs(float(gap[top]))))}; without it, it is "
            f"{percent_off(float(off_percent(np.mean(rest**2))))}.")


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
        else f"root mean square {percent_off(score.value)}"
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
