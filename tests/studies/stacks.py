"""Simulated stacks made in memory: no spectra and no ledger, so that one costs microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt

from scipy.stats import qmc

from hardware.simulation.bench import Accepted
from hardware.simulation.sample import Break, noise
from hardware.simulation.sample import pressed as pressed_sample
from optimizer.space import Space
from trials.outcome import Damage, Failed, FailureMode, Intact, Outcome
from trials.recipe import Recipe
from trials.stack import Stack
from trials.trial import State, Trial

SPACE = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
REFERENCE = Recipe(140.0, 180.0, 25.0)
PARTICLES, READING, MAX_CRUSHED = 1900, 0.004, 0.05


def spread(count: int, seed: int = 0, space: Space = SPACE) -> tuple[Recipe, ...]:
    """Recipes all over the space."""
    return space.decode_all(qmc.Sobol(len(space.free), rng=seed).random(count))


def pressed(recipes: Sequence[Recipe], preset: str = "reference", seed: int = 0,
            lot: str = "lot", first: int = 1, operator: str = "somebody") -> tuple[Trial, ...]:
    """Evaluated trials; a seed is a lab with its lot, so that another one is another lot."""
    return tuple(_trial(recipe, preset, seed, lot, number, operator)
                 for number, recipe in enumerate(recipes, first))


def _trial(recipe: Recipe, preset: str, seed: int, lot: str, number: int, operator: str) -> Trial:
    stack = Stack(f"{lot} {number}", lot, operator, 0.785, 600.0, 375.0)
    return Trial(number, stack, recipe, State.EVALUATED, cycle_id=number,
                 outcome=_outcome(stack, recipe, preset, seed))


def _outcome(stack: Stack, recipe: Recipe, preset: str, seed: int) -> Outcome:
    held_mpa = 5.0 if preset == "bare-foil" else 30.0
    sample = pressed_sample(Accepted(1, stack, recipe, preset, seed, 0.0, 0.0), held_mpa)
    draw = noise(seed, "reading", stack.stack_id)
    index = min(draw.poisson(PARTICLES * sample.damage) / PARTICLES, 1.0)
    damage = Damage(index, max(sqrt(index / PARTICLES), 1.0 / PARTICLES))
    if sample.broke is not Break.NOTHING:
        short = sample.broke is Break.SHORT
        return Failed(FailureMode.SHORTED if short else FailureMode.DELAMINATED,
                      str(sample.broke), damage)
    if index > MAX_CRUSHED:
        return Failed(FailureMode.CRUSHED, f"damage index {index:.3f}", damage)
    value = sample.interfacial_ohm_cm2 * exp(READING * draw.standard_normal())
    return Intact(value, READING * value, damage=damage, stack_pressure_mpa=held_mpa)
