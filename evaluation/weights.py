"""How noisy each point of a spectrum is expected to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pressloop.trials.checks import ComplexArray, FloatArray
from pressloop.trials.errors import BadInput

MODULUS, PROPORTIONAL, UNIT = "modulus", "proportional", "unit"
WEIGHTINGS = (MODULUS, PROPORTIONAL, UNIT)
"""modulus: noise is a share of |Z|, larger at the ends of the band; proportional: the same share
everywhere; unit: the same number of ohms everywhere."""


Ends = tuple[float, float]
USUAL_ENDS: Ends = (5.0, 5.0)
"""Noise a decade below 1 Hz and a decade above 1 MHz, relative to the middle of the band."""


def outside(frequency_hz: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far each frequency lies below 1 Hz and above 1 MHz, in decades from 0 to 1.

    Shape (n,) each."""
    below, above = np.log10(1.0 / frequency_hz), np.log10(frequency_hz / 1e6)
    return np.clip(below, 0.0, 1.0), np.clip(above, 0.0, 1.0)


def relative_noise(frequency_hz: FloatArray, ends: Ends = USUAL_ENDS) -> FloatArray:
    """Noise relative to the middle of the band: 1 from 1 Hz to 1 MHz, `ends` a decade outside.

    Analysers reach 0.1-0.5 % of |Z| in mid band, 1-3 % at MHz (inductance, calibration) and at
    mHz (drift). Shape (n,).
    """
    below, above = outside(frequency_hz)
    return np.asarray(1.0 + (ends[0] - 1.0) * below + (ends[1] - 1.0) * above)


def weights(frequency_hz: FloatArray, impedance_ohm: ComplexArray, weighting: str = MODULUS,
            ends: Ends = USUAL_ENDS) -> FloatArray:
    """1/noise in 1/ohm, shape (n,): residuals become relative and equally noisy.

    Raises BadInput on another weighting than those of `WEIGHTINGS`.
    """
    modulus = np.maximum(np.abs(impedance_ohm), 1e-30)
    if weighting == MODULUS:
        return np.asarray(1.0 / (modulus * relative_noise(frequency_hz, ends)))
    if weighting == PROPORTIONAL:
        return np.asarray(1.0 / modulus)
    if weighting == UNIT:
        return np.full(modulus.shape, 1.0 / float(np.median(modulus)))
    raise BadInput("weighting", weighting, f"one of {', '.join(WEIGHTINGS)}",
                   "modulus suits most analysers.")


def real_parts(values: npt.NDArray[Any], axis: int = 0) -> FloatArray:
    """Real then imaginary parts, one after the other along `axis`: (n,) to (2n,)."""
    return np.concatenate([values.real, values.imag], axis=axis)
