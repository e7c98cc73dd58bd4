"""How far what would be shipped now may be from the best, and what one more stack tells of that.

Both come from the joint posterior: recipes near one another are better or worse together, which
chances taken one by one would miss.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from optimizer.beliefs import Beliefs, Limit
from optimizer.candidates import WIDTHS, near, spread
from optimizer.objectives import Objective
from optimizer.second_thoughts import telling_stack
from surrogates.monotone_labels import MonotoneLabels
from surrogates.pressing_gp import PressingGP
from trials.outcome import FailureMode

SPREAD, CLOUD = 1024, 64
"""Candidates all over the cube, and in the clouds round what would be shipped."""
RIVALS = 256
"""Recipes most likely to be better, which are drawn jointly."""
DRAWS = 2048
"""Standard error of a chance of 5 %: half a percent."""
SMALLEST_SHARE = 1e-9
"""Of the largest eigenvalue: smaller ones are rounding."""


def p_improvable(beliefs: Beliefs, best: Tensor, by: float, objective: Objective) -> float:
    """Probability that the space holds a recipe whose resistance is lower by more than the fraction
    `by` than that of the recipe that would be shipped, `best` (d,), and that keeps the limits on
    failure.

    In each draw of the posterior a recipe has one resistance and one chance of failing: one that
    may be too dangerous, for all that is known, counts in the draws in which it is not.
    """
    gap = -math.log1p(-by)
    x = torch.cat([best.unsqueeze(0), _rivals(beliefs, best, gap, objective)])
    value = _joint(_resistance(beliefs), x, 0) + objective.offset(beliefs, x)
    better = value[:, :1] - value[:, 1:] > gap
    return float((better & _sound(beliefs, x[1:])).any(1).double().mean())


def expected_gain(beliefs: Beliefs, best: Tensor, objective: Objective) -> float | None:
    """The fraction by which the best next stack lowers the resistance of what is shipped, on
    average over what it may say and whether it survives; None where none is safe enough to try."""
    found = telling_stack(beliefs, beliefs.space.decode(best.numpy()), objective.offset)
    return None if found is None else found.expected_gain


def _candidates(beliefs: Beliefs, best: Tensor) -> Tensor:
    tried = torch.from_numpy(beliefs.data.log_resistance.x).clamp(0.0, 1.0)
    centre = best.unsqueeze(0)
    return torch.cat([spread(best.numel(), SPREAD, 0), tried, centre,
                      *(near(centre, width, CLOUD, 0) for width in WIDTHS)])


def _rivals(beliefs: Beliefs, best: Tensor, gap: float, objective: Objective) -> Tensor:
    """The points most likely to be better than `best` (d,) by `gap` in ln R, and sound."""
    points, centre = _candidates(beliefs, best), best.unsqueeze(0)
    gp = _resistance(beliefs)
    (mean, sd), (mean_best, sd_best) = gp.predict(points), gp.predict(centre)
    lower = mean_best + objective.offset(beliefs, centre) - mean - objective.offset(beliefs, points)
    variance = sd**2 + sd_best**2 - 2.0 * gp.covariance(points, centre).squeeze(1)
    chance = torch.special.ndtr((lower - gap) / variance.clamp_min(1e-12).sqrt())
    with torch.no_grad():
        chance = chance * beliefs.log_survival(points).exp()
    return points[chance.argsort(descending=True, stable=True)[:RIVALS]]


def _joint(gp: PressingGP, x: Tensor, seed: int) -> Tensor:
    """Draws at the points x (m, d) together, shape (DRAWS, m)."""
    mean, _ = gp.predict(x)
    size, axes = torch.linalg.eigh(gp.covariance(x, x))
    root = axes * size.clamp_min(SMALLEST_SHARE * float(size.max())).sqrt()
    normals = torch.from_numpy(np.random.default_rng(seed).standard_normal((DRAWS, x.shape[0])))
    return mean + normals @ root.T


def _sound(beliefs: Beliefs, x: Tensor) -> Tensor:
    """In which draws the recipes x (m, d) keep the limits on failure, shape (DRAWS, m)."""
    limits = beliefs.caution
    whole = 1.0 - _labelled(beliefs.labels[FailureMode.CRUSHED], x, 1)
    for i, limit in enumerate(beliefs.limits):
        whole = whole * _kept(limit, x, beliefs.off, 2 + i)
    other = torch.ones_like(whole)
    for i, mode in enumerate((FailureMode.SHORTED, FailureMode.DELAMINATED)):
        other = other * (1.0 - _labelled(beliefs.labels[mode], x, 11 + i))
    return ((1.0 - whole <= limits.max_crush_probability)
            & (1.0 - other <= limits.max_failure_probability))


def _kept(limit: Limit, x: Tensor, off: Tensor, seed: int) -> Tensor:
    """Probability that one more stack keeps the limit, in each draw of what is measured."""
    return torch.special.ndtr((limit.highest - _joint(limit.gp, x, seed))
                              / limit.gp.scatter_with(x, off))


def _labelled(labels: MonotoneLabels, x: Tensor, seed: int) -> Tensor:
    """Probability of the failure in each draw, shape (DRAWS, m)."""
    order = np.random.default_rng(seed).permutation(DRAWS) % labels.thresholds.numel()
    beyond = (x @ labels.slopes.T - labels.thresholds) / labels.widths
    return torch.sigmoid(beyond).T[torch.from_numpy(order)]


def _resistance(beliefs: Beliefs) -> PressingGP:
    assert beliefs.log_resistance is not None
    return beliefs.log_resistance
