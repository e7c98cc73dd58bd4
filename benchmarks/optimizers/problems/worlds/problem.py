"""A world as a problem: what is searched, and the truth about it for the judge.

The truth is that of the lot of stack 30: the recommended recipe is for the stacks to come. Where
there are several lots, the one it is may be another than that of the first stacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.optimizers.problems.base import Array, Truth
from benchmarks.optimizers.problems.worlds import FAMILIES, TELLINGS
from benchmarks.optimizers.problems.worlds.base import MAX_DAMAGE, World
from benchmarks.optimizers.problems.worlds.bench import (
    DAMAGE,
    FAILED,
    LABEL_LIMIT,
    OTHERWISE,
    WorldBench,
    stack,
)
from benchmarks.optimizers.problems.worlds.judge import Judge, drawn, key
from benchmarks.optimizers.problems.worlds.laws import settings
from pressloop.optimizer.space import Space
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack


@dataclass(frozen=True)
class WorldProblem:
    """One instance of one family, told in one way. Resistances in ohm cm2."""

    family: str
    telling: str
    instance: int

    def __post_init__(self) -> None:
        if self.family not in FAMILIES or self.telling not in TELLINGS:
            raise KeyError(f"{self.name}: families {', '.join(FAMILIES)}; "
                           f"tellings {', '.join(TELLINGS)}")

    @property
    def name(self) -> str:
        """Family, telling, instance."""
        return f"worlds/{self.family}/{self.telling}/{self.instance}"

    @property
    def world(self) -> World:
        """The physics."""
        return drawn(self.family, self.instance)[0]

    @property
    def judge(self) -> Judge:
        """What is true of it."""
        return drawn(self.family, self.instance)[1]

    @property
    def space(self) -> Space:
        """Bounds of the recipes."""
        return self.world.space

    @property
    def dim(self) -> int:
        """Variables that may vary."""
        return len(self.space.free)

    @property
    def limits(self) -> dict[str, float]:
        """Measured quantities and their highest allowed numbers."""
        if self.telling != "index":
            return {FAILED: LABEL_LIMIT}
        otherwise = {OTHERWISE: LABEL_LIMIT} if self.world.fails_otherwise else {}
        return {DAMAGE: MAX_DAMAGE} | otherwise

    @property
    def optimum(self) -> float:
        """The lowest feasible resistance."""
        return self.judge.best[0]

    @property
    def typical(self) -> float:
        """The median feasible resistance."""
        return self.judge.typical

    @cached_property
    def reference(self) -> Recipe:
        """What the laboratory presses at now: mediocre, and sound in every lot."""
        return _reference(self.world, np.random.default_rng([*key(self.family, self.instance), 1]))

    @contextmanager
    def bench(self, seed: int) -> Iterator[WorldBench]:
        """Nothing to set up. Noise is that of instance, campaign and stack, however it is told."""
        yield WorldBench(self.world, self.telling, (*key(self.family, self.instance), 2, seed))

    def stack(self, number: int) -> Stack:
        """The stack of that number, of its lot."""
        return stack(self.world, number)

    def truth(self, x: Array) -> Truth:
        """Feasible where 5 % of stacks or less crush, and 10 % or less short or come apart."""
        at = self._rounded(x)
        return Truth(float(self.world.resistance(*at)[0]), float(self.judge.excess(*at)[0]))

    def crush_probability(self, x: Array) -> Array:
        """Of recipes at points (n, 3), shape (n,)."""
        return self.judge.crush(*self._rounded(x))

    def failure_probability(self, x: Array) -> Array:
        """Crushed, shorted or delaminated; as `crush_probability`."""
        return self.judge.failure(*self._rounded(x))

    def _rounded(self, x: Array) -> tuple[Array, Array, Array]:
        found = self.space.decode_all(np.atleast_2d(np.asarray(x, dtype=float)))
        p, t, c = np.array([(r.pressure_mpa, r.dwell_s, r.temperature_c) for r in found]).T
        return p, t, c


def _reference(world: World, draw: np.random.Generator) -> Recipe:
    x = draw.random((512, 3))
    at = settings(world.space, x)
    other = world.other_probability(*at)
    crush = np.max([world.crush_probability(*at, weaker=lot.weaker) for lot in world.lots], axis=0)
    safe = np.flatnonzero(1.0 - (1.0 - crush) * (1.0 - other) <= world.chance + 0.02)
    value = world.resistance(*at)[safe]
    low, high = np.quantile(value, (0.35, 0.75))
    return world.space.decode(x[safe[(value >= low) & (value <= high)][0]])
