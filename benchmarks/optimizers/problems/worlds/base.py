"""The physics of one press that the optimiser has never seen, and the words it is told in.

Arguments of every field are pressure (MPa), dwell (s), temperature (degC), arrays of one shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from benchmarks.optimizers.problems.base import Array
from pressloop.optimizer.space import Space

Field = Callable[[Array, Array, Array], Array]
MAX_DAMAGE = 0.05
"""Damage index above which a stack is crushed."""
LAST = 30
"""The stack whose lot is the one that a recommended recipe is meant for, and judged in."""


def constant(value: float) -> Field:
    """A field that is the same everywhere."""
    return lambda p, t, c: np.full(np.shape(p), value)


@dataclass(frozen=True, slots=True)
class Limit:
    """A way to fail by a load that exceeds a strength.

    `excess` is ln(load / strength) of the median stack: one fails above 0. ln of strength scatters
    from stack to stack by the standard deviation `width`."""

    excess: Field
    width: float

    def probability(self, p: Array, t: Array, c: Array, weaker: float = 0.0) -> Array:
        """Chance of this failure; `weaker` is ln of the strength that is missing."""
        return np.asarray(ndtr((self.excess(p, t, c) + weaker) / self.width))


STEADY = constant(0.08)
NEVER = Limit(constant(-np.inf), 1.0)


@dataclass(frozen=True, slots=True)
class Lot:
    """A delivery: its offset in ln resistance, and by how much (ln) its cathode is weaker."""

    name: str = "lot"
    offset: float = 0.0
    weaker: float = 0.0


@dataclass(frozen=True, slots=True)
class World:
    """One instance. Median ln resistance (ohm cm2) is `level` + `shape`, in a lot without offset.

    `scatter` is the sd of ln resistance from stack to stack, `brittleness` how fast the damage
    index rises with excess, `chance` the share of stacks that crush whatever the recipe, `reading`
    the relative standard error of a resistance, `particles` the number that a damage index counts.
    `lots` follow one another every `block` stacks, round and round. A share `outliers` of readings
    is off by a factor of 3 to 10, a share `lost` cannot be trusted.
    """

    space: Space
    shape: Field
    crush: Limit
    short: Limit = NEVER
    delamination: Limit = NEVER
    level: float = 0.0
    scatter: Field = STEADY
    brittleness: float = 8.0
    chance: float = 0.0
    reading: float = 0.01
    particles: int = 1500
    lots: tuple[Lot, ...] = (Lot(),)
    block: int = LAST
    outliers: float = 0.0
    lost: float = 0.0

    @property
    def fails_otherwise(self) -> bool:
        """True where stacks may short or come apart."""
        return self.short is not NEVER or self.delamination is not NEVER

    def lot(self, number: int) -> Lot:
        """The lot of that stack, counted from 1."""
        return self.lots[(number - 1) // self.block % len(self.lots)]

    def resistance(self, p: Array, t: Array, c: Array) -> Array:
        """Median resistance (ohm cm2) in a lot without offset."""
        return np.asarray(np.exp(self.level + self.shape(p, t, c)))

    def crush_probability(self, p: Array, t: Array, c: Array, weaker: float = 0.0) -> Array:
        """Chance that the damage index of a stack exceeds MAX_DAMAGE."""
        return self.chance + (1.0 - self.chance) * self.crush.probability(p, t, c, weaker)

    def other_probability(self, p: Array, t: Array, c: Array) -> Array:
        """Chance that a stack shorts or comes apart."""
        holds = (1.0 - self.short.probability(p, t, c))
        return 1.0 - holds * (1.0 - self.delamination.probability(p, t, c))

    def damage_index(self, p: Array, t: Array, c: Array, weaker: float = 0.0) -> Array:
        """Crushed fraction of the cathode by Weibull's law (doi 10.1115/1.4010337).

        MAX_DAMAGE where excess is 0. Of the median stack; of another where `weaker` holds its
        strength."""
        load = np.minimum(self.brittleness * (self.crush.excess(p, t, c) + weaker), 50.0)
        return np.asarray(1.0 - (1.0 - MAX_DAMAGE)**np.exp(load))
