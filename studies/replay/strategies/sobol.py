"""Recipes spread evenly over the space, ever denser (a scrambled Sobol sequence)."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.optimizer.constraints.sobol import sobol
from pressloop.studies.replay.strategies import Given
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "evenly spread recipes"


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """The next of the sequence of this seed."""
    done = len(history)
    points = sobol(len(given.space.free), done + count, given.seed)[done:]
    return list(given.space.decode_all(points))
