"""Physics terms as mean and kernel of a Gaussian process, one batch element per draw.

y(x) = c + sum_j A_j f_j(x) + r(x) + g(x, group): level c and amplitudes A_j are normal and
integrated out, r is the model discrepancy (Matern 5/2), g is what a group has of its own. A draw
for which the laws do not hold has weight 0 on the terms.

Shapes: s draws, m points, d inputs, j terms; points carry their group in a last column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import torch
from gpytorch.constraints import Positive
from gpytorch.kernels import Kernel, MaternKernel
from gpytorch.means import Mean
from torch import Tensor
from torch.nn import Module

from pressloop.surrogates.parts.kinds import apart, corners, each_corner
from pressloop.surrogates.parts.prior import Prior


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Hyperparameters.

    Residual, scatter, offset, own and lawful (1 where the laws hold, else 0) of shape (s,), lengths
    (s, d), slopes of the terms (s, j, d)."""

    residual: Tensor
    scatter: Tensor
    offset: Tensor
    own: Tensor
    lawful: Tensor
    lengths: Tensor
    slopes: Tensor

    def __getitem__(self, index: Tensor) -> Draws:
        return Draws(*(getattr(self, f.name)[index] for f in fields(self)))

    def joined(self, other: Draws) -> Draws:
        """Both, these first."""
        return Draws(*(torch.cat([getattr(self, f.name), getattr(other, f.name)])
                       for f in fields(self)))


class PhysicsFeatures(Module):
    """Each term f_j(u_j - b_j . (x - o_j)), bounded.

    So that points a little outside of the cube do not overflow."""

    def __init__(self, prior: Prior, draws: Draws) -> None:
        super().__init__()
        self.terms, self.draws = prior.terms, draws
        self.mean = torch.tensor([t.amplitude for t in prior.terms], dtype=torch.float64)
        self.sd = torch.tensor([t.amplitude_sd for t in prior.terms], dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        """Values at x (..., m, d + 1), shape (..., s, m, j)."""
        lawful = self.draws.lawful[:, None]
        return torch.stack([self._value(i, x) * lawful for i in range(len(self.terms))], -1)

    def _value(self, i: int, x: Tensor) -> Tensor:
        term = self.terms[i]
        at = x[..., :-1] - torch.tensor(term.origin, dtype=torch.float64)
        u = term.start - (at @ self.draws.slopes[:, i, :, None]).squeeze(-1) if x.dim() > 2 \
            else term.start - self.draws.slopes[:, i] @ at.T
        if term.straight:
            return torch.exp(u.clamp_max(0.0)) + u.clamp_min(0.0)
        return torch.exp(u.clamp_max(20.0))


class PhysicsMean(Mean):
    """level + sum_j E[A_j] f_j(x), shape (..., s, m)."""

    def __init__(self, features: PhysicsFeatures, level: float) -> None:
        super().__init__()
        self.features, self.level = features, level

    def forward(self, x: Tensor) -> Tensor:
        """At x (..., m, d + 1)."""
        if not self.features.terms:
            draws = self.features.draws.residual.shape[0]
            return x.new_full((*x.shape[:-2 if x.dim() == 2 else -3], draws, x.shape[-2]),
                              self.level)
        return self.features(x) @ self.features.mean + self.level


class PhysicsKernel(Kernel):
    """Covariance of level, amplitudes, model discrepancy and groups, shape (..., s, m, k).

    The discrepancy is GPyTorch's Matern 5/2 with one length scale per input.
    """

    def __init__(self, prior: Prior, draws: Draws, features: PhysicsFeatures, *, groups: bool
                 ) -> None:
        shape = draws.residual.shape
        super().__init__(batch_shape=shape)
        self.matern = matern(draws.lengths, prior.kinds)
        self.features, self.draws, self.groups = features, draws, groups
        self.linear = Linear(prior) if any(prior.linear) else None
        self.level_variance = prior.level_sd**2

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **_: Any) -> Tensor:
        """Between x1 (..., m, d + 1) and x2 (..., k, d + 1); each may have a draw dimension."""
        d = self.draws
        end = (...,) if diag else (..., None)
        residual, own, offset = (v.square()[:, None][end] for v in (d.residual, d.own, d.offset))
        shape = self.matern.forward(x1[..., :-1], x2[..., :-1], diag=diag)
        total = shape * residual + self.level_variance
        if self.linear is not None:
            total = total + self.linear(x1[..., :-1], x2[..., :-1], diag)
        if self.groups:
            total = total + same_group(x1, x2, diag) * (shape * own + offset)
        if not self.features.terms:
            return total
        left = self.features(x1) * self.features.sd
        right = left if x2 is x1 else self.features(x2) * self.features.sd
        return total + ((left * right).sum(-1) if diag else left @ right.transpose(-1, -2))


