"""How much one more stack improves the recipe that would be shipped.

g(x) = min_a m(a) - E_y[min_a m(a | y at x)], a over recipes that may turn out to be the best and
m the posterior mean of ln R: the knowledge gradient for correlated beliefs (Frazier 2009, doi
10.1287/ijoc.1080.0314), by quadrature over the one reading y. A noisy reading is worth what it
changes of the choice, so that a replicate is taken where it tells more than a new recipe, and the
corners of the space, which are unknown but not promising, are left alone.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from optimizer.beliefs import Beliefs
from optimizer.shipping import may_be_shipped

PLAUSIBLE = 96
"""Recipes that compete for being the best."""
NODES = 15


def gain(beliefs: Beliefs, points: Tensor, pending: Tensor, offset: Tensor, seed: int) -> Tensor:
    """Expected fall of ln R of what is shipped, by one stack at each of points (m, d) while those
    at pending (k, d) are under way; `offset` (m,) is what the objective adds to ln R. Shape (m,);
    the seed is not used."""
    gp = beliefs.log_resistance
    assert gp is not None
    mean, sd = gp.predict(points)
    best = _plausible(beliefs, points, mean + offset, sd)
    cross = gp.covariance(points, points[best])
    variance = sd**2
    if pending.shape[0]:
        cross, variance = _while_pending(beliefs, points, best, pending, cross, variance)
    noise = beliefs.stack_scatter(points) ** 2
    return _fall((mean + offset)[best], cross / (variance + noise).sqrt().unsqueeze(1))


def _plausible(beliefs: Beliefs, points: Tensor, value: Tensor, sd: Tensor) -> Tensor:
    """Indices of the points that may be the best ones to ship."""
    allowed = may_be_shipped(beliefs, points, beliefs.caution.max_crush_probability_exploring)
    if not bool(allowed.any()):
        allowed = torch.ones_like(allowed)
    optimistic = torch.where(allowed, value - sd, torch.inf)
    return optimistic.argsort()[:min(PLAUSIBLE, int(allowed.sum()))]


def _while_pending(beliefs: Beliefs, points: Tensor, best: Tensor, pending: Tensor, cross: Tensor,
                   variance: Tensor) -> tuple[Tensor, Tensor]:
    """Covariances after stacks whose readings are not known yet: they narrow, whatever they say."""
    gp = beliefs.log_resistance
    assert gp is not None
    of_points = gp.covariance(points, pending)
    noise = torch.diag(beliefs.stack_scatter(pending) ** 2)
    known = torch.linalg.solve(gp.covariance(pending, pending) + noise, of_points.T)
    less = (of_points * known.T).sum(1)
    return cross - (of_points[best] @ known).T, (variance - less).clamp_min(1e-10)


def _fall(mean: Tensor, moves: Tensor) -> Tensor:
    """min_a m_a - E_z[min_a (m_a + t_a z)] for standard normal z; mean (k,), moves (m, k)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    lowest = torch.zeros(moves.shape[0], dtype=torch.float64)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        lowest = lowest + weight * (mean + moves * node).min(1).values
    return (mean.min() - lowest).clamp_min(0.0)
