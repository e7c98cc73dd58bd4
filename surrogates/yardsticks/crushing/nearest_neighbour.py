"""The share of crushed ones among the five nearest stacks in the unit cube: (k + 1/2)/(n + 1)."""

from __future__ import annotations

from collections.abc import Callable

from sklearn.neighbors import NearestNeighbors

from pressloop.surrogates.yardsticks import FloatArray

TITLE = "five nearest neighbours"
NEAREST = 5


def fit(x: FloatArray, y: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Fewer than five stacks are all neighbours. x (n, d), y (n,)."""
    found = NearestNeighbors(n_neighbors=min(NEAREST, len(x))).fit(x)

    def chance(at: FloatArray) -> FloatArray:
        labels = y[found.kneighbors(at, return_distance=False)]
        return (labels.sum(1) + 0.5) / (labels.shape[1] + 1.0)

    return chance
