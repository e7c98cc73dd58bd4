"""Surrogates whose answers are of another kind than promised; one module each."""

from __future__ import annotations

import torch
from botorch.models.model import Model
from botorch.posteriors import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal


class Answers(Model):
    """Mean and variance as `of` gives them for X (..., q, d), each (..., q)."""

    num_outputs, batch_shape = 1, torch.Size([])

    def __init__(self, of):
        super().__init__()
        self.of = of

    def posterior(self, X, output_indices=None, observation_noise=False,
                  posterior_transform=None, **_):
        mean, variance = self.of(X, observation_noise)
        return GPyTorchPosterior(MultivariateNormal(mean, torch.diag_embed(variance)))
