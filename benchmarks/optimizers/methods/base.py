"""What a method has to answer, and the rows it has been told."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from benchmarks.optimizers.problems.base import Array, Observation, Problem


class NotOffered(Exception):
    """The method cannot be used on this problem."""


class Method(Protocol):
    """Ask, press, tell; and at any time: which recipe do you recommend?"""

    fallbacks: int

    def ask(self, count: int) -> list[Array]:
        """Points to press next, all of them pending together."""

    def tell(self, x: Array, observation: Observation) -> None:
        """What became of a point that was asked for, in the order asked."""

    def recommend(self) -> Array | None:
        """The recommended point; None where the method names none."""


class Rows:
    """What has been told so far. Base of the methods that keep the history themselves.

    `fallbacks` counts points drawn at random because the peer could not propose any.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem, self.seed = problem, seed
        self.rows: list[tuple[Array, Observation]] = []
        self.fallbacks = 0
        self._draw = np.random.default_rng([seed, 77])

    def tell(self, x: Array, observation: Observation) -> None:
        """Keeps the row."""
        self.rows.append((np.asarray(x, dtype=float), observation))

    def recommend(self) -> Array | None:
        """The best measured row that keeps the measured limits."""
        found = [(o.value, i) for i, (_, o) in enumerate(self.rows) if o.works]
        return self.rows[min(found)[1]][0] if found else None

    @property
    def intact(self) -> list[tuple[Array, Observation]]:
        """Rows with a value."""
        return [(x, o) for x, o in self.rows if o.value is not None]

    def anywhere(self) -> Array:
        """A point at random, in place of one that the peer could not propose."""
        self.fallbacks += 1
        return self._draw.random(self.problem.dim)


class Design(Rows):
    """A list of points fixed beforehand."""

    def __init__(self, problem: Problem, seed: int, points: Array) -> None:
        super().__init__(problem, seed)
        self.points = points
        self.asked = 0

    def ask(self, count: int) -> list[Array]:
        """The next points of the list; begins again at its end."""
        chosen = [self.points[(self.asked + i) % len(self.points)] for i in range(count)]
        self.asked += count
        return chosen
