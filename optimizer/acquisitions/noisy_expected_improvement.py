"""Noisy expected improvement of ln R over the best recipe tried, by BoTorch.

It averages over what the best tried recipe really is, so a lucky reading is no bar to beat
(Letham 2019, doi 10.1214/18-BA1110; log form Ament 2023, arXiv 2310.20708).
"""

from __future__ import annotations

import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.objective import GenericMCObjective
from botorch.sampling.get_sampler import get_sampler
from torch import Tensor

from pressloop.optimizer.models import Models

SAMPLES = 64


def build(models: Models, X_pending: Tensor, *, seed: int = 0) -> qLogNoisyExpectedImprovement:
    """Of ln R, as the objective sees it; the seed is that of the samples.

    Pending points have shape (k, d)."""
    objective = models.problem.objective

    def value(samples: Tensor, X: Tensor | None = None) -> Tensor:
        if X is None:
            return -samples.squeeze(-1)
        offset = objective.offset(models, X.reshape(-1, X.shape[-1])).reshape(X.shape[:-1])
        # Of an ensemble, samples have its draws before the points.
        while offset.dim() < samples.dim() - 2 and offset.dim() > 1:
            offset = offset.unsqueeze(-2)
        return -samples.squeeze(-1) - offset

    model, tried = models.resistance_model, torch.from_numpy(models.data.log_resistance.x)
    return qLogNoisyExpectedImprovement(
        model=model, X_baseline=tried,
        sampler=get_sampler(model.posterior(tried), torch.Size([SAMPLES]), seed=seed),
        objective=GenericMCObjective(value), X_pending=X_pending if X_pending.shape[0] else None,
        prune_baseline=True, cache_root=False)
