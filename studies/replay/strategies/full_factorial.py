"""Three levels of each set point in all combinations, 27 recipes of three, in random order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from pressloop.studies.replay.strategies import Given, next_of
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "a full factorial design"


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """In random order, as drift would otherwise look like an effect."""
    points = np.array(list(product((0.0, 0.5, 1.0), repeat=len(given.space.free))))
    shuffled = np.random.default_rng([given.seed, 2]).permutation(points)
    return next_of(given.space.decode_all(shuffled), len(history), count)
