"""One set point after the other.

Pressure is varied and its best value kept, then dwell, then temperature, and round again on finer
steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pressloop.studies.replay.strategies import Given, best_measured
from pressloop.trials.checks import FloatArray
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "one set point at a time"
STEPS = 5
"""Recipes along a set point."""


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """The next along the set point that is varied now, the others as in the best recipe so far."""
    return [_recipe(given, history, len(history) + i) for i in range(count)]


def _recipe(given: Given, history: Sequence[Trial], number: int) -> Recipe:
    """What stack `number`, counted from 0, is pressed by."""
    sweep, step = divmod(number, STEPS)
    known = history[:sweep * STEPS]
    at = _start(given) if (best := best_measured(given, known)) is None else \
        given.space.encode([best])[0]
    turn, axis = divmod(sweep, len(given.space.free))
    if turn == 0:
        moved = step / (STEPS - 1)
    else:
        # Each round looks at half of what the one before did, round the best.
        reach = 0.5**turn
        moved = at[axis] + reach * (step / (STEPS - 1) - 0.5)
    x = at.copy()
    x[axis] = np.clip(moved, 0.0, 1.0)
    return given.space.decode(x)


def _start(given: Given) -> FloatArray:
    """The recipe the lab uses now, or the middle of the space."""
    if given.reference is not None and given.space.contains(given.reference):
        return np.asarray(given.space.encode([given.reference])[0])
    return np.full(len(given.space.free), 0.5)
