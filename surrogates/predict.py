"""What a BoTorch model of one output says at points, whichever model it is.

Ours answer by themselves, from a kept factor; of any other model the posterior is asked. Points are
recipes in the unit cube, without a group.
"""

from __future__ import annotations

import torch
from botorch.models.model import Model
from botorch.posteriors.ensemble import EnsemblePosterior
from botorch.posteriors.fully_bayesian import GaussianMixturePosterior
from torch import Tensor

from surrogates.parts.ensemble_gp import EnsembleGP

SMALLEST = 1e-10
"""Smallest variance that is told of a point."""


def moments(model: Model, x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation at x (m, d), shape (m,) each."""
    if isinstance(model, EnsembleGP):
        return model.moments(x)
    mean, variance = _mixed(model.posterior(x.unsqueeze(-2)))
    return mean, variance.clamp_min(SMALLEST).sqrt()


def covariance(model: Model, a: Tensor, b: Tensor) -> Tensor:
    """Posterior covariance of points a (m, d) and b (k, d), shape (m, k)."""
    if isinstance(model, EnsembleGP):
        return model.covariance(a, b)
    with torch.no_grad():
        found = model.posterior(torch.cat([a, b]))
        if isinstance(found, EnsemblePosterior):
            values = found.values.squeeze(-1)
            gap = values - values.mean(0)
            whole = gap.T @ gap / values.shape[0]
        elif isinstance(found, GaussianMixturePosterior):
            whole = found.mixture_covariance_matrix
        else:
            whole = found.distribution.covariance_matrix
        return whole[:a.shape[0], a.shape[0]:]


def draws(model: Model, x: Tensor, count: int, seed: int) -> Tensor:
    """Joint draws at points x (m, d), shape (count, m), as if the posterior were normal."""
    mean, _ = moments(model, x)
    size, axes = torch.linalg.eigh(covariance(model, x, x))
    root = axes * size.clamp_min(1e-9 * float(size.max())).sqrt()
    generator = torch.Generator().manual_seed(seed)
    normals = torch.randn(count, x.shape[0], dtype=torch.float64, generator=generator)
    return mean + normals @ root.T


def scatter(model: Model, x: Tensor, input_sd: Tensor | None = None) -> Tensor:
    """Standard deviation of one more stack about the mean at x (m, d), shape (m,), whose inputs may
    be off their set point by `input_sd` (d,)."""
    if isinstance(model, EnsembleGP):
        variance = model.scatter_at(x).square()
    else:
        here = x.unsqueeze(-2)
        variance = (_mixed(model.posterior(here, observation_noise=True))[1]
                    - _mixed(model.posterior(here))[1]).clamp_min(SMALLEST)
    if input_sd is not None and bool((input_sd > 0.0).any()):
        variance = variance + (slope(model, x) * input_sd).square().sum(-1)
    return variance.sqrt()


def slope(model: Model, x: Tensor) -> Tensor:
    """Gradient of the mean at x (m, d), shape (m, d); zero of a model that has none."""
    with torch.enable_grad():
        points = x.detach().clone().requires_grad_(True)
        mean = (model.mean_at(points) if isinstance(model, EnsembleGP)
                else _mixed(model.posterior(points.unsqueeze(-2)))[0])
        if not mean.requires_grad:
            return torch.zeros_like(x)
        gradient, = torch.autograd.grad(mean.sum(), points)
    return gradient


def interval(model: Model, x: Tensor, more: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Median, lower and upper end of a 95 % interval at x (m, d), shape (m,) each; of one more
    stack where `more` (m,) is its standard deviation about the mean."""
    if isinstance(model, EnsembleGP):
        mean, variance = model.members(x)
    else:
        found = model.posterior(x.unsqueeze(-2))
        mean, variance = (v.squeeze(-1).squeeze(-1) for v in (found.mean, found.variance))
        mean, variance = (v.reshape(x.shape[0], -1).T for v in (mean, variance))
    if more is not None:
        variance = variance + more.square()
    low, middle, high = _quantiles(mean, variance.clamp_min(SMALLEST).sqrt())
    return middle, low, high


def failure_probability(model: Model, x: Tensor) -> Tensor:
    """Chance that one more stack at x (m, d) fails, shape (m,): that its f is above 0."""
    if hasattr(model, "failure_probability"):
        return model.failure_probability(x)
    mean, sd = moments(model, x)
    return torch.special.ndtr(mean / (sd.square() + scatter(model, x).square()).sqrt())


def _mixed(posterior: object) -> tuple[Tensor, Tensor]:
    """Mean and variance of a posterior over single points, shape (m,) each."""
    mixture = isinstance(posterior, (GaussianMixturePosterior, EnsemblePosterior))
    mean = posterior.mixture_mean if mixture else posterior.mean
    variance = posterior.mixture_variance if mixture else posterior.variance
    return mean.squeeze(-1).squeeze(-1), variance.squeeze(-1).squeeze(-1)


def _quantiles(mean: Tensor, sd: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """2.5 %, 50 % and 97.5 % of equal mixtures of normals (s, m), by bisection; (m,) each."""
    found = []
    for level in (0.025, 0.5, 0.975):
        z = float(torch.special.ndtri(torch.tensor(level, dtype=torch.float64)))
        low, high = (mean + z * sd).min(0).values, (mean + z * sd).max(0).values
        for _ in range(40):
            middle = 0.5 * (low + high)
            above = torch.special.ndtr((middle - mean) / sd).mean(0) > level
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        found.append(0.5 * (low + high))
    return found[0], found[1], found[2]
