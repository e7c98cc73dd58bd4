"""Kramers-Kronig check: does any causal, stable, linear circuit describe the spectrum?

A ladder of RC elements with fixed time constants, a series R, L and C is a linear model
(Schönleber 2014, doi 10.1016/j.electacta.2014.01.034, with the series C that a capacitive tail
needs). Its residuals show outliers, bursts of noise and steps between ranges; slow drift passes it
and is caught by control points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pressloop.evaluation.circuits.least_squares import Data
from pressloop.evaluation.weights import real_parts
from pressloop.trials.checks import BoolArray, FloatArray

PER_DECADE = 5
SMOOTH = 0.7
"""Squared differences of neighbours over squares, below which a residual is smooth."""
AT_END = 4
"""Points at either end between which no step is looked for."""

SETTLED_AFTER = (0.01, 0.1, 1.0)
"""Shares of the sweep's time after which a drift has settled to 1/e."""


@dataclass(frozen=True, eq=False)
class Ladder:
    """A ladder fitted to weighted data by linear least squares.

    `residual` and `measured` have shape (2n,), weighted, real parts then imaginary parts; `basis`
    is an orthonormal basis of what the ladder can follow, shape (2n, rank).
    """

    frequency_hz: FloatArray
    residual: FloatArray
    basis: FloatArray
    measured: FloatArray

    @property
    def freedom(self) -> int:
        """Residuals that the ladder does not use up."""
        return max(self.residual.size - self.basis.shape[1], 1)

    @cached_property
    def rms(self) -> float:
        """Residual relative to |Z| in mid band, corrected for degrees of freedom."""
        return float(np.sqrt(np.sum(self.residual**2) / self.freedom))

    @cached_property
    def leverage(self) -> FloatArray:
        """How far each point draws the ladder to itself, 0 to 1, shape (n,)."""
        pull = np.einsum("ij,ij->i", self.basis, self.basis)
        half = pull.size // 2
        return np.asarray(np.clip(0.5 * (pull[:half] + pull[half:]), 0.0, 0.95))

    @cached_property
    def off(self) -> FloatArray:
        """How far each point lies from what the others predict, relative to |Z|, shape (n,)."""
        return np.asarray(self.modulus / (1.0 - self.leverage))

    @cached_property
    def studentised(self) -> FloatArray:
        """Residual of each point on one scale, whatever its leverage, shape (n,)."""
        return np.asarray(self.modulus / np.sqrt(1.0 - self.leverage))

    @property
    def modulus(self) -> FloatArray:
        """Modulus of the residual of each point, shape (n,)."""
        half = self.residual.size // 2
        return np.asarray(np.hypot(self.residual[:half], self.residual[half:]))

    @cached_property
    def scatter(self) -> float:
        """Robust standard deviation of one component, corrected for degrees of freedom."""
        middle = 1.4826 * float(np.median(np.abs(self.residual)))
        return middle * float(np.sqrt(self.residual.size / self.freedom))

    def gain_steps(self) -> tuple[FloatArray, FloatArray]:
        """A gain that changes between two neighbouring points.

        The relative change of the lower frequencies, and how much residual (a root of squares) it
        takes away, shape (n - 1,) each; zero near the ends, where a step cannot be told from a
        process that is half seen."""
        half = self.residual.size // 2
        below = np.tril(np.ones((half, half)), -1)[:, :-1]
        along, length = self._along(below)
        along[:AT_END] = along[half - 1 - AT_END:] = 0.0
        return np.asarray(along / length), np.asarray(along)

    def drifts(self) -> float:
        """How much residual a drift takes away, a root of squares.

        The gain changes with the time of a sweep from high to low frequency, a period or more for
        each point, and settles early or late."""
        passed = np.cumsum(1.0 / self.frequency_hz)
        lasting = passed[-1] * np.array(SETTLED_AFTER)
        along, _ = self._along(1.0 - np.exp(-passed[:, None] / lasting))
        return float(np.max(np.abs(along)))

    def after_step(self, at: int) -> FloatArray:
        """What a gain that changes behind this point leaves of the residual, shape (2n,)."""
        half = self.residual.size // 2
        left = self._of_gain((np.arange(half) > at)[:, None])[:, 0]
        return np.asarray(self.residual - left * (self.residual @ left)
                          / max(float(left @ left), 1e-12))

    def _along(self, where: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The residual along what another gain at the points of each column (n, k) leaves.

        Also the length of that, shape (k,) each."""
        left = self._of_gain(where)
        length = np.sqrt(np.maximum(np.einsum("ij,ij->j", left, left), 1e-12))
        return np.asarray(self.residual @ left / length), np.asarray(length)

    def _of_gain(self, where: FloatArray | BoolArray) -> FloatArray:
        """What another gain at the points of each column of `where` (n, k) adds, shape (2n, k).

        As far as the ladder does not follow it."""
        columns = self.measured[:, None] * np.vstack([where, where])
        return np.asarray(columns - self.basis @ (self.basis.T @ columns))


def is_smooth(residual: FloatArray) -> bool:
    """True for a residual, shape (2n,), that neighbouring points share: it is no noise.

    Squared differences of neighbours over squares are 2 in plain noise (von Neumann 1941,
    doi 10.1214/aoms/1177731677), and above 1 in what a ladder leaves of it."""
    parts = residual.reshape(2, -1)
    return bool(np.sum(np.diff(parts, axis=1)**2) < SMOOTH * np.sum(parts**2))


def ladder(data: Data) -> Ladder:
    """The ladder that fits best."""
    jw = data.jw
    taus = _time_constants(data.frequency_hz)
    columns = np.column_stack([np.ones_like(jw), jw / jw.imag.max(), jw.imag.min() / jw,
                               1.0 / (1.0 + np.outer(jw, taus))])
    matrix = real_parts(columns * data.weight[:, None])
    u, size, _ = np.linalg.svd(matrix / np.linalg.norm(matrix, axis=0), full_matrices=False)
    basis = u[:, size > 1e-10 * size[0]]
    residual = data.target - basis @ (basis.T @ data.target)
    return Ladder(data.frequency_hz, residual, basis, data.target)


def _time_constants(frequency_hz: FloatArray) -> FloatArray:
    """Time constants, five per decade over the measured window and half a decade beyond.

    At most one for two points. The flank of a process outside the window is seen inside it."""
    low, high = 0.3 / (2 * np.pi * frequency_hz.max()), 3.0 / (2 * np.pi * frequency_hz.min())
    count = int(np.ceil(np.log10(high / low) * PER_DECADE)) + 1
    return np.geomspace(low, high, max(2, min(count, frequency_hz.size // 2)))
