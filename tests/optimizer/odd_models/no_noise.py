"""No scatter of stacks: observation_noise is ignored."""

from __future__ import annotations

import torch
from odd_models.answers import Answers


def fit(*given, seed=0):
    return Answers(lambda X, noise: (X[..., 0], torch.full_like(X[..., 0], 0.04)))
