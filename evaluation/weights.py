"""How noisy each point of a spectrum is expected to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from trials.checks import ComplexArray, FloatArray


def relative_noise(frequency_hz: FloatArray) -> FloatArray:
    """Noise relative to the middle of the band: 1 from 1 Hz to 1 MHz, 5 a decade outside.

    Analysers reach 0.1-0.5 % of |Z| in mid band, 1-3 % at MHz (inductance, calibration) and at
    mHz (drift); at most 5.
    """
    outside = np.maximum(np.log10(frequency_hz / 1e6), np.log10(1.0 / frequency_hz))
    return np.asarray(1.0 + 4.0 * np.clip(outside, 0.0, 1.0))


def weights(frequency_hz: FloatArray, impedance_ohm: ComplexArray) -> FloatArray:
    """1/(|Z| noise), shape (n,): residuals become relative and equally noisy."""
    return np.asarray(1.0 / (np.abs(impedance_ohm) * relative_noise(frequency_hz)))


def real_parts(values: npt.NDArray[Any]) -> FloatArray:
    """Real then imaginary parts, shape (2n,) or (2n, m)."""
    return np.concatenate([values.real, values.imag])
