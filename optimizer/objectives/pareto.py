"""Resistance, evenness and cycle time at once: the front of recipes that nothing beats in all.

One more stack is worth what it is expected to add to the hypervolume of the believed front (EHVI;
Emmerich 2006, doi 10.1109/TEVC.2005.859463), all outputs in logarithms, so that no unit counts
more than another. Cells of the front are BoTorch's; with independent outputs each cell's part is a
product of differences of expected improvements (Yang 2019, doi 10.1007/s10898-019-00798-7). The
cycle time is known, and non-uniformity takes part where readings of segmented electrodes give it.
What is shipped is the recipe of the lowest product of all outputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.objectives import Objective
from trials.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from optimizer.beliefs import Beliefs
    from surrogates.pressing_gp import PressingGP

FEWEST = 3
"""Readings of non-uniformity from which on it takes part."""
CANDIDATES, SHOWN, CORNERS = 1024, 12, 48
KNOWN = 1e-6
"""Standard deviation of what is known: the formula needs one."""


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """One recipe of the front. Resistance and non-uniformity are medians with 95 % intervals of the
    recipe itself, the cycle time is known. `nonuniformity` is None where readings do not give it.
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

    def offset(self, beliefs: Beliefs, points: Tensor) -> Tensor:
        """ln of the other outputs."""
        return self._log_outputs(beliefs, points)[:, 1:].sum(1)

    def gain(self, beliefs: Beliefs, points: Tensor, pending: Tensor) -> Tensor:
        """Expected growth of the hypervolume, shape (m,)."""
        from optimizer.acquisitions.shipping_gain import allowed

        assert beliefs.log_resistance is not None
        mean = self._log_outputs(beliefs, points)
        spread = mean.new_full(mean.shape, KNOWN)
        spread[:, 0] = _moves(beliefs.log_resistance, points, pending, beliefs.stack_scatter)
        if (even := evenness(beliefs)) is not None:
            spread[:, 2] = _moves(even, points, pending,
                                  lambda x: x.new_full((x.shape[0],), even.scatter))
        front = _thinned(_front(mean[allowed(beliefs, points)]), CORNERS)
        return _growth(-front, -mean, spread)

    def front(self, beliefs: Beliefs) -> tuple[Tradeoff, ...]:
        """Recipes that may be shipped and that no other beats in every output, lowest resistance
        first; a dozen that stand for all of them."""
        import torch

        from optimizer.candidates import spread
        from optimizer.shipping import may_be_shipped

        tried = torch.from_numpy(beliefs.data.log_resistance.x).clamp(0.0, 1.0)
        points = torch.cat([spread(tried.shape[-1], CANDIDATES, 0), tried,
                            self.ship(beliefs)[0].unsqueeze(0)])
        recipes = list(dict.fromkeys(beliefs.space.decode(x) for x in points.numpy()))
        points = beliefs.unit(recipes)
        safe = may_be_shipped(beliefs, points).nonzero().squeeze(1)
        outputs = self._log_outputs(beliefs, points[safe])
        shown = _thinned_index(outputs, _non_dominated(outputs), SHOWN)
        return self.tradeoffs(beliefs, [recipes[int(safe[i])] for i in shown])

    def tradeoffs(self, beliefs: Beliefs, recipes: Sequence[Recipe]) -> tuple[Tradeoff, ...]:
        """All outputs of each recipe, with intervals."""
        import torch

        from optimizer.beliefs import DEVIATIONS_FOR_95

        if not recipes:
            return ()
        points, resistance = beliefs.unit(recipes), beliefs.resistance(recipes)
        minutes = self.cost.cycle(beliefs.space, points.numpy())
        uneven = np.full((len(recipes), 3), np.nan)
        if (even := evenness(beliefs)) is not None:
            mean, sd = even.predict(points)
            half = DEVIATIONS_FOR_95 * sd
            uneven = torch.stack([mean, mean - half, mean + half], 1).exp().numpy()
        value, low, high = ([None if math.isnan(v) else float(v) for v in column]
                            for column in uneven.T)
        return tuple(Tradeoff(recipe, float(resistance.median[i]), float(minutes[i]), value[i],
                              float(resistance.low[i]), float(resistance.high[i]), low[i], high[i])
                     for i, recipe in enumerate(recipes))

    def _log_outputs(self, beliefs: Beliefs, points: Tensor) -> Tensor:
        """Believed ln of resistance, minutes and, where known, non-uniformity: (m, 2 or 3)."""
        import torch

        assert beliefs.log_resistance is not None
        minutes = np.log(self.cost.cycle(beliefs.space, points.numpy()))
        outputs = [beliefs.log_resistance.predict(points)[0], points.new_tensor(minutes)]
        if (even := evenness(beliefs)) is not None:
            outputs.append(even.predict(points)[0])
        return torch.stack(outputs, 1)


def evenness(beliefs: Beliefs) -> PressingGP | None:
    """The surrogate of ln non-uniformity, None where too few readings give it."""
    from optimizer.fitting import fitted
    from surrogates.pressing_gp import Prior

    rows = beliefs.data.log_nonuniformity
    if rows.y.size < FEWEST:
        return None
    prior = Prior(residual=(0.3, 0.8), scatter=(0.3, 0.5))
    found = fitted(rows, prior, beliefs.off.numpy(), "non-uniformity")
    return None if found is None else found.gp


def _moves(gp: PressingGP, points: Tensor, pending: Tensor,
           scatter_of: Callable[[Tensor], Tensor]) -> Tensor:
    """Standard deviation by which a reading moves the mean at its own recipe, shape (m,)."""
    from optimizer.acquisitions.shipping_gain import while_pending

    variance = gp.predict(points)[1].square()
    if pending.shape[0]:
        noise = scatter_of(pending).square()
        variance = while_pending(gp, points, pending, noise, variance)[2]
    return variance / (variance + scatter_of(points).square()).sqrt()


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
    """Expected growth of the hypervolume above `front` (k, o), more being better, by outputs of
    independent normal means and spreads (m, o), shape (m,)."""
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
    import torch

    z = (mean - bar.clamp(-1e8, 1e8)) / spread
    density = torch.exp(-0.5 * z.square()) / (2.0 * torch.pi) ** 0.5
    return spread * (density + z * torch.special.ndtr(z))
