"""Tells shorted and open stacks from their spectrum, before anything is fitted.

To a minimiser of resistance a short looks like the best stack ever, so it must never be fitted.
"""

from __future__ import annotations

import numpy as np

from evaluation.rules import Rules
from trials.outcome import Failed, FailureMode
from trials.spectrum import Spectrum


def hard_failure(spectrum: Spectrum, rules: Rules) -> Failed | None:
    """The failure that the raw spectrum proves, None if it proves none."""
    lowest = int(np.argmin(spectrum.frequency_hz))
    modulus = float(np.abs(spectrum.impedance_ohm[lowest])) * spectrum.area_cm2
    at = f"at {spectrum.frequency_hz[lowest]:g} Hz"
    if not modulus > rules.short_below_ohm_cm2:
        return Failed(FailureMode.SHORTED, f"|Z| is {modulus:.3g} ohm cm2 {at}, "
                      f"below {rules.short_below_ohm_cm2:g}")
    if not float(spectrum.impedance_ohm[lowest].real) > 0.0:
        return Failed(FailureMode.SHORTED, f"Re(Z) is not positive {at}")
    if modulus > rules.open_above_ohm_cm2:
        return Failed(FailureMode.DELAMINATED, f"|Z| is {modulus:.3g} ohm cm2 {at}, "
                      f"above {rules.open_above_ohm_cm2:g}: no contact")
    if (fall := _fall_at_low_end(spectrum)) is not None:
        return Failed(FailureMode.SHORTED, f"Re(Z) falls by {fall:.0%} towards low frequency: "
                      "electrons leak through")
    return None


def _fall_at_low_end(spectrum: Spectrum) -> float | None:
    """How far Re(Z) drops below its largest value at higher frequency, if by more than 10 % and
    at three points in a row; a sound stack's real part only rises."""
    real = spectrum.impedance_ohm.real
    low_end = slice(real.size // 2, None)
    peak = np.maximum.accumulate(real)[low_end]
    fall = 1.0 - real[low_end] / peak
    if real[low_end].size < 6 or not np.all(fall[-3:] > 0.1):
        return None
    return float(fall[-1])
