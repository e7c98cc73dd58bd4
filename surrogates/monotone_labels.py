"""Probability of a yes/no failure that sets in beyond a threshold, learned from labels alone.

P(fail | x) = e + (1 - e) q(x),  q(x) = 1/(1 + exp(-(a.x - t)/w)),

with threshold t, width w and slopes a, of which the first is 1 (or -1) by definition, so failure
can only rise (or fall) along the first input. e is the share of stacks that fail whatever the
recipe, which keeps one spoilt stack from closing a good region. The posterior is a weighted set of
prior draws (importance sampling): no optimisation that could fail, monotone by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

DRAWS = 4096
KEPT = 512
ROWS = 256


@dataclass(frozen=True, slots=True)
class ThresholdPrior:
    """Prior of one failure mode, in units of the unit cube.

    `rising` is True where more of the first input fails more. Slopes of the other inputs are
    relative to it, with mean and standard deviation per input.
    """

    rising: bool
    threshold_mean: float
    threshold_sd: float
    slope_mean: tuple[float, ...]
    slope_sd: tuple[float, ...]
    narrowest: float = 0.02
    widest: float = 0.12
    by_chance: float = 0.03


@dataclass(frozen=True, eq=False)
class MonotoneLabels:
    """Weighted draws: slopes (k, d), thresholds, widths and weights (k,)."""

    slopes: Tensor
    thresholds: Tensor
    widths: Tensor
    weights: Tensor

    def probability(self, x: Tensor) -> Tensor:
        """Posterior mean of q at x, shape (..., d) to (...); differentiable in x."""
        # In parts that stay in the cache: thousands of points times all draws are 100 MB each time.
        parts = x.reshape(-1, x.shape[-1]).split(ROWS)
        return torch.cat([self._mean(part) for part in parts]).reshape(x.shape[:-1])

    def _mean(self, x: Tensor) -> Tensor:
        beyond = (x @ self.slopes.T - self.thresholds) / self.widths
        return torch.sigmoid(beyond) @ self.weights


def fit_monotone_labels(x: Tensor, failed: Tensor, prior: ThresholdPrior) -> MonotoneLabels:
    """Weighs prior draws by the labels: x of shape (n, d), failed (n,) of 0 or 1, n >= 0."""
    slopes, thresholds, widths = _draws(x.shape[-1], prior)
    beyond = (x @ slopes.T - thresholds) / widths
    chance = prior.by_chance + (1.0 - prior.by_chance) * torch.sigmoid(beyond)
    label = failed.unsqueeze(-1)
    log_likelihood = (label * chance.log() + (1.0 - label) * (1.0 - chance).clamp_min(1e-12).log()
                      ).sum(0)
    weights = torch.softmax(log_likelihood, dim=0)
    kept = _resampled(weights)
    return MonotoneLabels(slopes[kept], thresholds[kept], widths[kept],
                          torch.full((KEPT,), 1.0 / KEPT, dtype=torch.float64))


def _resampled(weights: Tensor) -> Tensor:
    """Indices of KEPT draws, each drawn as often as its weight says (systematic resampling). The
    likeliest draws alone would not do: with few labels they are the ones that never fail."""
    steps = (torch.arange(KEPT, dtype=torch.float64) + 0.5) / KEPT
    return torch.searchsorted(weights.cumsum(0), steps).clamp_max(weights.numel() - 1)


def _draws(inputs: int, prior: ThresholdPrior) -> tuple[Tensor, Tensor, Tensor]:
    """Slopes, thresholds and widths from a fixed low-discrepancy sequence."""
    engine = torch.quasirandom.SobolEngine(inputs + 1, scramble=True, seed=0)
    uniform = engine.draw(DRAWS, dtype=torch.float64).clamp(1e-6, 1.0 - 1e-6)
    normal = torch.special.ndtri(uniform)
    sign = 1.0 if prior.rising else -1.0
    slopes = torch.full((DRAWS, inputs), sign, dtype=torch.float64)
    for i in range(1, inputs):
        slopes[:, i] = sign * (prior.slope_mean[i - 1] + prior.slope_sd[i - 1] * normal[:, i - 1])
    thresholds = sign * (prior.threshold_mean + prior.threshold_sd * normal[:, -2])
    ratio = prior.widest / prior.narrowest
    return slopes, thresholds, prior.narrowest * ratio ** uniform[:, -1]
