"""Distribution of relaxation times (DRT): what a spectrum shows, whatever the circuit.

    Z(w) = R + jwL + sum over n of T_n (jw)^-n + integral of g(ln tau) / (1 + jw tau) d ln tau

g (ohm) is piecewise linear over a grid of time constants and never negative; its area is a
resistance. The tail (diffusion, blocking electrodes) is a sum of constant phase elements with the
exponents of `TAIL`. Weighted least squares with a penalty on the second derivative of g (Tikhonov;
Wan 2015, doi 10.1016/j.electacta.2015.09.097) relative to g itself, so that the flank of a tall
peak is as smooth as the peak. The strength of the penalty comes from generalised cross-validation
(Golub 1979, doi 10.1080/00401706.1979.10489751): the strongest one whose score is within a standard
error of the best.

A picture and a check of the number of processes, no source of resistances; ADR 0023 says so, and
why this is code of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import nnls

from pressloop.evaluation.circuits.least_squares import Data
from pressloop.evaluation.weights import real_parts
from pressloop.trials.checks import BoolArray, ComplexArray, FloatArray

PER_DECADE = 9
BEYOND = 1.0
"""Decades of time constants on either side of the sweep, for flanks of what peaks outside."""
TAIL = (0.5, 0.75, 0.9, 1.0)
"""Exponents of the tail: diffusion (0.5) to a blocking electrode (1)."""
STRENGTHS = 10.0 ** np.arange(0.0, -10.5, -1.0)
ROUNDS = 3
"""Times that the penalty follows the distribution before it stands."""
FLAT = 0.003
"""Share of |Z| below which a density counts as none: the penalty is relative to no less."""
SPREAD = 2.0
"""Grid steps over which the density is averaged for the penalty."""
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(4)


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """A distribution of relaxation times.

    `tau_s`, `density_ohm` (ohm per unit of ln tau), its standard error `error_ohm` and
    `modulus_ohm` (|Z| where a process of this time constant peaks) have shape (m,). `window_s` is
    the shortest and longest time constant whose top lies inside the sweep; beyond, the density
    is an extrapolation. `noise` is what is left, relative to |Z|; `strength` that of the penalty.
    """

    tau_s: FloatArray
    density_ohm: FloatArray
    error_ohm: FloatArray
    modulus_ohm: FloatArray
    window_s: tuple[float, float]
    series_ohm: float
    inductance_h: float
    noise: float
    strength: float

    @property
    def inside(self) -> BoolArray:
        """Time constants whose tops lie inside the sweep, shape (m,)."""
        low, high = self.window_s
        return np.asarray((self.tau_s >= 0.999 * low) & (self.tau_s <= 1.001 * high))

    @property
    def peak_hz(self) -> FloatArray:
        """Frequency at which a process of each time constant peaks, shape (m,)."""
        return np.asarray(1.0 / (2 * np.pi * self.tau_s))


def relaxation_times(data: Data, strength: float | None = None) -> Distribution:
    """The distribution of a spectrum.

    The strength of the penalty is found from the data unless it is given. Deterministic, some 50 ms
    for 90 points."""
    system = _system(data)
    if strength is not None:
        return _distribution(data, system, _solved(system, strength, system.flat, ROUNDS), strength)
    found: list[tuple[float, float, _Solved]] = []
    weight = system.flat
    for trial in STRENGTHS:
        solved = _solved(system, trial, weight, 1)
        weight = solved.weight
        found.append((solved.score, float(trial), solved))
        if len(found) > 4 and min(score for score, _, _ in found[-3:]) > 0.98 * min(
                score for score, _, _ in found[:-3]):
            break
    near = min(score for score, _, _ in found) * (1.0 + np.sqrt(2.0 / data.target.size))
    _, strength, solved = next(one for one in found if one[0] <= near)
    return _distribution(data, system, _solved(system, strength, solved.weight, 1), strength)


class _System(NamedTuple):
    """The linear system for unit reach: columns for R, L and the tail, then the grid."""

    tau: FloatArray
    matrix: FloatArray
    target: FloatArray
    curvature: FloatArray
    flat: FloatArray
    scale: FloatArray
    modulus: FloatArray

    @property
    def other(self) -> int:
        """Number of columns before the grid's."""
        return self.matrix.shape[1] - self.tau.size


