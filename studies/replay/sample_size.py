"""How many stacks show a difference, and which difference can be shown.

Two recipes, n stacks each, compared by the means of ln R, two-sided:

    n = 2 (z_{1-a/2} + z_power)^2 (scatter / ln(1 + d))^2

with the scatter of ln R from stack to stack (for small scatter the relative one) and d the
difference; quantiles to two decimals as in printed tables (1.96, 0.84), so that numbers agree with
them. A t-test has less to go by where n is small; its exact number comes from the noncentral t
distribution (Cohen 1988, chapter 2, ISBN 0-8058-0283-5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats
from scipy.optimize import brentq

from pressloop.optimizer.decision_analysis import POWER, SIGNIFICANCE, stacks_to_prove
from pressloop.trials.checks import positive, within

FEWEST, MOST = 2, 1_000_000
LEAST_DIFFERENCE, MOST_DIFFERENCE = 0.2, 1000.0
"""Percent."""


@dataclass(frozen=True, slots=True)
class Replicates:
    """Stacks of each recipe to show `difference_percent`: approximately, and with a t-test."""

    scatter_percent: float
    difference_percent: float
    power: float
    stacks: int
    stacks_t_test: int


def replicates(scatter_percent: float, difference_percent: float, *, power: float = POWER,
               significance: float = SIGNIFICANCE) -> Replicates:
    """Raises BadInput for a scatter, difference, power or significance that cannot be.

    Where scatter or difference is not above zero, or power or significance is no probability."""
    return Replicates(
        scatter_percent, difference_percent, power,
        stacks_per_arm(scatter_percent, difference_percent, power=power,
                       significance=significance),
        stacks_by_t_test(scatter_percent, difference_percent, power=power,
                         significance=significance))


def stacks_per_arm(scatter_percent: float, difference_percent: float, *, power: float = POWER,
                   significance: float = SIGNIFICANCE) -> int:
    """Stacks of each recipe by the formula above, at least 2."""
    difference, scatter = _checked(scatter_percent, difference_percent, power, significance)
    # The project has one formula, at its own power: other ones change what the scatter weighs.
    asked = _rounded_reach(power, significance) / _reach(POWER, SIGNIFICANCE)
    return stacks_to_prove(difference, scatter * asked) or MOST


def stacks_by_t_test(scatter_percent: float, difference_percent: float, *, power: float = POWER,
                     significance: float = SIGNIFICANCE) -> int:
    """Stacks of each recipe with which a t-test really has the power."""
    _checked(scatter_percent, difference_percent, power, significance)
    low, high = FEWEST - 1, FEWEST
    while high < MOST and power_of(high, scatter_percent, difference_percent,
                                   significance=significance) < power:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        enough = power_of(middle, scatter_percent, difference_percent,
                          significance=significance) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def power_of(stacks: int, scatter_percent: float, difference_percent: float, *,
             significance: float = SIGNIFICANCE) -> float:
    """Chance that a t-test with so many stacks of each recipe shows the difference."""
    difference, scatter = _checked(scatter_percent, difference_percent, POWER, significance)
    within("stacks", stacks, FEWEST, MOST, "A scatter cannot be told from one stack.")
    freedom = 2 * stacks - 2
    shift = difference / scatter * math.sqrt(stacks / 2.0)
    beyond = float(stats.t.ppf(1.0 - significance / 2.0, freedom))
    # Far out, where scipy's noncentral t loses its digits, the normal one is as good.
    if freedom > 300 or shift > 30.0:
        return float(stats.norm.sf(beyond - shift) + stats.norm.cdf(-beyond - shift))
    # The wrong side is as good as impossible there, and scipy gives no number for it.
    wrong = float(stats.nct.cdf(-beyond, freedom, shift)) if shift < 7.0 else 0.0
    return float(stats.nct.sf(beyond, freedom, shift)) + wrong


def smallest_difference_percent(stacks: int, scatter_percent: float, *, power: float = POWER,
                                significance: float = SIGNIFICANCE) -> float:
    """The smallest difference that a t-test with so many stacks of each recipe shows.

    Ends of what can be asked (LEAST_DIFFERENCE, MOST_DIFFERENCE) where it is beyond them."""
    _checked(scatter_percent, 1.0, power, significance)

    def lacking(log_percent: float) -> float:
        return power_of(stacks, scatter_percent, math.exp(log_percent),
                        significance=significance) - power

    low, high = math.log(LEAST_DIFFERENCE), math.log(MOST_DIFFERENCE)
    if lacking(low) >= 0.0:
        return LEAST_DIFFERENCE
    return MOST_DIFFERENCE if lacking(high) <= 0.0 else math.exp(brentq(lacking, low, high))


def _checked(scatter_percent: float, difference_percent: float, power: float, significance: float
             ) -> tuple[float, float]:
    """Difference and scatter of ln R."""
    within("power", power, 0.5, 0.999, "Usual are 0.8 and 0.9.")
    within("significance", significance, 1e-4, 0.5, "Usual is 0.05.")
    difference = within("difference_percent", difference_percent, LEAST_DIFFERENCE,
                        MOST_DIFFERENCE, "Less cannot be shown with stacks.")
    return (math.log1p(difference / 100.0),
            positive("scatter_percent", scatter_percent, "Stacks always scatter.") / 100.0)


def _reach(power: float, significance: float) -> float:
    return float(stats.norm.ppf(1.0 - significance / 2.0) + stats.norm.ppf(power))


def _rounded_reach(power: float, significance: float) -> float:
    return round(float(stats.norm.ppf(1.0 - significance / 2.0)), 2) + round(
        float(stats.norm.ppf(power)), 2)
