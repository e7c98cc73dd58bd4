"""Which variable makes how much of the differences: Sobol indices of functions drawn from belief.

First-order index V[E[f | x_i]]/V[f], total index 1 - V[E[f | x_~i]]/V[f] (Saltelli 2010,
doi 10.1016/j.cpc.2009.09.018), x uniform in the unit cube of the space, each as an exact average
over a tensor grid instead of a random sample. Over a part of the space the variables are no longer
independent; both indices then keep their meaning as E[V[f | x_~i]]/V[f] and V[E[f | x_i]]/V[f].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.drawn import Grid, averaged
from trials.checks import FloatArray

BoolArray = npt.NDArray[np.bool_]

WHOLE, LASTING = "whole space", "where stacks last"
NONE = 0.05
"""An end of an interval that is this close to none or all is said as such: what varies at random
always has some share, so that draws alone would never leave room for none."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of one variable: which share of the variance of ln R over the space, or over the part of it
    `where` stacks last, it makes by itself (`alone`) and together with the others (`total`),
    medians with 95 % intervals; `most` is the probability that no other variable's total is larger.
    """

    where: str
    variable: str
    alone: float
    alone_low: float
    alone_high: float
    total: float
    total_low: float
    total_high: float
    most: float


def shares(values: FloatArray, of: Grid, names: tuple[str, ...], where: str = WHOLE,
           inside: BoolArray | None = None) -> tuple[Share, ...]:
    """From drawn functions of ln R, shape (count, points); `inside` (points,) tells the part."""
    alone, total = indices(values, of, inside)
    largest = np.bincount(total.argmax(1), minlength=len(names)) / len(total)
    return tuple(Share(where, name, *_interval(alone[:, i]), *_interval(total[:, i]),
                       float(largest[i])) for i, name in enumerate(names))


def _interval(draws: FloatArray) -> tuple[float, float, float]:
    """Median and the ends of a 95 % interval."""
    median, low, high = (float(v) for v in np.quantile(draws, (0.5, 0.025, 0.975)))
    return median, 0.0 if low < NONE else low, 1.0 if high > 1.0 - NONE else high


def indices(values: FloatArray, of: Grid, inside: BoolArray | None = None
            ) -> tuple[FloatArray, FloatArray]:
    """First-order and total index of each axis for each function (count, points), shape
    (count, d) each; zero where a function does not vary."""
    f, every = values.reshape(-1, *of.shape), range(len(of.shape))
    part = np.ones((1, *of.shape)) if inside is None else inside.reshape(1, *of.shape).astype(float)
    mean = _mean(f, part, of, every)
    whole = _mean(np.square(f - mean), part, of, every).reshape(len(f))
    size = np.where(whole > 0.0, whole, 1.0)
    alone, total = [], []
    for i in every:
        along = _mean(f, part, of, [j for j in every if j != i])
        alone.append(_mean(np.square(along - mean), part, of, every).reshape(len(f)) / size)
        rest = np.square(f - _mean(f, part, of, [i]))
        total.append(_mean(rest, part, of, every).reshape(len(f)) / size)
    return np.stack(alone, 1), np.stack(total, 1)


def _mean(f: FloatArray, part: FloatArray, of: Grid, over: Sequence[int]) -> FloatArray:
    """Average over some axes within the part; zero on lines that miss it."""
    weight = averaged(part, of, over)
    return averaged(f * part, of, over) / np.where(weight > 0.0, weight, 1.0)


def typical_factor(values: FloatArray, of: Grid, inside: BoolArray | None = None) -> float:
    """exp of the standard deviation of ln R, median over the drawn functions."""
    f, every = values.reshape(-1, *of.shape), range(len(of.shape))
    part = np.ones((1, *of.shape)) if inside is None else inside.reshape(1, *of.shape).astype(float)
    variance = _mean(np.square(f - _mean(f, part, of, every)), part, of, every)
    return float(np.exp(np.median(np.sqrt(variance))))
