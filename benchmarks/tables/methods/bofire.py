"""BoFire's SoboStrategy at its defaults; rows of a pool are those nearest to what it asks."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from importlib.metadata import version

import pandas as pd
from bofire.data_models.constraints.api import LinearEqualityConstraint
from bofire.data_models.domain.api import Constraints, Domain, Inputs, Outputs
from bofire.data_models.features.api import CategoricalInput, ContinuousInput, ContinuousOutput
from bofire.data_models.objectives.api import MaximizeObjective, MinimizeObjective
from bofire.data_models.strategies.api import RandomStrategy, SoboStrategy
from bofire.strategies.api import map as functional

from benchmarks.tables.methods.base import Method, Rows
from benchmarks.tables.problem import Point, Table

VERSION = f"bofire {version('bofire')}"


def start(table: Table, seed: int, pool: bool) -> Method:
    """Opens with its random strategy, twice as many runs as inputs, in whole batches of three."""
    return BoFire(table, seed, pool)


class BoFire(Rows):
    """A strategy made afresh from all rows each time."""

    def __init__(self, table: Table, seed: int, pool: bool) -> None:
        super().__init__(table, seed, pool)
        warnings.simplefilter("ignore")
        self.keys = {n: f"x{i}" for i, n in enumerate(table.names)}
        self.opening = 3 * math.ceil(2 * len(table.names) / 3)
        best = (MaximizeObjective if table.maximise else MinimizeObjective)(w=1.0)
        rules = [] if table.whole is None else [LinearEqualityConstraint(
            features=[self.keys[n] for n in table.bounds], coefficients=[1.0] * len(table.bounds),
            rhs=table.whole)]
        self.domain = Domain(
            inputs=Inputs(features=[
                *(ContinuousInput(key=self.keys[n], bounds=b) for n, b in table.bounds.items()),
                *(CategoricalInput(key=self.keys[n], categories=list(k))
                  for n, k in table.kinds.items())]),
            outputs=Outputs(features=[ContinuousOutput(key="y", objective=best)]),
            constraints=Constraints(constraints=rules))

    def ask(self, count: int, left: Sequence[int]) -> list[Point]:
        """One joint batch."""
        kind = RandomStrategy if len(self.told) < self.opening else SoboStrategy
        strategy = functional(kind(domain=self.domain, seed=self.seed + len(self.told)))
        if kind is SoboStrategy:
            strategy.tell(pd.DataFrame([
                {**{key: p[n] for n, key in self.keys.items()}, "y": v, "valid_y": 1}
                for p, v in self.told]))
        found = strategy.ask(count)
        return self.rows([{n: row[key] for n, key in self.keys.items()}
                          for _, row in found.iterrows()], left)
