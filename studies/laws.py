"""Surfaces drawn from what is known of pressing before there is data."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy import stats
from sklearn.gaussian_process.kernels import Matern
from torch import Tensor

from optimizer.candidates import spread
from surrogates.pressing_gp import Prior, Term

SAMPLED = 256
STEEPEST = 20.0
"""Exponent at which an exponential is bounded, as in the surrogate."""


def law_surface(prior: Prior, off: Tensor, draw: np.random.Generator
                ) -> tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]:
    """A function of points (m, d) of the unit cube and the scatter of stacks about it, both to
    (m,), drawn from the prior: laws with drawn slopes and amplitudes, and a residual. Unlike a fit,
    which stacks could prove wrong, no law acts backwards: amplitudes are above zero.
    """
    terms = [_drawn_term(term, draw) for term in prior.terms]
    residual = _residual(prior, off.numel(), draw)
    spread_of_stacks = math.exp(math.log(prior.scatter[0])
                                + prior.scatter[1] * draw.standard_normal())

    def at(x: Tensor) -> Tensor:
        value = residual(x) + (prior.level or 0.0)
        for term, (amplitude, slopes, origin) in zip(prior.terms, terms, strict=True):
            value = value + amplitude * _law(term, x, slopes, origin)
        return value

    def scatter(x: Tensor) -> Tensor:
        variance = torch.full((x.shape[0],), spread_of_stacks**2, dtype=torch.float64)
        steep = torch.zeros_like(x)
        for term, (amplitude, slopes, origin) in zip(prior.terms, terms, strict=True):
            there = _law(term, x, slopes, origin)
            rising = there.clamp_max(1.0) if term.straight else there
            steep = steep - amplitude * rising.unsqueeze(-1) * slopes
        return (variance + (steep * off).square().sum(-1)).sqrt()

    return at, scatter


def _drawn_term(term: Term, draw: np.random.Generator) -> tuple[float, Tensor, Tensor]:
    """Amplitude, slopes (d,) and origin (d,)."""
    slopes = np.asarray(term.slopes) + np.asarray(term.slope_sd) * draw.standard_normal(
        len(term.slopes))
    lowest = -term.amplitude / term.amplitude_sd
    amplitude = stats.truncnorm.rvs(lowest, np.inf, term.amplitude, term.amplitude_sd,
                                    random_state=draw)
    return float(amplitude), torch.from_numpy(slopes), torch.tensor(term.origin,
                                                                    dtype=torch.float64)


def _law(term: Term, x: Tensor, slopes: Tensor, origin: Tensor) -> Tensor:
    """The exponential, or the straight line that it goes on as."""
    u = term.start - (x - origin) @ slopes
    if term.straight:
        return torch.exp(u.clamp_max(0.0)) + u.clamp_min(0.0)
    return torch.exp(u.clamp_max(STEEPEST))


def _residual(prior: Prior, inputs: int, draw: np.random.Generator) -> Callable[[Tensor], Tensor]:
    """A sample of the residual process, Matern 5/2, carried between the points where it is drawn
    by the process itself."""
    size = math.exp(math.log(prior.residual[0]) + prior.residual[1] * draw.standard_normal())
    lengths = np.exp(math.log(prior.length[0]) + prior.length[1] * draw.standard_normal(inputs))
    kernel, z = Matern(lengths, nu=2.5), spread(inputs, SAMPLED, 0).numpy()
    root = np.linalg.cholesky(kernel(z) + 1e-6 * np.eye(SAMPLED))
    pull = size * np.linalg.solve(root.T, draw.standard_normal(SAMPLED))
    return lambda x: torch.from_numpy(kernel(x.numpy(), z) @ pull)
