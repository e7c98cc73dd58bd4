"""How far the incumbent may be from the best recipe, and what one more stack tells of that.

Both come from the joint posterior: recipes near one another are better or worse together, which
chances taken one by one would miss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from pressloop.optimizer.beliefs.risk import OTHER_MODES
from pressloop.optimizer.candidates import WIDTHS, near, other_kinds, spread
from pressloop.optimizer.decision_analysis import telling_stack
from pressloop.optimizer.incumbent import MAY_MISS
from pressloop.optimizer.models import Models
from pressloop.surrogates import predict
from pressloop.trials.outcome import FailureMode

SPREAD, CLOUD = 1024, 64
"""Candidates all over the cube, and in the clouds round the incumbent."""
RIVALS = 256
"""Recipes most likely to be better, which are drawn jointly."""
DRAWS = 2048
"""Standard error of a chance of 5 %: half a percent."""


def p_improvable(models: Models, by: float) -> float:
    """Probability that a recipe of the space is better by more than the fraction `by`.

    That its resistance is lower than that of the incumbent by that, and that it keeps the limits on
    failure.

    In each draw of the posterior a recipe has one resistance and one chance of failing: one that
    may be too dangerous, for all that is known, counts in the draws in which it is not.
    """
    gap, best = -math.log1p(-by), models.incumbent[0]
    x = torch.cat([best.unsqueeze(0), _rivals(models, best, gap)])
    value = (predict.draws(models.resistance_model, x, DRAWS, 0)
             + models.problem.objective.offset(models, x))
    better = value[:, :1] - value[:, 1:] > gap
    return float((better & _sound(models, x[1:])).any(1).double().mean())


def expected_gain(models: Models) -> float | None:
    """The fraction by which the best next stack lowers the resistance of what is recommended.

    On average over what it may say and whether it survives; None where none is safe enough to
    try."""
    found = telling_stack(models, models.space.decode(models.incumbent[0].numpy()))
    return None if found is None else found.expected_gain


def _candidates(models: Models, best: Tensor) -> Tensor:
    centre = best.unsqueeze(0)
    return torch.cat([models.searched(torch.cat([
        spread(best.numel(), SPREAD, 0), models.tried])), centre, models.searched(torch.cat([
            *(near(centre, width, CLOUD, 0) for width in WIDTHS),
            other_kinds(centre, models.space.kinds)]))])


def _rivals(models: Models, best: Tensor, gap: float) -> Tensor:
    """The points most likely to be better than `best` (d,) by `gap` in ln R, and sound."""
    points, centre = _candidates(models, best), best.unsqueeze(0)
    offset = models.problem.objective.offset
    (mean, sd), (mean_best, sd_best) = models.moments(points), models.moments(centre)
    lower = mean_best + offset(models, centre) - mean - offset(models, points)
    variance = sd**2 + sd_best**2 - 2.0 * models.covariance(points, centre).squeeze(1)
    chance = torch.special.ndtr((lower - gap) / variance.clamp_min(1e-12).sqrt())
    chance = chance * models.risk(points).log_survival().exp()
    return points[chance.argsort(descending=True, stable=True)[:RIVALS]]


def _sound(models: Models, x: Tensor) -> Tensor:
    """In which draws the recipes x (m, d) keep the limits on failure, shape (DRAWS, m)."""
    limits = models.limits
    crush = 1.0 - _survives(models, (FailureMode.CRUSHED,), x, 1)
    other = 1.0 - _survives(models, OTHER_MODES, x, 11)
    sound = ((crush <= limits.max_crush_probability)
             & (other <= limits.max_failure_probability))
    miss = models.risk(x).miss
    return sound if miss is None else sound & (miss <= MAY_MISS)


def _survives(models: Models, modes: Sequence[FailureMode], x: Tensor, seed: int) -> Tensor:
    """Chance in each joint draw that one more stack fails in none of these ways, (DRAWS, m)."""
    whole = torch.ones(DRAWS, x.shape[0], dtype=torch.float64)
    for i, mode in enumerate(modes):
        if mode in models.failures:
            model = models.failures[mode]
            f = predict.draws(model, x, DRAWS, seed + i)
            whole = whole * torch.special.ndtr(-f / predict.scatter(model, x))
    return whole
