"""Fit of a circuit from a start: sizes are solved for, shapes are searched.

A circuit is a sum of parts in series, and each part's impedance grows in proportion to its size.
For given shapes (time constants, exponents, ratios inside a part) the sizes are a linear
least-squares problem with sizes of zero or more; the shapes are improved by Levenberg-Marquardt
steps on what is left (variable projection: Golub & Pereyra 2003,
doi 10.1088/0266-5611/19/2/201, with Kaufman's derivative). A start then needs shapes only, and a
size cannot wander off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import nnls

from pressloop.evaluation.circuits.elements import EXPONENT, INVERSE_SIZE, SIZE
from pressloop.evaluation.circuits.least_squares import Data
from pressloop.evaluation.circuits.search_space import FAR, Space
from pressloop.evaluation.circuits.tree import Circuit, Node, evaluated
from pressloop.evaluation.weights import real_parts
from pressloop.trials.checks import ComplexArray, FloatArray

MAX_STEPS = 40
LONGEST = 3.0
"""Longest step of one coordinate: a factor of 20 in a time constant."""
HOPELESS = 0.1
"""A step is not tried that is expected to lower the sum of squares by less than this share of what
ends the search."""
SINGULAR = 1e-12
"""Two columns are the same where what one adds to the others is less than this share of it."""


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the series: its node, where its values stand, and the value that is its size.

    `size` is None where a bound or a fixed value inside the part forbids scaling it.
    """

    node: Node
    start: int
    end: int
    size: int | None


