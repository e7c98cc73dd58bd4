"""How good predictions were. Arrays in, numbers out.

A loss is a number per stack whose mean says how good a model is; `OFF`, `DENSITY` and `SKILL` turn
the mean of a loss into the number that is told. Proper scores: Gneiting and Raftery 2007, doi
10.1198/016214506000001437.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from pressloop.surrogates.yardsticks import Prediction
from pressloop.trials.checks import FloatArray

LEVELS = (0.5, 0.8, 0.95)
EDGES = (0.0, 0.05, 0.2, 0.5, 0.8, 1.0)
"""Of the groups of stated chances."""
SURE = 1e-6
"""A chance below it, or that close to 1, counts as this in the log loss."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` of `of` stacks, with a 95 % interval of the share (Wilson 1927)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.count / self.of


@dataclass(frozen=True, slots=True)
class Bin:
    """Stacks whose stated chance was from `low` to `high`.

    `stated` on average, and how many were crushed."""

    low: float
    high: float
    stated: float
    crushed: Proportion


def squared(y: FloatArray, found: Prediction) -> FloatArray:
    """Squared error of ln R, shape (n,)."""
    return (y - found.mean) ** 2


def surprise(y: FloatArray, found: Prediction) -> FloatArray:
    """Minus ln of the density given to what was measured, shape (n,)."""
    return -found.log_density(y)


def off_percent(mean_square: FloatArray) -> FloatArray:
    """A root mean square error of ln R as percent of R: 0.1 is 10.5 %. Any shape."""
    return as_percent(np.sqrt(mean_square))


def as_percent(gap: FloatArray) -> FloatArray:
    """A gap of ln R as percent of R. Any shape."""
    return 100.0 * np.expm1(gap)


def coverage(y: FloatArray, found: Prediction, level: float) -> Proportion:
    """How many readings were inside the central interval of this level.

    Of readings y, shape (n,)."""
    return share(np.abs(y - found.mean) <= found.half_width(level))


def width_factor(found: Prediction, level: float = 0.95) -> float:
    """Median of upper over lower end of the intervals of R: sharpness."""
    return float(np.exp(2.0 * np.median(found.half_width(level))))


def brier(crushed: FloatArray, chance: FloatArray) -> FloatArray:
    """Squared error of a chance, shape (n,); 0 is perfect."""
    return (crushed - chance) ** 2


def log_loss(crushed: FloatArray, chance: FloatArray) -> FloatArray:
    """Minus ln of the chance given to what happened, shape (n,)."""
    sure = np.clip(chance, SURE, 1.0 - SURE)
    return -np.where(crushed > 0.5, np.log(sure), np.log1p(-sure))


def skill_percent(mean_brier: FloatArray, crushed: FloatArray) -> FloatArray:
    """How much of the guesswork a model takes away beyond the share of crushed stacks.

    100 % is perfect, 0 % no better than the share. NaN where all were alike. `mean_brier` has
    any shape, `crushed` (n,)."""
    share_of = crushed.mean()
    guesswork = share_of * (1.0 - share_of)
    if guesswork == 0.0:
        return np.full_like(np.asarray(mean_brier, dtype=np.float64), np.nan)
    return 100.0 * (1.0 - mean_brier / guesswork)


def reliability(crushed: FloatArray, chance: FloatArray, edges: Sequence[float] = EDGES
                ) -> tuple[Bin, ...]:
    """Stacks by what chance they had been given; groups without a stack are left out.

    Shape (n,) each."""
    which = np.clip(np.searchsorted(edges, chance, side="right") - 1, 0, len(edges) - 2)
    return tuple(Bin(edges[i], edges[i + 1], float(chance[which == i].mean()),
                     share(crushed[which == i] > 0.5)) for i in np.unique(which))


def share(yes: npt.NDArray[np.bool_]) -> Proportion:
    """Of a list of yes or no. Any shape."""
    count, of = int(np.count_nonzero(yes)), int(np.size(yes))
    found = binomtest(count, of).proportion_ci(method="wilson")
    return Proportion(count, of, float(found.low), float(found.high))
