"""Noisy expected improvement of log resistance, held back where stacks may not survive.

a(x) = ln NEI(x) + c ln P(survive | x); NEI averages over what the best tried recipe really is, so
a lucky reading is no bar to beat (Letham 2019, doi 10.1214/18-BA1110; log form Ament 2023, arXiv
2310.20708). The caution c trades stacks crushed on the way against speed.
"""

from __future__ import annotations

import torch
from botorch.acquisition import AcquisitionFunction
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.objective import LinearMCObjective
from botorch.sampling import SobolQMCNormalSampler
from torch import Tensor

from optimizer.beliefs import Beliefs

SAMPLES = 128


class CautiousImprovement(AcquisitionFunction):
    """The acquisition of this file, for x of shape (b, 1, d)."""

    def __init__(self, beliefs: Beliefs, pending: Tensor, seed: int) -> None:
        if beliefs.log_resistance is None:
            raise ValueError("needs one intact stack or more")
        super().__init__(beliefs.log_resistance.model)
        self.beliefs = beliefs
        self.improvement = qLogNoisyExpectedImprovement(
            model=beliefs.log_resistance.model,
            X_baseline=torch.from_numpy(beliefs.data.log_resistance.x),
            sampler=SobolQMCNormalSampler(torch.Size([SAMPLES]), seed=seed),
            objective=LinearMCObjective(torch.tensor([-1.0], dtype=torch.float64)),
            X_pending=pending if pending.shape[0] else None, prune_baseline=True)

    def forward(self, x: Tensor) -> Tensor:
        """Value of each point, shape (b, 1, d) to (b,)."""
        survive = self.beliefs.log_survival(x).sum(-1)
        value: Tensor = self.improvement(x)
        return value + self.beliefs.caution.exploring * survive


def acquisition(beliefs: Beliefs, pending: Tensor, seed: int) -> AcquisitionFunction:
    """This file's acquisition function."""
    return CautiousImprovement(beliefs, pending, seed)
