"""What every method searches: a noisy black box over the unit cube."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.stats import qmc

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured constraint quantity: its number, standard error, and the highest allowed one."""

    number: float
    se: float
    limit: float

    @property
    def kept(self) -> bool:
        """True when the measured number keeps the limit."""
        return self.number <= self.limit


@dataclass(frozen=True, slots=True)
class Observation:
    """What one stack told.

    `value` is what is to be small, None where the stack has none. `value_se` is the standard error
    of ln value that the measurement itself states: the scatter from stack to stack comes on top,
    is told to nobody and has to be learned. `outcome` is pressloop's own word for the same thing.
    """

    value: float | None
    value_se: float
    measured: dict[str, Reading] = field(default_factory=dict)
    failed: str | None = None
    set_aside: bool = False
    outcome: object | None = None

    @property
    def works(self) -> bool:
        """True where there is a value and every measured limit is kept."""
        return self.value is not None and all(r.kept for r in self.measured.values())


@dataclass(frozen=True, slots=True)
class Truth:
    """Value without noise, and by how much it goes beyond the worst limit (0 or less: it does not).

    In units of the standard error of the measured quantity."""

    value: float
    excess: float

    @property
    def feasible(self) -> bool:
        """True when every limit is kept in truth."""
        return self.excess <= 0.0


class Bench(Protocol):
    """Where the stacks of one campaign are pressed."""

    def observe(self, x: Array, number: int) -> Observation:
        """The stack of that number, pressed at x.

        Its noise depends on the seed of the campaign and on the number, never on the method."""


class Problem(Protocol):
    """A search over [0, 1]^dim. `limits` names the measured quantities and their upper limits."""

    name: str
    dim: int
    limits: dict[str, float]
    optimum: float
    typical: float

    def bench(self, seed: int) -> AbstractContextManager[Bench]:
        """The bench of one campaign."""

    def truth(self, x: Array) -> Truth:
        """The truth about x. Only the judge may ask."""


def typical(problem: Problem, points: int = 4096) -> tuple[float, float]:
    """True value of the median feasible point of a Sobol sample, and the feasible share."""
    sample = qmc.Sobol(problem.dim, rng=0).random(points)
    found = [t.value for t in map(problem.truth, sample) if t.feasible]
    return float(np.median(found)), len(found) / points
