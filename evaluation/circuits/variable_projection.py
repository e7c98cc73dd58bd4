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
from scipy.optimize import nnls

from pressloop.evaluation.circuits.elements import EXPONENT, INVERSE_SIZE, SIZE
from pressloop.evaluation.circuits.least_squares import Data
from pressloop.evaluation.circuits.search_space import FAR, Space
from pressloop.evaluation.circuits.tree import Circuit, Node, evaluated
from pressloop.evaluation.weights import real_parts
from pressloop.trials.checks import ComplexArray, FloatArray

MAX_STEPS = 40


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

    def solved(self, values: FloatArray) -> _Solved:
        """Sizes for these shapes, the residual, and its derivative by the shapes' values."""
        columns: list[FloatArray] = []
        moved: dict[int, tuple[int | None, ComplexArray]] = {}
        rest = self.data.target.copy()
        for part in self.parts:
            z, slopes, _ = evaluated(part.node, self.data.jw, values[part.start:part.end], 0)
            column = np.nan_to_num(real_parts(z * self.data.weight), nan=1e30, posinf=1e30,
                                   neginf=-1e30)
            at = None
            if part.size is None:
                rest -= column
            else:
                at = len(columns)
                columns.append(column)
            moved.update({part.start + k: (at, slope) for k, slope in enumerate(slopes)})
        matrix = np.column_stack(columns) if columns else np.zeros((rest.size, 0))
        sizes = _sizes_within(matrix, rest, *self._ranges) if columns else np.zeros(0)
        off = matrix @ sizes - rest
        return _Solved(sizes, off, self._by_shape(moved, sizes), matrix[:, sizes > 0])

    def _by_shape(self, moved: dict[int, tuple[int | None, ComplexArray]], sizes: FloatArray
                  ) -> FloatArray:
        """Derivatives of the weighted residual by the searched values, shape (2n, shapes)."""
        found = []
        for i in self.shapes:
            at, slope = moved[i]
            found.append(real_parts(slope * self.data.weight) * (1.0 if at is None else sizes[at]))
        return np.column_stack(found) if found else np.zeros((2 * self.data.jw.size, 0))


@dataclass(frozen=True, eq=False)
class _Solved:
    sizes: FloatArray
    off: FloatArray
    by_shape: FloatArray
    active: FloatArray

    @property
    def squares(self) -> float:
        squares = float(self.off @ self.off)
        return squares if np.isfinite(squares) else np.inf


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
        jacobian = _projected(now.by_shape * space.stretch(values)[where], now.active)
        gradient = jacobian.T @ now.off
        at = x[where]
        moves = ~(((at <= low) & (gradient > 0)) | ((at >= high) & (gradient < 0)))
        if not moves.any():
            break
        normal = jacobian[:, moves].T @ jacobian[:, moves]
        scale = np.diag(normal) + 1e-12 * max(float(np.trace(normal)), 1e-280)
        fell = 0.0
        while damping < 1e9:
            step = np.clip(-np.linalg.solve(normal + np.diag(damping * scale), gradient[moves]),
                           -3.0, 3.0)
            trial = x.copy()
            trial[where[moves]] = np.clip(at[moves] + step, low[moves], high[moves])
            then_values = split.at(trial)
            then = split.solved(then_values)
            if then.squares < now.squares:
                fell = 1.0 - then.squares / max(now.squares, 1e-300)
                x, now, values = trial, then, then_values
                damping = max(damping / 5.0, 1e-7)
                break
            damping *= 4.0
        if fell < converged:
            break
    return now.squares, split.with_sizes(values, now.sizes)


def _projected(jacobian: FloatArray, active: FloatArray) -> FloatArray:
    """What the sizes cannot make up for."""
    if active.shape[1] == 0:
        return jacobian
    basis = np.linalg.qr(active / np.linalg.norm(active, axis=0))[0]
    return np.asarray(jacobian - basis @ (basis.T @ jacobian))


def _sizes_within(matrix: FloatArray, target: FloatArray, low: FloatArray, high: FloatArray
                  ) -> FloatArray:
    """Least squares with each size within its range; 0 is allowed where there is no lower bound."""
    norm = np.maximum(np.linalg.norm(matrix, axis=0), 1e-300)
    scaled = matrix / norm
    sizes = np.asarray(np.linalg.lstsq(scaled, target, rcond=1e-12)[0] / norm)
    if (sizes >= low).all() and (sizes <= high).all():
        return sizes
    floor = np.where(low > 1e-12, low, 0.0)
    held = np.zeros(sizes.size)
    free = np.ones(sizes.size, dtype=bool)
    for _ in range(sizes.size + 1):
        rest = target - matrix[:, ~free] @ held[~free] - matrix[:, free] @ floor[free]
        sizes = held.copy()
        if free.any():
            sizes[free] = floor[free] + nnls(scaled[:, free], rest)[0] / norm[free]
        over = free & (sizes > high)
        if not over.any():
            break
        held[over] = high[over]
        free &= ~over
    return sizes
