"""What a recommendation costs and what could change it.

The price of caution, the stack that would tell most, and how many replicates would prove the
gain."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from pressloop.optimizer.acquisitions.knowledge_gradient import KnowledgeGradient
from pressloop.optimizer.candidate_set import promising, rounded_set
from pressloop.optimizer.candidates import near, spread
from pressloop.optimizer.models import Models
from pressloop.optimizer.objectives import measured
from pressloop.trials.outcome import FailureMode
from pressloop.trials.recipe import Recipe

LEVELS = (0.01, 0.02, 0.05, 0.10, 0.20)
"""Chances of crushing for which the price is told, beside the one that is set."""
CANDIDATES, CLOUD = 512, 128
POWER, SIGNIFICANCE = 0.80, 0.05


@dataclass(frozen=True, slots=True)
class Price:
    """What would be recommended if this chance of crushing were allowed.

    `cautious` is False where no recipe keeps to it. `value` is what is sought, in its unit;
    resistance has its own name too.
    """

    max_crush_probability: float
    recipe: Recipe
    resistance_ohm_cm2: float | None
    cautious: bool
    value: float


@dataclass(frozen=True, slots=True)
class TellingStack:
    """The next stack that is expected to improve the choice most.

    `value` is what is sought, in its unit, and resistance has its own name too.

    `expected_gain` is the relative improvement of the recommended recipe's value to expect from it:
    the fall of its resistance. A reading better than `changes_at` makes its recipe the better one,
    which happens with `p_changes`; None where no reading of this stack alone could.
    """

    recipe: Recipe
    resistance_ohm_cm2: float | None
    survival: float
    expected_gain: float
    changes_below_ohm_cm2: float | None
    p_changes: float
    value: float
    changes_at: float | None


@dataclass(frozen=True, slots=True)
class DecisionAnalysis:
    """All of this module about one recommendation."""

    price: tuple[Price, ...]
    telling: TellingStack | None


def decision_analysis(models: Models, recipe: Recipe) -> DecisionAnalysis:
    """About the recommended recipe. Pure; raises nothing that `recommend` would not."""
    crushes = FailureMode.CRUSHED in models.failures
    telling = None if isinstance(models.problem.objective, measured.Focus) \
        and not models.problem.objective.by_value else telling_stack(models, recipe)
    return DecisionAnalysis(_prices(models) if crushes else (), telling)


def stacks_to_prove(difference: float, scatter: float) -> int | None:
    """Stacks of each of two recipes that show a difference of ln R.

    Given the scatter of ln R from stack to stack, with 80 % power at 5 %, two-sided: 2 (z_0.975 +
    z_0.8)^2 (scatter/difference)^2, at least 2. None where there is no difference to show."""
    if not abs(difference) > 1e-3:
        return None
    reach = stats.norm.ppf(1.0 - SIGNIFICANCE / 2.0) + stats.norm.ppf(POWER)
    return max(2, math.ceil(2.0 * (reach * scatter / difference) ** 2))


def _prices(models: Models) -> tuple[Price, ...]:
    set_level = models.limits.max_crush_probability
    return tuple(_price(models, level) for level in sorted({*LEVELS, set_level}))


def _price(models: Models, level: float) -> Price:
    limits = replace(models.limits, max_crush_probability=level)
    other = replace(models, problem=replace(models.problem, limits=limits))
    best, cautious = other.incumbent
    recipe = models.space.decode(best.numpy())
    value = float(models.value([recipe]).median[0])
    return Price(level, recipe, _resistance(models, value), cautious, value)


def telling_stack(models: Models, recipe: Recipe) -> TellingStack | None:
    """The next stack that would tell most, where `recipe` is recommended.

    None where no candidate is safe enough to be tried."""
    at = models.unit([recipe])
    points = torch.cat([spread(at.shape[1], CANDIDATES, 1), near(at, 0.15, CLOUD, 1), at])
    able = rounded_set(models, models.searched(points))
    able = able[able.risk.danger() <= models.limits.max_crush_probability_exploring]
    if not able.recipes:
        return None
    able = promising(models, able)
    falls = KnowledgeGradient(models, models.pending).fall(able.points).detach()
    falls = falls * able.risk.log_survival().exp()
    best = int(falls.argmax())
    found = able.recipes[best]
    limit, chance = _change_of_mind(models, at, models.unit([found]))
    value = float(models.value([found]).median[0])
    return TellingStack(found, _resistance(models, value), float(models.survival([found])[0]),
                        models.data.scale.gain(float(falls[best])), _resistance(models, limit),
                        chance, value, limit)


def _resistance(models: Models, value: float | None) -> float | None:
    return value if models.data.scale.quantity.is_resistance else None


def _change_of_mind(models: Models, at: Tensor, there: Tensor) -> tuple[float | None, float]:
    """The reading at `there` beyond which it is believed better than `at`, and its chance."""
    both = torch.cat([at, there])
    mean, sd = (v.tolist() for v in models.moments(both))
    covariance = models.covariance(both, both)
    spread_of_reading = sd[1] ** 2 + float(models.stack_scatter(there)[0].detach()) ** 2
    # How far one unit of surprise moves the difference of both means.
    moves = (float(covariance[1, 1]) - float(covariance[0, 1])) / spread_of_reading
    gap = mean[1] - mean[0]
    if not (gap > 0.0 and moves > 1e-6):
        return None, 0.0
    reading = mean[1] - gap / moves
    chance = float(stats.norm.cdf((reading - mean[1]) / math.sqrt(spread_of_reading)))
    told = float(models.data.scale.value(np.array(reading)))
    return (told, chance) if chance > 1e-6 else (None, 0.0)
