"""Kramers-Kronig check: does any causal, stable, linear circuit describe the spectrum?

A ladder of RC elements with fixed time constants, a series R, L and C is a linear model
(Schönleber 2014, doi 10.1016/j.electacta.2014.01.034, with the series C that a capacitive tail
needs). Its residuals show outliers; slow drift passes it and is caught by control points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.weights import real_parts, weights
from trials.checks import FloatArray
from trials.spectrum import Spectrum

PER_DECADE = 5
OUTLIER_SIGMA = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Residuals of the ladder fit.

    `rms` is relative to |Z| in mid band and corrected for degrees of freedom; `worst_sigma` is
    the largest single residual in units of the robust scatter, at `worst_hz`.
    """

    rms: float
    worst_sigma: float
    worst_hz: float
    residual: FloatArray


def ladder(spectrum: Spectrum) -> Ladder:
    """Fits the ladder by linear least squares, shape of `residual` (2n,): real, then imaginary."""
    frequency, measured = spectrum.frequency_hz, spectrum.impedance_ohm
    weight = weights(frequency, measured)
    jw = 2j * np.pi * frequency
    taus = _time_constants(frequency)
    basis = np.column_stack([np.ones_like(jw), jw / jw.imag.max(), jw.imag.min() / jw,
                             1.0 / (1.0 + np.outer(jw, taus))])
    matrix = real_parts(basis * weight[:, None])
    target = real_parts(measured * weight)
    solution, _, rank, _ = np.linalg.lstsq(matrix, target, rcond=1e-10)
    residual = target - matrix @ solution
    freedom = max(target.size - int(rank), 1)
    per_point = np.hypot(residual[:frequency.size], residual[frequency.size:])
    scale = max(1.4826 * float(np.median(np.abs(residual))) * np.sqrt(target.size / freedom),
                1e-9)
    worst = int(np.argmax(per_point))
    return Ladder(float(np.sqrt(np.sum(residual**2) / freedom)),
                  float(np.abs(residual).max() / scale), float(frequency[worst]), residual)


def _time_constants(frequency_hz: FloatArray) -> FloatArray:
    """Five per decade over the measured window, at most one for two points."""
    low, high = 1.0 / (2 * np.pi * frequency_hz.max()), 1.0 / (2 * np.pi * frequency_hz.min())
    count = int(np.ceil(np.log10(high / low) * PER_DECADE)) + 1
    return np.geomspace(low, high, max(2, min(count, frequency_hz.size // 2)))
