"""What a method is asked, and the bookkeeping that peers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from benchmarks.tables.problem import Point, Table

Array = np.ndarray


class Method(Protocol):
    """Ask, run, tell; and at any time: which recipe do you recommend?"""

    def ask(self, count: int, left: Sequence[int]) -> list[Point]:
        """Points to run next. In a pool each is one of the rows that are `left`."""

    def tell(self, point: Point, value: float) -> None:
        """What a run read, as the table has it."""

    def recommend(self) -> Point:
        """The recommended point; in a pool, one of the table's."""


class Rows:
    """Base of peers: what was told, and the best of it as recommendation.

    Peers are told a failed run by its number, as the table does."""

    def __init__(self, table: Table, seed: int, pool: bool) -> None:
        self.table, self.seed, self.pool = table, seed, pool
        self.told: list[tuple[Point, float]] = []
        self.draw = np.random.default_rng([seed, 77])

    def tell(self, point: Point, value: float) -> None:
        """Keeps it."""
        self.told.append((point, value))

    def recommend(self) -> Point:
        """The best one that was run."""
        sign = -1.0 if self.table.maximise else 1.0
        return min(self.told, key=lambda one: sign * one[1])[0]

    def rows(self, points: Sequence[Point], left: Sequence[int]) -> list[Point]:
        """In a pool, the nearest row to each point that is left, none twice; else the points."""
        if not self.pool:
            return list(points)
        left, found = list(left), list[Point]()
        for point in points:
            row = self.table.nearest(point, left)
            left.remove(row)
            found.append(self.table.points[row])
        return found
