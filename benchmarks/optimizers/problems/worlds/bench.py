"""Presses the stacks of one campaign in a world."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

from benchmarks.optimizers.problems.base import Array, Observation, Reading
from benchmarks.optimizers.problems.worlds.base import MAX_DAMAGE, Limit, World
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, Outcome, SetAside
from pressloop.trials.stack import Stack

DAMAGE, FAILED, OTHERWISE = "damage_index", "failed", "failed_otherwise"
LABEL_SE, LABEL_LIMIT = 0.05, 0.5


@dataclass(frozen=True, slots=True)
class Luck:
    """What a stack is by itself, whatever it is pressed at: drawn before it is pressed."""

    strength: float
    short: float
    tear: float
    scatter: float
    reading: float
    count: float
    fluke: float
    worse: float
    outlier: float
    factor: float
    lost: float

    @staticmethod
    def of(key: list[int]) -> Luck:
        """Six normal numbers, then five evenly drawn ones."""
        draw = np.random.default_rng(key)
        return Luck(*draw.standard_normal(6), *draw.random(5))


@dataclass(frozen=True, slots=True)
class WorldBench:
    """`key` names instance and campaign."""

    world: World
    telling: str
    key: tuple[int, ...]

    def observe(self, x: Array, number: int) -> Observation:
        """The stack of that number, pressed at x."""
        recipe = self.world.space.decode(x)
        found = (np.array([v]) for v in (recipe.pressure_mpa, recipe.dwell_s, recipe.temperature_c))
        return told(self.outcome(*found, number), self.telling, self.world.fails_otherwise)

    def stack(self, number: int) -> Stack:
        """The stack of that number, of its lot."""
        return stack(self.world, number)

    def outcome(self, p: Array, t: Array, c: Array, number: int) -> Outcome:
        """What the readings of one stack (arrays of one) mean."""
        luck = Luck.of([*self.key, number])
        if luck.lost < self.world.lost:
            return SetAside("the spectrum breaks Kramers-Kronig")
        damage = self._damage(p, t, c, luck, self.world.lot(number).weaker)
        shown = damage if self.telling == "index" else None
        for limit, own, mode in ((self.world.short, luck.short, FailureMode.SHORTED),
                                 (self.world.delamination, luck.tear, FailureMode.DELAMINATED)):
            if _fails(limit, own, p, t, c):
                return Failed(mode, str(mode), shown)
        if damage.index > MAX_DAMAGE:
            return Failed(FailureMode.CRUSHED, "crushed", shown)
        value = self._resistance(p, t, c, luck, number)
        se = None if self.telling == "bare" else self.world.reading * value
        return Intact(value, se, damage=shown)

    def _damage(self, p: Array, t: Array, c: Array, luck: Luck, weaker: float) -> Damage:
        """Counted; never on the other side of MAX_DAMAGE than the stack is in truth."""
        own = weaker + self.world.crush.width * luck.strength
        real = float(self.world.damage_index(p, t, c, own)[0])
        if luck.fluke < self.world.chance:
            real = max(real, 2.0 * MAX_DAMAGE + 0.4 * luck.worse)
        n = self.world.particles
        read = min(max(real + sqrt(real * (1.0 - real) / n) * luck.count, 0.0), 1.0)
        side = (MAX_DAMAGE + 1.0 / n, 1.0) if real > MAX_DAMAGE else (0.0, MAX_DAMAGE)
        read = min(max(read, side[0]), side[1])
        return Damage(read, max(sqrt(read * (1.0 - read) / n), 1.0 / n))

    def _resistance(self, p: Array, t: Array, c: Array, luck: Luck, number: int) -> float:
        world = self.world
        off = world.lot(number).offset + float(world.scatter(p, t, c)[0]) * luck.scatter
        if luck.outlier < world.outliers:
            # Three in four are bad contacts; the others leak past the interface.
            size = np.log(3.0) + np.log(10.0 / 3.0) * luck.factor
            off += size if luck.outlier < 0.75 * world.outliers else -size
        return float(world.resistance(p, t, c)[0]) * exp(off + world.reading * luck.reading)


def stack(world: World, number: int) -> Stack:
    """The stack of that number, of its lot."""
    return Stack(f"s{number}", world.lot(number).name, "somebody", 0.785, 600.0, 375.0)


def _fails(limit: Limit, own: float, p: Array, t: Array, c: Array) -> bool:
    return float(limit.excess(p, t, c)[0]) + limit.width * own > 0.0


def told(outcome: Outcome, telling: str, otherwise: bool) -> Observation:
    """In the words of the benchmark: labels are numbers of 0 or 1."""
    if isinstance(outcome, SetAside):
        return Observation(None, 0.0, set_aside=True, outcome=outcome)
    mode = outcome.mode if isinstance(outcome, Failed) else None
    measured = {}
    if telling != "index":
        measured[FAILED] = _label(mode is not None)
    elif outcome.damage is not None:
        measured[DAMAGE] = Reading(outcome.damage.index, outcome.damage.standard_error, MAX_DAMAGE)
        if otherwise:
            measured[OTHERWISE] = _label(mode not in (None, FailureMode.CRUSHED))
    if isinstance(outcome, Failed):
        return Observation(None, 0.0, measured, failed=str(mode), outcome=outcome)
    se = (outcome.resistance_se_ohm_cm2 or 0.0) / outcome.resistance_ohm_cm2
    return Observation(outcome.resistance_ohm_cm2, se, measured, outcome=outcome)


def _label(true: bool) -> Reading:
    return Reading(float(true), LABEL_SE, LABEL_LIMIT)
