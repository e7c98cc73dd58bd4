"""The share of crushed stacks, whatever the recipe: (k + 1/2)/(n + 1), never 0 or 1 (Jeffreys)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pressloop.surrogates.yardsticks import FloatArray

TITLE = "share of crushed stacks"


def fit(x: FloatArray, y: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """The same everywhere. x (n, d), y (n,)."""
    share = float((y.sum() + 0.5) / (y.size + 1.0))
    return lambda at: np.full(len(at), share)
