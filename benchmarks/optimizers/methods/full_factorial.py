"""Three levels of each of three inputs, 27 recipes, and three more of the centre.

With more inputs the same 27 rows carry a regular fraction of the full design, the columns of
Taguchi's L27 array: no lab presses 3^7 stacks.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from benchmarks.optimizers.methods.base import Design, Method, NotOffered
from benchmarks.optimizers.problems.base import Array, Problem

VERSION = "1"
COLUMNS = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (1, 2, 0), (1, 0, 2), (0, 1, 2), (1, 1, 0),
           (1, 0, 1), (0, 1, 1), (1, 2, 1), (1, 1, 2), (1, 2, 2))
"""Generators of the columns, modulo 3: no two are multiples of one another."""
CENTRES = 3


def start(problem: Problem, seed: int) -> Method:
    """In random order, as drift would otherwise look like an effect.

    Ships the best measured row."""
    if problem.dim > len(COLUMNS):
        raise NotOffered(f"{problem.dim} inputs do not fit on 27 rows")
    points = np.vstack([levels(problem.dim), np.full((CENTRES, problem.dim), 0.5)])
    return Design(problem, seed, np.random.default_rng([seed, 2]).permutation(points))


def levels(dim: int) -> Array:
    """The 27 rows, shape (27, dim), each entry 0, 0.5 or 1."""
    base = np.array(list(product(range(3), repeat=3)))
    return (base @ np.array(COLUMNS[:dim]).T % 3) / 2.0
