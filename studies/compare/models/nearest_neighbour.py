"""The nearest recipe in the unit cube (the mean of its replicates), off by as much as the nearest
one was for the stacks at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

from pressloop.optimizer.history.training import Rows
from pressloop.studies.compare.models import Prediction
from pressloop.trials.checks import FloatArray
from pressloop.trials.wording import by_number

TITLE = "nearest neighbour"
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Recipes (k, d) with the mean of their readings (k,), and the scatter about the nearest."""

    recipes: NearestNeighbors
    means: FloatArray
    scatter: float

    def predict(self, x: FloatArray, variance: FloatArray | float = 0.0) -> Prediction:
        """One more stack."""
        at = self.recipes.kneighbors(x, 1, return_distance=False)[:, 0]
        return Prediction(self.means[at], np.full(len(x), self.scatter))


def fit(rows: Rows) -> Nearest:
    """Raises ValueError below 3 different recipes."""
    recipes, which = np.unique(np.round(rows.x, 9), axis=0, return_inverse=True)
    which = which.reshape(-1)
    if len(recipes) < 3:
        raise ValueError(f"it needs 3 recipes or more to learn from, there "
                         f"{by_number(len(recipes), 'is', 'are')} {len(recipes)}")
    means = np.bincount(which, rows.y) / np.bincount(which)
    found = NearestNeighbors(n_neighbors=1).fit(recipes)
    # Without points of its own, each recipe finds the nearest other one.
    other = found.kneighbors(n_neighbors=1, return_distance=False)[:, 0]
    gap = rows.y - means[other[which]]
    return Nearest(found, means, max(float(np.sqrt(np.mean(gap**2))), SMALLEST))
