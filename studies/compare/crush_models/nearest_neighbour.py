"""The share of crushed ones among the five nearest stacks in the unit cube."""

from __future__ import annotations

from dataclasses import dataclass

from sklearn.neighbors import NearestNeighbors

from pressloop.studies.compare.crush_models import Stacks
from pressloop.trials.checks import FloatArray

TITLE = "five nearest neighbours"
NEAREST = 5


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Stacks that can be looked up by recipe, and which were crushed (n,)."""

    found: NearestNeighbors
    crushed: FloatArray

    def probability(self, x: FloatArray) -> FloatArray:
        """(k + 1/2)/(n + 1), which is never 0 or 1."""
        labels = self.crushed[self.found.kneighbors(x, return_distance=False)]
        return (labels.sum(1) + 0.5) / (labels.shape[1] + 1.0)


def fit(stacks: Stacks) -> Neighbours:
    """Fewer than five stacks are all neighbours."""
    nearest = NearestNeighbors(n_neighbors=min(NEAREST, len(stacks.x))).fit(stacks.x)
    return Neighbours(nearest, stacks.crushed)
