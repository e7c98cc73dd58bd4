"""The four presets of the simulated press, through the whole pipeline.

Press, guard, meter, evaluation. One stack costs 40 to 100 ms of CPU.

A stack that crushed has a damage index but no resistance; shorted and delaminated ones likewise.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.closed_loop import HELD_MPA, REFERENCE, SPACE, _lab, _outcome, _stack, best_of
from benchmarks.optimizers.problems.base import Array, Observation, Reading, Truth, typical
from pressloop.hardware.protocols import ImpedanceMeter, Place, Press
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.sample import OPEN_WHEN_PARTED
from pressloop.hardware.simulation.truth import truth
from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Failed, Intact, Outcome, SetAside
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

DAMAGE = "damage_index"
MAX_DAMAGE = 0.05
DAMAGE_SE = 0.01
"""Typical standard error of a damage index, the unit in which excess is told."""
MAX_SHORT = 0.10
"""Highest chance of a short circuit that a recommended recipe may have, as optimizer.RiskLimits."""


@dataclass(frozen=True, slots=True)
class PressBench:
    """One simulated lab."""

    press: Press
    meter: ImpedanceMeter
    space: Space

    def observe(self, x: Array, number: int) -> Observation:
        """The stack of that number, pressed, measured and evaluated."""
        outcome = _outcome(self.press, self.meter, number, self.stack(number),
                           self.space.decode(x))
        return _observation(outcome)

    @staticmethod
    def stack(number: int) -> Stack:
        """The stack of that number."""
        return _stack(f"s{number}")


@dataclass(frozen=True)
class PressProblem:
    """Lowest interfacial resistance (ohm cm2) on one preset."""

    preset: str
    space: Space = SPACE
    reference: Recipe = REFERENCE
    limits: dict[str, float] = field(default_factory=lambda: {DAMAGE: MAX_DAMAGE})

    @property
    def name(self) -> str:
        """The preset."""
        return f"press/{self.preset}"

    @property
    def dim(self) -> int:
        """Variables that may vary."""
        return len(self.space.free)

    @staticmethod
    def stack(number: int) -> Stack:
        """The stack of that number."""
        return PressBench.stack(number)

    @contextmanager
    def bench(self, seed: int) -> Iterator[PressBench]:
        """A lab with its own lot of stacks."""
        with tempfile.TemporaryDirectory() as folder:
            yield PressBench(*_lab(self.preset, Place(seed, Path(folder) / "lab")), self.space)

    def truth(self, x: Array) -> Truth:
        """Feasible where the median stack lasts.

        It crushes by 5 % or less, shorts with a chance of 10 % or less, and does not come apart on
        release."""
        found = truth(self.space.decode(x), materials(self.preset),
                      HELD_MPA.get(self.preset, 30.0))
        excess = max((found.crushed_fraction - MAX_DAMAGE) / DAMAGE_SE,
                     (found.short_probability - MAX_SHORT) / MAX_SHORT,
                     found.parted_fraction - OPEN_WHEN_PARTED)
        return Truth(found.resistance_ohm_cm2, excess)

    @cached_property
    def optimum(self) -> float:
        """Resistance of the best recipe that keeps the limits.

        Its chance of a short is below 3 % on every preset."""
        return best_of(self.preset, self.space).resistance_ohm_cm2

    @cached_property
    def typical(self) -> float:
        """See `typical` in base.py."""
        return typical(self)[0]


def _observation(outcome: Outcome) -> Observation:
    if isinstance(outcome, SetAside):
        return Observation(None, 0.0, set_aside=True, outcome=outcome)
    damage = outcome.damage
    measured = {} if damage is None else {
        DAMAGE: Reading(damage.index, damage.standard_error, MAX_DAMAGE)}
    if isinstance(outcome, Failed):
        return Observation(None, 0.0, measured, failed=str(outcome.mode), outcome=outcome)
    assert isinstance(outcome, Intact)
    se = (outcome.resistance_se_ohm_cm2 or 0.0) / outcome.resistance_ohm_cm2
    return Observation(outcome.resistance_ohm_cm2, se, measured, outcome=outcome)
