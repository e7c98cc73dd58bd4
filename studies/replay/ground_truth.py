"""What answers when a campaign is replayed: something that presses and knows the truth.

The emulator's draws, a table of stacks and, in tests, the simulator are three of them; the replay
is the same for all, so that one can be checked against another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from pressloop.optimizer.candidates import near, spread
from pressloop.optimizer.models import Models
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact, Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted

SPREAD, CLOUD = 1024, 256
"""Recipes among which the best one is looked for, and in each cloud round it."""
SURE_LOSS = 0.01
"""Chance of survival below which it makes no difference how many more are lost."""


class Truth(Protocol):
    """Presses stacks, and knows what only a judge may ask.

    `table` holds the recipes that can be pressed, one entry for each stack there is; () where any
    recipe can be pressed as often as one likes.
    """

    @property
    def table(self) -> tuple[Recipe, ...]:
        """See above."""

    def press(self, recipe: Recipe, number: int, seed: int, again: int) -> Outcome:
        """What becomes of stack `number` of the campaign `seed`.

        `again` stacks were pressed by this recipe before. The scatter depends on these alone, never
        on who asks."""

    def resistance(self, recipes: Sequence[Recipe]) -> FloatArray:
        """True resistance of sound stacks in ohm cm2, shape (n,).

        Where another quantity is sought, e to the power of its scale (`ValueScale`), of which less
        is better too."""

    def survival(self, recipes: Sequence[Recipe]) -> FloatArray:
        """True chance that a stack survives the recipe, shape (n,)."""

    def feasible(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Which recipes keep the lab's limits on crushed and failed stacks, shape (n,)."""


@dataclass(frozen=True, eq=False)
class Judge:
    """Knows the best recipe of a truth and how far any other is from it.

    The price of a recipe is ln R - losses ln P(survive), in which one percent of lost stacks
    weighs as much as `limits.losses` percent of resistance. The best is the lowest price among
    the recipes that keep the limits.
    """

    truth: Truth
    space: Space
    limits: RiskLimits

    def price(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Shape (n,)."""
        survival = np.maximum(self.truth.survival(recipes), SURE_LOSS)
        return np.log(self.truth.resistance(recipes)) - self.limits.losses * np.log(survival)

    def regret(self, recipe: Recipe) -> float:
        """ln of how much dearer than the best; never below zero."""
        return max(float(self.price([recipe])[0]) - self.best, 0.0)

    @cached_property
    def best(self) -> float:
        """Lowest price."""
        return self._looked[0]

    @cached_property
    def typical(self) -> float:
        """Regret of the median recipe, which stands for knowing nothing."""
        return max(self._looked[1] - self.best, 0.0)

    @cached_property
    def _looked(self) -> tuple[float, float]:
        recipes = tuple(dict.fromkeys(self.truth.table)) or self.space.decode_all(
            spread(len(self.space.free), SPREAD, 0).numpy())
        best, at, typical = self._lowest(recipes)
        if not self.truth.table:
            for turn, width in enumerate((0.1, 0.03, 0.01)):
                centre = spread(len(self.space.free), 1, 0) * 0.0
                centre += centre.new_tensor(self.space.encode([at]))
                cloud = near(centre, width, CLOUD, turn).numpy()
                lowest, there, _ = self._lowest((at, *self.space.decode_all(cloud)))
                best, at = min((best, at), (lowest, there), key=lambda found: found[0])
        return best, typical

    def _lowest(self, recipes: Sequence[Recipe]) -> tuple[float, Recipe, float]:
        """Lowest price that keeps the limits, its recipe, and the median price."""
        price = self.price(recipes)
        keeps = np.asarray(self.truth.feasible(recipes), dtype=bool)
        # Where no recipe keeps the limits, there still is a best one.
        shown = np.where(keeps, price, np.inf) if keeps.any() else price
        at = int(shown.argmin())
        return float(shown[at]), recipes[at], float(np.median(price))


@dataclass(frozen=True, eq=False)
class TableTruth:
    """A table of stacks: only its recipes can be pressed, and each of its rows happens once.

    The true resistance of a recipe is what all rows together make believe of it, so that a lucky
    reading does not count as the best recipe. `told` has one row for each stack of `table`.
    """

    told: tuple[Trial, ...]
    models: Models

    def resampled(self, seed: Sequence[int]) -> TableTruth:
        """A table of as many rows, some twice and others not at all, in their order (bootstrap).

        Efron 1979, doi 10.1214/aos/1176344552."""
        draw = np.random.default_rng(list(seed))
        at = np.sort(draw.integers(0, len(self.told), len(self.told)))
        return TableTruth(tuple(self.told[i] for i in at), self.models)

    @cached_property
    def table(self) -> tuple[Recipe, ...]:
        """The recipe of each row."""
        return tuple(t.recipe for t in self.told)

    def press(self, recipe: Recipe, number: int, seed: int, again: int) -> Outcome:
        """One of the rows of this recipe that has not been used, in an order drawn by the seed.

        Raises BadInput where none is left."""
        rows = [t for t in self.told if t.recipe == recipe]
        if again >= len(rows):
            raise BadInput("recipe", str(recipe), f"pressed at most {counted(len(rows), 'time')}",
                           "The table has no more stacks of it.")
        order = np.random.default_rng([seed, _row_key(recipe)]).permutation(len(rows))
        outcome = rows[order[again]].outcome
        assert outcome is not None
        return outcome

    def resistance(self, recipes: Sequence[Recipe]) -> FloatArray:
        """As believed from all rows. Shape (n,)."""
        value, scale = self.models.value(recipes).median, self.models.data.scale
        return value if scale.quantity.is_resistance else np.exp([scale.z(v) for v in value])

    def survival(self, recipes: Sequence[Recipe]) -> FloatArray:
        """As believed from all rows. Shape (n,)."""
        return self.models.survival(recipes)

    def feasible(self, recipes: Sequence[Recipe]) -> FloatArray:
        """As believed from all rows. Shape (n,), True or False."""
        limits = self.models.limits
        return np.asarray(
            (self.models.crushing(recipes) <= limits.max_crush_probability)
            & (self.models.failing(recipes) <= limits.max_failure_probability))


def usable(trials: Sequence[Trial], space: Space) -> tuple[Trial, ...]:
    """Stacks that a replay can learn from or press again: intact or failed, in the space."""
    return tuple(t for t in trials
                 if isinstance(t.outcome, (Intact, Failed)) and space.contains(t.recipe))


def left_of(table: Sequence[Recipe], pressed: Sequence[Recipe]) -> Counter[Recipe]:
    """How many stacks of each recipe are left."""
    return Counter(table) - Counter(pressed)


def _row_key(recipe: Recipe) -> int:
    """The recipe as a whole number, the same in every process."""
    return abs(int.from_bytes(np.float64(
        recipe.pressure_mpa * 1e4 + recipe.dwell_s + recipe.temperature_c * 1e-3).tobytes(),
        "little")) % 2**32
