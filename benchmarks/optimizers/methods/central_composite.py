"""A face-centred central composite design and a quadratic response surface.

Corners, face centres and centre replicates; then the surfaces of ln value and of every measured
limit are fitted by least squares, and the rest of the budget goes to the predicted optimum, fitted
anew after every batch. What it ships is that optimum.
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from scipy.stats import qmc

from benchmarks.optimizers.methods.base import Method, NotOffered, Rows
from benchmarks.optimizers.problems.base import Array, Problem

VERSION = "1"
MOST_INPUTS = 4
CENTRES = {3: 4, 4: 3}
"""So that corners, faces and centres fill batches of three: 18 stacks of 30, 27 of 30."""
CANDIDATES = 2**14


def start(problem: Problem, seed: int) -> Method:
    """Raises NotOffered above four inputs: the design alone would take 144 stacks with seven."""
    if problem.dim > MOST_INPUTS:
        raise NotOffered(f"a central composite design of {problem.dim} inputs exceeds the budget")
    return CentralComposite(problem, seed)


class CentralComposite(Rows):
    """Design first, then the predicted optimum."""

    def __init__(self, problem: Problem, seed: int) -> None:
        super().__init__(problem, seed)
        order = np.random.default_rng([seed, 3])
        self.waiting = list(order.permutation(design(problem.dim)))
        self.candidates = qmc.Sobol(problem.dim, rng=0).random(CANDIDATES)

    def ask(self, count: int) -> list[Array]:
        """Design points as long as there are any, then replicates of the predicted optimum."""
        first = [self.waiting.pop() for _ in range(min(count, len(self.waiting)))]
        best = self.recommend() if len(first) < count else None
        rest = count - len(first)
        return first + [self.anywhere() if best is None else best for _ in range(rest)]

    def recommend(self) -> Array | None:
        """The lowest predicted ln value among predicted-feasible points of the cube.

        The best measured row before the surface can be fitted, or where no point is predicted
        feasible."""
        rows = self.intact
        if self.waiting or len(rows) < terms(np.zeros((1, self.problem.dim))).shape[1]:
            return super().recommend()
        x = np.array([x for x, _ in rows])
        value = _surface(x, np.log([o.value for _, o in rows]))
        best = self._lowest(value, np.vstack([self.candidates, x]))
        for width in (0.1, 0.03, 0.01):
            if best is not None:
                near = best + width * (2.0 * self.candidates[:512] - 1.0)
                best = self._lowest(value, np.vstack([np.clip(near, 0.0, 1.0), best]))
        return super().recommend() if best is None else best

    def _lowest(self, value: Array, points: Array) -> Array | None:
        """Of those points that keep every fitted limit."""
        keeps = np.ones(len(points), dtype=bool)
        for name, limit in self.problem.limits.items():
            told = [(x, o.measured[name].number) for x, o in self.rows if name in o.measured]
            surface = _surface(np.array([x for x, _ in told]), np.array([y for _, y in told]))
            keeps &= terms(points) @ surface <= limit
        cost = np.where(keeps, terms(points) @ value, np.inf)
        return points[int(cost.argmin())] if keeps.any() else None


def design(dim: int) -> Array:
    """Corners, face centres, centres, shape (n, dim)."""
    corners = np.array(list(product((0.0, 1.0), repeat=dim)))
    faces = np.full((2 * dim, dim), 0.5)
    for i in range(dim):
        faces[2 * i, i], faces[2 * i + 1, i] = 0.0, 1.0
    return np.vstack([corners, faces, np.full((CENTRES[dim], dim), 0.5)])


def terms(x: Array) -> Array:
    """1, x, x^2 and products, shape (n, 1 + 2d + d(d-1)/2), centred."""
    c = 2.0 * x - 1.0
    pairs = [c[:, i] * c[:, j] for i, j in combinations(range(c.shape[1]), 2)]
    return np.column_stack([np.ones(len(c)), c, c**2, *pairs])


def _surface(x: Array, y: Array) -> Array:
    """Least-squares coefficients; the smallest ones where rows do not determine them."""
    return np.linalg.lstsq(terms(x), y, rcond=None)[0]
