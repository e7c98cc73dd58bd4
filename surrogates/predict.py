"""What a BoTorch model of one output says at points, whichever model it is.

Ours answer by themselves, from a kept factor; of any other model the posterior is asked, of a few
points at a time. Points are recipes in the unit cube, without a group.

Shapes: m or k points, d inputs, s members: the draws of a mixture, the values of an ensemble, or
the one normal distribution of any other posterior.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from botorch.models.model import Model
from botorch.posteriors.ensemble import EnsemblePosterior
from botorch.posteriors.fully_bayesian import GaussianMixturePosterior
from torch import Tensor

from pressloop.surrogates.parts.ensemble_gp import EnsembleGP

SMALLEST = 1e-10
"""Smallest variance that is told of a point."""
PART = 256
"""Points that are asked about together: alone, GPyTorch would take all rows again for each."""
SAMPLES = 512
"""Draws that a covariance is told from where a posterior does not give it."""


def moments(model: Model, x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation at x (m, d), shape (m,) each."""
    if isinstance(model, EnsembleGP):
        return model.moments(x)
    mean, variance = _mixed(*_members(model, x))
    return mean, variance.clamp_min(SMALLEST).sqrt()


def covariance(model: Model, a: Tensor, b: Tensor) -> Tensor:
    """Posterior covariance of points a (m, d) and b (k, d), shape (m, k)."""
    if isinstance(model, EnsembleGP):
        return model.covariance(a, b)
    with torch.no_grad():
        return torch.cat([_joint(model, torch.cat([part, b]))[:len(part), len(part):]
                          for part in a.split(PART)])


def draws(model: Model, x: Tensor, count: int, seed: int) -> Tensor:
    """Joint draws at points x (m, d), shape (count, m), as if the posterior were normal."""
    with torch.no_grad():
        mean, _ = moments(model, x)
    size, axes = torch.linalg.eigh(covariance(model, x, x))
    root = axes * size.clamp_min(1e-9 * float(size.max())).clamp_min(0.0).sqrt()
    generator = torch.Generator().manual_seed(seed)
    normals = torch.randn(count, x.shape[0], dtype=torch.float64, generator=generator)
    return mean + normals @ root.T


def scatter(model: Model, x: Tensor, input_sd: Tensor | None = None) -> Tensor:
    """Standard deviation of one more stack about the mean at x (m, d), shape (m,).

    Its inputs may be off their set point by `input_sd` (d,)."""
    if hasattr(model, "scatter_at"):
        variance = model.scatter_at(x).square()
    else:
        noisy, known = (_mixed(*_members(model, x, noise))[1] for noise in (True, False))
        variance = (noisy - known).clamp_min(SMALLEST)
    if input_sd is not None and bool((input_sd > 0.0).any()):
        variance = variance + (slope(model, x) * input_sd).square().sum(-1)
    return variance.sqrt()


def slope(model: Model, x: Tensor) -> Tensor:
    """Gradient of the mean at x (m, d), shape (m, d); zero of a model that has none."""
    with torch.enable_grad():
        points = x.detach().clone().requires_grad_(True)
        mean = (model.mean_at(points) if isinstance(model, EnsembleGP)
                else _mixed(*_members(model, points))[0])
        if not mean.requires_grad:
            return torch.zeros_like(x)
        gradient, = torch.autograd.grad(mean.sum(), points, allow_unused=True)
    return torch.zeros_like(x) if gradient is None else gradient


