"""Noisy expected improvement of ln R over the best recipe tried.

It averages over what the best tried recipe really is, so a lucky reading is no bar to beat
(Letham 2019, doi 10.1214/18-BA1110; log form Ament 2023, arXiv 2310.20708). By BoTorch.
"""

from __future__ import annotations

import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.objective import GenericMCObjective
from botorch.sampling import SobolQMCNormalSampler
from torch import Tensor

from optimizer.beliefs import Beliefs
from optimizer.shipping import Offset
from surrogates.as_botorch import AsBoTorch

SAMPLES = 64
PART = 256


def gain(beliefs: Beliefs, points: Tensor, pending: Tensor, offset_of: Offset, seed: int
         ) -> Tensor:
    """Expected improvement of ln R, as the objective sees it; the seed is that of the samples."""
    assert beliefs.log_resistance is not None

    def value(samples: Tensor, X: Tensor | None = None) -> Tensor:
        assert X is not None
        offset = offset_of(beliefs, X.reshape(-1, X.shape[-1]))
        return -samples.squeeze(-1) - offset.reshape(X.shape[:-1])

    improvement = qLogNoisyExpectedImprovement(
        model=AsBoTorch(beliefs.log_resistance),
        X_baseline=torch.from_numpy(beliefs.data.log_resistance.x),
        sampler=SobolQMCNormalSampler(torch.Size([SAMPLES]), seed=seed),
        objective=GenericMCObjective(value),
        X_pending=pending if pending.shape[0] else None, prune_baseline=True,
        cache_root=False)
    with torch.no_grad():
        parts = [improvement(part.unsqueeze(1)) for part in points.split(PART)]
    return torch.cat(parts).exp()
