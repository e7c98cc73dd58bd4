"""Before any stack is intact: go where one may survive, away from what has been tried.

a(x) = ln P(survive | x) + ln(1 - exp(-(d/0.25)^2)), d the distance to the nearest tried or
pending recipe in the unit cube.
"""

from __future__ import annotations

import torch
from botorch.acquisition import AcquisitionFunction
from botorch.models.deterministic import GenericDeterministicModel
from torch import Tensor

from optimizer.beliefs import Beliefs

REACH = 0.25


class SurvivalFirst(AcquisitionFunction):
    """The acquisition of this file, for x of shape (b, 1, d)."""

    def __init__(self, beliefs: Beliefs, tried: Tensor) -> None:
        super().__init__(GenericDeterministicModel(beliefs.log_survival))
        self.beliefs, self.tried = beliefs, tried

    def forward(self, x: Tensor) -> Tensor:
        """Value of each point, shape (b, 1, d) to (b,)."""
        value = self.beliefs.log_survival(x).sum(-1)
        if self.tried.shape[0]:
            squares = ((x - self.tried) ** 2).sum(-1).min(-1).values
            value = value + torch.log(-torch.expm1(-squares / REACH**2) + 1e-9)
        return value


def acquisition(beliefs: Beliefs, pending: Tensor, seed: int) -> AcquisitionFunction:
    """This file's acquisition function; it has no randomness of its own."""
    known = [beliefs.data.root_damage, *beliefs.data.labels.values()]
    tried = [torch.from_numpy(rows.x) for rows in known]
    return SurvivalFirst(beliefs, torch.cat([*tried, pending]))
