"""Single stacks that explain a score, and errors in words."""

from __future__ import annotations

import math

import numpy as np

from pressloop.studies.compare.comparison import FEWEST, ModelComparison
from pressloop.studies.compare.contenders import CRUSHING
from pressloop.studies.compare.scores import off_percent
from pressloop.surrogates.yardsticks import Prediction

MOST = 0.7
"""Share of all squared errors from which on one stack is named for it."""
WIDE = 20.0
"""Top over bottom of an interval that tells nothing."""


def worst(one: ModelComparison, scheme: str) -> str:
    """Names the stack that makes up most of the error of the baseline, if one does."""
    said = one.said(scheme, one.baseline)
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


def widest(one: ModelComparison, scheme: str) -> str:
    """Names an interval that is so wide that it tells nothing: to be inside is no merit then."""
    said = one.said(scheme, one.baseline)
    assert said is not None
    spans = np.exp(np.minimum(2.0 * Prediction(*said.numbers).half_width(0.95), 20.0))
    top = int(np.argmax(spans))
    if spans[top] < WIDE:
        return ""
    trial = one.table.trials[said.index[top]]
    return (f" The widest of these intervals, of {one.row_word} {trial.number} ({trial.recipe}), "
            f"spans a factor of {times(float(spans[top]))}: of such recipes it knows next to "
            "nothing.")


def percent_off(value: float) -> str:
    """An error in percent of resistance; as a factor where it is so large that percent mislead."""
    return f"{value:.0f} %" if value < 100.0 else f"a factor of {times(1.0 + 0.01 * value)}"


def times(value: float) -> str:
    """A factor, short."""
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}" if value < 1000.0 else "over 1000"
