"""How much one more stack improves the recipe that would be recommended.

g(x) = min_a m(a) - E_y[min_a m(a | y at x)], a over recipes that may turn out to be the best and
m the posterior mean of ln R: the knowledge gradient for correlated beliefs (Frazier 2009, doi
10.1287/ijoc.1080.0314), by quadrature over the one reading y. BoTorch's `qKnowledgeGradient`
searches for the best recipe of each fantasy anew; here a fixed set competes. A noisy reading is
worth what it changes of the choice, so that a replicate is taken where it tells more than a new
recipe, and corners of the space that are unknown but not promising are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch
from botorch.acquisition import AcquisitionFunction
from botorch.utils.transforms import t_batch_mode_transform
from torch import Tensor

from optimizer.candidates import WIDTHS, near, spread
from optimizer.incumbent import losses, within_limits
from optimizer.models import Models

COMPETING = 96
"""Recipes that compete for being the best."""
SPREAD, CLOUD = 512, 48
NODES = 15
SMALLEST = 1e-12
"""Smallest gain whose logarithm is taken."""


class KnowledgeGradient(AcquisitionFunction):
    """ln of the expected fall of ln R, as the objective sees it, of the recommended recipe."""

    def __init__(self, models: Models, X_pending: Tensor) -> None:
        super().__init__(models.resistance_model)
        self.models, self.pending = models, X_pending
        self.points, self.value = competing(models)

    @t_batch_mode_transform(expected_q=1)
    def forward(self, X: Tensor) -> Tensor:
        """At X (m, 1, d), shape (m,)."""
        moves, _ = moved(self.models, X.squeeze(-2), self.points, self.pending)
        return expected_fall(self.value, moves).clamp_min(SMALLEST).log()


def build(models: Models, X_pending: Tensor, *, seed: int = 0) -> KnowledgeGradient:
    """The seed is not used."""
    return KnowledgeGradient(models, X_pending)


@lru_cache(maxsize=4)
def competing(models: Models) -> tuple[Tensor, Tensor]:
    """Points (k, d) that may be the best to recommend, once more is known, and the value of each,
    which is to be lowest (k,)."""
    best, _ = models.incumbent
    tried = torch.from_numpy(models.data.log_resistance.x).clamp(0.0, 1.0)
    centre = best.unsqueeze(0)
    points = torch.cat([spread(best.numel(), SPREAD, 0), tried, centre,
                        *(near(centre, width, CLOUD, 0) for width in WIDTHS)])
    risk = models.risk(points)
    may = within_limits(models, risk, models.limits.max_crush_probability_exploring)
    if bool(may.any()):
        points, risk = points[may], risk[may]
    mean, sd = models.moments(points)
    value = mean + losses(models, risk) + models.problem.objective.offset(models, points)
    kept = torch.cat([value.argmin().unsqueeze(0), (value - sd).argsort()[:COMPETING]])
    return points[kept], value[kept]


def moved(models: Models, points: Tensor, others: Tensor, pending: Tensor
          ) -> tuple[Tensor, Tensor]:
    """Standard deviations by which a reading at each of points (m, d) moves the mean of ln R at the
    others (k, d), shape (m, k); and the variance at points before it, shape (m,)."""
    cross, variance = models.covariance(points, others), models.moments(points)[1].square()
    if pending.shape[0]:
        known, of_points, variance = while_pending(models, points, pending, variance)
        cross = cross - of_points @ _weights(models, others, pending)
    scatter = models.stack_scatter(points).square()
    return cross / (variance + scatter).sqrt().unsqueeze(1), variance


def while_pending(models: Models, points: Tensor, pending: Tensor, variance: Tensor
                  ) -> tuple[Tensor, Tensor, Tensor]:
    """What stacks whose readings are not known yet will tell, whatever they say: weights (k, m),
    covariances (m, k), and the variance at points (m,) that is left."""
    of_points = models.covariance(points, pending)
    known = _weights(models, points, pending)
    return known, of_points, (variance - (of_points * known.T).sum(1)).clamp_min(1e-10)


def _weights(models: Models, points: Tensor, pending: Tensor) -> Tensor:
    """(K_pp + noise)^-1 K_px, shape (k, m)."""
    noise = models.stack_scatter(pending).square()
    own = models.covariance(pending, pending) + torch.diag(noise)
    return torch.linalg.solve(own, models.covariance(points, pending).T)


def normal_nodes() -> Iterator[tuple[float, float]]:
    """Nodes and weights of the mean over a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return zip(nodes.tolist(), (weights / weights.sum()).tolist(), strict=True)


def expected_fall(mean: Tensor, moves: Tensor) -> Tensor:
    """min_a m_a - E_z[min_a (m_a + t_a z)] for standard normal z; mean (k,), moves (m, k)."""
    lowest = torch.zeros(moves.shape[0], dtype=torch.float64)
    for node, weight in normal_nodes():
        lowest += weight * (mean + moves * node).min(1).values
    return (mean.min() - lowest).clamp_min(0.0)