@dataclass(frozen=True, eq=False)
class Separable:
    """A circuit split into sizes (solved) and shapes (searched), for one spectrum."""

    data: Data
    circuit: Circuit
    space: Space

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the series."""
        return tuple(Part(node, start, end, self._size_of(start, end))
                     for node, start, end in self.circuit.placed_parts)

    @cached_property
    def shapes(self) -> np.ndarray:
        """Indices of the values that are searched."""
        solved = {part.size for part in self.parts}
        return np.array([i for i in np.flatnonzero(self.space.free) if i not in solved], dtype=int)

    def _size_of(self, start: int, end: int) -> int | None:
        """The first value that scales the part, if all that scale with it are free of bounds.

        A part of one value may have bounds, which the linear problem keeps."""
        sizes = [i for i in range(start, end)
                 if self.circuit.parameters[i][1].role in (SIZE, INVERSE_SIZE)]
        alone = end - start == 1
        held = [i for i in sizes if not self.space.free[i] or (self._bounded[i] and not alone)]
        return sizes[0] if sizes and not held else None

    @cached_property
    def _bounded(self) -> np.ndarray:
        return (self.space.low > -FAR) | (self.space.high < FAR)

    def normalised(self, values: FloatArray) -> FloatArray:
        """The same shapes, every scalable part at size 1."""
        scaled = values.copy()
        for part in self.parts:
            if part.size is not None:
                role = self.circuit.parameters[part.size][1].role
                self._scale(scaled, part, 1.0 / values[part.size] if role == SIZE
                            else values[part.size])
        return scaled

    def at(self, x: FloatArray) -> FloatArray:
        """Values for these coordinates, every scalable part at size 1."""
        values = self.space.values(x)
        values[[part.size for part in self.parts if part.size is not None]] = 1.0
        return values

    def _scale(self, values: FloatArray, part: Part, factor: float) -> None:
        for i in range(part.start, part.end):
            role = self.circuit.parameters[i][1].role
            if role == SIZE:
                values[i] *= factor
            elif role == INVERSE_SIZE:
                values[i] /= factor

    def with_sizes(self, values: FloatArray, sizes: FloatArray) -> FloatArray:
        """Normalised values scaled by the sizes solved for; a size of 0 becomes a trace of it."""
        scaled = values.copy()
        floor = 1e-9 * self.data.reach_ohm
        for part, size in zip((p for p in self.parts if p.size is not None), sizes, strict=True):
            self._scale(scaled, part, max(float(size), floor * self._unit(part)))
        return scaled

    def _unit(self, part: Part) -> float:
        """Keeps a trace of an inductance or a capacitance as small as one of a resistance."""
        column = np.abs(evaluated(part.node, self.data.jw, self._ones(part), 0)[0])
        return 1.0 / float(np.max(column))

    def _ones(self, part: Part) -> FloatArray:
        return np.array([0.5 if self.circuit.parameters[i][1].role == EXPONENT else 1.0
                         for i in range(part.start, part.end)])

    @cached_property
    def _ranges(self) -> tuple[FloatArray, FloatArray]:
        """Smallest and largest size of each scalable part."""
        pairs = []
        for part in self.parts:
            if part.size is None:
                continue
            low, high = np.exp(self.space.low[part.size]), np.exp(self.space.high[part.size])
            if self.circuit.parameters[part.size][1].role == INVERSE_SIZE:
                with np.errstate(divide="ignore"):
                    low, high = 1.0 / high, 1.0 / low
            pairs.append((low, high))
        return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])

    def solved(self, values: FloatArray) -> Solved:
        """Sizes for these shapes, the residual, and what its derivatives are made of."""
        found = [evaluated(part.node, self.data.jw, values[part.start:part.end], 0)
                 for part in self.parts]
        slopes = [slope for _, of_part, _ in found for slope in of_part]
        rows = real_parts(np.array([z for z, _, _ in found]) * self.data.weight, axis=1)
        if not np.isfinite(rows).all():
            rows = np.nan_to_num(rows, nan=1e30, posinf=1e30, neginf=-1e30)
        rest, matrix = self.data.target, rows.T
        if self._whole:
            rest, matrix = rest - rows[self._whole].sum(0), rows[self._scaled].T
        sizes = _sizes_within(matrix, rest, *self._ranges)
        return Solved(self, sizes, matrix @ sizes - rest, slopes, matrix)

    @cached_property
    def _scaled(self) -> list[int]:
        """Which parts of the series have a size that is solved for."""
        return [i for i, part in enumerate(self.parts) if part.size is not None]

    @cached_property
    def _whole(self) -> list[int]:
        return [i for i, part in enumerate(self.parts) if part.size is None]

    @cached_property
    def sized_by(self) -> list[int | None]:
        """For each value that is searched, which of the sizes scales its derivative."""
        place = {i: at for at, i in enumerate(self._scaled)}
        part_of = [i for i, part in enumerate(self.parts) for _ in range(part.start, part.end)]
        return [place.get(part_of[i]) for i in self.shapes]


@dataclass(frozen=True, eq=False)
class Solved:
    """The best sizes for some shapes, and the weighted residual `off` that they leave, (2n,).

    `slopes` are the derivatives of the impedance by each value of the circuit, for sizes of 1.
    """

    split: Separable
    sizes: FloatArray
    off: FloatArray
    slopes: list[ComplexArray]
    columns: FloatArray

    @property
    def squares(self) -> float:
        """Weighted sum of squares, infinite where it is not a number."""
        squares = float(self.off @ self.off)
        return squares if np.isfinite(squares) else np.inf

    def by_shape(self) -> FloatArray:
        """Derivatives of the residual by the searched values, less what the sizes make up for.

        Shape (2n, shapes)."""
        split = self.split
        scales = [1.0 if at is None else self.sizes[at] for at in split.sized_by]
        slopes = np.array([self.slopes[i] for i in split.shapes]) * split.data.weight
        rows = real_parts(slopes, axis=1) * np.array(scales)[:, None]
        basis = _orthonormal(self.columns[:, self.sizes > 0])[0]
        return np.asarray((rows - (rows @ basis) @ basis.T).T)


def search(data: Data, circuit: Circuit, space: Space, start: FloatArray, converged: float = 1e-6
           ) -> tuple[float, FloatArray]:
    """Weighted sum of squares and values at the nearest minimum; of `start` only shapes count.

    It ends where a step lowers the sum of squares by less than the share `converged`.
    """
    split = Separable(data, circuit, space)
    x = space.coordinates(split.normalised(space.values(space.coordinates(start))))
    where = np.searchsorted(np.flatnonzero(space.free), split.shapes)
    low, high = (bound[where] for bound in space.bounds)
    values = split.at(x)
    now = split.solved(values)
    damping = 1e-2
    for _ in range(MAX_STEPS if split.shapes.size else 0):
        jacobian = now.by_shape() * space.stretch(values)[where]
        gradient = jacobian.T @ now.off
        at = x[where]
        moves = ~(((at <= low) & (gradient > 0)) | ((at >= high) & (gradient < 0)))
        if not moves.any():
            break
        normal = jacobian[:, moves].T @ jacobian[:, moves]
        scale = np.diag(normal) + 1e-12 * max(float(np.trace(normal)), 1e-280)
        fell, rise = 0.0, 4.0
        while damping < 1e9:
            step = -np.linalg.solve(normal + np.diag(damping * scale), gradient[moves])
            expected = -float(step @ (2.0 * gradient[moves] + normal @ step))
            if expected < HOPELESS * converged * now.squares:
                break
            step = np.clip(step, -LONGEST, LONGEST)
            trial = x.copy()
            trial[where[moves]] = np.clip(at[moves] + step, low[moves], high[moves])
            then_values = split.at(trial)
            then = split.solved(then_values)
            if then.squares < now.squares:
                fell = 1.0 - then.squares / max(now.squares, 1e-300)
                x, now, values = trial, then, then_values
                damping = max(damping / 5.0, 1e-7)
                break
            damping, rise = damping * rise, 2.0 * rise
        if fell < converged:
            break
    return now.squares, split.with_sizes(values, now.sizes)


def _orthonormal(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Q and R, its upper triangle, of a matrix of few columns.

    By LAPACK itself, as a wrapper takes longer than it."""
    if columns.shape[1] == 0:
        return columns, np.zeros((0, 0))
    packed, tau, _, _ = lapack.dgeqrf(columns)
    return lapack.dorgqr(packed, tau)[0], packed[:columns.shape[1]]


