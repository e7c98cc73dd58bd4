"""Random forest (scikit-learn). Its scatter is half the mean square of the out-of-bag residuals and
half the same in proportion to how much the trees disagree at the recipe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from optimizer.caution import Caution
from optimizer.space import Space
from optimizer.training import Rows
from studies.models import Prediction, at_least
from trials.checks import FloatArray

TITLE = "random forest"
TREES = 100
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Trees; mean squares of their out-of-bag residuals and of their disagreement there."""

    trees: RandomForestRegressor
    residual: float
    disagreement: float

    def predict(self, x: FloatArray, variance: FloatArray | float = 0.0) -> Prediction:
        """One more stack."""
        votes = np.array([tree.predict(x) for tree in self.trees.estimators_])
        share = votes.var(0) / max(self.disagreement, SMALLEST**2)
        return Prediction(votes.mean(0), np.sqrt(0.5 * self.residual * (1.0 + share)))


def fit(rows: Rows, space: Space, caution: Caution) -> Forest:
    """Trees with bootstrap samples. Raises ValueError below 5 rows."""
    at_least(5, rows.y.size)
    trees = RandomForestRegressor(TREES, random_state=0).fit(rows.x, rows.y)
    votes = np.array([tree.predict(rows.x) for tree in trees.estimators_])
    for vote, sample in zip(votes, trees.estimators_samples_, strict=True):
        vote[sample] = np.nan
    seen = (~np.isnan(votes)).sum(0) >= 2
    if not seen.any():
        raise ValueError("no stack was left out by two of its trees")
    votes = votes[:, seen]
    gap = rows.y[seen] - np.nanmean(votes, 0)
    return Forest(trees, max(float(np.mean(gap**2)), SMALLEST**2),
                  float(np.nanvar(votes, 0).mean()))
