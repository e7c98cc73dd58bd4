"""How much one more stack improves the recipe that would be recommended.

A stack tells two things. Its reading y moves what is believed of ln R at other recipes: the
knowledge gradient for correlated beliefs (Frazier 2009, doi 10.1287/ijoc.1080.0314), by quadrature
over the one reading. And that it survives makes recipes near it safer, so that a better one may
keep the limits on failure. With v(a) = m(a) + losses over the recipes a that keep the limits,

g(x) = P(x survives) (min_a v(a) - E_y[min_a v(a | x survives, y at x)])

BoTorch's `qKnowledgeGradient` searches for the best recipe of each fantasy anew; here a fixed set
competes. A noisy reading is worth what it changes of the choice, so that a replicate is taken where
it tells more than a new recipe, and corners of the space that are unknown but not promising are
left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from botorch.acquisition import AcquisitionFunction
from botorch.models.model import Model
from botorch.utils.transforms import t_batch_mode_transform
from torch import Tensor

from pressloop.optimizer.beliefs.risk import OTHER_MODES, Risk
from pressloop.optimizer.candidates import WIDTHS, near, other_kinds, spread
from pressloop.optimizer.incumbent import MAY_MISS, losses, within_limits
from pressloop.optimizer.models import Models
from pressloop.surrogates import predict
from pressloop.trials.outcome import FailureMode

COMPETING = 96
"""Recipes that compete for being the best."""
SPREAD, CLOUD = 512, 48
NODES = 15
UNLIKELY = 0.02
"""Chance of failing that one more survivor need not lower."""
SMALLEST = 1e-12
"""Smallest gain whose logarithm is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Competing:
    """Points (k, d) that may be the best to recommend once more is known.

    With the mean of ln R and what the objective adds, `mean` (k,), and their risk; `now` is the
    lowest value as things are."""

    points: Tensor
    mean: Tensor
    risk: Risk
    now: float


class KnowledgeGradient(AcquisitionFunction):
    """ln of the expected fall of ln R, as the objective sees it, of the recommended recipe.

    Without the chance that x survives, which the search counts itself."""

    def __init__(self, models: Models, X_pending: Tensor) -> None:
        super().__init__(models.resistance_model)
        self.models, self.pending, self.competing = models, X_pending, competing(models)

    @t_batch_mode_transform(expected_q=1)
    def forward(self, X: Tensor) -> Tensor:
        """At X (m, 1, d), shape (m,)."""
        return self.fall(X.squeeze(-2)).clamp_min(SMALLEST).log()

    def fall(self, points: Tensor) -> Tensor:
        """Expected fall of ln R if the stack at each of points (m, d) survives, shape (m,)."""
        there = self.competing
        moves, _ = moved(self.models, points, there.points, self.pending)
        value = there.mean + self._losses_then(points)
        return expected_fall(value, moves, there.now)

    def _losses_then(self, points: Tensor) -> Tensor:
        """What lost stacks add to ln R at the competing points, shape (m, k).

        If the stack at each of points (m, d) survives: infinite beyond the limits on failure."""
        there = self.competing
        then = [_survived(self.models, modes, points, there.points, before)
                for modes, before in (((FailureMode.CRUSHED,), there.risk.crush),
                                      (OTHER_MODES, there.risk.fail))]
        crush, fail = then
        risk = Risk(crush, fail, there.risk.miss)
        lost = losses(self.models, risk)
        return lost.where(within_limits(self.models, risk), torch.inf)


def build(models: Models, X_pending: Tensor, *, seed: int = 0) -> KnowledgeGradient:
    """The seed is not used. Pending points have shape (k, d)."""
    return KnowledgeGradient(models, X_pending)


@lru_cache(maxsize=4)
def competing(models: Models) -> Competing:
    """The points that compete.

    Those of the best optimistic values among the recipes that may come to keep the limits on
    failure, the incumbent first."""
    best, _ = models.incumbent
    centre = best.unsqueeze(0)
    points = torch.cat([centre, models.searched(torch.cat([
        spread(best.numel(), SPREAD, 0), models.tried,
        *(near(centre, width, CLOUD, 0) for width in WIDTHS),
        other_kinds(centre, models.space.kinds)]))])
    risk = models.risk(points)
    may = within_limits(models, risk, models.limits.max_crush_probability_exploring)
    if risk.miss is not None:
        # Who misses a limit of a quantity is not recommended, whatever the next stack reads.
        may = may & (risk.miss <= MAY_MISS)
    may[0] = True
    points, risk = points[may], risk[may]
    mean, sd = models.moments(points)
    mean = mean + models.problem.objective.offset(models, points)
    value = mean + losses(models, risk)
    safe = within_limits(models, risk)
    now = value[safe].min() if bool(safe.any()) else value[0]
    order = (value - sd).argsort()[:COMPETING]
    kept = torch.cat([torch.zeros(1, dtype=torch.long), order[order != 0]])
    return Competing(points[kept], mean[kept], risk[kept], float(now))


def _survived(models: Models, modes: Sequence[FailureMode], points: Tensor, others: Tensor,
              before: Tensor) -> Tensor:
    """Chance of failing so at the others (k, d) if a stack at each of points (m, d) survives.

    Shape (m, k); `before` (k,) where it is unlikely anyway, or a model cannot tell."""
    whole = torch.ones(points.shape[0], others.shape[0], dtype=torch.float64)
    known = [models.failures[mode] for mode in modes if mode in models.failures]
    unlikely = float(before.max()) < UNLIKELY
    if unlikely or not all(hasattr(model, "failure_probability_after") for model in known):
        return before.expand_as(whole)
    for model in known:
        whole = whole * (1.0 - model.failure_probability_after(points, others))
    return 1.0 - whole


def moved(models: Models, points: Tensor, others: Tensor, pending: Tensor
          ) -> tuple[Tensor, Tensor]:
    """By how much a reading at each of points (m, d) moves the mean of ln R at the others (k, d).

    Standard deviations, shape (m, k); and the variance at points before it, shape (m,)."""
    cross, variance = models.covariance(points, others), models.moments(points)[1].square()
    if pending.shape[0]:
        known, _, variance = while_pending(models.resistance_model, points, pending,
                                           models.stack_scatter(pending), variance)
        cross = cross - known.T @ models.covariance(pending, others)
    scatter = models.stack_scatter(points).square()
    return cross / (variance + scatter).sqrt().unsqueeze(1), variance


def while_pending(model: Model, points: Tensor, pending: Tensor, scatter: Tensor,
                  variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What stacks whose readings are not known yet will tell, whatever they say.

    Weights (k, m), covariances (m, k), and the variance at points (m,) that is left. `scatter` (k,)
    is theirs."""
    of_points = predict.covariance(model, points, pending)
    own = predict.covariance(model, pending, pending) + torch.diag(scatter.square())
    known = torch.linalg.solve(own, of_points.T)
    return known, of_points, (variance - (of_points * known.T).sum(1)).clamp_min(1e-10)


def normal_nodes() -> Iterator[tuple[float, float]]:
    """Nodes and weights of the mean over a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return zip(nodes.tolist(), (weights / weights.sum()).tolist(), strict=True)


def expected_fall(value: Tensor, moves: Tensor, now: float) -> Tensor:
    """now - E_z[min_a (v_a + t_a z)] for standard normal z; value and moves (m, k), shape (m,)."""
    lowest = torch.zeros(moves.shape[0], dtype=torch.float64)
    for node, weight in normal_nodes():
        lowest += weight * (value + moves * node).min(1).values
    return (now - lowest).clamp_min(0.0)