class Linear(Module):
    """Covariance of slopes of the inputs and of levels of their kinds, shape (..., m, k)."""

    def __init__(self, prior: Prior) -> None:
        super().__init__()
        self.kinds = prior.kinds
        sd = torch.tensor(prior.linear, dtype=torch.float64)
        self.sd = each_corner(sd, prior.kinds)
        middle = torch.tensor([0.0 if k else 0.5 for k in prior.kinds or (0,) * len(prior.linear)],
                              dtype=torch.float64)
        self.middle = each_corner(middle, prior.kinds)

    def forward(self, x1: Tensor, x2: Tensor, diag: bool) -> Tensor:
        """Between x1 (..., m, d) and x2 (..., k, d)."""
        left, right = ((corners(x, self.kinds) - self.middle) * self.sd for x in (x1, x2))
        return (left * right).sum(-1) if diag else left @ right.transpose(-1, -2)


class Misfit(Module):
    """Standard deviation of the scatter that comes with the terms, shape (..., s, m).

    Misfit sum_j |E[A_j]| f_j."""

    def __init__(self, prior: Prior, features: PhysicsFeatures) -> None:
        super().__init__()
        self.features = features
        self.size = prior.misfit * features.mean.abs()
        self.most = torch.tensor([1.0 if t.straight else 2.0 for t in prior.terms],
                                 dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        """At x (..., m, d + 1)."""
        return torch.minimum(self.features(x), self.most) @ self.size


def same_group(x1: Tensor, x2: Tensor, diag: bool) -> Tensor:
    """Which points of x1 (..., m, d + 1) and x2 (..., k, d + 1) are of one group.

    (..., m, k), or (..., m) of the diagonal."""
    if diag:
        return x1[..., -1] == x2[..., -1]
    return x1[..., -1].unsqueeze(-1) == x2[..., -1].unsqueeze(-2)


class Matern(MaternKernel):
    """GPyTorch's kernel of nu 5/2.

    Where nobody asks for a gradient, the same formula is evaluated in place, which takes half of
    the time."""

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **params: Any) -> Tensor:
        """Between x1 (..., m, d) and x2 (..., k, d), shape (..., s, m, k)."""
        if diag or x1.requires_grad or x2.requires_grad:
            return super().forward(x1, x2, diag=diag, **params)
        scale = math.sqrt(5.0) / self.lengthscale
        left, right = (x1 - 0.5) * scale, (x2 - 0.5) * scale
        square = (left @ right.transpose(-1, -2)).mul_(-2.0)
        square.add_(left.square().sum(-1).unsqueeze(-1))
        square.add_(right.square().sum(-1).unsqueeze(-2)).clamp_min_(0.0)
        distance = square.sqrt()
        return square.mul_(1.0 / 3.0).add_(distance).add_(1.0).mul_(distance.neg_().exp_())


class MaternOfKinds(Matern):
    """Matern 5/2 over numbers and kinds: distances as of `pressloop.surrogates.parts.kinds`."""

    kinds: tuple[int, ...]
    scale: Tensor

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **more: Any) -> Tensor:
        """Between x1 (..., m, d) and x2 (..., k, d)."""
        left, right = (corners(x, self.kinds) * self.scale for x in (x1, x2))
        return super().forward(left, right, diag=diag, **more)


def matern(lengths: Tensor, kinds: tuple[int, ...] = ()) -> Matern:
    """Matern 5/2 with length scales (s, d), a kernel per draw; kinds share that of their input."""
    if any(kinds):
        lengths = each_corner(lengths, kinds)
        kernel = MaternOfKinds(2.5, ard_num_dims=lengths.shape[-1], batch_shape=lengths.shape[:1],
                               lengthscale_constraint=Positive(torch.exp, torch.log)).double()
        kernel.kinds, kernel.scale = kinds, apart(kinds)
        kernel.lengthscale = lengths.unsqueeze(-2)
        return kernel.requires_grad_(False)
    kernel = Matern(2.5, ard_num_dims=lengths.shape[-1], batch_shape=lengths.shape[:1],
                    lengthscale_constraint=Positive(torch.exp, torch.log)).double()
    kernel.lengthscale = lengths.unsqueeze(-2)
    return kernel.requires_grad_(False)
