"""Who chooses the recipes of a replayed campaign: a folder of strategies, one file each.

The file name is the name in the settings. A file has `ask(given, history, count)`: the recipes of
the next batch, from what the lab knows and the stacks so far and nothing else. `recommend(given,
history)` names the recipe it would recommend, None where it cannot; a file without one recommends
the best it has measured. `WORDS` is how the report calls it. A strategy keeps no state of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from pressloop.optimizer.history.value_scale import ValueScale
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.plugins import named_module
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial


@dataclass(frozen=True, slots=True)
class Given:
    """What a strategy knows of the lab before any stack.

    `listed` are the recipes of the lab's own stacks in the order of pressing, `design` its table
    of a design of experiments. `menu` are the recipes that can be pressed now and `table` those
    that can be recommended; both are () where any recipe of the space can.
    """

    problem: Problem
    seed: int
    listed: tuple[Recipe, ...] = ()
    design: tuple[Recipe, ...] = ()
    menu: tuple[Recipe, ...] = ()
    table: tuple[Recipe, ...] = ()

    @property
    def space(self) -> Space:
        """Where recipes are searched."""
        return self.problem.space

    @property
    def reference(self) -> Recipe | None:
        """The recipe that the lab uses now."""
        return self.problem.reference


def strategy(name: str) -> ModuleType:
    """The file of that name. Raises BadInput where there is none."""
    from pressloop.studies.replay import strategies

    return named_module("strategies", name, strategies, "one", "ask(given, history, count)")


def words_of(name: str) -> str:
    """How the report calls a strategy."""
    return str(getattr(strategy(name), "WORDS", name.replace("_", " ")))


def recommended(name: str, given: Given, history: Sequence[Trial]) -> Recipe | None:
    """The recipe that the strategy would recommend now."""
    own = getattr(strategy(name), "recommend", best_measured)
    found: Recipe | None = own(given, history)
    return found


def best_measured(given: Given, history: Sequence[Trial]) -> Recipe | None:
    """The lowest mean of ln R, or the best one of another quantity, among recipes without failures.

    Where each had failures, the lowest of all; None before the first intact stack."""
    read, spoilt = defaultdict[Recipe, list[float]](list), set[Recipe]()
    scale = ValueScale(given.problem.objective.quantity)
    for trial in history:
        if isinstance(trial.outcome, Intact):
            reading = trial.outcome.reading(scale.quantity.name)
            if reading is not None:
                read[trial.recipe].append(scale.z(reading.value))
        elif isinstance(trial.outcome, Failed):
            spoilt.add(trial.recipe)
    sound = {r: v for r, v in read.items() if r not in spoilt} or read
    return min(sound, key=lambda r: float(np.mean(sound[r])), default=None)


def next_of(recipes: Sequence[Recipe], done: int, count: int) -> list[Recipe]:
    """The next of a fixed list, which begins again at its end."""
    return [recipes[(done + i) % len(recipes)] for i in range(count)]
