"""Optuna's default sampler, the tree-structured Parzen estimator, at its defaults."""

from __future__ import annotations

import optuna

from benchmarks.optimizers.methods.base import Method
from benchmarks.optimizers.methods.optuna_study import VERSION, OptunaMethod
from benchmarks.optimizers.problems.base import Problem

__all__ = ["VERSION", "start"]


def start(problem: Problem, seed: int) -> Method:
    """Ten random trials, then the estimator."""
    return OptunaMethod(problem, seed, optuna.samplers.TPESampler(seed=seed))
