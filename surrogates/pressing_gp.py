"""Gaussian process around exponential terms, averaged over its hyperparameters.

y_i = c + sum_j A_j f_j(u_j - b_j . (x_i - o_j)) + r(x_i) + g(x_i, group_i) + e_i + s_i

The terms are what is known of y. What follows power laws in pressure and dwell and an Arrhenius law
in temperature is an exponential f of the unit cube; as y is the logarithm of a sum of such, it is
so only while it is small against the rest, and a straight line beyond. Level c and amplitudes A_j
are normal and integrated out; r is a residual process (Matern 5/2, one length scale per input) that
takes over where the terms are wrong; g is what one group of rows (a lot, an operator, a press) has
of its own: an offset and a process. e_i is known noise, s_i the learned scatter of repeats.

The other hyperparameters (slopes, length scales, residual, group and scatter sizes) are not fitted
to one value: adaptive importance sampling (Cappe 2004, doi 10.1198/106186004X12803) draws a small
set that stands for their posterior, so that few rows give wide intervals. Nothing iterates
towards an optimum that could fail or depend on where it starts, and the same rows, in any order
that the caller fixes, give the same draws.

Shapes: s draws, n rows, m points, d inputs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from scipy.stats import qmc
from torch import Tensor

from surrogates.last_few import LastFew

KEPT, FEWEST_KEPT = 16, 4
"""Draws kept for few rows and for many. More change predictions by less than their own uncertainty.
"""
TELLING = 64
"""Rows that hyperparameters are drawn from: more tell them no better, at a cost that grows with
their cube. All rows are conditioned on."""
ROUNDS = 6
ENOUGH = 0.25
"""Share of effective draws at which the proposal has become the posterior."""
OUTLYING = 4.0
"""Left-out standard deviations beyond which a row is doubted; one sound row in 16,000 is."""
JITTER = 1e-8


@dataclass(frozen=True, slots=True)
class Term:
    """A f(start - b . (x - origin)): amplitude A ~ N(amplitude, amplitude_sd^2), slopes b with
    their standard deviations, each of length d.

    f(u) is exp(u), and 1 + u for u > 0 where `straight` says so: the logarithm of a sum of which a
    power law is one part rises exponentially only as long as that part is the smaller one.
    """

    slopes: tuple[float, ...]
    slope_sd: tuple[float, ...]
    origin: tuple[float, ...]
    amplitude: float
    amplitude_sd: float
    start: float = 0.0
    straight: bool = False


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of y before there is data, in units of y.

    Sizes are medians of log-normal priors, each with the standard deviation of its logarithm:
    `residual` of what the terms miss, `scatter` of repeats, `offset` and `own` of what a group has
    of its own (level, and process), `length` of the length scales. `level_sd` is that of c around
    `level`.
    """

    terms: tuple[Term, ...] = ()
    residual: tuple[float, float] = (0.5, 0.8)
    length: tuple[float, float] = (1.0, 0.5)
    scatter: tuple[float, float] = (0.12, 0.2)
    offset: tuple[float, float] = (0.15, 0.8)
    own: tuple[float, float] = (0.05, 1.2)
    level_sd: float = 1.0
    level: float | None = None
    """What c is expected to be; None for the median of the rows."""
    misfit: float = 0.0
    """Scatter that comes with the terms: where they are large, rows scatter more, with the standard
    deviation misfit sum_j |A_j| exp(...) on top, A_j being the prior means."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Hyperparameters: residual, scatter, offset, own of shape (s,), lengths (s, d), and the
    slopes of each term (s, d)."""

    residual: Tensor
    scatter: Tensor
    offset: Tensor
    own: Tensor
    lengths: Tensor
    slopes: tuple[Tensor, ...]

    def __getitem__(self, index: Tensor) -> Draws:
        return Draws(self.residual[index], self.scatter[index], self.offset[index],
                     self.own[index], self.lengths[index], tuple(b[index] for b in self.slopes))


