"""Answers of another shape: of one point, whatever is asked."""

from __future__ import annotations

import torch
from odd_models.answers import Answers


def fit(*given, seed=0):
    return Answers(lambda X, noise: (X[..., :1, 0], torch.full_like(X[..., :1, 0], 0.04 + noise)))
