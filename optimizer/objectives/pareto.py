"""Resistance, evenness and cycle time at once: the front of recipes that nothing beats in all.

One more stack is worth what it is expected to add to the hypervolume of the believed front
(`hypervolume`), all outputs in logarithms, so that no unit counts more than another. The cycle time
is known, and non-uniformity takes part where readings of segmented electrodes give it. What is
recommended is the recipe of the lowest product of all outputs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.objectives import _hypervolume as hypervolume
from pressloop.trials.recipe import Recipe

if TYPE_CHECKING:
    from botorch.models.model import Model
    from torch import Tensor

    from pressloop.optimizer.models import Models

FEWEST = 3
"""Readings of non-uniformity from which on it takes part."""
DEVIATIONS_FOR_95 = 1.96


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """One recipe of the front.

    Resistance and non-uniformity are medians with 95 % intervals of the recipe itself, the cycle
    time is known. `nonuniformity` is None where readings do not give it.
    """

    recipe: Recipe
    resistance_ohm_cm2: float
    minutes: float
    nonuniformity: float | None
    low_ohm_cm2: float
    high_ohm_cm2: float
    nonuniformity_low: float | None = None
    nonuniformity_high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Focus(Objective):
    """Has no options of its own."""

    def offset(self, models: Models, points: Tensor) -> Tensor:
        """ln of the other outputs. Points (m, d) to (m,)."""
        return self._log_outputs(models, points)[:, 1:].sum(1)

    def gain(self, models: Models, points: Tensor, pending: Tensor) -> Tensor:
        """Expected growth of the hypervolume, shape (m,)."""
        from pressloop.optimizer.incumbent import may_be_recommended

        mean = self._log_outputs(models, points)
        spread = mean.new_full(mean.shape, hypervolume.KNOWN)
        spread[:, 0] = hypervolume.moves(models.resistance_model, points, pending, models.off)
        if (even := evenness(models)) is not None:
            spread[:, 2] = hypervolume.moves(even, points, pending, None)
        may = may_be_recommended(models, points, models.limits.max_crush_probability_exploring)
        return hypervolume.added(mean, spread, may)

    def front(self, models: Models) -> tuple[Tradeoff, ...]:
        """Recipes that may be recommended and that no other beats in every output.

        Lowest resistance first; a dozen that stand for all of them."""
        recipes, points = hypervolume.on_offer(models)
        outputs = self._log_outputs(models, points)
        shown = hypervolume.thinned_index(outputs, hypervolume.non_dominated(outputs),
                                          hypervolume.SHOWN)
        return self.tradeoffs(models, [recipes[i] for i in shown])

    def tradeoffs(self, models: Models, recipes: Sequence[Recipe]) -> tuple[Tradeoff, ...]:
        """All outputs of each recipe, with intervals."""
        import torch

        from pressloop.surrogates import predict

        if not recipes:
            return ()
        points, resistance = models.unit(recipes), models.resistance(recipes)
        minutes = self.cost.cycle(models.space, points.numpy())
        uneven = np.full((len(recipes), 3), np.nan)
        if (even := evenness(models)) is not None:
            mean, sd = predict.moments(even, points)
            half = DEVIATIONS_FOR_95 * sd
            uneven = torch.stack([mean, mean - half, mean + half], 1).exp().numpy()
        value, low, high = ([None if math.isnan(v) else float(v) for v in column]
                            for column in uneven.T)
        return tuple(Tradeoff(recipe, float(resistance.median[i]), float(minutes[i]), value[i],
                              float(resistance.low[i]), float(resistance.high[i]), low[i], high[i])
                     for i, recipe in enumerate(recipes))

    def _log_outputs(self, models: Models, points: Tensor) -> Tensor:
        """Believed ln of resistance, minutes and, where known, non-uniformity: (m, 2 or 3)."""
        import torch

        from pressloop.surrogates import predict

        minutes = np.log(self.cost.cycle(models.space, points.numpy()))
        outputs = [models.moments(points)[0], points.new_tensor(minutes)]
        if (even := evenness(models)) is not None:
            outputs.append(predict.moments(even, points)[0])
        return torch.stack(outputs, 1)


def evenness(models: Models) -> Model | None:
    """The surrogate of ln non-uniformity, None where too few readings give it."""
    from pressloop.optimizer.model_files import dataset
    from pressloop.surrogates.models import plain_gp
    from pressloop.surrogates.parts.prior import Prior

    rows = models.data.log_nonuniformity
    if rows.y.size < FEWEST:
        return None
    return plain_gp.fit(dataset(rows), Prior(plain_residual=(0.3, 0.8), scatter=(0.3, 0.5)))