def _sizes_within(matrix: FloatArray, target: FloatArray, low: FloatArray, high: FloatArray
                  ) -> FloatArray:
    """Least squares with each size within its range; 0 is allowed where there is no lower bound."""
    if not matrix.shape[1]:
        return np.zeros(0)
    norm = np.maximum(np.sqrt(np.einsum("ij,ij->j", matrix, matrix)), 1e-300)
    scaled = matrix / norm
    basis, triangle = _orthonormal(scaled)
    if np.abs(triangle.diagonal()).min() > SINGULAR:
        sizes = np.asarray(lapack.dtrtrs(triangle, basis.T @ target)[0] / norm)
        if (sizes >= low).all() and (sizes <= high).all():
            return sizes
    floor = np.where(low > 1e-12, low, 0.0)
    sizes = _at_least(matrix, target, norm, floor)
    if (sizes <= high).all():
        return sizes
    return _held_at_most(matrix, target, norm, floor, high, sizes)


def _held_at_most(matrix: FloatArray, target: FloatArray, norm: FloatArray, low: FloatArray,
                  high: FloatArray, sizes: FloatArray) -> FloatArray:
    """Sizes that are too large are held at their largest until all others fit.

    `norm` is the length of each column."""
    held, free = np.zeros(sizes.size), np.ones(sizes.size, dtype=bool)
    while (over := free & (sizes > high)).any():
        held[over] = high[over]
        free &= ~over
        sizes = held.copy()
        if free.any():
            sizes[free] = _at_least(matrix[:, free], target - matrix[:, ~free] @ held[~free],
                                    norm[free], low[free])
    return sizes


def _at_least(matrix: FloatArray, target: FloatArray, norm: FloatArray, low: FloatArray
              ) -> FloatArray:
    """Least squares with each size of `low` or more; `norm` is the length of each column."""
    return np.asarray(low + nnls(matrix / norm, target - matrix @ low)[0] / norm)
