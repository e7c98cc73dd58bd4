"""The lab's own design of experiments: the recipes of a table, in its order."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.studies.replay.strategies import Given, next_of
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "the lab's design of experiments"


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """The next of the table. Raises BadInput where there is none."""
    if not given.design:
        raise BadInput("strategies", "design", "possible with a design only",
                       'Give the table of its recipes, design = "path.csv", or leave it out.')
    return next_of(given.design, len(history), count)
