"""Ax through its `Client`, at its defaults: centre, Sobol up to five trials, then qLogNEI.

Measured limits are outcome constraints. A stack without a value is completed with what was
measured, which Ax 1.3 learns from; one with nothing at all is abandoned, so that it is not
suggested again. No SEM is told: a SEM means *all* the noise to Ax, while what is known here is the
error of a single reading without the scatter from stack to stack. Ax infers the noise instead.

What it ships is `get_best_parameterization`. With partial rows Ax 1.3.1 stops there with a
RuntimeError (its cross-validation loads the state of one kind of model into another); then the
same is done by hand with `predict`: the lowest predicted mean among tried points that neither
broke a measured limit nor are predicted to.
"""

from __future__ import annotations

import logging
import warnings
from importlib.metadata import version

import numpy as np
from ax.api.client import Client
from ax.api.configs import RangeParameterConfig
from ax.exceptions.core import AxError
from ax.utils.common.logger import set_ax_logger_levels

from benchmarks.optimizers.methods.base import Method, Rows
from benchmarks.optimizers.problems.base import Array, Observation, Problem

VERSION = f"ax-platform {version('ax-platform')}"
VALUE = "ln_value"


def start(problem: Problem, seed: int) -> Method:
    """A client of its own."""
    return Ax(problem, seed)


class Ax(Rows):
    """A client in memory."""

    def __init__(self, problem: Problem, seed: int) -> None:
        super().__init__(problem, seed)
        set_ax_logger_levels(logging.CRITICAL)
        warnings.simplefilter("ignore")
        self.client = Client(random_seed=seed)
        self.client.configure_experiment(parameters=[
            RangeParameterConfig(name=f"x{i}", parameter_type="float", bounds=(0.0, 1.0))
            for i in range(problem.dim)])
        self.client.configure_optimization(
            objective=f"-{VALUE}",
            outcome_constraints=[f"{name} <= {limit}" for name, limit in problem.limits.items()])
        # Allowed to exceed the five first trials, as they do not fill whole batches of three.
        self.client.configure_generation_strategy(
            initialization_random_seed=seed, allow_exceeding_initialization_budget=True)
        self.pending: list[int] = []

    def ask(self, count: int) -> list[Array]:
        """Trials that run together; a point at random where Ax has none."""
        asked = self._suggested(count)
        while len(asked) < count:
            point = self._parameters(self.anywhere())
            asked[self.client.attach_trial(point)] = point
        self.pending += list(asked)
        return [self._point(p) for p in asked.values()]

    def tell(self, x: Array, observation: Observation) -> None:
        """Completes the oldest pending trial."""
        super().tell(x, observation)
        trial = self.pending.pop(0)
        known = {name: r.number for name, r in observation.measured.items()}
        if observation.value is not None:
            known[VALUE] = float(np.log(observation.value))
        if known:
            self.client.complete_trial(trial, raw_data=known)
        else:
            self.client.mark_trial_abandoned(trial)

    def recommend(self) -> Array | None:
        """Ax's own best parameterization, by its model."""
        try:
            return self._point(self.client.get_best_parameterization()[0])
        except RuntimeError:
            return self._best_predicted()
        except (AxError, AssertionError, ValueError):
            # Ways of Ax to say that there is no best arm.
            return None

    def _best_predicted(self) -> Array | None:
        tried = [x for x, o in self.rows if all(r.kept for r in o.measured.values())]
        told = self.client.predict([self._parameters(x) for x in tried])
        means = [{name: float(mean) for name, (mean, _) in p.items()} for p in told]
        kept = [i for i, m in enumerate(means)
                if all(m[n] <= limit for n, limit in self.problem.limits.items())]
        return tried[min(kept, key=lambda i: means[i][VALUE])] if kept else None

    def _suggested(self, count: int) -> dict[int, dict[str, float]]:
        if not self.intact and len(self.rows) >= 5:
            return {}
        return dict(self.client.get_next_trials(count))

    @staticmethod
    def _parameters(x: Array) -> dict[str, float]:
        return {f"x{i}": float(v) for i, v in enumerate(x)}

    def _point(self, parameters: dict[str, float]) -> Array:
        return np.array([parameters[f"x{i}"] for i in range(self.problem.dim)])
