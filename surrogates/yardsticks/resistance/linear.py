"""Response surface of first degree in ln pressure, ln dwell and -1/T, by least squares.

A new stack is predicted by y ~ t(n - p) about f.b with the scale s sqrt(1 + f' (F'F)^-1 f), F being
the terms of the stacks and f those of the recipe (Draper and Smith 1998, doi
10.1002/9781118625590).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pressloop.surrogates.yardsticks import FloatArray, Prediction, at_least

TITLE = "straight-line response surface"
SMALLEST = 1e-6
"""Scale of scatter below which stacks only look as if they had none."""
Function = Callable[[FloatArray], Prediction]


def fit(x: FloatArray, y: FloatArray) -> Function:
    """One coefficient per free variable, and a level.

    x (n, d), y (n,). Raises ValueError as `fit_surface`."""
    return fit_surface(x, y, lambda at: np.column_stack([np.ones(len(at)), at]))


def fit_surface(x: FloatArray, y: FloatArray, terms: Callable[[FloatArray], FloatArray]
                ) -> Function:
    """Any terms (n, d) to (n, p).

    Raises ValueError with fewer stacks than p + 1, or where the recipes do not tell the terms
    apart."""
    found = terms(x)
    n, p = found.shape
    at_least(p + 1, n)
    solved, _, rank, _ = np.linalg.lstsq(found, y, rcond=1e-9)
    if rank < p:
        raise ValueError(f"the recipes tell {rank} of its {p} terms apart")
    coefficients = np.asarray(solved, dtype=np.float64)
    gap = y - found @ coefficients
    scatter = max(float(np.sqrt(gap @ gap / (n - p))), SMALLEST)
    inverse = np.asarray(np.linalg.inv(found.T @ found), dtype=np.float64)

    def predict(at: FloatArray) -> Prediction:
        here = terms(at)
        leverage = np.einsum("np,pq,nq->n", here, inverse, here)
        return Prediction(here @ coefficients, scatter * np.sqrt(1.0 + leverage), n - p)

    return predict
