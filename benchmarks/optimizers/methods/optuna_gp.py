"""Optuna's Gaussian process sampler at its defaults: ten random trials, then logCEI."""

from __future__ import annotations

import optuna

from benchmarks.optimizers.methods.base import Method
from benchmarks.optimizers.methods.optuna_study import VERSION, OptunaMethod
from benchmarks.optimizers.problems.base import Problem

__all__ = ["VERSION", "start"]


def start(problem: Problem, seed: int) -> Method:
    """Pending trials are known to it since Optuna 4.7."""
    return OptunaMethod(problem, seed, optuna.samplers.GPSampler(
        seed=seed, warn_independent_sampling=False))
