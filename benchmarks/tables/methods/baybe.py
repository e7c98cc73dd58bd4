"""BayBE at its defaults; a pool is a discrete search space of its rows."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import pandas as pd
from baybe.constraints import ContinuousLinearConstraint
from baybe.objectives import SingleTargetObjective
from baybe.parameters import (
    CategoricalParameter,
    NumericalContinuousParameter,
    NumericalDiscreteParameter,
)
from baybe.recommenders import TwoPhaseMetaRecommender
from baybe.searchspace import SearchSpace
from baybe.targets import NumericalTarget

from benchmarks.tables.methods.base import Method, Rows
from benchmarks.tables.problem import Point, Table

VERSION = f"baybe {version('baybe')}"


def start(table: Table, seed: int, pool: bool) -> Method:
    """Its random numbers come from numpy and torch, which run.py seeds."""
    return BayBE(table, seed, pool)


class BayBE(Rows):
    """The recommender asked afresh with all rows each time."""

    def __init__(self, table: Table, seed: int, pool: bool) -> None:
        super().__init__(table, seed, pool)
        warnings.simplefilter("ignore")
        self.objective = SingleTargetObjective(NumericalTarget("y", minimize=not table.maximise))
        self.recommender = TwoPhaseMetaRecommender()

    def ask(self, count: int, left: Sequence[int]) -> list[Point]:
        """One batch."""
        told = pd.DataFrame([{**p, "y": v} for p, v in self.told]) if self.told else None
        found = self.recommender.recommend(count, self._space(left), self.objective, told)
        points = [{n: row[n] if n in self.table.kinds else float(row[n])
                   for n in self.table.names} for _, row in found.iterrows()]
        return self.rows(points, left)

    def _space(self, left: Sequence[int]) -> SearchSpace:
        kinds: list[Any] = [CategoricalParameter(n, k) for n, k in self.table.kinds.items()]
        if not self.pool:
            rules = [] if self.table.whole is None else [ContinuousLinearConstraint(
                list(self.table.bounds), "=", [1.0] * len(self.table.bounds), self.table.whole)]
            numbers = [NumericalContinuousParameter(n, b) for n, b in self.table.bounds.items()]
            return SearchSpace.from_product([*numbers, *kinds], rules)
        points = self.table.points
        numbers = [NumericalDiscreteParameter(n, sorted({float(p[n]) for p in points}))
                   for n in self.table.bounds]
        return SearchSpace.from_dataframe(pd.DataFrame(
            [{n: points[i][n] for n in self.table.names} for i in left]), [*numbers, *kinds])
