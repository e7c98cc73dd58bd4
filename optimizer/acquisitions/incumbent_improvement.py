"""Expected improvement on the recipe that would be recommended now.

g(x) = E[max(0, v(s) - v(x))] with v the value of a recipe, s the incumbent, both uncertain and
correlated: d ~ N(m, t^2) is their difference and g = t (z Phi(z) + phi(z)), z = m/t (expected
improvement, Jones 1998, doi 10.1023/A:1008306431147, over a bar that is believed, not read).
It goes to the edge of what survives, and learns where that is by stacks that do not: for limits
that cost little to break while searching. Where stacks are dear, `knowledge_gradient` loses fewer.
"""

from __future__ import annotations

import torch
from botorch.acquisition import AcquisitionFunction
from botorch.utils.transforms import t_batch_mode_transform
from torch import Tensor

from pressloop.optimizer.acquisitions.knowledge_gradient import SMALLEST, while_pending
from pressloop.optimizer.models import Models
from pressloop.surrogates.predict import expected_improvement

LEAST = 1e-10
"""Smallest variance of a difference."""


class IncumbentImprovement(AcquisitionFunction):
    """ln of the expected fall of ln R below the incumbent's, as the objective sees it."""

    def __init__(self, models: Models, X_pending: Tensor) -> None:
        super().__init__(models.resistance_model)
        self.models, self.pending = models, X_pending
        self.bar = models.incumbent[0].unsqueeze(0)

    @t_batch_mode_transform(expected_q=1)
    def forward(self, X: Tensor) -> Tensor:
        """At X (m, 1, d), shape (m,)."""
        models, both = self.models, torch.cat([self.bar, X.squeeze(-2)])
        mean, sd = models.moments(both)
        value = mean + models.problem.objective.offset(models, both)
        variance, shared = sd.square(), models.covariance(both[:1], both).squeeze(0)
        if self.pending.shape[0]:
            known, of_points, variance = while_pending(
                models.resistance_model, both, self.pending, models.stack_scatter(self.pending),
                variance)
            shared = shared - of_points[0] @ known
        spread = (variance[1:] + variance[0] - 2.0 * shared[1:]).clamp_min(LEAST).sqrt()
        return expected_improvement(value[0] - value[1:], spread).clamp_min(SMALLEST).log()


def build(models: Models, X_pending: Tensor, *, seed: int = 0) -> IncumbentImprovement:
    """The seed is not used. Pending points have shape (k, d)."""
    return IncumbentImprovement(models, X_pending)
