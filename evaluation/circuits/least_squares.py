"""A spectrum as a fit sees it, the residual of a circuit, and the covariance at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pressloop.evaluation.circuits.search_space import Space
from pressloop.evaluation.circuits.tree import Circuit
from pressloop.evaluation.weights import MODULUS, USUAL_ENDS, Ends, real_parts, weights
from pressloop.trials.checks import ComplexArray, FloatArray
from pressloop.trials.spectrum import Spectrum

INVISIBLE = 1e-3
"""A parameter that moves the impedance by less than this share of the residual, when it changes
by its own size, leaves no trace in the data."""


@dataclass(frozen=True, eq=False)
class Data:
    """A spectrum as a fit sees it; `weight` is 1/ohm, so that residuals are relative to |Z|."""

    frequency_hz: FloatArray
    measured: ComplexArray
    weight: FloatArray

    @cached_property
    def jw(self) -> ComplexArray:
        """j times angular frequency, rad/s; shape (n,)."""
        return np.asarray(2j * np.pi * self.frequency_hz)

    @cached_property
    def target(self) -> FloatArray:
        """Weighted measurement, real parts then imaginary parts, shape (2n,)."""
        return real_parts(self.measured * self.weight)

    @property
    def reach_ohm(self) -> float:
        """Largest |Z|."""
        return float(np.abs(self.measured).max())

    @property
    def window_s(self) -> tuple[float, float]:
        """Shortest and longest time constant whose top lies inside the sweep."""
        return (1.0 / (2 * np.pi * float(self.frequency_hz.max())),
                1.0 / (2 * np.pi * float(self.frequency_hz.min())))


def data_of(spectrum: Spectrum, weighting: str = MODULUS, ends: Ends = USUAL_ENDS) -> Data:
    """The data of a spectrum.

    Weighting is "modulus", "proportional" or "unit", and `ends` says how much noisier the ends of
    the band are than its middle."""
    return Data(spectrum.frequency_hz, spectrum.impedance_ohm,
                weights(spectrum.frequency_hz, spectrum.impedance_ohm, weighting, ends))


@dataclass(frozen=True, eq=False)
class Solution:
    """Where a fit ended.

    `values` and `standard_errors` have shape (size,), the errors in the units of the values and
    NaN where the data do not determine the value; `covariance` is that of the values,
    (size, size), zero for what is fixed or not determined. `squares` is the weighted sum of
    squared residuals, `residual` has shape (2n,).
    """

    circuit: Circuit
    values: FloatArray
    covariance: FloatArray
    determined: np.ndarray
    squares: float
    residual: FloatArray
    free: int

    @property
    def rms(self) -> float:
        """Residual relative to |Z| in mid band, corrected for degrees of freedom."""
        return float(np.sqrt(self.squares / max(self.residual.size - self.free, 1)))

    @property
    def standard_errors(self) -> FloatArray:
        """Standard error of each value; NaN stands for "not determined" or fixed."""
        spread = np.sqrt(np.clip(np.diag(self.covariance), 0.0, None))
        return np.where(self.determined, spread, np.nan)

    def sum_of(self, where: Sequence[int]) -> tuple[float, float]:
        """Sum of the values at these places, and its standard error."""
        variance = float(self.covariance[np.ix_(where, where)].sum())
        return float(self.values[list(where)].sum()), float(np.sqrt(max(variance, 0.0)))

    def value(self, name: str) -> float:
        """The value of a parameter by its full name."""
        return float(self.values[self.circuit.names.index(name)])


def residual(data: Data, circuit: Circuit, space: Space, x: FloatArray
             ) -> tuple[FloatArray, FloatArray]:
    """Weighted residuals, shape (2n,), and their derivatives by x, shape (2n, free)."""
    values = space.values(x)
    z, slopes = circuit.slopes(data.jw, values)
    moved = slopes[space.free] * space.stretch(values)[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.nan_to_num(real_parts((z - data.measured) * data.weight), nan=1e6, posinf=1e6,
                            neginf=-1e6)
        jacobian = np.nan_to_num(real_parts((moved * data.weight).T), posinf=0.0, neginf=0.0)
    return off, jacobian


def finished(data: Data, circuit: Circuit, space: Space, x: FloatArray) -> Solution:
    """The solution at x, with the covariance of what the data determine.

    A value at the end of its range, or without a visible effect, is not determined: it is held
    where it is and the others' errors are those given this value. x has shape (free values,),
    those of the solution that of all values.
    """
    values = space.values(x)
    off, jacobian = residual(data, circuit, space, x)
    squares = float(off @ off)
    freedom = max(off.size - int(space.free.sum()), 1)
    scatter = np.sqrt(squares / freedom)
    size = np.linalg.norm(jacobian, axis=0)
    known = (size > INVISIBLE * scatter) & ~space.at_bound(values)[space.free]
    covariance = np.zeros((circuit.size, circuit.size))
    rows = np.flatnonzero(space.free)[known]
    if rows.size:
        scaled = jacobian[:, known] / size[known]
        inverse = np.linalg.pinv(scaled.T @ scaled, rcond=1e-13) / np.outer(size[known],
                                                                            size[known])
        spread = space.stretch(values)[known]
        covariance[np.ix_(rows, rows)] = inverse * scatter**2 * np.outer(spread, spread)
    determined = np.zeros(circuit.size, dtype=bool)
    determined[rows] = True
    return Solution(circuit, values, covariance, determined, squares, off,
                    int(space.free.sum()))
