"""Response surface of first degree in ln pressure, ln dwell and -1/T, by least squares.

A new stack is predicted by y ~ t(n - p) about f.b with the scale s sqrt(1 + f' (F'F)^-1 f), F being
the terms of the rows and f those of the recipe (Draper and Smith 1998, doi 10.1002/9781118625590).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pressloop.optimizer.history.training import Rows
from pressloop.studies.compare.models import Prediction, at_least
from pressloop.trials.checks import FloatArray

TITLE = "straight-line response surface"
SMALLEST = 1e-6
"""Scale of scatter below which rows only look as if they had none."""
Terms = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Coefficients (p,), inverse of F'F (p, p), scatter and degrees of freedom."""

    terms: Terms
    coefficients: FloatArray
    inverse: FloatArray
    scatter: float
    freedom: int

    def predict(self, x: FloatArray, variance: FloatArray | float = 0.0) -> Prediction:
        """One more stack."""
        found = self.terms(x)
        leverage = np.einsum("np,pq,nq->n", found, self.inverse, found)
        return Prediction(found @ self.coefficients, self.scatter * np.sqrt(1.0 + leverage),
                          self.freedom)


def fit(rows: Rows) -> Surface:
    """One coefficient per free variable, and a level."""
    return fit_surface(rows, lambda x: np.column_stack([np.ones(len(x)), x]))


def fit_surface(rows: Rows, terms: Terms) -> Surface:
    """Any terms (n, d) to (n, p). Raises ValueError with fewer rows than p + 1, or where the
    recipes do not tell the terms apart."""
    found = terms(rows.x)
    n, p = found.shape
    at_least(p + 1, n)
    solved, _, rank, _ = np.linalg.lstsq(found, rows.y, rcond=1e-9)
    if rank < p:
        raise ValueError(f"the recipes tell {rank} of its {p} terms apart")
    coefficients = np.asarray(solved, dtype=np.float64)
    gap = rows.y - found @ coefficients
    scatter = max(float(np.sqrt(gap @ gap / (n - p))), SMALLEST)
    inverse = np.asarray(np.linalg.inv(found.T @ found), dtype=np.float64)
    return Surface(terms, coefficients, inverse, scatter, n - p)
