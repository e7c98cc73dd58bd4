"""Fit of a circuit to a spectrum: complex, weighted, from several starts scaled by the data.

Time constants are screened with the linear elements solved exactly (variable projection); the best
few are polished by Levenberg-Marquardt (MINPACK) with the analytic Jacobian. Standard errors come
from the covariance with the fitted scatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import least_squares

from evaluation.circuit import Circuit
from evaluation.model import (
    ARC_EXPONENTS,
    TAIL_EXPONENTS,
    Elements,
    elements,
    jacobian,
    parameters,
    stretch,
)
from evaluation.weights import real_parts, weights
from trials.checks import ComplexArray, FloatArray
from trials.errors import BadInput
from trials.spectrum import Spectrum

STARTS = 5
SCREENED = 40
NEAR_BOUND = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted circuit.

    `covariance` is that of the parameters of `evaluation.model`, arcs ordered fast to slow.
    `on_bound` names elements that the data do not determine; they carry no standard error.
    `rms` is relative to |Z| in mid band and corrected for degrees of freedom.
    """

    circuit: Circuit
    elements: Elements
    covariance: FloatArray
    rms: float
    on_bound: tuple[str, ...]

    def standard_errors(self) -> Elements:
        """Standard errors of the elements, in their units; NaN stands for "not determined"."""
        spread = np.sqrt(np.clip(np.diag(self.covariance), 0.0, None))
        of, start = self.elements, int(self.circuit.inductance)
        arcs = spread[start + 1:start + 1 + 3 * self.circuit.arcs].reshape(-1, 3).copy()
        for i in range(self.circuit.arcs):
            if f"arc {i + 1}" in self.on_bound:
                arcs[i] = np.nan
        tail = np.full(2, np.nan) if "tail" in self.on_bound else spread[-2:].copy()
        # An exponent at 1 is an ideal element: it has no room to vary, hence no error.
        arcs[of.arc_exponent > 1.0 - 1e-3, 2] = np.nan
        if of.tail_exponent is not None and of.tail_exponent > 1.0 - 1e-3:
            tail[1] = np.nan
        return Elements(
            inductance_h=None if of.inductance_h is None else float(of.inductance_h * spread[0]),
            series_ohm=float(of.series_ohm * spread[start]),
            arc_ohm=of.arc_ohm * arcs[:, 0], arc_tau_s=of.arc_tau_s * arcs[:, 1],
            arc_exponent=arcs[:, 2] * stretch(of.arc_exponent, ARC_EXPONENTS),
            tail_q=None if of.tail_q is None else float(of.tail_q * tail[0]),
            tail_exponent=None if of.tail_exponent is None
            else float(tail[1] * stretch(of.tail_exponent, TAIL_EXPONENTS)))

    def arc_sum_ohm(self, arcs: list[int]) -> tuple[float, float]:
        """Sum of the resistances of these arcs (counted from 0) and its standard error, ohm."""
        gradient = np.zeros(self.circuit.size)
        for arc in arcs:
            gradient[int(self.circuit.inductance) + 1 + 3 * arc] = self.elements.arc_ohm[arc]
        variance = float(gradient @ self.covariance @ gradient)
        return float(gradient.sum()), float(np.sqrt(max(variance, 0.0)))


def fit(spectrum: Spectrum, circuit: Circuit, starts: int = STARTS) -> Fit:
    """The best fit over this many starts. Deterministic. Raises BadInput when there are fewer
    points than parameters."""
    frequency, measured = spectrum.frequency_hz, spectrum.impedance_ohm
    if frequency.size < circuit.size:
        raise BadInput("points", frequency.size, f"{circuit.size} or more for {circuit}",
                       "Measure more frequencies or fit fewer arcs.")
    weight = weights(frequency, measured)
    residual = partial(_residual, frequency, measured, weight, circuit)
    best = None
    for start in _starts(frequency, measured, weight, circuit)[:starts]:
        try:
            found = least_squares(lambda x: residual(x)[0], start, jac=lambda x: residual(x)[1],
                                  method="lm", xtol=1e-9, ftol=1e-9, gtol=1e-9, max_nfev=150)
        except (ValueError, np.linalg.LinAlgError):
            continue
        if best is None or found.cost < best.cost:
            best = found
    if best is None:
        raise BadInput("spectrum", "no start converged", f"described by {circuit}",
                       "Look at the data, or choose another circuit.")
    return _finished(frequency, np.asarray(best.x), 2.0 * float(best.cost), residual, circuit)


