"""How much one more stack improves the recipe that would be shipped.

g(x) = min_a m(a) - E_y[min_a m(a | y at x)], a over recipes that may turn out to be the best and
m the posterior mean of ln R: the knowledge gradient for correlated beliefs (Frazier 2009, doi
10.1287/ijoc.1080.0314), by quadrature over the one reading y. A noisy reading is worth what it
changes of the choice, so that a replicate is taken where it tells more than a new recipe, and the
corners of the space, which are unknown but not promising, are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from optimizer.beliefs import Beliefs
from optimizer.shipping import Offset, losses, may_be_shipped
from surrogates.pressing_gp import PressingGP

PLAUSIBLE = 96
"""Recipes that compete for being the best."""
NODES = 15


def gain(beliefs: Beliefs, points: Tensor, pending: Tensor, offset_of: Offset, seed: int
         ) -> Tensor:
    """Expected fall of ln R, as the objective sees it, of what is shipped; the seed is not used."""
    value, best = _competing(beliefs, points, offset_of)
    return _fall(value, moved(beliefs, points, best, pending)[0])


def gain_at(beliefs: Beliefs, points: Tensor, at: int, pending: Tensor, offset_of: Offset
            ) -> float:
    """The gain of one of the points alone, which is cheap."""
    value, best = _competing(beliefs, points, offset_of)
    few = torch.cat([points[[at]], points[best]])
    moves, _ = moved(beliefs, few, torch.arange(1, few.shape[0]), pending)
    return float(_fall(value, moves[:1]))


def _competing(beliefs: Beliefs, points: Tensor, offset_of: Offset) -> tuple[Tensor, Tensor]:
    """What is to be lowest, of the points that may be the best ones to ship, shape (k,); and
    their indices."""
    gp = beliefs.log_resistance
    assert gp is not None
    mean, sd = gp.predict(points)
    value = mean + losses(beliefs, points) + offset_of(beliefs, points)
    best = plausible(beliefs, points, value, value - sd)
    return value[best], best


def allowed(beliefs: Beliefs, points: Tensor) -> Tensor:
    """Indices of the points that may be shipped, once more is known; all where none may."""
    may = may_be_shipped(beliefs, points, beliefs.caution.max_crush_probability_exploring)
    return (may if bool(may.any()) else torch.ones_like(may)).nonzero().squeeze(1)


def plausible(beliefs: Beliefs, points: Tensor, value: Tensor, optimistic: Tensor) -> Tensor:
    """Indices of the points that may be the best ones to ship: the one of the lowest value (m,),
    and those of the lowest optimistic one."""
    may = allowed(beliefs, points)
    return torch.cat([may[value[may].argmin()].unsqueeze(0),
                      may[optimistic[may].argsort()[:PLAUSIBLE]]])


def moved(beliefs: Beliefs, points: Tensor, best: Tensor, pending: Tensor
          ) -> tuple[Tensor, Tensor]:
    """Standard deviations by which a reading at each of points (m, d) moves the mean of ln R at
    points[best], shape (m, k); and the variance at points before it, shape (m,)."""
    gp = beliefs.log_resistance
    assert gp is not None
    cross, variance = gp.covariance(points, points[best]), gp.predict(points)[1].square()
    if pending.shape[0]:
        noise = beliefs.stack_scatter(pending).square()
        known, of_points, variance = while_pending(gp, points, pending, noise, variance)
        cross = cross - (of_points[best] @ known).T
    scatter = beliefs.stack_scatter(points).square()
    return cross / (variance + scatter).sqrt().unsqueeze(1), variance


def normal_nodes() -> Iterator[tuple[float, float]]:
    """Nodes and weights of the mean over a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return zip(nodes.tolist(), (weights / weights.sum()).tolist(), strict=True)


def while_pending(gp: PressingGP, points: Tensor, pending: Tensor, noise: Tensor,
                  variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What stacks whose readings are not known yet will tell, whatever they say: weights (k, m),
    covariances (m, k), and the variance at points (m,) that is left. `noise` (k,) is theirs."""
    of_points = gp.covariance(points, pending)
    known = torch.linalg.solve(gp.covariance(pending, pending) + torch.diag(noise), of_points.T)
    return known, of_points, (variance - (of_points * known.T).sum(1)).clamp_min(1e-10)


def _fall(mean: Tensor, moves: Tensor) -> Tensor:
    """min_a m_a - E_z[min_a (m_a + t_a z)] for standard normal z; mean (k,), moves (m, k)."""
    lowest = torch.zeros(moves.shape[0], dtype=torch.float64)
    for node, weight in normal_nodes():
        lowest += weight * (mean + moves * node).min(1).values
    return (mean.min() - lowest).clamp_min(0.0)
