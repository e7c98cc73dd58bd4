"""Processes fitted to a smooth function or a law of pressing, and what they are told first."""

from __future__ import annotations

import torch
from botorch.utils.datasets import SupervisedDataset
from rows_told import table

from pressloop.surrogates.models import physics_gp
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.surrogates.parts.prior import Prior, Term

PLAIN = Prior(scatter=(0.02, 0.8))
FALLING = Term(slopes=(3.0,), slope_sd=(1.0,), origin=(0.0,), amplitude=2.0, amplitude_sd=2.0)


def smooth(x: torch.Tensor) -> torch.Tensor:
    return 3.0 + torch.sin(4.0 * x).sum(-1)


def law(x: torch.Tensor) -> torch.Tensor:
    return 3.0 + 2.0 * torch.exp(-3.0 * x[:, 0])


def process(x, y, error=1e-3, prior=PLAIN, group=None, variance=None) -> PhysicsGP:
    data = table(x, y, error, group)
    if variance is not None:
        data = SupervisedDataset(data.X, data.Y, Yvar=variance.unsqueeze(-1), outcome_names=["y"],
                                 feature_names=data.feature_names)
    return physics_gp.fit(data, prior)


CUBE = Prior(terms=(Term((3.0, 0.5, 0.5), (1.0, 0.5, 0.5), (0.0, 0.0, 0.0), 2.0, 2.0),),
             residual=(0.05, 1.0), scatter=(0.1, 0.4))