def _residual(frequency: FloatArray, measured: ComplexArray, weight: FloatArray,
              circuit: Circuit, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted residuals, shape (2n,), and their Jacobian, shape (2n, p)."""
    model, slopes = jacobian(frequency, x, circuit)
    return real_parts((model - measured) * weight), real_parts(slopes * weight[:, None])


def _finished(frequency: FloatArray, x: FloatArray, squares: float, residual: partial,  # type: ignore[type-arg]
              circuit: Circuit) -> Fit:
    x = _fast_first(x, circuit)
    slopes = residual(x)[1]
    variance = squares / max(2 * frequency.size - circuit.size, 1)
    covariance = np.linalg.pinv(slopes.T @ slopes, rcond=1e-14) * variance
    found = elements(x, circuit)
    return Fit(circuit, found, covariance, float(np.sqrt(variance)), _on_bound(found, frequency))


def _fast_first(x: FloatArray, circuit: Circuit) -> FloatArray:
    """Arcs ordered by time constant, so that labels cannot swap between stacks."""
    start = int(circuit.inductance) + 1
    arcs = x[start:start + 3 * circuit.arcs].reshape(circuit.arcs, 3)
    ordered = x.copy()
    ordered[start:start + 3 * circuit.arcs] = arcs[np.argsort(arcs[:, 1])].ravel()
    return ordered


def _on_bound(of: Elements, frequency: FloatArray) -> tuple[str, ...]:
    """Elements outside the measured window, at the end of their exponent range, or of no size."""
    low, high = 1.0 / (2 * np.pi * frequency.max()), 1.0 / (2 * np.pi * frequency.min())
    span = of.arc_ohm.sum()
    arcs = [
        f"arc {i + 1}" for i in range(of.arc_ohm.size)
        if not (low / 3 <= of.arc_tau_s[i] <= 3 * high)
        or of.arc_ohm[i] < 1e-4 * span
        or of.arc_exponent[i] - ARC_EXPONENTS[0] < NEAR_BOUND]
    if of.tail_exponent is not None and not (
            TAIL_EXPONENTS[0] + NEAR_BOUND <= of.tail_exponent <= TAIL_EXPONENTS[1]):
        arcs.append("tail")
    return tuple(arcs)


def _starts(frequency: FloatArray, measured: ComplexArray, weight: FloatArray, circuit: Circuit
            ) -> list[FloatArray]:
    """The most promising parameter vectors out of many random time constants."""
    draw = np.random.default_rng(0)
    log_low = np.log(1.0 / (2 * np.pi * frequency.max()))
    log_high = np.log(1.0 / (2 * np.pi * frequency.min()))
    ranked = []
    for _ in range(SCREENED):
        taus = np.exp(np.sort(draw.uniform(log_low, log_high, circuit.arcs)))
        exponents = draw.uniform(0.75, 0.98, circuit.arcs)
        tail = float(draw.uniform(0.3, 0.9))
        ranked.append(_projected(frequency, measured, weight, circuit, taus, exponents, tail))
    ranked.sort(key=lambda pair: pair[0])
    return [parameters(guess) for _, guess in ranked]


def _projected(frequency: FloatArray, measured: ComplexArray, weight: FloatArray,
               circuit: Circuit, taus: FloatArray, exponents: FloatArray, tail: float
               ) -> tuple[float, Elements]:
    """Cost and elements with the linear ones solved for, kept positive."""
    jw = 2j * np.pi * frequency
    basis = [1.0 / (1.0 + (jw * t) ** a) for t, a in zip(taus, exponents, strict=True)]
    basis.append(np.ones_like(jw))
    if circuit.inductance:
        basis.append(jw)
    if circuit.tail:
        basis.append(jw**-tail)
    columns = np.column_stack(basis) * weight[:, None]
    matrix, target = real_parts(columns), real_parts(measured * weight)
    scale = np.linalg.norm(matrix, axis=0)
    solved = np.linalg.lstsq(matrix / scale, target, rcond=None)[0] / scale
    reach = float(np.abs(measured).max())
    floor = np.concatenate([np.full(circuit.arcs + 1, 1e-3 * reach),
                            [1e-9] * circuit.inductance, [1e-6 * reach] * circuit.tail])
    kept = np.maximum(solved, floor)
    cost = float(np.sum((matrix @ kept - target) ** 2))
    arcs = circuit.arcs
    return cost, Elements(
        inductance_h=float(kept[arcs + 1]) if circuit.inductance else None,
        series_ohm=float(kept[arcs]), arc_ohm=kept[:arcs], arc_tau_s=taus,
        arc_exponent=exponents, tail_q=float(1.0 / kept[-1]) if circuit.tail else None,
        tail_exponent=tail if circuit.tail else None)
