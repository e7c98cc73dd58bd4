"""Ax through its `Client`, at its defaults; rows of a pool are those nearest to what it asks.

Fractions that add up to a whole: the last one is what the others leave, kept within its bounds by
two linear constraints, as Ax has no equalities.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from importlib.metadata import version

from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig
from ax.utils.common.logger import set_ax_logger_levels

from benchmarks.tables.methods.base import Method, Rows
from benchmarks.tables.problem import Point, Table

VERSION = f"ax-platform {version('ax-platform')}"


def start(table: Table, seed: int, pool: bool) -> Method:
    """A client of its own."""
    return Ax(table, seed, pool)


class Ax(Rows):
    """A client in memory."""

    def __init__(self, table: Table, seed: int, pool: bool) -> None:
        super().__init__(table, seed, pool)
        set_ax_logger_levels(logging.CRITICAL)
        warnings.simplefilter("ignore")
        self.keys = {n: f"x{i}" for i, n in enumerate(table.names)}
        self.last = list(table.bounds)[-1] if table.whole is not None else None
        free = [n for n in table.bounds if n != self.last]
        rules = []
        if self.last is not None and table.whole is not None:
            low, high = table.bounds[self.last]
            total = " + ".join(self.keys[n] for n in free)
            rules = [f"{total} <= {table.whole - low}", f"{total} >= {table.whole - high}"]
        self.client = Client(random_seed=seed)
        self.client.configure_experiment(parameters=[
            *(RangeParameterConfig(name=self.keys[n], parameter_type="float",
                                   bounds=table.bounds[n]) for n in free),
            *(ChoiceParameterConfig(name=self.keys[n], parameter_type="str", values=list(k),
                                    is_ordered=False) for n, k in table.kinds.items())],
            parameter_constraints=rules)
        self.client.configure_optimization(objective="y" if table.maximise else "-y")
        self.client.configure_generation_strategy(
            initialization_random_seed=seed, allow_exceeding_initialization_budget=True)
        self.pending: list[int] = []

    def ask(self, count: int, left: Sequence[int]) -> list[Point]:
        """Trials that run together; those of a pool are attached as the rows that they become."""
        asked = self.client.get_next_trials(count)
        points = self.rows([self._point(p) for p in asked.values()], left)
        if not self.pool:
            self.pending += list(asked)
            return points
        for trial in asked:
            self.client.mark_trial_abandoned(trial)
        self.pending += [self.client.attach_trial(self._parameters(p)) for p in points]
        return points

    def tell(self, point: Point, value: float) -> None:
        """Completes the oldest trial that is under way."""
        super().tell(point, value)
        self.client.complete_trial(self.pending.pop(0), raw_data={"y": value})

    def recommend(self) -> Point:
        """Ax's own best parameterization; the best run where it has none yet."""
        try:
            found = self._point(self.client.get_best_parameterization()[0])
        except Exception:  # noqa: BLE001 (Ax has many ways to say that there is none)
            return super().recommend()
        return self.table.points[self.table.nearest(found, range(len(self.table.points)))] \
            if self.pool else found

    def _parameters(self, point: Point) -> dict[str, float | str]:
        return {self.keys[n]: point[n] for n in self.table.names if n != self.last}

    def _point(self, parameters: Point) -> Point:
        found = {n: parameters[key] for n, key in self.keys.items() if n != self.last}
        if self.last is not None and self.table.whole is not None:
            found[self.last] = self.table.whole - sum(
                float(found[n]) for n in self.table.bounds if n != self.last)
        return found