class _Solved(NamedTuple):
    values: FloatArray
    weight: FloatArray
    score: float
    noise: float
    error: FloatArray


def _system(data: Data) -> _System:
    fast, slow = data.window_s
    low, high = np.log10(fast) - BEYOND, np.log10(slow) + BEYOND
    tau = np.logspace(low, high, int(np.ceil((high - low) * PER_DECADE)) + 1)
    jw = data.jw
    middle = float(np.exp(np.mean(np.log(jw.imag))))
    others = np.column_stack([np.ones_like(jw), jw / middle,
                              *((jw / middle) ** -exponent for exponent in TAIL)])
    columns = np.hstack([others, _of_grid(jw, tau)])
    matrix = real_parts(columns * data.weight[:, None]) * data.reach_ohm
    scale = np.ones(matrix.shape[1])
    scale[:others.shape[1]] = np.linalg.norm(matrix[:, :others.shape[1]], axis=0)
    scale /= data.reach_ohm
    step = float(np.log(tau[1] / tau[0]))
    curvature = (np.eye(tau.size, k=1) + np.eye(tau.size, k=-1) - 2 * np.eye(tau.size)) / step**1.5
    modulus = np.exp(np.interp(-np.log(2 * np.pi * tau), np.log(data.frequency_hz[::-1]),
                               np.log(np.abs(data.measured[::-1]))))
    return _System(tau, matrix / (scale * data.reach_ohm), data.target,
                   np.hstack([np.zeros((tau.size, others.shape[1])), curvature]),
                   data.reach_ohm / modulus, scale, modulus)


def _of_grid(jw: ComplexArray, tau: FloatArray) -> ComplexArray:
    """Impedance of each hat function of ln tau, of unit height, shape (n, m).

    By Gauss-Legendre quadrature on both of its sides."""
    step = float(np.log(tau[1] / tau[0]))
    total = np.zeros((jw.size, tau.size), complex)
    for node, weight in zip((NODES + 1.0) / 2.0, NODE_WEIGHTS * step / 2.0, strict=True):
        for side in (-1.0, 1.0):
            total += weight * (1.0 - node) / (1.0 + np.outer(jw, tau * np.exp(side * node * step)))
    return total


def _solved(system: _System, strength: float, weight: FloatArray, rounds: int) -> _Solved:
    """The values for a penalty that follows the density from `weight` on."""
    size = system.tau.size
    target = np.concatenate([system.target, np.zeros(size)])
    for turn in range(rounds + 1):
        penalty = np.sqrt(strength) * weight[:, None] * system.curvature
        values, _ = nnls(np.vstack([system.matrix, penalty]), target, maxiter=100 * size)
        if turn < rounds:
            density = gaussian_filter1d(values[system.other:], SPREAD, mode="nearest")
            weight = 1.0 / (density + FLAT / system.flat)
    return _judged(system, values, penalty, weight)


def _judged(system: _System, values: FloatArray, penalty: FloatArray, weight: FloatArray
            ) -> _Solved:
    """Score of cross-validation, noise and standard errors, over what is not zero."""
    used = values > 0.0
    matrix, rows = system.matrix[:, used], penalty[:, used]
    normal = matrix.T @ matrix
    whole = normal + rows.T @ rows
    whole[np.diag_indices_from(whole)] *= 1.0 + 1e-10
    shrunk = cho_solve(cho_factor(whole), normal)
    left = system.matrix @ values - system.target
    squares, size = float(left @ left), system.target.size
    freedom = max(size - float(np.trace(shrunk)), 1.0)
    noise = float(np.sqrt(squares / freedom))
    error = np.zeros(values.size)
    spread = cho_solve(cho_factor(whole), shrunk.T)
    error[used] = noise * np.sqrt(np.clip(np.diag(spread), 0.0, None))
    return _Solved(values, weight, size * squares / freedom**2, noise, error)


def _distribution(data: Data, system: _System, solved: _Solved, strength: float) -> Distribution:
    values, error = solved.values / system.scale, solved.error / system.scale
    first = system.other
    middle = float(np.exp(np.mean(np.log(data.jw.imag))))
    return Distribution(system.tau, values[first:], error[first:], system.modulus, data.window_s,
                        float(values[0]), float(values[1] / middle), solved.noise, strength)
