"""Simulated stacks made in memory: no spectra and no ledger, so that one costs microseconds."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.flows.study.simulated_stacks import REFERENCE, SPACE, outcome_of
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.space import Space
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

__all__ = ["REFERENCE", "SPACE", "pressed", "spread"]


def spread(count: int, seed: int = 0, space: Space = SPACE) -> tuple[Recipe, ...]:
    """Recipes all over the space."""
    return space.decode_all(sobol(len(space.free), count, seed))


def pressed(recipes: Sequence[Recipe], preset: str = "reference", seed: int = 0,
            lot: str = "lot", first: int = 1, operator: str = "somebody") -> tuple[Trial, ...]:
    """Evaluated trials; a seed is a lab with its lot, so that another one is another lot."""
    return tuple(_trial(recipe, preset, seed, lot, number, operator)
                 for number, recipe in enumerate(recipes, first))


def _trial(recipe: Recipe, preset: str, seed: int, lot: str, number: int, operator: str) -> Trial:
    stack = Stack(f"{lot} {number}", lot, operator, 0.785, 600.0, 375.0)
    return Trial(number, stack, recipe, State.EVALUATED, cycle_id=number,
                 outcome=outcome_of(stack, recipe, preset, seed))
