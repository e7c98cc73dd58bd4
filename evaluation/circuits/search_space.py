"""The coordinates that a fit moves in: logarithms of sizes and times, exponents as they are.

Fixed parameters are left out. Shapes: values (size,), coordinates (free,).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pressloop.evaluation.circuits.elements import EXPONENT
from pressloop.evaluation.circuits.tree import Circuit
from pressloop.trials.checks import FloatArray

FAR = 60.0
"""Logarithms are held within this, so that nothing overflows."""


@dataclass(frozen=True)
class Ranges:
    """What a user asks of parameters, by full name: smallest, largest, fixed and first values."""

    low: Mapping[str, float] = field(default_factory=dict)
    high: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    initial: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Space:
    """The coordinates of a circuit.

    `low` and `high` of each value (in coordinates), and `fixed` values where not NaN."""

    is_log: np.ndarray
    low: FloatArray
    high: FloatArray
    fixed: FloatArray

    @cached_property
    def free(self) -> np.ndarray:
        """True where a value is searched. Shape (n,), n being all values of the circuit."""
        return np.isnan(self.fixed)

    @cached_property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Smallest and largest free coordinates. Shape (f,) each, f being the free ones."""
        return self.low[self.free], self.high[self.free]

    @cached_property
    def _free_log(self) -> np.ndarray:
        return self.is_log[self.free]

    def values(self, x: FloatArray) -> FloatArray:
        """The values that coordinates stand for. Shapes (f,) to (n,)."""
        values = self.fixed.copy()
        values[self.free] = np.where(self._free_log, np.exp(np.clip(x, -690.0, 690.0)), x)
        return values

    def stretch(self, values: FloatArray) -> FloatArray:
        """Derivative of each free value by its coordinate. Shapes (n,) to (f,)."""
        return np.where(self._free_log, values[self.free], 1.0)

    def coordinates(self, values: FloatArray) -> FloatArray:
        """The inverse of `values`, moved into the bounds. Shapes (n,) to (f,)."""
        scaled = np.where(self.is_log, np.log(np.maximum(values, 1e-300)), values)[self.free]
        return np.asarray(np.clip(scaled, *self.bounds))

    def at_bound(self, values: FloatArray) -> np.ndarray:
        """True for free values at an end of their range. Shape (n,)."""
        scaled = np.where(self.is_log, np.log(np.maximum(values, 1e-300)), values)
        near = np.minimum(scaled - self.low, self.high - scaled) < 1e-3
        return np.asarray(self.free & near)


def space_of(circuit: Circuit, ranges: Ranges = Ranges()) -> Space:
    """The kinds' own ranges, narrowed by those a user gives."""
    is_log = np.array([p.role != EXPONENT for _, p in circuit.parameters])
    low = np.array([ranges.low.get(name, p.low) for name, p in circuit.parameters])
    high = np.array([ranges.high.get(name, p.high) for name, p in circuit.parameters])
    with np.errstate(divide="ignore"):
        low = np.where(is_log, np.maximum(np.log(low), -FAR), low)
        high = np.where(is_log, np.minimum(np.log(high), FAR), high)
    fixed = np.array([ranges.fixed.get(name, np.nan) for name in circuit.names])
    return Space(is_log, low, high, fixed)