@dataclass(frozen=True, eq=False)
class PressingGP:
    """A conditioned process. Predictions are for group 0 and leave out noise and scatter.

    `scatter` is the learned one (root mean square over the draws). `doubted` marks rows that the
    others contradict: they keep only as much weight as their distance allows. `effective` is the
    number of effective draws behind the posterior: near 1, the average is that of one draw.
    """

    prior: Prior
    draws: Draws
    x: Tensor
    group: Tensor
    shift: float
    factor: Tensor
    weights: Tensor
    doubted: Tensor
    effective: float
    scatter: float
    _memory: LastFew = field(default_factory=LastFew, init=False, repr=False)

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation at x, shape (..., d) to (...) each; differentiable."""
        flat = x.reshape(-1, x.shape[-1])
        means, known = self._seen(flat)
        own = self._variance(flat) - known.square().sum(1)
        # Draws that disagree make the average less certain.
        spread = own.clamp_min(1e-10).mean(0) + means.var(0, unbiased=False)
        shape = x.shape[:-1]
        return (means.mean(0) + self.shift).reshape(shape), spread.sqrt().reshape(shape)

    def predict(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """As `moments`, without a gradient."""
        with torch.no_grad():
            return self.moments(x)

    def covariance(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariance of points a (m, d) and b (k, d), shape (m, k)."""
        with torch.no_grad():
            (means_a, known_a), (means_b, known_b) = self._seen(a), self._seen(b)
            between = _kernel(self.prior, self.draws, a, b) - known_a.transpose(1, 2) @ known_b
            shared = (means_a - means_a.mean(0)).T @ (means_b - means_b.mean(0))
            return between.mean(0) + shared / means_a.shape[0]

    def scatter_at(self, x: Tensor) -> Tensor:
        """Standard deviation of one more row about the mean at points x (m, d), shape (m,)."""
        missed = _missed(self.prior, self.draws, x)
        return (self.draws.scatter.square().unsqueeze(-1) + missed.square()).mean(0).sqrt()

    def scatter_with(self, x: Tensor, input_sd: Tensor) -> Tensor:
        """As `scatter_at`, of inputs that may be off their set point by `input_sd` (d,); x of shape
        (..., d) to (...)."""
        flat = x.reshape(-1, x.shape[-1])
        steep = _input_variance(self, flat, input_sd)
        return (self.scatter_at(flat).square() + steep).sqrt().reshape(x.shape[:-1])

    def slope(self, x: Tensor) -> Tensor:
        """Slope of the terms' part of the mean at points x (m, d), shape (m, d): what is steep is
        in the terms, as the residual process bends over the whole cube."""
        total = torch.zeros_like(x)
        for (term, rows), there, slopes in zip(
                _features(self.prior, self.draws, self.x), _exponents(self.prior, self.draws, x),
                self.draws.slopes, strict=True):
            amplitude = term.amplitude + term.amplitude_sd**2 * (
                rows.unsqueeze(1) @ self.weights).reshape(-1, 1)
            steep = _exponential(there.clamp_max(0.0) if term.straight else there)
            total = total - torch.einsum("sm,sd->md", amplitude * steep, slopes)
        return total / self.draws.residual.shape[0]

    def _seen(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means (s, m) and the inverse factor times the covariances with the rows (s, n, m)."""
        return self._looked(x) if x.requires_grad else self._memory.of(x, self._looked)

    def _looked(self, x: Tensor) -> tuple[Tensor, Tensor]:
        cross = _kernel(self.prior, self.draws, x, self.x, own_of=self.group)
        return self._mean(cross, x), torch.linalg.solve_triangular(
            self.factor, cross.transpose(1, 2), upper=False)

    def _mean(self, cross: Tensor, x: Tensor) -> Tensor:
        return (cross @ self.weights).squeeze(-1) + _mean(self.prior, self.draws, x)

    def _variance(self, x: Tensor) -> Tensor:
        d, prior = self.draws, self.prior
        own = d.residual**2 + d.offset**2 + d.own**2
        total = (own + prior.level_sd**2).unsqueeze(-1).expand(-1, x.shape[0])
        for term, value in _features(prior, d, x):
            total = total + term.amplitude_sd**2 * value**2
        return total


def fit_pressing_gp(x: Tensor, y: Tensor, variance: Tensor, prior: Prior, *,
                    group: Tensor | None = None, input_sd: Tensor | None = None) -> PressingGP:
    """Conditions on x of shape (n, d), y (n,) and known variances (n,), n >= 1.

    `group` (n,) holds integers, 0 for the rows that predictions are for. `input_sd` (d,) is how far
    off its set point an input may have been: where the mean is steep, that scatters y (McHutchon
    2011, noisy-input processes), so that a row on a cliff says less.
    """
    rows = _Rows(x, y, variance, torch.zeros_like(y, dtype=torch.long)
                 if group is None else group, torch.zeros_like(y))
    if not bool(rows.group.any()):
        # With one group only, what is its own cannot be told from the rest.
        prior = replace(prior, offset=(1e-6, 0.0), own=(1e-6, 0.0))
    draws, log_weights = _sampled(_thinned(rows), prior)
    found = _conditioned(rows, prior, draws, log_weights)
    rows = replace(rows, added=_input_variance(found, found.x, input_sd))
    doubted = torch.zeros_like(y, dtype=torch.bool)
    for _ in range(2):
        residual, sd = _left_out(rows, found)
        doubted = doubted | (residual.abs() > OUTLYING * sd)
        rows = replace(rows, added=torch.where(
            doubted, torch.maximum(rows.added, residual**2), rows.added))
        found = _conditioned(rows, prior, draws, log_weights + _change(rows, prior, draws),
                             doubted=doubted)
        if not bool(doubted.any()):
            break
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    x: Tensor
    y: Tensor
    variance: Tensor
    group: Tensor
    added: Tensor
    """Variance on top: of inputs off their set point, and of rows that are doubted."""

    def shift(self, prior: Prior) -> float:
        """The expected level, or the median, which no single row can move far."""
        return float(self.y.median()) if prior.level is None else prior.level


def _thinned(rows: _Rows) -> _Rows:
    """At most TELLING rows, evenly taken: the own group first, as predictions are for it."""
    n = rows.y.numel()
    if n <= TELLING:
        return rows
    order = torch.argsort((rows.group != 0).long(), stable=True)
    own = int((rows.group == 0).sum())
    from_own = min(own, max(TELLING // 2, TELLING - (n - own)))
    picks = [order[:own][_evenly(own, from_own)], order[own:][_evenly(n - own, TELLING - from_own)]]
    index = torch.cat(picks).sort().values
    return _Rows(*(v[index] for v in (rows.x, rows.y, rows.variance, rows.group, rows.added)))


def _evenly(there: int, wanted: int) -> Tensor:
    return torch.linspace(0.0, max(there - 1, 0), min(wanted, there)).round().long()


def _input_variance(found: PressingGP, x: Tensor, input_sd: Tensor | None) -> Tensor:
    """Variance that inputs off their set point make of the slope of the mean at x (m, d), (m,)."""
    if input_sd is None:
        return torch.zeros(x.shape[0], dtype=torch.float64)
    return (found.slope(x) * input_sd).square().sum(-1)


def _sampled(rows: _Rows, prior: Prior) -> tuple[Draws, Tensor]:
    """Draws and the logarithms of their weights, by tempered adaptive importance sampling in
    coordinates in which the prior is standard normal."""
    inputs, n = rows.x.shape[-1], rows.y.numel()
    size = inputs + 4 + inputs * len(prior.terms)
    count = 192 if n <= 40 else 96
    normals = _normals(size, count)
    centre, root = torch.zeros(size, dtype=torch.float64), torch.eye(size, dtype=torch.float64)
    for turn in range(ROUNDS):
        z = centre + normals @ root.T
        draws = _draws(prior, inputs, z)
        target = _log_likelihood(rows, prior, draws) - 0.5 * z.square().sum(-1)
        log_weights = target + 0.5 * normals.square().sum(-1)
        temper = _temper(log_weights)
        if turn == ROUNDS - 1 or (temper == 1.0 and _effective(log_weights) >= ENOUGH * count):
            break
        centre, root = _moved(z, torch.softmax(temper * log_weights, 0))
    return draws, log_weights


def _normals(size: int, count: int) -> Tensor:
    """Standard normal points of a fixed low-discrepancy sequence, shape (count, size)."""
    # The sequence is drawn to a power of two, as SciPy warns of other lengths.
    whole = 2 ** math.ceil(math.log2(count))
    points = torch.from_numpy(qmc.Sobol(size, scramble=True, rng=0).random(whole)[:count])
    return torch.special.ndtri(points.clamp(1e-6, 1.0 - 1e-6))


def _temper(log_weights: Tensor) -> float:
    """The highest power of the weights, at most 1, that leaves a tenth of the draws effective."""
    for power in (1.0, 0.6, 0.35, 0.2, 0.1, 0.05, 0.02):
        if _effective(power * log_weights) >= 0.1 * log_weights.numel():
            return power
    return 0.01


def _effective(log_weights: Tensor) -> float:
    return float(1.0 / torch.softmax(log_weights, 0).square().sum())


def _moved(z: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and a root of the covariance of weighted draws, wider than they are: a proposal with
    thin tails would miss part of the posterior."""
    centre = weights @ z
    gap = z - centre
    covariance = (gap * weights.unsqueeze(-1)).T @ gap
    few = float(1.0 / weights.square().sum())
    trust = few / (few + z.shape[-1])
    mixed = trust * covariance + (1.0 - trust) * torch.diag(covariance.diagonal())
    ridge = 0.02 * torch.eye(z.shape[-1], dtype=torch.float64)
    return centre, torch.linalg.cholesky(1.3 * mixed + ridge)


def _draws(prior: Prior, inputs: int, z: Tensor) -> Draws:
    def size(given: tuple[float, float], at: int) -> Tensor:
        return torch.exp(math.log(given[0]) + given[1] * z[:, at])

    slopes = []
    for j, term in enumerate(prior.terms):
        begin = inputs + 4 + j * inputs
        mean, sd = (torch.tensor(v, dtype=torch.float64) for v in (term.slopes, term.slope_sd))
        slopes.append(mean + sd * z[:, begin:begin + inputs])
    lengths = torch.exp(math.log(prior.length[0]) + prior.length[1] * z[:, :inputs])
    return Draws(size(prior.residual, inputs), size(prior.scatter, inputs + 1),
                 size(prior.offset, inputs + 2), size(prior.own, inputs + 3), lengths,
                 tuple(slopes))


def _features(prior: Prior, draws: Draws, x: Tensor) -> list[tuple[Term, Tensor]]:
    """Each term with its f, shape (s, m)."""
    return [(term, _exponential(u.clamp_max(0.0)) + u.clamp_min(0.0) if term.straight
             else _exponential(u))
            for term, u in zip(prior.terms, _exponents(prior, draws, x), strict=True)]


def _exponents(prior: Prior, draws: Draws, x: Tensor) -> list[Tensor]:
    """What f of each term is taken of, shape (s, m)."""
    return [term.start - slopes @ (x - torch.tensor(term.origin, dtype=torch.float64)).T
            for term, slopes in zip(prior.terms, draws.slopes, strict=True)]


def _exponential(u: Tensor) -> Tensor:
    # Bounded, as points a little outside the cube must not overflow.
    return torch.exp(u.clamp_max(20.0))


def _mean(prior: Prior, draws: Draws, x: Tensor) -> Tensor:
    """Prior mean without level, shape (s, m)."""
    mean = torch.zeros(draws.residual.shape[0], x.shape[0], dtype=torch.float64)
    for term, value in _features(prior, draws, x):
        mean = mean + term.amplitude * value
    return mean


def _matern(draws: Draws, a: Tensor, b: Tensor) -> Tensor:
    """Matern 5/2 correlation, shape (s, m, k)."""
    left, right = (v.unsqueeze(0) * (math.sqrt(5.0) / draws.lengths).unsqueeze(1) for v in (a, b))
    sums = left.square().sum(-1).unsqueeze(2) + right.square().sum(-1).unsqueeze(1)
    squares = torch.baddbmm(sums, left, right.transpose(1, 2), alpha=-2.0).clamp_min(1e-14)
    far = squares.sqrt()
    if squares.requires_grad:
        return torch.exp(-far) * (1.0 + far + squares / 3.0)
    # The same in place: most of the time of a search is spent here, much of it on new memory.
    return squares.div_(3.0).add_(far).add_(1.0).mul_(far.neg_().exp_())


def _kernel(prior: Prior, draws: Draws, a: Tensor, b: Tensor, *, own_of: Tensor | None = None,
            group: Tensor | None = None) -> Tensor:
    """Prior covariance of a (m, d) and b (k, d), shape (s, m, k). a belongs to `group` (m,), or to
    group 0; b to `own_of` (k,), or to group 0."""
    left = _columns(prior, draws, a)
    right = left if b is a else _columns(prior, draws, b)
    own, offset = (v.square()[:, None, None] for v in (draws.own, draws.offset))
    residual = draws.residual.square()[:, None, None]
    if own_of is None or not (bool(own_of.any()) or (group is not None and bool(group.any()))):
        # All of one group.
        return torch.baddbmm(_matern(draws, a, b) * (residual + own) + offset, left,
                             right.transpose(1, 2))
    of_a = torch.zeros(a.shape[0], dtype=torch.long) if group is None else group
    same = (of_a.unsqueeze(1) == own_of.unsqueeze(0)).double()
    return torch.baddbmm((residual + same * own) * _matern(draws, a, b) + same * offset, left,
                         right.transpose(1, 2))


def _missed(prior: Prior, draws: Draws, x: Tensor) -> Tensor:
    """Standard deviation of the scatter that comes with the terms at x, shape (s, m)."""
    size = torch.zeros(draws.residual.shape[0], x.shape[0], dtype=torch.float64)
    for term, value in _features(prior, draws, x):
        most = 1.0 if term.straight else 2.0
        size = size + prior.misfit * abs(term.amplitude) * value.clamp_max(most)
    return size


def _columns(prior: Prior, draws: Draws, x: Tensor) -> Tensor:
    """What the level and each term contribute in standard deviations, shape (s, m, 1 + terms)."""
    level = torch.full((draws.residual.shape[0], x.shape[0]), prior.level_sd, dtype=torch.float64)
    return torch.stack([level, *(term.amplitude_sd * value
                                 for term, value in _features(prior, draws, x))], -1)


def _factor(rows: _Rows, prior: Prior, draws: Draws) -> tuple[Tensor, Tensor]:
    """Cholesky factor (s, n, n) of K + noise and the gap y - m, shape (s, n, 1)."""
    noise = (rows.variance + rows.added + draws.scatter.square().unsqueeze(-1) + JITTER
             + _missed(prior, draws, rows.x).square())
    covariance = _kernel(prior, draws, rows.x, rows.x, own_of=rows.group, group=rows.group)
    factor = torch.linalg.cholesky(covariance + torch.diag_embed(noise))
    gap = rows.y - rows.shift(prior) - _mean(prior, draws, rows.x)
    return factor, gap.unsqueeze(-1)


def _log_likelihood(rows: _Rows, prior: Prior, draws: Draws) -> Tensor:
    """Log marginal likelihood of each draw, shape (s,), in parts that stay small in memory."""
    parts = []
    for index in torch.arange(draws.residual.shape[0]).split(max(8, 2_000_000
                                                                 // rows.y.numel() ** 2)):
        factor, gap = _factor(rows, prior, draws[index])
        white = torch.linalg.solve_triangular(factor, gap, upper=False)
        parts.append(-0.5 * white.square().sum((1, 2))
                     - factor.diagonal(dim1=1, dim2=2).log().sum(-1))
    return torch.cat(parts)


def _change(rows: _Rows, prior: Prior, draws: Draws) -> Tensor:
    """How the added variance changes the log likelihood of each draw, shape (s,)."""
    few = _thinned(rows)
    plain = replace(few, added=torch.zeros_like(few.added))
    return _log_likelihood(few, prior, draws) - _log_likelihood(plain, prior, draws)


def _conditioned(rows: _Rows, prior: Prior, draws: Draws, log_weights: Tensor,
                 doubted: Tensor | None = None) -> PressingGP:
    kept = draws[_resampled(torch.softmax(log_weights, 0), _kept(rows.y.numel()))]
    factor, gap = _factor(rows, prior, kept)
    return PressingGP(
        prior=prior, draws=kept, x=rows.x, group=rows.group, shift=rows.shift(prior), factor=factor,
        weights=torch.cholesky_solve(gap, factor),
        doubted=torch.zeros_like(rows.y, dtype=torch.bool) if doubted is None else doubted,
        effective=_effective(log_weights), scatter=float(kept.scatter.square().mean().sqrt()))


def _kept(rows: int) -> int:
    """How many draws to average: fewer where many rows have made them alike."""
    return max(FEWEST_KEPT, min(KEPT, 500 // max(rows, 1)))


def _resampled(weights: Tensor, count: int) -> Tensor:
    """Indices of `count` draws, each as often as its weight says (systematic resampling)."""
    steps = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    return torch.searchsorted(weights.cumsum(0), steps).clamp_max(weights.numel() - 1)


def _left_out(rows: _Rows, found: PressingGP) -> tuple[Tensor, Tensor]:
    """Residual and standard deviation of each row as the others predict it, shape (n,) each:
    r_i = a_i / B_ii, s_i^2 = 1/B_ii with B the inverse of K + noise (Rasmussen 2006, eq. 5.12),
    averaged over the draws."""
    inverse = torch.cholesky_inverse(found.factor).diagonal(dim1=1, dim2=2)
    residual = found.weights.squeeze(-1) / inverse
    return residual.mean(0), (1.0 / inverse).mean(0).sqrt()


def left_out_density(gp: PressingGP) -> Tensor:
    """ln of the density of each row, as the others predict it, shape (n,)."""
    inverse = torch.cholesky_inverse(gp.factor).diagonal(dim1=1, dim2=2)
    residual = gp.weights.squeeze(-1) / inverse
    density = 0.5 * (inverse.log() - residual.square() * inverse - math.log(2.0 * math.pi))
    return torch.logsumexp(density, 0) - math.log(density.shape[0])


def fallback_prior(prior: Prior) -> Prior:
    """The same without terms: a plain process that only the rows speak for."""
    wide = float(np.hypot(prior.residual[0], 0.3))
    return replace(prior, terms=(), residual=(wide, prior.residual[1]))
