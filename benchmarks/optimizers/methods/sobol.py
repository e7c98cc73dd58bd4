"""A scrambled Sobol sequence."""

from __future__ import annotations

from scipy.stats import qmc

from benchmarks.optimizers.methods.base import Design, Method
from benchmarks.optimizers.problems.base import Problem

VERSION = "1"


def start(problem: Problem, seed: int) -> Method:
    """Fills the cube evenly; ships the best measured row."""
    return Design(problem, seed, qmc.Sobol(problem.dim, rng=seed).random(1024))
