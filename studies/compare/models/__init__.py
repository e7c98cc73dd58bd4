"""Yardsticks: simple ways to predict ln R of one more stack that campaigns cannot use, one file
each. What campaigns can use is in `surrogates/models/` and compared beside them.

A file has `TITLE`, what a person calls it; and `fit(rows)`, which learns from
the `Rows` of `optimizer/history/training.py` (recipes in the unit cube, ln R, known variance of
each reading, groups) and gives a `Fitted`. It raises ValueError with a reason where the rows do
not do. All rows are taken for one lot, as the tools do that the yardsticks stand for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from scipy.stats import t as student

from pressloop.trials.checks import FloatArray
from pressloop.trials.wording import by_number


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """ln R of one more stack at n recipes: Student's t about `mean` (n,) with scale `sd` (n,) and
    `freedom` degrees of freedom (one number, or (n,)); where they are infinite, a normal
    distribution with standard deviation `sd`."""

    mean: FloatArray
    sd: FloatArray
    freedom: FloatArray | float = math.inf

    def log_density(self, y: FloatArray) -> FloatArray:
        """ln of the density at y (n,), shape (n,)."""
        return student.logpdf(y, self.freedom, self.mean, self.sd)

    def half_width(self, level: float) -> FloatArray:
        """Half the central interval that holds `level` of all stacks, shape (n,)."""
        return student.ppf(0.5 + 0.5 * level, self.freedom) * self.sd


class Fitted(Protocol):
    """A model that has learned."""

    def predict(self, x: FloatArray, variance: FloatArray | float = 0.0) -> Prediction:
        """Of one more stack at x (n, d), its scatter included. `variance` is the known variance of
        its reading, which models that tell readings from stacks add; in the others it is part of
        the scatter that they have learned."""
        ...


def at_least(count: int, rows: int) -> None:
    """Raises ValueError where there are fewer rows than a model needs."""
    if rows < count:
        raise ValueError(f"it needs {count} stacks or more to learn from, there "
                         f"{by_number(rows, 'is', 'are')} {rows}")
