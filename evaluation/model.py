"""Impedance of a circuit and its analytic Jacobian, in parameters without bounds.

Parameters x, in order: [ln L], ln R0, per arc (ln R, ln tau, logit alpha), [ln Q, logit alpha].
Exponents are mapped onto (0.5, 1) for arcs and (0.15, 1) for the tail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.circuit import Circuit
from trials.checks import ComplexArray, FloatArray

ARC_EXPONENTS = (0.5, 1.0)
TAIL_EXPONENTS = (0.15, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """Values of the elements; arcs as arrays of shape (arcs,), fastest first."""

    inductance_h: float | None
    series_ohm: float
    arc_ohm: FloatArray
    arc_tau_s: FloatArray
    arc_exponent: FloatArray
    tail_q: float | None
    tail_exponent: float | None

    @property
    def arc_peak_hz(self) -> FloatArray:
        """Frequency of the top of each arc, 1/(2 pi tau)."""
        return np.asarray(1.0 / (2.0 * np.pi * self.arc_tau_s))


def squash(z: float | FloatArray, bounds: tuple[float, float]) -> FloatArray:
    """From the real line onto an interval."""
    low, high = bounds
    return np.asarray(low + (high - low) / (1.0 + np.exp(-np.clip(z, -30.0, 30.0))))


def unsquash(value: float | FloatArray, bounds: tuple[float, float]) -> FloatArray:
    """The inverse of `squash`."""
    low, high = bounds
    share = np.clip((np.asarray(value) - low) / (high - low), 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(share / (1.0 - share)))


def elements(x: FloatArray, circuit: Circuit) -> Elements:
    """The element values that parameters stand for, in the order of x."""
    x = np.clip(x, -60.0, 60.0)
    start = int(circuit.inductance)
    arcs = x[start + 1:start + 1 + 3 * circuit.arcs].reshape(circuit.arcs, 3)
    return Elements(
        inductance_h=float(np.exp(x[0])) if circuit.inductance else None,
        series_ohm=float(np.exp(x[start])),
        arc_ohm=np.exp(arcs[:, 0]), arc_tau_s=np.exp(arcs[:, 1]),
        arc_exponent=squash(arcs[:, 2], ARC_EXPONENTS),
        tail_q=float(np.exp(x[-2])) if circuit.tail else None,
        tail_exponent=float(squash(x[-1], TAIL_EXPONENTS)) if circuit.tail else None)


def parameters(of: Elements) -> FloatArray:
    """The inverse of `elements`."""
    head = [np.log(of.inductance_h)] if of.inductance_h is not None else []
    arcs = np.column_stack([np.log(of.arc_ohm), np.log(of.arc_tau_s),
                            unsquash(of.arc_exponent, ARC_EXPONENTS)])
    tail = []
    if of.tail_q is not None and of.tail_exponent is not None:
        tail = [np.log(of.tail_q), unsquash(of.tail_exponent, TAIL_EXPONENTS)]
    return np.concatenate([head, [np.log(of.series_ohm)], arcs.ravel(), tail])


def impedance(frequency_hz: FloatArray, of: Elements) -> ComplexArray:
    """Impedance (ohm) of the series connection, shape (n,)."""
    jw = 2j * np.pi * frequency_hz
    z = np.full(jw.shape, of.series_ohm, dtype=np.complex128)
    if of.inductance_h is not None:
        z += jw * of.inductance_h
    for r, tau, alpha in zip(of.arc_ohm, of.arc_tau_s, of.arc_exponent, strict=True):
        z += r / (1.0 + (jw * tau) ** alpha)
    if of.tail_q is not None and of.tail_exponent is not None:
        z += 1.0 / (of.tail_q * jw**of.tail_exponent)
    return z


def jacobian(frequency_hz: FloatArray, x: FloatArray, circuit: Circuit
             ) -> tuple[ComplexArray, ComplexArray]:
    """Impedance, shape (n,), and its derivatives by x, shape (n, len(x)), in one pass."""
    of = elements(x, circuit)
    jw = 2j * np.pi * frequency_hz
    log_jw = np.log(jw)
    columns: list[ComplexArray] = []
    if of.inductance_h is not None:
        columns.append(np.asarray(jw * of.inductance_h))
    columns.append(np.full(jw.shape, of.series_ohm, dtype=np.complex128))
    z = sum(columns, np.zeros(jw.shape, dtype=np.complex128))
    for r, tau, alpha in zip(of.arc_ohm, of.arc_tau_s, of.arc_exponent, strict=True):
        log_power = log_jw + np.log(tau)
        power = np.exp(alpha * log_power)
        arc = r / (1.0 + power)
        slope = -arc * power / (1.0 + power)
        z = z + arc
        columns += [arc, slope * alpha, slope * log_power * stretch(alpha, ARC_EXPONENTS)]
    if of.tail_q is not None and of.tail_exponent is not None:
        tail = np.exp(-of.tail_exponent * log_jw) / of.tail_q
        z = z + tail
        columns += [-tail, -tail * log_jw * stretch(of.tail_exponent, TAIL_EXPONENTS)]
    return z, np.column_stack(columns)


def stretch(value: float | FloatArray, bounds: tuple[float, float]) -> FloatArray:
    """Derivative of `squash`, from the squashed value."""
    low, high = bounds
    return np.asarray((value - low) * (high - value) / (high - low))
