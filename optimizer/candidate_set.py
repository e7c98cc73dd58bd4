"""The recipes among which the next one is chosen, as the panel can set them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pressloop.optimizer.beliefs.risk import Risk
from pressloop.optimizer.candidates import WIDTHS, near, other_kinds, spread
from pressloop.optimizer.incumbent import losses
from pressloop.optimizer.models import Models
from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray
from pressloop.trials.recipe import Recipe

SPREAD, CLOUD = 512, 48
"""Candidates all over the cube, and in the clouds round those that matter."""
LEAST_DANGEROUS, MOST = 8, 256
SAME = 0.01
"""Distance in the unit cube within which a recipe that was pressed is one that can be set."""
MOSTLY_MISSED = 0.8
"""Chance of missing the limit of a measured quantity beyond which a recipe is not tried as long as
there are others."""
HOPE = 2.0
"""Standard deviations below the mean at which a recipe must still reach the incumbent: one in 40
that just does is better than it."""


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSet:
    """Recipes, each once, their points (m, d) and risk.

    `tried` (m,) marks those that have readings."""

    recipes: tuple[Recipe, ...]
    points: Tensor
    risk: Risk
    tried: Tensor

    def __getitem__(self, index: Tensor) -> CandidateSet:
        kept = torch.arange(len(self.recipes))[index]
        return CandidateSet(tuple(self.recipes[i] for i in kept.tolist()), self.points[kept],
                            self.risk[kept], self.tried[kept])


def candidates(models: Models, seed: int) -> CandidateSet:
    """Points all over the cube, the recipes tried, and clouds round the best ones.

    The best ones are the incumbent and the best tried, as far as they may survive. Where none is
    believed to, the least dangerous ones."""
    points = [spread(len(models.space.free), SPREAD, seed)]
    if models.log_resistance is not None:
        tried = models.tried
        best = models.incumbent[0].unsqueeze(0)
        value = (models.moments(tried)[0] + losses(models, models.risk(tried))
                 + models.problem.objective.offset(models, tried))
        centres = torch.cat([best, tried[value.argsort()[:3]]])
        points += [tried, best, *(near(centres, width, CLOUD, seed) for width in WIDTHS),
                   other_kinds(centres, models.space.kinds)]
    return _tolerable(models, rounded_set(models, models.searched(torch.cat(points))))


def safest(models: Models, points: Tensor) -> CandidateSet:
    """Points and ever smaller neighbourhoods of the least dangerous one, least dangerous first.

    Points have shape (m, d)."""
    for turn, width in enumerate((0.3, *WIDTHS)):
        least = points[models.risk(points).danger().argmin()].unsqueeze(0)
        points = models.searched(torch.cat([points, near(least, width, 2 * CLOUD, turn)]))
    found = rounded_set(models, points)
    return found[found.risk.danger().argsort(stable=True)]


def rounded_set(models: Models, points: Tensor) -> CandidateSet:
    """Rounded, so that what is believed of a recipe is believed of what will be pressed.

    Points have shape (m, d)."""
    recipes = rounded(models.space, points.numpy())
    known = _with_readings(models)
    at = models.unit(recipes)
    return CandidateSet(recipes, at, models.risk(at), torch.tensor([r in known for r in recipes]))


def rounded(space: Space, x: FloatArray) -> tuple[Recipe, ...]:
    """The recipes of points (m, d), each once."""
    return tuple(dict.fromkeys(space.decode_all(x)))


def _with_readings(models: Models) -> frozenset[Recipe]:
    """The recipes of the space, rounded, whose resistance has been read."""
    space, x = models.space, models.data.log_resistance.x
    x = x[((x >= -1e-9) & (x <= 1.0 + 1e-9)).all(axis=1)]
    if space.steps or space.held or space.others:
        # Rounding to the machine's steps may have made another recipe of it.
        x = x[(np.abs(space.encode(space.decode_all(x)) - x) <= SAME).all(axis=1)]
    return frozenset(rounded(space, x))


def _tolerable(models: Models, found: CandidateSet) -> CandidateSet:
    allowed = found.risk.danger() <= models.limits.max_crush_probability_exploring
    if found.risk.miss is not None and bool((near := allowed & (
            found.risk.miss <= MOSTLY_MISSED)).any()):
        return found[near]
    if bool(allowed.any()):
        return found[allowed]
    return safest(models, found.points)[torch.arange(LEAST_DANGEROUS)]


def promising(models: Models, found: CandidateSet) -> CandidateSet:
    """Those that may be better than the incumbent, at most MOST.

    No stack on recipes known to be worse."""
    if models.log_resistance is None or not models.problem.objective.by_value:
        return found
    offset = models.problem.objective.offset
    best = models.incumbent[0].unsqueeze(0)
    mean, sd = models.moments(torch.cat([best, found.points]))
    value = mean + torch.cat([offset(models, best), offset(models, found.points)])
    optimistic = value[1:] - HOPE * sd[1:]
    hopeful = optimistic <= value[0] + math.log1p(models.limits.tolerance)
    if not bool(hopeful.any()):
        return found
    order = (optimistic + losses(models, found.risk)).argsort(stable=True)
    return found[order[hopeful[order]][:MOST].sort().values]
