"""Labels as pseudo-readings of a Gaussian process, by expectation propagation.

Sites are p(label | f) = e + (1 - e) Phi((f - c)/w) where a stack failed and (1 - e) Phi((c - f)/w)
where it did not; each is replaced by a normal factor in f (Minka 2001; Rasmussen 2006, section
3.6), so that what is left is a regression on pseudo-readings with known noise. Rows that are
readings already keep their own normal factor.

Shapes: s draws of hyperparameters, n rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

DAMPING, TURNS = 0.8, 12
SMALLEST = 1e-4
"""Smallest precision of a site, of that of its scatter; chance failures can make it less than none.
"""
UNSETTLED = -1e6
SETTLED = 0.2
"""Largest change of a mean in the last turn, in its standard deviations, of a draw that counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Rows of a latent f: `label` (n,) is 1 failed, -1 survived, 0 a reading of f itself.

    `bar` (n,) is the reading, or the threshold c of a label; `variance` (s, n) is the variance of
    the reading, or w^2 of a label, scatter included; `by_chance` is e.
    """

    label: Tensor
    bar: Tensor
    variance: Tensor
    by_chance: float


@dataclass(frozen=True, slots=True, eq=False)
class Approximation:
    """Pseudo-readings (s, n), their variances (s, n) and the log evidence (s,).

    The evidence is UNSETTLED of a draw that did not settle."""

    target: Tensor
    noise: Tensor
    log_evidence: Tensor


def approximate(mean: Tensor, covariance: Tensor, sites: Sites, turns: int = TURNS
                ) -> Approximation:
    """The normal factors of all sites under prior mean (s, n) and covariance (s, n, n)."""
    reading = (sites.label == 0.0).expand_as(mean)
    bar = sites.bar - mean
    precision = torch.where(reading, 1.0 / sites.variance, 1e-4 / sites.variance)
    shift = torch.where(reading, bar * precision, 0.0)
    turns = turns if bool((sites.label != 0.0).any()) else 0
    before = torch.zeros_like(mean)
    for _ in range(turns):
        mu, own, _ = _posterior(covariance, precision, shift)
        moved, before = ((mu - before).abs() / own.sqrt()).max(-1).values, mu
        cavity, cavity_shift = _cavity(mu, own, precision, shift)
        _, centre, variance = _tilted(cavity, cavity_shift, bar, sites)
        wanted = (1.0 / variance - cavity).clamp_min(SMALLEST / sites.variance)
        # The mean of cavity times site is kept where the variance cannot be.
        wanted_shift = centre * (cavity + wanted) - cavity_shift
        kept = 1.0 - DAMPING
        precision = torch.where(reading, precision, kept * precision + DAMPING * wanted)
        shift = torch.where(reading, shift, kept * shift + DAMPING * wanted_shift)
    evidence = _log_evidence(covariance, precision, shift, bar, sites)
    if turns:
        evidence = torch.where(moved < SETTLED, evidence, UNSETTLED)
    return Approximation(shift / precision + mean, 1.0 / precision, evidence)


def _posterior(covariance: Tensor, precision: Tensor, shift: Tensor
               ) -> tuple[Tensor, Tensor, Tensor]:
    """Mean (s, n), variance (s, n) and log det of B = I + S^1/2 K S^1/2 (s,)."""
    root = precision.sqrt()
    scaled = root.unsqueeze(-1) * covariance
    inner = scaled * root.unsqueeze(-2) + torch.eye(covariance.shape[-1], dtype=torch.float64)
    factor = torch.linalg.cholesky(inner)
    half = torch.linalg.solve_triangular(factor, scaled, upper=False)
    own = (covariance.diagonal(dim1=-2, dim2=-1) - half.square().sum(-2)).clamp_min(1e-10)
    mu = (covariance @ shift.unsqueeze(-1)
          - half.transpose(-1, -2) @ (half @ shift.unsqueeze(-1))).squeeze(-1)
    return mu, own, 2.0 * factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _cavity(mu: Tensor, own: Tensor, precision: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    """Precision and shift of each row's posterior without its own site."""
    cavity = (1.0 / own - precision).clamp_min(1e-6)
    return cavity, mu / own - shift


def _tilted(cavity: Tensor, cavity_shift: Tensor, bar: Tensor, sites: Sites
            ) -> tuple[Tensor, Tensor, Tensor]:
    """Log mass, mean and variance of cavity times site. Of a reading, the log density."""
    spread, centre = 1.0 / cavity, cavity_shift / cavity
    total = (sites.variance + spread).sqrt()
    z = sites.label * (centre - bar) / total
    log_phi, log_density = torch.special.log_ndtr(z), -0.5 * (z.square() + math.log(2 * math.pi))
    chance = sites.by_chance * (sites.label > 0.0)
    log_mass = torch.logaddexp(math.log1p(-sites.by_chance) + log_phi,
                               chance.clamp_min(1e-300).log().expand_as(z))
    slope = torch.exp(math.log1p(-sites.by_chance) + log_density - log_mass)
    mean = centre + sites.label * spread * slope / total
    shrink = slope * (z + slope) * (spread / total).square()
    variance = (spread - shrink).clamp(min=1e-3 * spread)
    of_reading = -0.5 * ((centre - bar) / total).square() - total.log() - 0.5 * math.log(
        2.0 * math.pi)
    return torch.where(sites.label == 0.0, of_reading, log_mass), mean, variance


def _log_evidence(covariance: Tensor, precision: Tensor, shift: Tensor, bar: Tensor, sites: Sites
                  ) -> Tensor:
    """ln of the marginal likelihood (Rasmussen 2006, eq. 3.65, in the form of eq. 3.73 to 3.74)."""
    mu, own, log_det = _posterior(covariance, precision, shift)
    cavity, cavity_shift = _cavity(mu, own, precision, shift)
    log_mass, _, _ = _tilted(cavity, cavity_shift, bar, sites)
    both, centre = cavity + precision, cavity_shift / cavity
    quadratic = 0.5 * (shift * mu - shift.square() / both
                       + cavity_shift * (precision * centre - 2.0 * shift) / both)
    per_row = log_mass + 0.5 * (1.0 + precision / cavity).log() + quadratic
    return per_row.sum(-1) - 0.5 * log_det
