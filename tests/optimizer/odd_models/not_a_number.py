"""Answers that are no numbers at high pressure."""

from __future__ import annotations

import torch
from odd_models.answers import Answers


def fit(*given, seed=0):
    return Answers(lambda X, noise: (torch.where(X[..., 0] > 0.5, torch.nan, 3.0).double(),
                                     torch.full_like(X[..., 0], 0.04 + noise)))
