"""A Gaussian process averaged over draws of its hyperparameters, as a BoTorch model.

One batch element per draw, as in BoTorch's `EnsembleMapSaasSingleTaskGP`; `posterior` is a
`GaussianMixturePosterior`. Inputs of rows have one column more than recipes: the group (lot,
operator, press) that the row is from. Predictions are for group 0.

GPyTorch evaluates the covariance of all rows again for every t-batch of points; here the factor is
kept and only the points' covariances are evaluated, with the same kernel modules.

Shapes: s draws, n rows, m or q points, d inputs.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from botorch.exceptions.errors import UnsupportedError
from botorch.models import SingleTaskGP
from botorch.posteriors.fully_bayesian import GaussianMixturePosterior
from gpytorch.distributions import MultivariateNormal
from gpytorch.kernels import Kernel
from gpytorch.means import Mean
from torch import Tensor

JITTER = 1e-8
PART = 2_000_000
"""Numbers that one covariance may hold while points are gone through."""


class EnsembleGP(SingleTaskGP):
    """Conditioned on rows (n, d + 1), targets and noise variances (s, n).

    `scatter` (s,) is the standard deviation of one more row about the mean; `misfit`, a module, may
    add to it where the mean is of a kind that scatters more. `effective` is the number of effective
    draws behind the average. `doubted` (n,) marks rows that the others contradict.
    """

    _is_ensemble = True
    _supports_batched_models = False

    def __init__(self, rows: Tensor, target: Tensor, noise: Tensor, mean_module: Mean,
                 covar_module: Kernel, *, scatter: Tensor, misfit: Any = None,
                 effective: float = math.inf, doubted: Tensor | None = None) -> None:
        draws = target.shape[0]
        super().__init__(rows.expand(draws, *rows.shape), target.unsqueeze(-1),
                         noise.unsqueeze(-1), mean_module=mean_module, covar_module=covar_module,
                         outcome_transform=None)
        self.inputs = rows.shape[-1] - 1
        self.scatter, self.misfit, self.effective = scatter, misfit, effective
        self.doubted = torch.zeros(rows.shape[0], dtype=torch.bool) if doubted is None else doubted
        self.rows = rows
        with torch.no_grad():
            covariance = covar_module.forward(rows, rows) + torch.diag_embed(noise)
            factor = torch.linalg.cholesky(covariance)
            gap = (target - mean_module(rows)).unsqueeze(-1)
            self.root = torch.linalg.solve_triangular(
                factor, torch.eye(rows.shape[0], dtype=torch.float64), upper=False)
            self.weights = self.root.transpose(1, 2) @ (self.root @ gap)
        self.eval()
        self.requires_grad_(False)

    def posterior(self, X: Tensor, output_indices: list[int] | None = None,
                  observation_noise: bool | Tensor = False, posterior_transform: Any = None,
                  **_: Any) -> Any:
        """At X of shape (..., q, d): a mixture of normals, joint over q.

        With `observation_noise`, of readings of one more stack."""
        x = self._grouped(X).unsqueeze(-3)
        mean, known = self._conditional(x)
        covariance = self.covar_module.forward(x, x) - known.transpose(-1, -2) @ known
        added = torch.full_like(mean, JITTER)
        if isinstance(observation_noise, Tensor):
            added = added + observation_noise.squeeze(-1).unsqueeze(-2)
        elif observation_noise:
            added = added + self._scatter(x).square()
        found = GaussianMixturePosterior(MultivariateNormal(
            mean, covariance + torch.diag_embed(added)))
        return found if posterior_transform is None else posterior_transform(found)

    def condition_on_observations(self, X: Tensor, Y: Tensor, noise: Tensor | None = None,
                                  **_: Any) -> Any:
        """The model with readings Y (k, 1) at points X (k, d) besides.

        All draws of hyperparameters stay as they are; variances of the readings are `noise` (k, 1),
        by default that of one more stack. Raises UnsupportedError for batches: BoTorch has none of
        ensembles."""
        if X.dim() != 2 or Y.shape != (X.shape[0], 1):
            raise UnsupportedError(f"Readings of shape {tuple(Y.shape)} at points of shape "
                                   f"{tuple(X.shape)}: give (k, 1) at (k, d).")
        x, draws = self._grouped(X), self.train_targets.shape[0]
        added = (self._scatter(x).square() if noise is None else noise.T).expand(draws, -1)
        model = type(self)(
            torch.cat([self.rows, x]), torch.cat([self.train_targets, Y.T.expand(draws, -1)], 1),
            torch.cat([self.likelihood.noise, added.expand(draws, len(x)) + JITTER], 1),
            self.mean_module, self.covar_module, scatter=self.scatter, misfit=self.misfit,
            effective=self.effective,
            doubted=torch.cat([self.doubted, self.doubted.new_zeros(len(x))]))
        # What a kind of model keeps of its own.
        model.__dict__.update({k: v for k, v in vars(self).items() if k not in vars(model)})
        return model

    def members(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance under each draw at points x (m, d), shape (s, m) each."""
        parts = [self._members(part) for part in self._grouped(x).split(self._part)]
        mean, variance = (torch.cat(p, 1) for p in zip(*parts, strict=True))
        return mean, variance

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation at points x (m, d), shape (m,) each; differentiable."""
        mean, variance = self.members(x)
        # Draws that disagree make the average less certain.
        return mean.mean(0), (variance.mean(0) + mean.var(0, unbiased=False)).sqrt()

    def covariance(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariance of points a (m, d) and b (k, d), shape (m, k)."""
        with torch.no_grad():
            left, right = self._grouped(a), self._grouped(b)
            (mean_a, known_a), (mean_b, known_b) = (self._conditional(x) for x in (left, right))
            between = self._between(left, known_a, right, known_b)
            shared = (mean_a - mean_a.mean(0)).T @ (mean_b - mean_b.mean(0))
            return between.mean(0) + shared / mean_a.shape[0]

    def mean_at(self, x: Tensor) -> Tensor:
        """Mean at points x (m, d), shape (m,); differentiable, and cheaper than `moments`."""
        x = self._grouped(x)
        cross = self.covar_module.forward(x, self.rows)
        return ((cross @ self.weights).squeeze(-1) + self.mean_module(x)).mean(0)

    def scatter_at(self, x: Tensor) -> Tensor:
        """Standard deviation of one more stack about the mean at points (m, d), shape (m,)."""
        return self._scatter(self._grouped(x)).square().mean(0).sqrt().expand(x.shape[0])

    def left_out(self) -> tuple[Tensor, Tensor]:
        """Mean gap and variance of each row as the others predict it under each draw, (s, n) each.

        a_i / B_ii and 1 / B_ii with B the inverse of K + noise (Rasmussen 2006, eq. 5.12)."""
        inverse = self.root.square().sum(1)
        return self.weights.squeeze(-1) / inverse, 1.0 / inverse

    def influence(self, x: Tensor, weights: Tensor) -> Tensor:
        """By how much each row moves the weighted sum of the mean at points x (m, d), weights (m,).

        Shape (n,). Without row i, weights of the rows are a - B_i a_i/B_ii (see `left_out`)."""
        cross = weights @ self.covar_module.forward(self._grouped(x), self.rows)
        onto = (cross.unsqueeze(1) @ self.root.transpose(1, 2) @ self.root).squeeze(1)
        return (onto * self.left_out()[0]).mean(0)

    def before(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """The process before it has seen a row, under each draw.

        Mean at points a (m, d), shape (s, m), and covariance with points b (k, d), shape (s, m,
        k)."""
        left, right = self._grouped(a), self._grouped(b)
        return self.mean_module(left), self.covar_module.forward(left, right)

    def _grouped(self, x: Tensor) -> Tensor:
        """Points of group 0, unless they carry their group."""
        if x.shape[-1] == self.inputs + 1:
            return x
        return torch.cat([x, x.new_zeros(*x.shape[:-1], 1)], -1)

    @property
    def _part(self) -> int:
        return max(64, PART // self.root[..., 0].numel())

    def _conditional(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means (..., s, q) and what the rows tell of points x (..., q, d + 1): (..., s, n, q)."""
        cross = self.covar_module.forward(x, self.rows)
        mean = (cross @ self.weights).squeeze(-1) + self.mean_module(x)
        return mean, self.root @ cross.transpose(-1, -2)

    def _members(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, known = self._conditional(x)
        return mean, self._own(x, known)

    def _own(self, x: Tensor, known: Tensor) -> Tensor:
        """Variance under each draw at points x (m, d + 1), of which the rows tell `known`."""
        own = self.covar_module.forward(x, x, diag=True) - known.square().sum(1)
        return own.clamp_min(1e-10)

    def _between(self, a: Tensor, known_a: Tensor, b: Tensor, known_b: Tensor) -> Tensor:
        """Covariance under each draw of points a (m, d + 1) and b (k, d + 1), shape (s, m, k)."""
        return torch.baddbmm(self.covar_module.forward(a, b), known_a.transpose(1, 2), known_b,
                             alpha=-1.0)

    def _scatter(self, x: Tensor) -> Tensor:
        """Under each draw, (..., s, q) or (s, 1)."""
        scatter = self.scatter.unsqueeze(-1)
        if self.misfit is None:
            return scatter
        return (scatter.square() + self.misfit(x).square()).sqrt()
