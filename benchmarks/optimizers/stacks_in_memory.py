"""The simulator's stacks, read in memory: no spectra and no ledger, so that one costs microseconds.

The reading has the errors that the whole chain has: 0.4 % of resistance, and a damage index that
counts the breaking of some 1,900 particles.
"""

from __future__ import annotations

from math import exp, sqrt

from pressloop.hardware.simulation.bench import Accepted
from pressloop.hardware.simulation.sample import Break, noise, pressed
from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

SPACE = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
REFERENCE = Recipe(140.0, 180.0, 25.0)
HELD_MPA = {"bare-foil": 5.0}
"""Stack pressure during impedance where it is not 30 MPa."""
PARTICLES = 1900
"""Cathode particles whose breaking a trace can tell."""
READING = 0.004
"""Relative error of one resistance."""
MAX_CRUSHED = 0.05


def held_mpa(preset: str) -> float:
    """Stack pressure during impedance."""
    return HELD_MPA.get(preset, 30.0)


def pressed_trial(recipe: Recipe, preset: str, seed: int, lot: str, number: int) -> Trial:
    """One more evaluated trial; the same arguments give the same one."""
    stack = Stack(f"{lot} {number}", lot, "somebody", 0.785, 600.0, 375.0)
    return Trial(number, stack, recipe, State.EVALUATED, cycle_id=number,
                 outcome=_outcome(stack, recipe, preset, seed))


def _outcome(stack: Stack, recipe: Recipe, preset: str, seed: int) -> Outcome:
    sample = pressed(Accepted(1, stack, recipe, preset, seed, 0.0, 0.0), held_mpa(preset))
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
    return Intact(value, READING * value, damage=damage)
