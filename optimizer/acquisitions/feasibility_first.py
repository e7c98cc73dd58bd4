"""Before any stack is intact: go where one may survive, away from what has been tried.

g(x) = 1 - exp(-(d/0.25)^2), d the distance to the nearest tried or pending recipe in the unit cube;
the search itself multiplies by the chance of survival. BoTorch's `qLogProbabilityOfFeasibility`
takes the chance alone, which tries one corner again and again.
"""

from __future__ import annotations

import torch
from botorch.acquisition import AcquisitionFunction
from botorch.utils.transforms import t_batch_mode_transform
from torch import Tensor

from pressloop.optimizer.models import Models

REACH = 0.25
SMALLEST = 1e-12


class FeasibilityFirst(AcquisitionFunction):
    """ln of a number between 0 and 1."""

    def __init__(self, models: Models, X_pending: Tensor) -> None:
        # Failures are all that is known: any of their models stands for them.
        super().__init__(next(iter(models.failures.values()), None))
        known = [models.data.log_hazard, *models.data.labels.values()]
        self.tried = torch.cat([*(torch.from_numpy(rows.x) for rows in known), X_pending])

    @t_batch_mode_transform(expected_q=1, assert_output_shape=False)
    def forward(self, X: Tensor) -> Tensor:
        """At X (m, 1, d), shape (m,)."""
        points = X.squeeze(-2)
        if not self.tried.shape[0]:
            return points.new_zeros(points.shape[0])
        nearest = torch.cdist(points, self.tried).min(-1).values
        return (-torch.expm1(-(nearest / REACH) ** 2)).clamp_min(SMALLEST).log()


def build(models: Models, X_pending: Tensor, *, seed: int = 0) -> FeasibilityFirst:
    """The seed is not used. Pending points have shape (k, d)."""
    return FeasibilityFirst(models, X_pending)
