"""Noisy expected improvement of ln R over the best recipe tried.

It averages over what the best tried recipe really is, so a lucky reading is no bar to beat
(Letham 2019, doi 10.1214/18-BA1110; log form Ament 2023, arXiv 2310.20708). By BoTorch.
"""

from __future__ import annotations

import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.objective import LinearMCObjective
from botorch.sampling import SobolQMCNormalSampler
from torch import Tensor

from optimizer.beliefs import Beliefs
from surrogates.as_botorch import AsBoTorch

SAMPLES = 64
PART = 256


def gain(beliefs: Beliefs, points: Tensor, pending: Tensor, offset: Tensor, seed: int) -> Tensor:
    """Expected improvement of ln R at points (m, d) while those at pending (k, d) are under way,
    shape (m,). `offset` is not used: only what is measured improves here."""
    assert beliefs.log_resistance is not None
    improvement = qLogNoisyExpectedImprovement(
        model=AsBoTorch(beliefs.log_resistance),
        X_baseline=torch.from_numpy(beliefs.data.log_resistance.x),
        sampler=SobolQMCNormalSampler(torch.Size([SAMPLES]), seed=seed),
        objective=LinearMCObjective(torch.tensor([-1.0], dtype=torch.float64)),
        X_pending=pending if pending.shape[0] else None, prune_baseline=True,
        cache_root=False)
    with torch.no_grad():
        parts = [improvement(part.unsqueeze(1)) for part in points.split(PART)]
    return torch.cat(parts).exp()
