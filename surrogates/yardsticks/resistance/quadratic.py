"""Response surface of second degree: squares and products of ln pressure, ln dwell and -1/T."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from pressloop.surrogates.yardsticks import FloatArray
from pressloop.surrogates.yardsticks.resistance.linear import Function, fit_surface

TITLE = "quadratic response surface"


def fit(x: FloatArray, y: FloatArray) -> Function:
    """Level, slopes, squares and products: ten coefficients for three variables.

    x (n, d), y (n,)."""
    return fit_surface(x, y, _terms)


def _terms(x: FloatArray) -> FloatArray:
    # About the middle of the cube, where squares and slopes are least alike.
    centred = x - 0.5
    pairs = combinations_with_replacement(range(x.shape[-1]), 2)
    return np.column_stack([np.ones(len(x)), centred,
                            *(centred[:, i] * centred[:, j] for i, j in pairs)])
