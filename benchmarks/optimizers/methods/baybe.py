"""BayBE at its defaults: one random batch, then its own GP preset and qLogEI.

BayBE has no outcome constraints (emdgroup/baybe#603). Its maintainers advise a target
transformation that makes what one would forbid undesirable: here a desirability, the geometric
mean of a ramp on ln value and of a sigmoid on every measured limit that falls from 0.9 to 0.1
within WIDTH of the range seen on either side (steeper ones overflow in its gradients).
Desirability takes partial rows, so a crushed stack teaches its limit without a made-up value. The
ramp needs ends: worst value so far, and half a range better than the best. A limit whose readings
have all been the same number is left out until they differ: its model has NaN for a gradient.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from baybe.objectives import DesirabilityObjective, SingleTargetObjective
from baybe.parameters import NumericalContinuousParameter
from baybe.recommenders import TwoPhaseMetaRecommender
from baybe.searchspace import SearchSpace
from baybe.targets import NumericalTarget

from benchmarks.optimizers.methods.base import Method, Rows
from benchmarks.optimizers.problems.base import Array, Problem

VERSION = f"baybe {version('baybe')}"
VALUE = "ln_value"
WIDTH = 0.02


def start(problem: Problem, seed: int) -> Method:
    """Its random numbers come from numpy and torch, which run.py seeds."""
    return BayBE(problem, seed)


class BayBE(Rows):
    """The recommender asked afresh with all rows each time."""

    def __init__(self, problem: Problem, seed: int) -> None:
        super().__init__(problem, seed)
        warnings.simplefilter("ignore")
        self.inputs = [f"x{i}" for i in range(problem.dim)]
        self.space = SearchSpace.from_product([
            NumericalContinuousParameter(name, (0.0, 1.0)) for name in self.inputs])
        self.recommender = TwoPhaseMetaRecommender()

    def ask(self, count: int) -> list[Array]:
        """One batch. At random as long as no row has a value, which its models need."""
        if not self.rows:
            found = self.recommender.recommend(count, self.space, self._objective())
        elif not self.intact:
            return [self.anywhere() for _ in range(count)]
        else:
            found = self.recommender.recommend(count, self.space, self._objective(),
                                               self._measurements())
        return list(found[self.inputs].to_numpy(dtype=float))

    def _measurements(self) -> pd.DataFrame:
        """Rows that taught anything; NaN where a target was not measured."""
        rows = []
        for x, o in self.rows:
            row: dict[str, float] = dict(zip(self.inputs, x, strict=True))
            row[VALUE] = np.nan if o.value is None else float(np.log(o.value))
            row |= {n: o.measured[n].number if n in o.measured else np.nan
                    for n in self._learnable()}
            rows.append(row)
        frame = pd.DataFrame(rows)
        return frame.dropna(how="all", subset=[VALUE, *self._learnable()])

    def _learnable(self) -> list[str]:
        """Limits of which there are different readings."""
        return [n for n in self.problem.limits
                if len({o.measured[n].number for _, o in self.rows if n in o.measured}) > 1]

    def _objective(self) -> Any:
        limits = self._learnable()
        if not limits:
            return SingleTargetObjective(NumericalTarget(VALUE, minimize=True))
        logs = [float(np.log(o.value)) for _, o in self.intact if o.value is not None] or [0.0]
        span = max(max(logs) - min(logs), 0.1)
        ramp = NumericalTarget.normalized_ramp(
            VALUE, (min(logs) - 0.5 * span, min(logs) + span), descending=True)
        return DesirabilityObjective([ramp, *(self._limit(n) for n in limits)])

    def _limit(self, name: str) -> NumericalTarget:
        limit = self.problem.limits[name]
        told = [o.measured[name] for _, o in self.rows if name in o.measured]
        seen = [limit, *(r.number for r in told)]
        width = max(WIDTH * (max(seen) - min(seen)), *(r.se for r in told), 0.1 * WIDTH)
        return NumericalTarget.normalized_sigmoid(
            name, [(limit - width, 0.9), (limit + width, 0.1)])
