"""Recipes at random."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pressloop.studies.replay.strategies import Given
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "random recipes"


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """Uniform in the scaled space, or among the stacks of the table that are left."""
    draw = np.random.default_rng([given.seed, 5, len(history)])
    if given.menu:
        return [given.menu[i] for i in draw.choice(
            len(given.menu), min(count, len(given.menu)), replace=False)]
    return list(given.space.decode_all(draw.random((count, len(given.space.free)))))
