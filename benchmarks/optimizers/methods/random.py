"""Recipes at random."""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.methods.base import Design, Method
from benchmarks.optimizers.problems.base import Problem

VERSION = "1"


def start(problem: Problem, seed: int) -> Method:
    """Uniform over the cube; ships the best measured row."""
    return Design(problem, seed, np.random.default_rng([seed, 1]).random((1024, problem.dim)))
