"""A resistance that is good enough, at the least cost.

Among recipes of which one more stack is believed to stay below the threshold with 90 %, the one
that takes the fewest minutes; while there is none, the likeliest. Value of a recipe, lower is
better, with z = (m - ln threshold)/s for one more stack of ln R ~ N(m, s^2):

    v = ln(minutes / most minutes) <= 0  where z + 1.28 <= 0,   v = z + 1.28 > 0  elsewhere.

One more stack is worth what it lowers the best v by, over the reading it may give: the knowledge
gradient of `acquisitions/shipping_gain.py` for this v.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.objectives import Objective
from optimizer.space import Space
from trials.checks import positive

if TYPE_CHECKING:
    from torch import Tensor

    from optimizer.beliefs import Beliefs

SURE = 1.2815515655446004
"""Standard normal quantile of 90 %."""


@dataclass(frozen=True, kw_only=True)
class Focus(Objective):
    """`resistance_ohm_cm2`: the threshold."""

    resistance_ohm_cm2: float

    def __post_init__(self) -> None:
        positive("objective.resistance_ohm_cm2", self.resistance_ohm_cm2)

    def reached(self, beliefs: Beliefs, points: Tensor) -> Tensor:
        """Which of points (m, d) are believed to reach the threshold, shape (m,)."""
        return self._value(beliefs, points) <= 0.0

    def offset(self, beliefs: Beliefs, points: Tensor) -> Tensor:
        """What makes the value of what is shipped out of ln R."""
        from optimizer.shipping import RISK

        assert beliefs.log_resistance is not None
        mean, sd = beliefs.log_resistance.predict(points)
        return self._value(beliefs, points) - mean - RISK * sd

    def gain(self, beliefs: Beliefs, points: Tensor, pending: Tensor) -> Tensor:
        """Expected fall of the best value, shape (m,)."""
        from optimizer.acquisitions.shipping_gain import moved, normal_nodes, plausible

        assert beliefs.log_resistance is not None
        mean, sd = beliefs.log_resistance.predict(points)
        noise, price = self._scatter(beliefs, points), self._price(beliefs.space, points)
        best = plausible(beliefs, points, self._worth(mean - sd, sd.square(), noise, price))
        moves, variance = moved(beliefs, points, best, pending)
        mean, variance, noise, price = mean[best], variance[best], noise[best], price[best]
        left = (variance - moves.square()).clamp_min(1e-10)
        lowest = moves.new_zeros(points.shape[0])
        for node, weight in normal_nodes():
            lowest += weight * self._worth(mean + node * moves, left, noise, price).min(1).values
        return (self._worth(mean, variance, noise, price).min() - lowest).clamp_min(0.0)

    def _value(self, beliefs: Beliefs, points: Tensor) -> Tensor:
        assert beliefs.log_resistance is not None
        mean, sd = beliefs.log_resistance.predict(points)
        return self._worth(mean, sd.square(), self._scatter(beliefs, points),
                           self._price(beliefs.space, points))

    def _worth(self, mean: Tensor, variance: Tensor, scatter: Tensor, price: Tensor) -> Tensor:
        """The value v, shape of the mean; `scatter` is a variance, `price` the ln of minutes."""
        short = (mean - math.log(self.resistance_ohm_cm2)) / (variance + scatter).sqrt() + SURE
        return short.where(short > 0.0, price.expand_as(short))

    def _scatter(self, beliefs: Beliefs, points: Tensor) -> Tensor:
        return beliefs.stack_scatter(points).square()

    def _price(self, space: Space, points: Tensor) -> Tensor:
        """ln of minutes over the most that a recipe of the space takes, never above zero."""
        corners = np.stack([np.zeros(len(space.free)), np.ones(len(space.free))])
        hot = space.values("temperature_c", corners)
        most = (self.cost.preparation_min + self.cost.measurement_min + space.dwell_s[1] / 60.0
                + 2.0 * np.abs(hot - self.cost.room_c).max() / self.cost.heating_c_per_min)
        minutes = self.cost.cycle(space, points.numpy())
        return points.new_tensor(np.log(minutes / most)).clamp_max(0.0)
