"""Gaussian process averaged over two hypotheses: the laws of pressing hold, or they do not.

Under the first, y is the physics terms of the prior with a small discrepancy around them; under
the second, a plain process of a size and smoothness that only the rows tell. Both are weighted by
how well they predict rows that they have not seen (leave-one-out densities, pseudo Bayesian model
averaging; Yao 2018, doi 10.1214/17-BA1091), from the first rows on.

The other hyperparameters are not fitted to one value: a small set of draws stands for their
posterior, so that few rows give wide intervals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from botorch.utils.datasets import SupervisedDataset
from torch import Tensor

from pressloop.surrogates import predict
from pressloop.surrogates.parts.ensemble_gp import JITTER, PART, EnsembleGP
from pressloop.surrogates.parts.importance_sampling import Sample, log_normal, resampled, sample
from pressloop.surrogates.parts.physics import (
    Draws,
    Misfit,
    PhysicsFeatures,
    PhysicsKernel,
    PhysicsMean,
)
from pressloop.surrogates.parts.prior import Prior, Term
from pressloop.surrogates.parts.rows import Rows, draws_kept, rows_of, thinned

OUTLYING, SUSPECT = 5.0, 2.5
"""Standard deviations of what is predicted of a row unseen beyond which it is doubted, and left-out
ones beyond which that is looked at."""
UNSEEN = 1e4
"""Variance of a row that says nothing."""
FEW_DOUBTED = 4
"""At most one row in so many is doubted."""
POINTS = 128


class PhysicsGP(EnsembleGP):
    """The average over both hypotheses.

    `laws` is the weight of the laws, None where there are none to weigh."""

    laws: float | None = None
    prior: Prior
    draws: Draws

    def member(self, at: int) -> PhysicsGP:
        """The process under one of its draws alone."""
        index = torch.tensor([at])
        model = _process(self.rows, self.train_targets[index], self.likelihood.noise[index],
                         self.prior, self.draws[index], self.mean_module.level)
        model.doubted, model.laws = self.doubted, self.laws
        return model


@dataclass(frozen=True, slots=True, eq=False)
class _Hypothesis:
    """One hypothesis.

    Its prior, the sample of its hyperparameters, its process, and the variance (n,) that inputs off
    their set point add under it."""

    prior: Prior
    sampled: Sample
    model: EnsembleGP
    added: Tensor


def fit(data: SupervisedDataset, prior: Prior, *, seed: int = 0) -> PhysicsGP:
    """Conditions on rows, one or more. Deterministic: the seed is not used."""
    rows = rows_of(data)
    if not rows.grouped:
        # With one group only, what is its own cannot be told from the rest.
        prior = replace(prior, offset=(1e-6, 0.0), own=(1e-6, 0.0))
    alternatives = _alternatives(prior)
    found, excess = _doubting(rows, prior, alternatives)
    doubted = excess > 0.0
    weights = _weights(found, [_share(one, prior) for one in alternatives], ~doubted)
    return _averaged(rows, prior, found, weights, doubted, excess)


def _alternatives(prior: Prior) -> list[Prior]:
    """The prior under each hypothesis that has a chance."""
    plain = replace(prior, terms=(), residual=prior.plain_residual, length=prior.plain_length,
                    laws=0.0, misfit=0.0)
    if not prior.terms or prior.laws <= 0.0:
        return [plain]
    return [prior, plain] if prior.laws < 1.0 else [prior]


def _share(one: Prior, prior: Prior) -> float:
    return prior.laws if one.terms else 1.0 - prior.laws


def _sampled(rows: Rows, one: Prior, whole: Prior, excess: Tensor) -> _Hypothesis:
    """Draws of the hyperparameters under one hypothesis, and the process that they make.

    `excess` (n,) is variance on top, of rows that are doubted.
    """
    told = replace(rows, variance=rows.variance + excess)
    few = told[thinned(rows.x[:, -1])]
    inputs, level = rows.inputs, _level(rows, one)
    size = inputs + 4 + sum(len(_varying(term)) for term in one.terms)
    sampled = sample(lambda z: _log_likelihood(few, one, _draws(one, whole, inputs, z), level),
                     size, POINTS if rows.y.numel() <= 40 else POINTS // 2)
    kept = sampled.resampled(whole.draws or draws_kept(rows.y.numel()))
    draws = _draws(one, whole, inputs, sampled.z[kept])
    model = _conditioned(told, one, draws, level, torch.zeros_like(rows.y), sampled.effective)
    added = _input_variance(model, rows.x, one)
    return _Hypothesis(one, sampled,
                       _conditioned(told, one, draws, level, added, sampled.effective), added)


def _level(rows: Rows, prior: Prior) -> float:
    """The expected level, or the median, which no single row can move far."""
    return float(rows.y.median()) if prior.level is None else prior.level


def _doubting(rows: Rows, prior: Prior, alternatives: list[Prior]
              ) -> tuple[list[_Hypothesis], Tensor]:
    """Every hypothesis, and the variance (n,) that makes contradicting rows count less.

    It leaves a row that contradicts the others, whatever is believed of laws, only as much weight
    as its distance allows; else 0.

    A row that is far off makes sizes and scatter large enough to hold it, and is missed: so the one
    that is suspected most is predicted by draws that have not seen it, one row after the other.
    """
    excess = torch.zeros_like(rows.y)
    found = [_sampled(rows, one, prior, excess) for one in alternatives]
    for _ in range(rows.y.numel() // FEW_DOUBTED):
        far = torch.stack([_distance(*one.model.left_out()) for one in found]).min(0).values
        at = int(far.where(excess == 0.0, 0.0).argmax())
        if not far[at] > SUSPECT:
            break
        unseen = excess.clone()
        unseen[at] = UNSEEN
        gaps, away = zip(*(_unseen(rows, _sampled(rows, one, prior, unseen).model, at)
                           for one in alternatives), strict=True)
        if not min(away) > OUTLYING:
            break
        excess[at] = min(gap * gap for gap in gaps)
        found = [_sampled(rows, one, prior, excess) for one in alternatives]
    return found, excess


def _distance(gap: Tensor, variance: Tensor) -> Tensor:
    """Of readings from what is predicted of them, in its standard deviations, (s, n) to (n,)."""
    return gap.mean(0).abs() / (variance.mean(0) + gap.var(0, unbiased=False)).sqrt()


def _unseen(rows: Rows, model: EnsembleGP, at: int) -> tuple[float, float]:
    """Gap of one reading from what a model predicts that has not seen it.

    Also the gap in standard deviations."""
    here = rows.x[at:at + 1]
    mean, variance = model.members(here)
    gap = rows.y[at] - mean
    far = _distance(gap, variance + model.scatter_at(here).square() + rows.variance[at])
    return float(gap.mean()), float(far)


def _weights(found: list[_Hypothesis], shares: list[float], counted: Tensor) -> Tensor:
    """Weight of each hypothesis.

    Its share before there is data times its density of the rows, each left out."""
    density = torch.stack([left_out_density(one.model)[counted].sum() for one in found])
    return torch.softmax(density + torch.tensor(shares, dtype=torch.float64).log(), 0)


def _averaged(rows: Rows, prior: Prior, found: list[_Hypothesis], weights: Tensor,
              doubted: Tensor, excess: Tensor) -> PhysicsGP:
    """The process of draws from every hypothesis, each as often as its weight says."""
    every = torch.cat([w * torch.softmax(one.sampled.log_weights, 0)
                       for w, one in zip(weights, found, strict=True)])
    index = resampled(every, prior.draws or draws_kept(rows.y.numel()))
    start, draws, added = 0, list[Draws](), list[Tensor]()
    for one in found:
        count = one.sampled.z.shape[0]
        mine = index[(index >= start) & (index < start + count)] - start
        draws.append(_draws(one.prior, prior, rows.inputs, one.sampled.z[mine]))
        added.append(one.added.expand(mine.numel(), -1))
        start += count
    joined = draws[0] if len(draws) == 1 else draws[0].joined(draws[1])
    effective = 1.0 / float(every.square().sum())
    model = _conditioned(replace(rows, variance=rows.variance + excess), prior, joined,
                         _level(rows, prior), torch.cat(added), effective, doubted)
    lawful = sum(float(w) for w, one in zip(weights, found, strict=True) if one.prior.terms)
    model.laws = float(lawful) if prior.terms else None
    return model


def _conditioned(rows: Rows, prior: Prior, draws: Draws, level: float, added: Tensor,
                 effective: float, doubted: Tensor | None = None) -> PhysicsGP:
    misfit = _misfit(prior, PhysicsFeatures(prior, draws))
    return _process(rows.x, rows.y.expand(draws.scatter.numel(), -1),
                    _noise(rows, draws, misfit) + added, prior, draws, level, effective, doubted)


def _process(x: Tensor, target: Tensor, noise: Tensor, prior: Prior, draws: Draws, level: float,
             effective: float = 1.0, doubted: Tensor | None = None) -> PhysicsGP:
    """The process of these draws, on rows x (n, d + 1), targets and noise (s, n)."""
    features = PhysicsFeatures(prior, draws)
    model = PhysicsGP(x, target, noise, PhysicsMean(features, level),
                      PhysicsKernel(prior, draws, features, groups=bool(x[:, -1].any())),
                      scatter=draws.scatter, misfit=_misfit(prior, features), effective=effective,
                      doubted=doubted)
    model.prior, model.draws = prior, draws
    return model


def _misfit(prior: Prior, features: PhysicsFeatures) -> Misfit | None:
    return Misfit(prior, features) if prior.misfit and prior.terms else None


def _noise(rows: Rows, draws: Draws, misfit: Misfit | None) -> Tensor:
    """Variance of each row under each draw, (s, n)."""
    noise = rows.variance + draws.scatter.square().unsqueeze(-1) + JITTER
    return noise if misfit is None else noise + misfit(rows.x).square()


def _input_variance(model: EnsembleGP, x: Tensor, prior: Prior) -> Tensor:
    """Variance that inputs off their set point make of the slope of the mean, shape (n,).

    At rows x (n, d + 1) (noisy-input processes; McHutchon 2011): a row on a cliff says less."""
    if not any(prior.input_sd):
        return torch.zeros(x.shape[0], dtype=torch.float64)
    sd = torch.tensor(prior.input_sd, dtype=torch.float64)
    return (predict.slope(model, x)[:, :-1] * sd).square().sum(-1)


def left_out_density(model: EnsembleGP) -> Tensor:
    """ln of the density of each row, as the others predict it, shape (n,)."""
    gap, variance = model.left_out()
    density = -0.5 * (gap.square() / variance + variance.log() + math.log(2.0 * math.pi))
    return torch.logsumexp(density, 0) - math.log(density.shape[0])


def _draws(one: Prior, whole: Prior, inputs: int, z: Tensor) -> Draws:
    """Hyperparameters at standard normal coordinates z (s, size).

    Where the laws do not hold, the terms of the whole prior are there with weight 0."""
    slopes = z.new_zeros(z.shape[0], len(whole.terms), inputs)
    begin = inputs + 4
    for j, term in enumerate(one.terms):
        mean, sd = (torch.tensor(v, dtype=torch.float64) for v in (term.slopes, term.slope_sd))
        slopes[:, j] = mean
        here = _varying(term)
        slopes[:, j, here] = mean[here] + sd[here] * z[:, begin:begin + len(here)]
        begin += len(here)
    lengths = log_normal(one.length, z[:, :inputs])
    lawful = z.new_full((z.shape[0],), float(bool(one.terms)))
    residual, scatter, offset, own = (
        log_normal(given, z[:, inputs + i])
        for i, given in enumerate((one.residual, one.scatter, one.offset, one.own)))
    return Draws(residual, scatter, offset, own, lawful, lengths, slopes)


def _varying(term: Term) -> list[int]:
    """Inputs of which the term has a slope that is not known."""
    return [i for i, sd in enumerate(term.slope_sd) if sd > 0.0]


def _log_likelihood(rows: Rows, prior: Prior, draws: Draws, level: float) -> Tensor:
    """Log marginal likelihood of each draw, shape (s,), in parts that stay small in memory."""
    parts = []
    for index in torch.arange(draws.scatter.numel()).split(max(8, PART // rows.y.numel() ** 2)):
        few = draws[index]
        features = PhysicsFeatures(prior, few)
        misfit = _misfit(prior, features)
        covariance = PhysicsKernel(prior, few, features, groups=rows.grouped).forward(
            rows.x, rows.x) + torch.diag_embed(_noise(rows, few, misfit))
        factor = torch.linalg.cholesky(covariance)
        gap = (rows.y - PhysicsMean(features, level)(rows.x)).unsqueeze(-1)
        white = torch.linalg.solve_triangular(factor, gap, upper=False)
        parts.append(-0.5 * white.square().sum((1, 2))
                     - factor.diagonal(dim1=1, dim2=2).log().sum(-1))
    return torch.cat(parts)