def interval(model: Model, x: Tensor, more: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Median, lower and upper end of a 95 % interval at x (m, d), shape (m,) each.

    Of one more stack where `more` (m,) is its standard deviation about the mean."""
    mean, variance, weights = _members(model, x)
    if not bool(variance.any()):
        # A few values have no ends of an interval: the normal distribution of their moments does.
        mean, variance = (v.unsqueeze(0) for v in _mixed(mean, variance, weights))
        weights = _alike(mean)
    if more is not None:
        variance = variance + more.square()
    low, middle, high = _quantiles(mean, variance.clamp_min(SMALLEST).sqrt(), weights)
    return middle, low, high


def failure_probability(model: Model, x: Tensor) -> Tensor:
    """Chance that one more stack at x (m, d) fails, shape (m,): that its f is above 0."""
    if hasattr(model, "failure_probability"):
        return model.failure_probability(x)
    if hasattr(model, "scatter_at"):
        mean, variance, weights = _members(model, x)
        variance = variance + model.scatter_at(x).square()
    else:
        mean, variance, weights = _members(model, x, noise=True)
    # Of an ensemble, the share of values above 0.
    return weights @ torch.special.ndtr(mean / variance.clamp_min(SMALLEST).sqrt())


def _members(model: Model, x: Tensor, noise: bool = False) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and variance of each member at x (m, d), shape (s, m) each, and its weight (s,).

    With `noise`, of one more stack. Raises ValueError where the posterior has another shape."""
    if isinstance(model, EnsembleGP) and not noise:
        mean, variance = model.members(x)
        return mean, variance, _alike(mean)
    parts = [_told(model.posterior(part, **({"observation_noise": True} if noise else {})), part)
             for part in x.split(PART)]
    return (torch.cat([mean for mean, _, _ in parts], 1),
            torch.cat([variance for _, variance, _ in parts], 1), parts[0][2])


def _told(posterior: Any, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """As `_members`, of the joint posterior of all of x."""
    if isinstance(posterior, EnsemblePosterior):
        mean, weights = posterior.values.double(), posterior.weights.double()
        variance = torch.zeros_like(mean)
    else:
        mean, variance = posterior.mean.double(), posterior.variance.double()
        if not isinstance(posterior, GaussianMixturePosterior):
            mean, variance = mean.unsqueeze(0), variance.unsqueeze(0)
        weights = _alike(mean)
    for what, value in (("mean", mean), ("variance", variance)):
        if value.dim() != 3 or value.shape[1:] != (x.shape[0], 1):
            raise ValueError(f"a {what} of shape {_shape(value)} for X of shape {_shape(x)}")
    return mean.squeeze(-1), variance.squeeze(-1), weights


def _shape(value: Tensor) -> tuple[int, ...]:
    """Without the one member that all but mixtures have."""
    shape = tuple(value.shape)
    return shape[1:] if len(shape) != 2 and shape[:1] == (1,) else shape


def _alike(mean: Tensor) -> Tensor:
    return mean.new_full(mean.shape[:1], 1.0 / mean.shape[0])


def _mixed(mean: Tensor, variance: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance (m,) of the mixture: members that disagree make it less certain."""
    middle = weights @ mean
    return middle, weights @ (variance + (mean - middle).square())


def _joint(model: Model, x: Tensor) -> Tensor:
    """Posterior covariance of all points x (m, d), shape (m, m)."""
    found = model.posterior(x)
    mean, _, weights = _told(found, x)
    gap = (mean - weights @ mean) * weights.sqrt().unsqueeze(-1)
    between = gap.T @ gap
    if isinstance(found, EnsemblePosterior):
        return between
    own = getattr(getattr(found, "distribution", None), "covariance_matrix", None)
    if own is None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return found.rsample(torch.Size([SAMPLES])).double().reshape(SAMPLES, -1).T.cov()
    return between + own.reshape(-1, *own.shape[-2:]).mean(0)


def _quantiles(mean: Tensor, sd: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """2.5 %, 50 % and 97.5 % of mixtures of normals (s, m), by bisection; (m,) each."""
    found = []
    for level in (0.025, 0.5, 0.975):
        z = float(torch.special.ndtri(torch.tensor(level, dtype=torch.float64)))
        low, high = (mean + z * sd).min(0).values, (mean + z * sd).max(0).values
        for _ in range(40):
            middle = 0.5 * (low + high)
            above = weights @ torch.special.ndtr((middle - mean) / sd) > level
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        found.append(0.5 * (low + high))
    return found[0], found[1], found[2]


def expected_improvement(mean: Tensor, sd: Tensor) -> Tensor:
    """E[max(0, d)] of d ~ N(mean, sd^2), of any shape."""
    z = mean / sd
    density = torch.exp(-0.5 * z.square()) / math.sqrt(2.0 * math.pi)
    return sd * (z * torch.special.ndtr(z) + density)
