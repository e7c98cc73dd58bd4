"""A surrogate of ours as a BoTorch model, for BoTorch's acquisition functions."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models.model import Model
from botorch.posteriors import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from torch import Tensor

from surrogates.pressing_gp import PressingGP

JITTER = 1e-8


class AsBoTorch(Model):
    """Joint posterior of f: one output, inputs in the unit cube. Read only: it cannot be fitted."""

    def __init__(self, gp: PressingGP) -> None:
        super().__init__()
        self.gp = gp

    @property
    def num_outputs(self) -> int:
        """One."""
        return 1

    @property
    def batch_shape(self) -> torch.Size:
        """None: the draws are averaged already."""
        return torch.Size([])

    def posterior(self, X: Tensor, output_indices: list[int] | None = None,
                  observation_noise: bool = False, posterior_transform: Any = None,
                  **_: Any) -> Any:
        """At X of shape (..., q, d)."""
        flat = X.reshape(-1, *X.shape[-2:])
        means, roots = zip(*(self._joint(one) for one in flat), strict=True)
        mean = torch.stack(means).reshape(X.shape[:-1])
        covariance = torch.stack(roots).reshape(*X.shape[:-1], X.shape[-2])
        found = GPyTorchPosterior(MultivariateNormal(mean, covariance))
        return found if posterior_transform is None else posterior_transform(found)

    def _joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, _ = self.gp.predict(x)
        noise = JITTER * torch.eye(x.shape[0], dtype=torch.float64)
        return mean, self.gp.covariance(x, x) + noise
