"""Failure beyond a threshold of pressure that bends with dwell and temperature.

f(x) = k (r x_0 - t(x)),  t(x) = t_0 + b . x_rest + process(x);  a stack fails where f + e > 0 with
e ~ N(0, scatter^2), so that P(fail | x) = Phi(f/scatter). r = 1 where more of the first input fails
more, else -1. A monotone tendency of which the rows may say that it bends: strength may rise and
fall with temperature.

Labels and readings of f (a damage index) teach the same f; labels enter by expectation
propagation, with a share of stacks that fail whatever the recipe, so that one spoilt stack does not
close a good region. An index that cannot be told from none says only that f is below it. Steepness,
bend, scatter and length scales are averaged over draws from their posterior.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import torch
from botorch.utils.datasets import SupervisedDataset
from gpytorch.kernels import Kernel
from gpytorch.means import Mean
from torch import Tensor

from pressloop.surrogates.parts.ensemble_gp import EnsembleGP
from pressloop.surrogates.parts.expectation_propagation import Approximation, Sites, approximate
from pressloop.surrogates.parts.importance_sampling import log_normal, sample
from pressloop.surrogates.parts.kinds import corners, each_corner
from pressloop.surrogates.parts.physics import matern, same_group
from pressloop.surrogates.parts.prior import ThresholdPrior
from pressloop.surrogates.parts.rows import draws_kept, thinned

BLURRED = 0.6
"""Standard error of ln H from which on a reading below 0 only says that f is not above it."""
MOST, TELLING = 384, 48
"""Rows that are conditioned on, and that hyperparameters are drawn from; of more, evenly taken
ones."""
POINTS, ROUNDS, TURNS = 64, 3, 7
"""Draws, rounds of the proposal, and turns of expectation propagation while hyperparameters are
drawn."""
READ_POINTS, READ_ROUNDS = 96, 4
"""The same where readings are among the rows, which tell much more than labels."""
SOUND_POINTS = 32
"""The same where no stack failed, which tells least."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Steepness k, bend, offset of groups and scatter of shape (s,), lengths (s, d)."""

    steepness: Tensor
    bend: Tensor
    offset: Tensor
    scatter: Tensor
    lengths: Tensor

    def __getitem__(self, index: Tensor) -> Draws:
        return Draws(*(getattr(self, f.name)[index] for f in fields(self)))


class ThresholdGP(EnsembleGP):
    """f of one way to fail."""

    prior: ThresholdPrior
    draws: Draws

    def member(self, at: int) -> ThresholdGP:
        """The process under one of its draws alone."""
        index = torch.tensor([at])
        return _process(self.rows, self.train_targets[index], self.likelihood.noise[index],
                        self.prior, self.draws[index])

    def failure_probability(self, x: Tensor) -> Tensor:
        """Of one more stack at x (m, d), shape (m,); differentiable."""
        mean, variance = self.members(x)
        return torch.special.ndtr(mean / (variance + self.scatter.square()[:, None]).sqrt()).mean(0)

    def failure_probability_after(self, survives: Tensor, x: Tensor) -> Tensor:
        """The same at x (k, d) if a stack at each of `survives` (m, d) does not fail, (m, k).

        One more label, by the moments of the truncated normal (as one step of expectation
        propagation).
        """
        with torch.no_grad():
            left, right = self._grouped(survives), self._grouped(x)
            (mean, known), (mean_x, known_x) = (self._conditional(v) for v in (left, right))
            shared = self._between(left, known, right, known_x)
            scatter = self.scatter.square()[:, None]
            total, own = (self._own(v, k) + scatter for v, k in ((left, known), (right, known_x)))
            z = mean / total.sqrt()
            chance = torch.special.ndtr(-z)
            ratio = torch.exp(-0.5 * z.square() - torch.special.log_ndtr(-z)) / math.sqrt(
                2.0 * math.pi)
            step = (ratio / total.sqrt()).unsqueeze(-1)
            shrink = (ratio * (ratio - z) / total).unsqueeze(-1)
            moved = mean_x.unsqueeze(1) - shared * step
            left_over = (own.unsqueeze(1) - shared.square() * shrink).clamp_min(1e-8)
            weight = (chance / chance.sum(0)).unsqueeze(-1)
            return (weight * torch.special.ndtr(moved / left_over.sqrt())).sum(0)


class ThresholdMean(Mean):
    """k (r x_0 - t_0 - b . x_rest) of the prior means, shape (..., s, m)."""

    def __init__(self, prior: ThresholdPrior, draws: Draws) -> None:
        super().__init__()
        sign = [1.0 if prior.rising else -1.0] if prior.monotone else []
        self.slopes = torch.tensor([*sign, *(-b for b in prior.slope_mean)], dtype=torch.float64)
        self.start, self.draws = prior.threshold[0], draws

    def forward(self, x: Tensor) -> Tensor:
        """At x (..., m, d + 1)."""
        beyond = x[..., :-1] @ self.slopes - self.start
        return self.draws.steepness[:, None] * beyond


