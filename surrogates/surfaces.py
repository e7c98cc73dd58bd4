"""Functions drawn from what is believed: after rows, from a process and its hyperparameters.

Before rows, from the prior. Drawn at the points z (k, d) and carried between them by the process
itself (conditioning by kriging, Chiles 2012, doi 10.1002/9781118136188)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats
from sklearn.gaussian_process.kernels import Matern
from torch import Tensor

from pressloop.surrogates.failures.threshold import ThresholdGP
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.surrogates.parts.prior import Prior, Term, ThresholdPrior
from pressloop.surrogates.parts.stack_scatter import of_set_points, of_stacks

STEEPEST = 20.0
"""Exponent at which an exponential is bounded, as in the surrogate."""

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """One drawn function of the unit cube, and the scatter of stacks about it.

    Points (m, d) to (m,) each."""

    at: Callable[[Tensor], Tensor]
    scatter: Callable[[Tensor], Tensor]

    def above_zero(self, x: Tensor) -> Tensor:
        """Chance that one more stack is above 0, at points (m, d), shape (m,)."""
        return torch.special.ndtr(self.at(x) / self.scatter(x))


def from_rows(model: PhysicsGP | ThresholdGP, off: Tensor, draw: np.random.Generator, z: Tensor
              ) -> Surface:
    """One of the functions that the process holds possible.

    One of its hyperparameter draws, then a joint sample under it. Stacks scatter about it from
    stack to stack and by set points that are missed by `off` (d,), not by what is allowed for wrong
    laws as well: that would hand out lucky readings that no press gives."""
    one = model.member(int(draw.integers(model.scatter.numel())))
    covariance = one.covariance(z, z)
    covariance += (1e-8 + 1e-6 * covariance.diagonal().mean()) * torch.eye(len(z))
    root = torch.linalg.cholesky(covariance)
    normal = torch.from_numpy(draw.standard_normal(len(z)))
    # f = m + C C_zz^-1 (f_z - m_z), and f_z - m_z is the root times the normal numbers.
    pull = torch.linalg.solve_triangular(root.T, normal.unsqueeze(1), upper=True).squeeze(1)

    def at(x: Tensor) -> Tensor:
        with torch.no_grad():
            return one.mean_at(x) + one.covariance(x, z) @ pull

    return Surface(at, lambda x: (of_stacks(one)**2 + of_set_points(one, x, off)).sqrt())


def from_laws(prior: Prior, off: Tensor, draw: np.random.Generator, z: Tensor) -> Surface:
    """ln R, drawn from the prior.

    Laws with drawn slopes and amplitudes, and a residual, which is as large as the plain process
    where the hypothesis that the laws hold is drawn to be wrong. Unlike a fit, which stacks
    could prove wrong, no law acts backwards: amplitudes are above zero. z (m, d) are the nodes
    that the residual is drawn at, `off` (d,) the set-point errors.
    """
    terms = [_drawn_term(term, draw) for term in prior.terms]
    lawful = bool(draw.random() < prior.laws)
    residual = _process(prior.residual if lawful else prior.plain_residual,
                        prior.length if lawful else prior.plain_length, draw, z)
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

    return Surface(at, scatter)


def from_threshold(prior: ThresholdPrior, draw: np.random.Generator, z: Tensor) -> Surface:
    """f = k (r x_0 - t(x)) of one way to fail, drawn from the prior.

    z (m, d) are the nodes that it is drawn at."""
    steepness, scatter = _log_normal(prior.steepness, draw), _log_normal(prior.scatter, draw)
    start = prior.threshold[0] + prior.threshold[1] * draw.standard_normal()
    others = len(prior.slope_mean)
    slopes = np.asarray(prior.slope_mean) + np.asarray(prior.slope_sd) * draw.standard_normal(
        others)
    bend = _process(prior.bend, prior.length, draw, z)
    along = torch.from_numpy(np.concatenate([[1.0 if prior.rising else -1.0], -slopes]))
    return Surface(lambda x: steepness * (x @ along - start - bend(x)),
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


def _process(size: tuple[float, float], length: tuple[float, float], draw: np.random.Generator,
             z: Tensor) -> Function:
    """A sample of a Matern 5/2 process of drawn size and length scales.

    Carried between the points where it is drawn by the process itself."""
    drawn = _log_normal(size, draw)
    lengths = np.exp(math.log(length[0]) + length[1] * draw.standard_normal(z.shape[1]))
    kernel, points = Matern(lengths, nu=2.5), z.numpy()
    root = np.linalg.cholesky(kernel(points) + 1e-6 * np.eye(len(points)))
    pull = drawn * np.linalg.solve(root.T, draw.standard_normal(len(points)))
    return lambda x: torch.from_numpy(kernel(x.numpy(), points) @ pull)
