"""The truth about a world, and which draws can be searched at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import import_module
from zlib import crc32

import numpy as np
from scipy.stats import qmc

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import LAST, World
from benchmarks.optimizers.problems.worlds.laws import loguniform, settings

MAX_CRUSH, MAX_OTHER = 0.05, 0.10
"""Highest chances of a crushed, and of a shorted or delaminated, stack of a feasible recipe."""
LEAST_SHARE, LEAST_GAIN = 0.15, 0.02
"""A draw with a smaller feasible share, or less to win (ln), is drawn again."""
FLAT = frozenset({"hardly_any_effect"})
CLOUD = 2.0 * qmc.Sobol(3, rng=1).random(512) - 1.0


@lru_cache(maxsize=1)
def sample() -> Array:
    """Points of the unit cube (2^14, 3) on which typical, optimum and share are found."""
    return qmc.Sobol(3, rng=0).random(2**14)


@dataclass(frozen=True)
class Judge:
    """The truth about a world in the lot of its last stack, at unrounded settings."""

    world: World

    def crush(self, p: Array, t: Array, c: Array) -> Array:
        """Chance of a crushed stack."""
        return self.world.crush_probability(p, t, c, self.world.lot(LAST).weaker)

    def failure(self, p: Array, t: Array, c: Array) -> Array:
        """Chance of a failed stack."""
        return 1.0 - (1.0 - self.crush(p, t, c)) * (1.0 - self.world.other_probability(p, t, c))

    def excess(self, p: Array, t: Array, c: Array) -> Array:
        """By how many limits the worse of both limits is exceeded; feasible at 0 or less."""
        return np.maximum((self.crush(p, t, c) - MAX_CRUSH) / MAX_CRUSH,
                          (self.world.other_probability(p, t, c) - MAX_OTHER) / MAX_OTHER)

    def value(self, x: Array) -> Array:
        """Resistance at points (n, 3) of the unit cube; infinite where infeasible."""
        at = settings(self.world.space, x)
        return np.where(self.excess(*at) <= 0.0, self.world.resistance(*at), np.inf)

    @cached_property
    def sampled(self) -> Array:
        """Value of the sample."""
        return self.value(sample())

    @property
    def share(self) -> float:
        """Feasible share of the cube."""
        return float(np.isfinite(self.sampled).mean())

    @cached_property
    def typical(self) -> float:
        """The median feasible value."""
        return float(np.median(self.sampled[np.isfinite(self.sampled)]))

    @cached_property
    def best(self) -> tuple[float, Array]:
        """The lowest feasible value and its point.

        Of the eight best of the sample, followed in ever smaller clouds."""
        starts = sample()[self.sampled.argsort()[:8]]
        return min((self._followed(x) for x in starts), key=lambda found: found[0])

    def _followed(self, x: Array) -> tuple[float, Array]:
        for width in 0.1 * 0.7**np.arange(16):
            points = np.vstack([np.clip(x + width * CLOUD, 0.0, 1.0), x])
            x = points[self.value(points).argmin()]
        return float(self.value(x)[0]), x


@lru_cache(maxsize=256)
def drawn(family: str, instance: int) -> tuple[World, Judge]:
    """The first draw that can be searched, at a level of 5 to 50 ohm cm2 at its best."""
    make = import_module(f"benchmarks.optimizers.problems.worlds.{family}").world
    for turn in range(100):
        draw = np.random.default_rng([*key(family, instance), 0, turn])
        world = make(draw)
        judge = Judge(world)
        if judge.share < LEAST_SHARE:
            continue
        gain = np.log(judge.typical / judge.best[0])
        if gain >= LEAST_GAIN or family in FLAT:
            level = np.log(loguniform(draw, 5.0, 50.0) / judge.best[0])
            world = replace(world, level=float(level))
            return world, Judge(world)
    raise RuntimeError(f"{family} {instance}: no draw of a hundred can be searched")


def key(family: str, instance: int) -> tuple[int, int]:
    """What all random numbers of an instance begin with."""
    return crc32(family.encode()), instance
