"""Draws from a posterior of few hyperparameters, by adaptive importance sampling.

Tempered population Monte Carlo (Cappe 2004, doi 10.1198/106186004X12803): the proposal, a normal
distribution, follows the weighted draws until enough of them count. Nothing iterates towards an
optimum that could fail or depend on where it starts, and the same density gives the same draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from scipy.stats import qmc
from torch import Tensor

ENOUGH = 0.25
"""Share of effective draws at which the proposal has become the posterior."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Points z (count, size) and the logarithms of their weights (count,)."""

    z: Tensor
    log_weights: Tensor

    @property
    def effective(self) -> float:
        """Number of effective draws: near 1, the average is that of one draw."""
        return effective(self.log_weights)

    def resampled(self, count: int) -> Tensor:
        """Indices of `count` draws, each as often as its weight says."""
        return resampled(torch.softmax(self.log_weights, 0), count)


def sample(log_likelihood: Callable[[Tensor], Tensor], size: int, count: int, rounds: int = 6
           ) -> Sample:
    """Draws from a posterior whose prior is standard normal in `size` coordinates.

    `log_likelihood` takes points (count, size) and returns (count,).
    """
    normals = standard_normal(size, count)
    centre, root = torch.zeros(size, dtype=torch.float64), torch.eye(size, dtype=torch.float64)
    for turn in range(rounds):
        z = centre + normals @ root.T
        target = log_likelihood(z) - 0.5 * z.square().sum(-1)
        log_weights = target + 0.5 * normals.square().sum(-1)
        log_weights = log_weights.nan_to_num(nan=-1e300, neginf=-1e300)
        temper = _temper(log_weights)
        if turn == rounds - 1 or (temper == 1.0 and effective(log_weights) >= ENOUGH * count):
            break
        centre, root = _moved(z, torch.softmax(temper * log_weights, 0))
    return Sample(z, log_weights)


def log_normal(prior: tuple[float, float], z: Tensor) -> Tensor:
    """Values with a log-normal prior at standard normal coordinates z, of their shape.

    The prior is given by its median and the standard deviation of the logarithm."""
    return torch.exp(math.log(prior[0]) + prior[1] * z)


def resampled(weights: Tensor, count: int) -> Tensor:
    """Indices of `count` of the weighted draws (systematic resampling). Shapes (n,) to (count,)."""
    steps = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    return torch.searchsorted(weights.cumsum(0), steps).clamp_max(weights.numel() - 1)


def effective(log_weights: Tensor) -> float:
    """1 / sum of squared weights. Shape (n,)."""
    return float(1.0 / torch.softmax(log_weights, 0).square().sum())


def standard_normal(size: int, count: int) -> Tensor:
    """Standard normal points of a fixed low-discrepancy sequence, shape (count, size)."""
    # The sequence is drawn to a power of two, as SciPy warns of other lengths.
    whole = 2 ** math.ceil(math.log2(count))
    points = torch.from_numpy(qmc.Sobol(size, scramble=True, rng=0).random(whole)[:count])
    return torch.special.ndtri(points.clamp(1e-6, 1.0 - 1e-6))


def _temper(log_weights: Tensor) -> float:
    """The highest power of the weights, at most 1, that leaves a tenth of the draws effective."""
    for power in (1.0, 0.6, 0.35, 0.2, 0.1, 0.05, 0.02):
        if effective(power * log_weights) >= 0.1 * log_weights.numel():
            return power
    return 0.01


def _moved(z: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and a root of the covariance of weighted draws, wider than they are.

    A proposal with thin tails would miss part of the posterior."""
    centre = weights @ z
    gap = z - centre
    covariance = (gap * weights.unsqueeze(-1)).T @ gap
    few = float(1.0 / weights.square().sum())
    trust = few / (few + z.shape[-1])
    mixed = trust * covariance + (1.0 - trust) * torch.diag(covariance.diagonal())
    ridge = 0.02 * torch.eye(z.shape[-1], dtype=torch.float64)
    return centre, torch.linalg.cholesky(1.3 * mixed + ridge)
