"""A resistance that is good enough, at the least cost.

Among recipes of which one more stack is believed to stay below the threshold with 90 %, the one
that takes the fewest minutes is recommended; while there is none, the one that comes nearest. Value
of a recipe, lower is better, for one more stack of ln R ~ N(m, s^2):

    v = ln(minutes / most minutes) <= 0 where e <= 0, else e,   e = m + 1.28 s - ln threshold.

One more stack is worth what it is expected to lower the least loss by, the knowledge gradient of
`acquisitions/knowledge_gradient.py` for the loss

    (1 - p) ln(minutes / most minutes) + K p + 0.01 m,   p = P(stack above the threshold).

K makes missing the threshold with 10 % as dear as the dearest recipe is beside the cheapest. All
of it is linear in what a reading tells, so that none is worth less than nothing, as it would be for
v; the last part leads on while the threshold is out of reach.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.space import Space
from pressloop.trials.checks import positive

if TYPE_CHECKING:
    from torch import Tensor

    from pressloop.optimizer.models import Models

SURE_OF, SURE = 0.90, 1.2815515655446004
"""How sure it must be that a stack stays below the threshold, and the standard normal quantile."""
LEADS = 0.01
"""Weight of ln R where nothing else tells recipes apart."""


@dataclass(frozen=True, kw_only=True)
class Focus(Objective):
    """Its option.

    resistance_ohm_cm2: the threshold.
    """

    resistance_ohm_cm2: float

    def __post_init__(self) -> None:
        positive("objective.resistance_ohm_cm2", self.resistance_ohm_cm2)

    def reached(self, models: Models, points: Tensor) -> Tensor:
        """Which of points (m, d) are believed to reach the threshold, shape (m,)."""
        return self._value(models, points) <= 0.0

    def offset(self, models: Models, points: Tensor) -> Tensor:
        """What makes the value of what is recommended out of ln R. Points (m, d) to (m,)."""
        from pressloop.optimizer.incumbent import RISK_AVERSION

        mean, sd = models.moments(points)
        return self._value(models, points) - mean - RISK_AVERSION * sd

    def gain(self, models: Models, points: Tensor, pending: Tensor) -> Tensor:
        """Expected fall of the least loss, shape (m,)."""
        from pressloop.optimizer.acquisitions.knowledge_gradient import moved, normal_nodes

        mean, sd = models.moments(points)
        noise, price = self._scatter(models, points), self._price(models.space, points)
        best = self._plausible(models, points, self._loss(mean, sd.square() + noise, price),
                               self._loss(mean - sd, noise, price))
        moves, variance = moved(models, points, points[best], pending)
        mean, variance, noise, price = mean[best], variance[best], noise[best], price[best]
        left = (variance - moves.square()).clamp_min(1e-10) + noise
        lowest = moves.new_zeros(points.shape[0])
        for node, weight in normal_nodes():
            lowest += weight * self._loss(mean + node * moves, left, price).min(1).values
        return (self._loss(mean, variance + noise, price).min() - lowest).clamp_min(0.0)

    def _plausible(self, models: Models, points: Tensor, loss: Tensor, optimistic: Tensor
                   ) -> Tensor:
        """Indices of the points that may be the best ones to recommend.

        The one of the lowest loss (m,), and those of the lowest optimistic one."""
        import torch

        from pressloop.optimizer.acquisitions.knowledge_gradient import COMPETING
        from pressloop.optimizer.incumbent import within_limits

        may = within_limits(models, models.risk(points),
                            models.limits.max_crush_probability_exploring)
        may = (may if bool(may.any()) else torch.ones_like(may)).nonzero().squeeze(1)
        return torch.cat([may[loss[may].argmin()].unsqueeze(0),
                          may[optimistic[may].argsort()[:COMPETING]]])

    def _loss(self, mean: Tensor, variance: Tensor, price: Tensor) -> Tensor:
        """Loss of the mean's shape; `variance` is that of one more stack."""
        import torch

        above = torch.special.ndtr((mean - math.log(self.resistance_ohm_cm2)) / variance.sqrt())
        dear = (price.max() - price.min()).clamp_min(0.1) / (1.0 - SURE_OF)
        return (1.0 - above) * price + dear * above + LEADS * mean

    def _value(self, models: Models, points: Tensor) -> Tensor:
        mean, sd = models.moments(points)
        return self._worth(mean, sd.square(), self._scatter(models, points),
                           self._price(models.space, points))

    def _worth(self, mean: Tensor, variance: Tensor, scatter: Tensor, price: Tensor) -> Tensor:
        """The value v, shape of the mean; `scatter` is a variance, `price` the ln of minutes."""
        over = mean + SURE * (variance + scatter).sqrt() - math.log(self.resistance_ohm_cm2)
        return over.where(over > 0.0, price.expand_as(over))

    def _scatter(self, models: Models, points: Tensor) -> Tensor:
        return models.stack_scatter(points).square()

    def _price(self, space: Space, points: Tensor) -> Tensor:
        """ln of minutes over the most that a recipe of the space takes, never above zero."""
        corners = np.stack([np.zeros(len(space.free)), np.ones(len(space.free))])
        hot = space.values("temperature_c", corners)
        most = (self.cost.preparation_min + self.cost.measurement_min + space.dwell_s[1] / 60.0
                + 2.0 * np.abs(hot - self.cost.room_c).max() / self.cost.heating_c_per_min)
        minutes = self.cost.cycle(space, points.numpy())
        return points.new_tensor(np.log(minutes / most)).clamp_max(0.0)
