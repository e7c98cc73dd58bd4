"""A face-centred central composite design.

Corners, face centres and repeats of the centre, 18 recipes of three set points, in random order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from pressloop.studies.replay.strategies import Given, next_of
from pressloop.trials.checks import FloatArray
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "a central composite design"
CENTRES = 4


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """The next of the design."""
    shuffled = np.random.default_rng([given.seed, 3]).permutation(points(len(given.space.free)))
    return next_of(given.space.decode_all(shuffled), len(history), count)


def points(inputs: int) -> FloatArray:
    """Of the unit cube, shape (2^inputs + 2 inputs + CENTRES, inputs)."""
    corners = np.array(list(product((0.0, 1.0), repeat=inputs)))
    faces = np.full((2 * inputs, inputs), 0.5)
    for i in range(inputs):
        faces[2 * i, i], faces[2 * i + 1, i] = 0.0, 1.0
    return np.vstack([corners, faces, np.full((CENTRES, inputs), 0.5)])
