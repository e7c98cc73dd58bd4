"""What is believed of one recipe that a person names, and on what that rests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from pressloop.optimizer.beliefs.belief import Expected
from pressloop.optimizer.incumbent import within_limits
from pressloop.optimizer.models import Models
from pressloop.optimizer.reasons import taught
from pressloop.optimizer.recommendation import of_resistance
from pressloop.optimizer.space import NAMES
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

NEAREST = 3
"""Stacks that are named as what a prediction rests on."""


@dataclass(frozen=True, slots=True)
class Near:
    """A stack near the recipe, and how far, in edges of the unit cube."""

    trial: Trial
    distance: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is believed of a recipe.

    Every quantity that the objective measures is `expected`, none before the first intact stack.
    Resistances are in ohm cm2, None where another one is sought.

    `low`/`high` bound the recipe's own median with 95 %, `stack_low`/`stack_high` one more stack.
    `allowed`: it keeps the limits on failure. `inside`: it lies in the searched space. `near` are
    the nearest stacks that were learned from, the nearest first.
    """

    recipe: Recipe
    resistance_ohm_cm2: float | None
    low_ohm_cm2: float | None
    high_ohm_cm2: float | None
    stack_low_ohm_cm2: float | None
    stack_high_ohm_cm2: float | None
    p_crushed: float
    p_failed: float
    allowed: bool
    inside: bool
    near: tuple[Near, ...]
    notes: tuple[str, ...] = ()
    expected: tuple[Expected, ...] = ()


def predict(models: Models, recipe: Recipe) -> Prediction:
    """Pure and deterministic.

    Raises BadInput before any stack has taught something, and for a recipe off a fixed variable, of
    which the models say nothing."""
    if not taught(models):
        raise BadInput("stacks", 0, "1 or more to learn from", " ".join((
            *models.notes, "Press or import some first.")))
    for name in NAMES:
        low, high = getattr(models.space, name)
        if low == high and not models.space.comparable(recipe):
            raise BadInput(name, getattr(recipe, name), f"{low:g}, as [space] fixes it",
                           "Nothing is believed of other values; free the variable in [space].")
    risk = models.risk(models.unit([recipe]))
    found = Prediction(
        recipe, None, None, None, None, None, float(risk.crush[0]), float(risk.fail[0]),
        bool(within_limits(models, risk)[0]), models.space.contains(recipe),
        nearest(models, recipe), models.notes)
    if models.log_resistance is None:
        return found
    expected = models.expected(recipe)
    told = of_resistance(expected[0])
    return replace(found, expected=expected, resistance_ohm_cm2=told["resistance_ohm_cm2"],
                   low_ohm_cm2=told["low_ohm_cm2"], high_ohm_cm2=told["high_ohm_cm2"],
                   stack_low_ohm_cm2=told["stack_low_ohm_cm2"],
                   stack_high_ohm_cm2=told["stack_high_ohm_cm2"])


def nearest(models: Models, recipe: Recipe) -> tuple[Near, ...]:
    """The stacks nearest to the recipe in the unit cube, those of earlier campaigns included."""
    told = [t for t in (*models.history, *models.earlier)
            if isinstance(t.outcome, Intact | Failed) and models.space.comparable(t.recipe)]
    if not told:
        return ()
    at = torch.cdist(models.unit([recipe]), models.as_read(told))[0]
    found = sorted((Near(t, float(d)) for t, d in zip(told, at, strict=True)),
                   key=lambda near: (near.distance, near.trial.number))
    return tuple(found[:NEAREST])
