"""BoFire's SoboStrategy at its defaults (qLogNEI, joint batches), limits as sigmoid objectives.

A missing value is marked by its `valid_` column, so a crushed stack still teaches its limit.
"""

from __future__ import annotations

import math
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from bofire.data_models.domain.api import Domain, Inputs, Outputs
from bofire.data_models.features.api import ContinuousInput, ContinuousOutput
from bofire.data_models.objectives.api import MinimizeObjective, MinimizeSigmoidObjective
from bofire.data_models.strategies.api import SoboStrategy
from bofire.strategies.api import map as functional
from scipy.stats import qmc

from benchmarks.optimizers.methods.base import Method, Rows
from benchmarks.optimizers.problems.base import Array, Problem

VERSION = f"bofire {version('bofire')}"
VALUE = "ln_value"
STEEPNESS = 1000.0
"""BoFire smooths a limit over 1/steepness: the 1e-3 that is BoTorch's own default."""


def start(problem: Problem, seed: int) -> Method:
    """Opens with a Sobol sample of twice as many points as inputs, in whole batches of three."""
    return BoFire(problem, seed)


class BoFire(Rows):
    """A strategy made afresh from all rows each time."""

    def __init__(self, problem: Problem, seed: int) -> None:
        super().__init__(problem, seed)
        warnings.simplefilter("ignore")
        self.inputs = [f"x{i}" for i in range(problem.dim)]
        self.opening = 3 * math.ceil(2 * problem.dim / 3)
        self.sobol = qmc.Sobol(problem.dim, rng=seed).random(64)
        limits = [ContinuousOutput(key=name, objective=MinimizeSigmoidObjective(
            w=1.0, steepness=STEEPNESS, tp=limit)) for name, limit in problem.limits.items()]
        self.domain = Domain(
            inputs=Inputs(features=[ContinuousInput(key=i, bounds=(0.0, 1.0))
                                    for i in self.inputs]),
            outputs=Outputs(features=[
                ContinuousOutput(key=VALUE, objective=MinimizeObjective(w=1.0)), *limits]))

    def ask(self, count: int) -> list[Array]:
        """One joint batch. At random where no row has a value yet."""
        done = len(self.rows)
        if done < self.opening:
            return list(self.sobol[done:done + count])
        if len(self.intact) < 2:
            return [self.anywhere() for _ in range(count)]
        strategy = functional(SoboStrategy(domain=self.domain, seed=self.seed + done))
        strategy.tell(self._experiments())
        return list(strategy.ask(count)[self.inputs].to_numpy(dtype=float))

    def _experiments(self) -> pd.DataFrame:
        rows = []
        for x, o in self.rows:
            row: dict[str, float] = dict(zip(self.inputs, x, strict=True))
            told = {n: r.number for n, r in o.measured.items()}
            if o.value is not None:
                told[VALUE] = float(np.log(o.value))
            for name in (VALUE, *self.problem.limits):
                row[name] = told.get(name, np.nan)
                row[f"valid_{name}"] = int(name in told)
            rows.append(row)
        return pd.DataFrame(rows)
