"""The mean of all stacks, whatever the recipe."""

from __future__ import annotations

import numpy as np

from pressloop.surrogates.yardsticks import FloatArray
from pressloop.surrogates.yardsticks.resistance.linear import Function, fit_surface

TITLE = "mean of all stacks"


def fit(x: FloatArray, y: FloatArray) -> Function:
    """A level. Raises ValueError below 2 stacks. x (n, d), y (n,)."""
    return fit_surface(x, y, lambda at: np.ones((len(at), 1)))
