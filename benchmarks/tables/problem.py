"""A table as something to be searched: by its own rows, or by an emulator fitted to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from benchmarks.tables.sources import SOURCES, rows_of

Array = np.ndarray
Point = Mapping[str, float | str]
TREES, SAMPLE = 300, 20_000
SCATTER = 0.5
"""Scatter of the emulator's runs, as a share of the out-of-bag error of its forest."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table of `points`, the mean of their `values`, and what is known of the columns.

    bounds: lowest and highest of each number. kinds: categories of each column that has some.
    Values are turned so that less is better; of a failed run it is infinite.
    """

    name: str
    points: tuple[Point, ...]
    readings: tuple[tuple[float, ...], ...]
    bounds: Mapping[str, tuple[float, float]]
    kinds: Mapping[str, tuple[str, ...]]
    whole: float | None
    maximise: bool
    failed_at: float | None

    @cached_property
    def values(self) -> Array:
        """Mean reading of each point, less is better, shape (n,)."""
        found = np.array([np.mean(r) for r in self.readings])
        return -found if self.maximise else found

    @property
    def names(self) -> tuple[str, ...]:
        """Numbers, then categories."""
        return (*self.bounds, *self.kinds)

    def encoded(self, points: Sequence[Point]) -> Array:
        """Numbers in [0, 1], categories as one column for each kind over sqrt 2, (n, d)."""
        columns = [np.array([(float(p[n]) - low) / (high - low) for p in points])
                   for n, (low, high) in self.bounds.items()]
        columns += [np.array([float(p[n] == k) for p in points]) / np.sqrt(2.0)
                    for n, kinds in self.kinds.items() for k in kinds]
        return np.column_stack(columns)

    def nearest(self, point: Point, among: Sequence[int]) -> int:
        """The row nearest to a point, among those of these numbers."""
        away = np.linalg.norm(self.encoded([self.points[i] for i in among])
                              - self.encoded([point]), axis=1)
        return among[int(away.argmin())]

    def drawn(self, count: int, draw: np.random.Generator) -> list[Point]:
        """Points at random all over the space."""
        found = list[Point]()
        while len(found) < count:
            one: dict[str, float | str] = {
                n: float(draw.uniform(*b)) for n, b in self.bounds.items()}
            one |= {n: str(draw.choice(k)) for n, k in self.kinds.items()}
            if self.whole is not None:
                share = draw.dirichlet(np.ones(len(self.bounds))) * self.whole
                one |= dict(zip(self.bounds, map(float, share), strict=True))
            if all(low <= float(one[n]) <= high for n, (low, high) in self.bounds.items()):
                found.append(one)
        return found


def table(name: str, folder: Path) -> Table:
    """The table of that name; rows of one recipe are one point with several readings."""
    source, rows = SOURCES[name], rows_of(name, folder)
    read = dict[tuple[float | str, ...], list[float]]()
    for row in rows:
        at = (*(float(row[n]) for n in source.inputs), *(row[n] for n in source.kinds))
        read.setdefault(at, []).append(float(row[source.sought]))
    names = (*source.inputs, *source.kinds)
    points = tuple(dict(zip(names, at, strict=True)) for at in read)
    bounds = {n: (min(float(p[n]) for p in points), max(float(p[n]) for p in points))
              for n in source.inputs}
    return Table(name, points, tuple(map(tuple, read.values())),
                 {n: b for n, b in bounds.items() if b[0] < b[1]},
                 {n: tuple(sorted({str(p[n]) for p in points})) for n in source.kinds},
                 source.whole, source.maximise, source.failed_at)


@dataclass(frozen=True, eq=False)
class Pool:
    """Each row can be run once; what it read is what the run reads."""

    table: Table
    seed: int

    def run(self, row: int) -> float:
        """One of the row's own readings."""
        found = self.table.readings[row]
        return found[self.seed % len(found)]

    @cached_property
    def scale(self) -> tuple[float, float]:
        """The best value, and the one of the median row."""
        return float(self.table.values.min()), float(np.median(self.table.values))


@dataclass(frozen=True, eq=False)
class Emulator:
    """A random forest that is fitted to the rows answers for any recipe.

    Failed runs are those of a forest's vote; runs scatter by half of its out-of-bag error."""

    table: Table

    @cached_property
    def forest(self) -> RandomForestRegressor:
        """Fitted to the mean reading of each point."""
        return RandomForestRegressor(TREES, oob_score=True, random_state=0, n_jobs=1).fit(
            self.table.encoded(self.table.points), self.table.values)

    @cached_property
    def scatter(self) -> float:
        """Standard deviation of one run."""
        return float(SCATTER * np.std(self.table.values - self.forest.oob_prediction_))

    def truth(self, points: Sequence[Point]) -> Array:
        """Value without scatter, less is better, shape (n,)."""
        return self.forest.predict(self.table.encoded(points))

    def run(self, point: Point, number: int, seed: int) -> float:
        """The reading, turned back as the table has it."""
        noise = np.random.default_rng([seed, number]).standard_normal()
        value = float(self.truth([point])[0]) + self.scatter * noise
        return -value if self.table.maximise else value

    @cached_property
    def scale(self) -> tuple[float, float]:
        """The best value of many points, and the median of points at random."""
        drawn = self.truth(self.table.drawn(SAMPLE, np.random.default_rng(0)))
        return float(min(drawn.min(), self.truth(self.table.points).min())), float(np.median(drawn))