class ThresholdKernel(Kernel):
    """Covariance of k t(x), shape (..., s, m, k): start, slopes, GPyTorch's Matern 5/2, groups."""

    def __init__(self, prior: ThresholdPrior, draws: Draws, *, groups: bool) -> None:
        super().__init__(batch_shape=draws.steepness.shape)
        self.matern, self.draws, self.groups = matern(draws.lengths, prior.kinds), draws, groups
        self.start, self.kinds = prior.threshold[1] ** 2, prior.kinds
        first = [0.0] if prior.monotone else []
        self.slope_sd = each_corner(torch.tensor([*first, *prior.slope_sd], dtype=torch.float64),
                                    prior.kinds)

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **_: Any) -> Tensor:
        """Between x1 (..., m, d + 1) and x2 (..., k, d + 1)."""
        d, end = self.draws, (...,) if diag else (..., None)
        left, right = (corners(x[..., :-1], self.kinds) * self.slope_sd for x in (x1, x2))
        linear = (left * right).sum(-1) if diag else left @ right.transpose(-1, -2)
        total = (self.matern.forward(x1[..., :-1], x2[..., :-1], diag=diag)
                 * d.bend.square()[:, None][end] + (linear + self.start))
        if self.groups:
            total = total + same_group(x1, x2, diag) * d.offset.square()[:, None][end]
        return total * d.steepness.square()[:, None][end]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Inputs (n, d + 1), labels (n,) as in `Sites`, bars (n,) and known variances (n,)."""

    x: Tensor
    label: Tensor
    bar: Tensor
    variance: Tensor

    def __getitem__(self, index: Tensor) -> _Rows:
        return _Rows(*(getattr(self, f.name)[index] for f in fields(self)))


def fit(readings: SupervisedDataset | None, labels: SupervisedDataset | None,
        prior: ThresholdPrior, *, seed: int = 0) -> ThresholdGP:
    """Conditions on the rows of both, of which one at least is given.

    Deterministic: the seed is not used."""
    rows = _joined(readings, labels)
    rows = rows[thinned(rows.x[:, -1], MOST)]
    few, inputs = rows[thinned(rows.x[:, -1], TELLING)], rows.x.shape[-1] - 1
    sampled = sample(lambda z: _approximated(few, prior, _draws(prior, inputs, z), TURNS
                                             ).log_evidence, inputs + 4, *_effort(rows))
    kept = sampled.resampled(prior.draws or draws_kept(rows.x.shape[0]))
    draws = _draws(prior, inputs, sampled.z[kept])
    found = _approximated(rows, prior, draws, 2 * TURNS)
    return _process(rows.x, found.target, found.noise, prior, draws, sampled.effective)


def _process(x: Tensor, target: Tensor, noise: Tensor, prior: ThresholdPrior, draws: Draws,
             effective: float = 1.0) -> ThresholdGP:
    """The process of these draws, on rows x (n, d + 1), targets and noise (s, n)."""
    model = ThresholdGP(x, target, noise, ThresholdMean(prior, draws),
                        ThresholdKernel(prior, draws, groups=bool(x[:, -1].any())),
                        scatter=draws.scatter, effective=effective)
    model.prior, model.draws = prior, draws
    return model


def _joined(readings: SupervisedDataset | None, labels: SupervisedDataset | None) -> _Rows:
    parts = []
    if readings is not None:
        y, variance = readings.Y.squeeze(-1), readings.Yvar.squeeze(-1)
        hidden = (variance.sqrt() > BLURRED) & (y < 0.0)
        parts.append(_Rows(readings.X, torch.where(hidden, -1.0, 0.0).double(), y, variance))
    if labels is not None:
        y = labels.Y.squeeze(-1)
        parts.append(_Rows(labels.X, 2.0 * y - 1.0, torch.zeros_like(y), torch.zeros_like(y)))
    return _Rows(*(torch.cat([getattr(p, f.name) for p in parts]) for f in fields(_Rows)))


def _effort(rows: _Rows) -> tuple[int, int]:
    """Draws and rounds that the rows are worth."""
    if bool((rows.label == 0.0).any()):
        return READ_POINTS, READ_ROUNDS
    return (POINTS, ROUNDS) if bool((rows.label > 0.0).any()) else (SOUND_POINTS, 1)


def _approximated(rows: _Rows, prior: ThresholdPrior, draws: Draws, turns: int) -> Approximation:
    groups = bool(rows.x[:, -1].any())
    sites = Sites(rows.label, rows.bar, rows.variance + draws.scatter.square()[:, None],
                  prior.by_chance)
    covariance = ThresholdKernel(prior, draws, groups=groups).forward(rows.x, rows.x)
    jitter = 1e-6 * torch.eye(rows.x.shape[0], dtype=torch.float64)
    return approximate(ThresholdMean(prior, draws)(rows.x), covariance + jitter, sites, turns)


def _draws(prior: ThresholdPrior, inputs: int, z: Tensor) -> Draws:
    """Hyperparameters at standard normal coordinates z (s, d + 4)."""
    steepness, bend, offset, scatter = (
        log_normal(given, z[:, inputs + i])
        for i, given in enumerate((prior.steepness, prior.bend, prior.offset, prior.scatter)))
    return Draws(steepness, bend, offset, scatter, log_normal(prior.length, z[:, :inputs]))
