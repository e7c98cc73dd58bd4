"""Simulated stacks without spectra and ledger: thousands in a second, for studies.

Readings have the errors that the whole chain has: 0.4 % of resistance, and a damage index that
counts the breaking of some 1,900 particles.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt

import numpy as np

from pressloop.hardware.simulation.bench import Accepted
from pressloop.hardware.simulation.sample import Break, noise, pressed
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

SPACE = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
REFERENCE = Recipe(140.0, 180.0, 25.0)
PARTICLES, READING, MAX_CRUSHED = 1900, 0.004, 0.05
HELD_MPA, HELD_BARE_MPA = 30.0, 5.0
"""Stack pressure during impedance."""


def simulated_stacks(preset: str, stacks: int, lots: int, seed: int) -> tuple[Trial, ...]:
    """Trials with recipes all over the space, and as many of each lot, dealt at random."""
    whole = 2 ** (stacks - 1).bit_length()
    recipes = SPACE.decode_all(sobol(len(SPACE.free), whole, seed)[:stacks])
    # Lots in turn would go along with the recipes, which have a turn of their own.
    dealt = np.random.default_rng(seed).permutation(np.arange(stacks) % lots)
    return tuple(_trial(number, recipe, f"lot {1 + lot}", preset, seed)
                 for number, (recipe, lot) in enumerate(zip(recipes, dealt, strict=True), 1))


def _trial(number: int, recipe: Recipe, lot: str, preset: str, seed: int) -> Trial:
    stack = Stack(f"stack {number}", lot, "simulated", 0.785, 600.0, 375.0)
    trial = Trial(number, stack, recipe, State.EVALUATED, cycle_id=number)
    return replace(trial, outcome=outcome_of(stack, recipe, preset, seed))


def outcome_of(stack: Stack, recipe: Recipe, preset: str, seed: int) -> Outcome:
    """What becomes of a stack; the seed stands for a lab with its lot of materials."""
    held = HELD_BARE_MPA if preset == "bare-foil" else HELD_MPA
    sample = pressed(Accepted(1, stack, recipe, preset, seed, 0.0, 0.0), held)
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
    return Intact(value, READING * value, damage=damage, stack_pressure_mpa=held)
