"""Which variable makes how much of the differences: Sobol indices of functions drawn from belief.

First-order index V[E[f | x_i]]/V[f], total index 1 - V[E[f | x_~i]]/V[f] (Saltelli 2010,
doi 10.1016/j.cpc.2009.09.018), x uniform in the unit cube of the space, each as an exact average
over a tensor grid instead of a random sample. Over a part of the space the variables are no longer
independent; both indices then keep their meaning as E[V[f | x_~i]]/V[f] and V[E[f | x_i]]/V[f].

A drawn function varies at random with every variable, also with one that does nothing, so that the
draws of an index never leave room for none. The lower end of an interval is therefore that of the
effect that all draws share: of what a draw has in common with the mean of all (Cauchy and Schwarz:
it is never more than the whole). The upper end leaves to the rest the least that is sure of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pressloop.studies.sensitivity.posterior_samples import Grid, averaged
from pressloop.trials.checks import FloatArray

BoolArray = npt.NDArray[np.bool_]
Axes = tuple[int, ...]

WHOLE, LASTING = "whole space", "where stacks last"
NONE = 0.005
"""The least share that is said to be there: less is none in whole percent."""


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """Of one variable.

    Which share of the variance of ln R over the space, or over the part of it `where` stacks last,
    it makes by itself (`alone`) and together with the others (`total`), medians with 95 %
    intervals; `most` is the probability that no other variable's total is larger.
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
           inside: BoolArray | None = None) -> tuple[SobolIndex, ...]:
    """From drawn functions of ln R, shape (count, points); `inside` (points,) tells the part."""
    alone, total = indices(values, of, inside)
    largest = np.bincount(total.argmax(1), minlength=len(names)) / len(total)
    f, part, every = _shaped(values, of, inside)
    mean = f.mean(0, keepdims=True)
    whole = _size(f, part, of, (), every)
    found = []
    for i, name in enumerate(names):
        others = tuple(j for j in every if j != i)
        ends = [_least(f, mean, whole, part, of, *effect) for effect in (
            (others, every), ((), others), ((), (i,)), ((i,), every))]
        found.append(SobolIndex(where, name, *_interval(alone[:, i], ends[0], ends[1]),
                           *_interval(total[:, i], ends[2], ends[3]), float(largest[i])))
    return tuple(found)


def _interval(draws: FloatArray, sure: float, rest: float) -> tuple[float, float, float]:
    """Median and the ends of a 95 % interval; all where there is no rest."""
    if float(draws.min()) > 1.0 - 1e-9:
        return 1.0, 1.0, 1.0
    return float(np.clip(np.median(draws), sure, 1.0 - rest)), sure, 1.0 - rest


def _least(f: FloatArray, mean: FloatArray, whole: FloatArray, part: FloatArray, of: Grid,
           over: Axes, less: Axes) -> float:
    """The share that an effect surely has: f averaged `over` some axes, less that over more."""
    each, shared = (_mean(g, part, of, over) - _mean(g, part, of, less) for g in (f, mean))
    size = float(_mean(np.square(shared), part, of, range(part.ndim - 1)).max())
    if size <= 0.0:
        return 0.0
    common = _mean(each * shared, part, of, range(part.ndim - 1)).reshape(len(f))
    share = np.square(np.clip(common, 0.0, None)) / size / np.where(whole > 0.0, whole, 1.0)
    low = float(np.quantile(share, 0.025))
    return 0.0 if low < NONE else low


def indices(values: FloatArray, of: Grid, inside: BoolArray | None = None
            ) -> tuple[FloatArray, FloatArray]:
    """First-order and total index of each axis for each function (count, points).

    Shape (count, d) each; zero where a function does not vary."""
    f, part, every = _shaped(values, of, inside)
    whole = _size(f, part, of, (), every)
    size = np.where(whole > 0.0, whole, 1.0)
    alone = [_size(f, part, of, tuple(j for j in every if j != i), every) / size for i in every]
    total = [_size(f, part, of, (), (i,)) / size for i in every]
    return np.stack(alone, 1), np.stack(total, 1)


def _shaped(values: FloatArray, of: Grid, inside: BoolArray | None
            ) -> tuple[FloatArray, FloatArray, Axes]:
    """Functions (count, *shape), which of the points count (1, *shape), and all axes."""
    part = np.ones((1, *of.shape)) if inside is None else inside.reshape(1, *of.shape).astype(float)
    return values.reshape(-1, *of.shape), part, tuple(range(len(of.shape)))


def _size(f: FloatArray, part: FloatArray, of: Grid, over: Axes, less: Axes) -> FloatArray:
    """Mean square of each function averaged `over` some axes less that over more, (count,)."""
    effect = _mean(f, part, of, over) - _mean(f, part, of, less)
    return _mean(np.square(effect), part, of, range(part.ndim - 1)).reshape(len(f))


def _mean(f: FloatArray, part: FloatArray, of: Grid, over: Sequence[int]) -> FloatArray:
    """Average over some axes within the part; zero on lines that miss it."""
    weight = averaged(part, of, over)
    return averaged(f * part, of, over) / np.where(weight > 0.0, weight, 1.0)


def typical_factor(values: FloatArray, of: Grid, inside: BoolArray | None = None) -> float:
    """exp of the standard deviation of ln R, median over the drawn functions.

    `values` has shape (draws, points of the grid), `inside` (points,)."""
    f, part, every = _shaped(values, of, inside)
    return float(np.exp(np.median(np.sqrt(_size(f, part, of, (), every)))))
