"""Resistance, evenness and cycle time at once: the front of recipes that nothing beats in all.

One more stack is worth what it is expected to add to the hypervolume of the believed front (EHVI;
Emmerich 2006, doi 10.1109/TEVC.2005.859463), all outputs in logarithms, so that no unit counts
more than another. Cells of the front are BoTorch's; with independent outputs each cell's part is a
product of differences of expected improvements (Yang 2019, doi 10.1007/s10898-019-00798-7). The
cycle time is known, and non-uniformity takes part where readings of segmented electrodes give it.
What is recommended is the recipe of the lowest product of all outputs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pressloop.optimizer.objectives import Objective
from pressloop.trials.recipe import Recipe

if TYPE_CHECKING:
    from botorch.models.model import Model
    from torch import Tensor

    from pressloop.optimizer.models import Models

FEWEST = 3
"""Readings of non-uniformity from which on it takes part."""
CANDIDATES, SHOWN, CORNERS = 1024, 12, 48
DEVIATIONS_FOR_95 = 1.96
KNOWN = 1e-6
"""Standard deviation of what is known: the formula needs one."""


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
        spread = mean.new_full(mean.shape, KNOWN)
        spread[:, 0] = _moves(models.resistance_model, points, pending, models.off)
        if (even := evenness(models)) is not None:
            spread[:, 2] = _moves(even, points, pending, None)
        may = may_be_recommended(models, points, models.limits.max_crush_probability_exploring)
        front = _thinned(_front(mean[may] if bool(may.any()) else mean), CORNERS)
        return _growth(-front, -mean, spread)

    def front(self, models: Models) -> tuple[Tradeoff, ...]:
        """Recipes that may be recommended and that no other beats in every output.

        Lowest resistance first; a dozen that stand for all of them."""
        import torch

        from pressloop.optimizer.candidates import spread
        from pressloop.optimizer.incumbent import may_be_recommended

        tried = models.tried
        points = models.searched(torch.cat([spread(tried.shape[-1], CANDIDATES, 0), tried,
                                            models.incumbent[0].unsqueeze(0)]))
        recipes = list(dict.fromkeys(models.space.decode(x) for x in points.numpy()))
        points = models.unit(recipes)
        safe = may_be_recommended(models, points).nonzero().squeeze(1)
        outputs = self._log_outputs(models, points[safe])
        shown = _thinned_index(outputs, _non_dominated(outputs), SHOWN)
        return self.tradeoffs(models, [recipes[int(safe[i])] for i in shown])

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


def _moves(model: Model, points: Tensor, pending: Tensor, off: Tensor | None) -> Tensor:
    """Standard deviation by which a reading moves the mean at its own recipe, shape (m,)."""
    from pressloop.optimizer.acquisitions.knowledge_gradient import while_pending
    from pressloop.surrogates import predict

    variance = predict.moments(model, points)[1].square()
    if pending.shape[0]:
        noise = predict.scatter(model, pending, off)
        variance = while_pending(model, points, pending, noise, variance)[2]
    return variance / (variance + predict.scatter(model, points, off).square()).sqrt()


def _non_dominated(outputs: Tensor) -> Tensor:
    from botorch.utils.multi_objective.pareto import is_non_dominated

    return is_non_dominated(-outputs).nonzero().squeeze(1)


def _front(outputs: Tensor) -> Tensor:
    return outputs[_non_dominated(outputs)]


def _thinned_index(outputs: Tensor, front: Tensor, most: int) -> list[int]:
    """At most so many of the front's indices, evenly from the lowest resistance to the highest."""
    order = front[outputs[front, 0].argsort()]
    at = np.unique(np.linspace(0, max(len(order) - 1, 0), min(most, len(order))).round())
    return [int(order[int(i)]) for i in at]


def _thinned(front: Tensor, most: int) -> Tensor:
    return front[_thinned_index(front, front.new_ones(len(front)).nonzero().squeeze(1), most)]


def _growth(front: Tensor, mean: Tensor, spread: Tensor) -> Tensor:
    """Expected growth of the hypervolume above `front` (k, o), more being better, shape (m,).

    By outputs of independent normal means and spreads (m, o)."""
    from botorch.utils.multi_objective.box_decompositions import FastNondominatedPartitioning
    from botorch.utils.multi_objective.hypervolume import infer_reference_point

    cells = FastNondominatedPartitioning(infer_reference_point(front), front)
    low, high = cells.get_hypercell_bounds()
    total = mean.new_zeros(mean.shape[0])
    for bottom, top in zip(low, high, strict=True):
        inside = _above(mean, spread, bottom) - _above(mean, spread, top)
        total += inside.clamp_min(0.0).prod(1)
    return total


def _above(mean: Tensor, spread: Tensor, bar: Tensor) -> Tensor:
    """E[(y - bar)+] of normal y; zero for an infinite bar."""
    from pressloop.optimizer.acquisitions.incumbent_improvement import expected_improvement

    return expected_improvement(mean - bar.clamp(-1e8, 1e8), spread)
