"""Simple models that campaigns cannot use: what a surrogate must beat to be worth anything.

All stacks are taken for one lot, as the tools do that the yardsticks stand for.

A file has `TITLE`, what a person calls it, and `fit(x, y)`, which learns from recipes in the unit
cube (n, d) and what became of them (n,), and gives a function of recipes. It raises ValueError with
a reason where the stacks do not do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """ln R of one more stack at n recipes.

    Student's t about `mean` (n,) with scale `sd` (n,) and `freedom` degrees of freedom (one number,
    or (n,)); where they are infinite, a normal distribution with standard deviation `sd`."""

    mean: FloatArray
    sd: FloatArray
    freedom: FloatArray | float = math.inf

    def log_density(self, y: FloatArray) -> FloatArray:
        """ln of the density at y (n,), shape (n,)."""
        return student.logpdf(y, self.freedom, self.mean, self.sd)

    def half_width(self, level: float) -> FloatArray:
        """Half the central interval that holds `level` of all stacks, shape (n,)."""
        return student.ppf(0.5 + 0.5 * level, self.freedom) * self.sd


def at_least(needed: int, found: int, noun: str = "stack") -> None:
    """Raises ValueError where there are fewer stacks, or recipes, than a model needs."""
    if found < needed:
        raise ValueError(f"it needs {needed} {noun}s or more to learn from, there "
                         f"{'is' if found == 1 else 'are'} {found}")
