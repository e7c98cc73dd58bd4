"""A joint that holds first: adhesion with a margin and a dwell long enough, then resistance.

Tiers, as in lexicographic objectives (Chimera, doi 10.1039/C8SC02239A): a recipe that misses either
is worse than any that has both, the more so the more it misses, and resistance decides among those
that are alike. Adhesion is the believed probability of delaminating at `margin` less pressure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.space import Space
from pressloop.trials.checks import positive, within
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import FailureMode

if TYPE_CHECKING:
    from torch import Tensor

    from pressloop.optimizer.models import Models

TIER = 10.0
"""Between tiers, and per unit of what is missed: e^10, more than resistances ever differ."""


@dataclass(frozen=True, kw_only=True)
class Focus(Objective):
    """Its options.

    min_dwell_s: the shortest dwell that counts as lasting.
    margin: the fraction of pressure that a stack must be able to lack without delaminating.
    """

    min_dwell_s: float = 60.0
    margin: float = 0.2

    def __post_init__(self) -> None:
        positive("objective.min_dwell_s", self.min_dwell_s)
        within("objective.margin", self.margin, 0.0, 0.9, "It is a fraction of the pressure.")

    def prove(self, space: Space) -> None:
        """The longest dwell must be long enough. Raises BadInput."""
        longest = space.dwell_s[1]
        if not self.min_dwell_s <= longest:
            raise BadInput("objective.min_dwell_s", self.min_dwell_s,
                           f"at most {longest:g}, the longest dwell of the space",
                           "Lower it, or widen space.dwell_s.")

    def offset(self, models: Models, points: Tensor) -> Tensor:
        """Zero where nothing is missed. Points (m, d) to (m,)."""
        missed = self._adhesion(models, points) + self._dwell(models.space, points)
        return TIER * ((missed > 0.0).double() + missed)

    def _adhesion(self, models: Models, points: Tensor) -> Tensor:
        """How far the probability at less pressure is above the limit, in ln."""
        space, lower = models.space, points.clone()
        if "pressure_mpa" in space.free:
            at = space.free.index("pressure_mpa")
            lower[:, at] += math.log1p(-self.margin) / space.span("pressure_mpa")
        chance = models.mode_probability(FailureMode.DELAMINATED, lower)
        return (chance / models.limits.max_failure_probability).clamp_min(1.0).log()

    def _dwell(self, space: Space, points: Tensor) -> Tensor:
        """How much of the dwell is missing, in ln."""
        short = math.log(self.min_dwell_s / space.dwell_s[0])
        if "dwell_s" not in space.free:
            return points.new_full((points.shape[0],), max(short, 0.0))
        reached = points[:, space.free.index("dwell_s")] * space.span("dwell_s")
        # A rounding error of the logarithm is no dwell that is missing.
        return (short - reached - 1e-9).clamp_min(0.0)
