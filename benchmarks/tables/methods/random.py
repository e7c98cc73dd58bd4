"""Runs at random."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.tables.methods.base import Method, Rows
from benchmarks.tables.problem import Point, Table

VERSION = "random"


def start(table: Table, seed: int, pool: bool) -> Method:
    """See the head of this file."""
    return Random(table, seed, pool)


class Random(Rows):
    """Draws points, or rows."""

    def ask(self, count: int, left: Sequence[int]) -> list[Point]:
        """Points all over the space; in a pool, rows of it."""
        if self.pool:
            return [self.table.points[i] for i in self.draw.choice(left, count, replace=False)]
        return self.table.drawn(count, self.draw)
