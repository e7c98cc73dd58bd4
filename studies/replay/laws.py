"""Surfaces drawn from what is known of pressing before there is data."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy import stats
from sklearn.gaussian_process.kernels import Matern
from torch import Tensor

from pressloop.optimizer.candidates import spread
from pressloop.surrogates.parts.prior import Prior, Term, ThresholdPrior

SAMPLED = 256
STEEPEST = 20.0
"""Exponent at which an exponential is bounded, as in the surrogate."""

Function = Callable[[Tensor], Tensor]


def law_surface(prior: Prior, off: Tensor, draw: np.random.Generator) -> tuple[Function, Function]:
    """ln R at points (m, d) of the unit cube and the scatter of stacks about it, both to (m,),
    drawn from the prior: laws with drawn slopes and amplitudes, and a residual, which is as large
    as the plain process where the hypothesis that the laws hold is drawn to be wrong. Unlike a fit,
    which stacks could prove wrong, no law acts backwards: amplitudes are above zero.
    """
    terms = [_drawn_term(term, draw) for term in prior.terms]
    lawful = bool(draw.random() < prior.laws)
    residual = _process(prior.residual if lawful else prior.plain_residual,
                        prior.length if lawful else prior.plain_length, off.numel(), draw)
    spread_of_stacks = _log_normal(prior.scatter, draw)

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


def threshold_surface(prior: ThresholdPrior, draw: np.random.Generator
                      ) -> tuple[Function, Function]:
    """f = k (r x_0 - t(x)) of one way to fail at points (m, d) and its scatter, both to (m,), drawn
    from the prior."""
    steepness, scatter = _log_normal(prior.steepness, draw), _log_normal(prior.scatter, draw)
    start = prior.threshold[0] + prior.threshold[1] * draw.standard_normal()
    others = len(prior.slope_mean)
    slopes = np.asarray(prior.slope_mean) + np.asarray(prior.slope_sd) * draw.standard_normal(
        others)
    bend = _process(prior.bend, prior.length, others + 1, draw)
    along = torch.from_numpy(np.concatenate([[1.0 if prior.rising else -1.0], -slopes]))
    return (lambda x: steepness * (x @ along - start - bend(x)),
            lambda x: torch.full((x.shape[0],), scatter, dtype=torch.float64))


def _log_normal(given: tuple[float, float], draw: np.random.Generator) -> float:
    """Of a median and the standard deviation of the logarithm."""
    return math.exp(math.log(given[0]) + given[1] * draw.standard_normal())


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


def _process(size: tuple[float, float], length: tuple[float, float], inputs: int,
             draw: np.random.Generator) -> Function:
    """A sample of a Matern 5/2 process of drawn size and length scales, carried between the points
    where it is drawn by the process itself."""
    drawn = _log_normal(size, draw)
    lengths = np.exp(math.log(length[0]) + length[1] * draw.standard_normal(inputs))
    kernel, z = Matern(lengths, nu=2.5), spread(inputs, SAMPLED, 0).numpy()
    root = np.linalg.cholesky(kernel(z) + 1e-6 * np.eye(SAMPLED))
    pull = drawn * np.linalg.solve(root.T, draw.standard_normal(SAMPLED))
    return lambda x: torch.from_numpy(kernel(x.numpy(), z) @ pull)
