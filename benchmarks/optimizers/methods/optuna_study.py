"""Optuna's ask/tell, common to its samplers.

Measured limits go in by `Trial.set_constraint`, as the documentation of Optuna 5 has it. Every
sampler ignores a trial that failed, limits and all. A stack that broke a measured limit and has no
value (crushed) is therefore told with the worst value seen so far, so that its limits are learned;
stacks that shorted or delaminated are told as failed, as the documentation advises.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
import optuna

from benchmarks.optimizers.methods.base import Rows
from benchmarks.optimizers.problems.base import Array, Observation, Problem

VERSION = f"optuna {version('optuna')}"


class OptunaMethod(Rows):
    """A study in memory."""

    def __init__(self, problem: Problem, seed: int, sampler: Any) -> None:
        super().__init__(problem, seed)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.study = optuna.create_study(direction="minimize", sampler=sampler)
        self.pending: list[Any] = []

    def ask(self, count: int) -> list[Array]:
        """One trial after the other, those before it running."""
        self.pending += [self.study.ask() for _ in range(count)]
        return [self._point(t) for t in self.pending[-count:]]

    def tell(self, x: Array, observation: Observation) -> None:
        """Tells the oldest pending trial."""
        trial = self.pending.pop(0)
        broken = any(not r.kept for r in observation.measured.values())
        value = observation.value
        if value is None and broken and self.intact:
            value = max(o.value for _, o in self.intact if o.value is not None)
        super().tell(x, observation)
        if value is None:
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
            return
        for name, reading in observation.measured.items():
            trial.set_constraint(name, reading.number - reading.limit)
        self.study.tell(trial, float(np.log(value)))

    def recommend(self) -> Array | None:
        """`study.best_trial`, which is the best feasible one."""
        try:
            best = self.study.best_trial
        except ValueError:
            return None
        return np.array([best.params[f"x{i}"] for i in range(self.problem.dim)])

    def _point(self, trial: Any) -> Array:
        return np.array([trial.suggest_float(f"x{i}", 0.0, 1.0) for i in range(self.problem.dim)])
