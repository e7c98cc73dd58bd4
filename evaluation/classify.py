"""Tells shorted and open stacks from their spectrum, before anything is fitted.

To a minimiser of resistance a short looks like the best stack ever, so it must never be fitted. A
failure is called only on evidence that nothing else gives; a meter's fault is no failed recipe.
"""

from __future__ import annotations

import numpy as np

from pressloop.evaluation.rules import Rules
from pressloop.trials.checks import BoolArray, ComplexArray, FloatArray
from pressloop.trials.outcome import Failed, FailureMode
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.wording import in_percent

PLAIN = 0.12
"""A spectrum whose real part rises by less than this share of |Z| has no arc worth the name."""
OPEN_F_CM2 = 4e-8
"""Capacitance per area below which nothing touches: a gap of 1 um has 1e-9 F/cm2, an electrode that
blocks ions 1e-7 to 1e-5 (Irvine, Sinclair & West 1990, doi 10.1002/adma.19900020304)."""
GAP_TANGENT = 5.67
"""Tangent of 80 degrees: a gap is a capacitor, bridged by a resistance or not; grain boundaries and
electrodes of an exponent below 0.89 stay below."""
ONE_ARC, ENDED = 0.35, 0.2
"""Height of -Im over width of Re below which what closes is more than one arc: a bridged gap is one
(0.5, or 0.38 with an exponent of 0.83). It has closed below the second share of its height."""
OPEN_RESISTANCE = 5.0
"""A plain resistance of this many times `open_above_ohm_cm2` is insulation, not a stack."""
FALL = 0.45
"""Share of its height by which Re(Z) falls where a short grows; drift alone moves less."""
STEADY = 1.1
"""The way down is at most this many times longer than the fall itself."""
FLAT_DECADES = 3.0
LEADS, FEWEST = 5.0, 12
"""A low resistance is looked for where |Z| is at most this many times it, at so many points."""
TOP = 0.15
"""Share of |Z| at the lowest frequency above which an arc is one of the large ones."""


def hard_failure(spectrum: Spectrum, rules: Rules) -> Failed | None:
    """The failure that the raw spectrum proves, None if it proves none."""
    return _short(spectrum, rules) or _open(spectrum, rules) or _leak(spectrum)


def _short(spectrum: Spectrum, rules: Rules) -> Failed | None:
    """A low resistance without any arc."""
    real = spectrum.impedance_ohm.real * spectrum.area_cm2
    low = _end(real, spectrum, last=True)
    if not abs(low) < rules.short_below_ohm_cm2:
        return None
    hz = f"from {spectrum.frequency_hz[-1]:g} Hz"
    if low <= 0.0:
        return Failed(FailureMode.SHORTED, f"Re(Z) is {low:.3g} ohm cm2 {hz} up: not positive, and "
                      f"below {rules.short_below_ohm_cm2:g}")
    if _rise(spectrum) > PLAIN:
        return None
    return Failed(FailureMode.SHORTED, f"Re(Z) is {low:.3g} ohm cm2 {hz} up, below "
                  f"{rules.short_below_ohm_cm2:g}, and there is no arc: metal touches metal")


def _rise(spectrum: Spectrum) -> float:
    """How far the real part rises from the highest to the lowest frequencies.

    As a share of the latter, less twice its scatter. Where the inductance of the leads is many
    times the stack, nothing is read."""
    low = abs(_end(spectrum.impedance_ohm.real, spectrum, last=True))
    seen = np.abs(spectrum.impedance_ohm) < LEADS * low
    z = spectrum.impedance_ohm[seen] if seen.sum() >= FEWEST else spectrum.impedance_ohm
    size = z.size
    ends = [z.real[:max(size // 5, 3)], z.real[-max(size // 5, 3):]]
    high, last = (float(np.median(end)) for end in ends)
    scatter = max(float(np.median(np.abs(np.diff(end)))) for end in ends)
    share = (last - high - 2.0 * scatter) / max(abs(last), 1e-30)
    bump = float(np.median(-z.imag[size // 5:-max(size // 5, 3)]))
    return max(share, (bump - 2.0 * scatter) / max(abs(last), 1e-30))


def _end(values: FloatArray, spectrum: Spectrum, last: bool) -> float:
    """Median over the decade at one end of the sweep, three points or more."""
    hz = spectrum.frequency_hz
    near = hz <= 10.0 * hz[-1] if last else hz >= 0.1 * hz[0]
    count = max(int(near.sum()), 3)
    return float(np.median(values[-count:] if last else values[:count]))


def _open(spectrum: Spectrum, rules: Rules) -> Failed | None:
    """No contact: next to no capacitance, or no conduction at the highest frequencies either."""
    area = spectrum.area_cm2
    modulus = np.abs(spectrum.impedance_ohm) * area
    limit = rules.open_above_ohm_cm2
    lowest = _end(modulus, spectrum, last=True)
    if not (lowest > limit and np.median(spectrum.impedance_ohm.real) > 0.0):
        return None
    at = f"|Z| is {lowest:.3g} ohm cm2 at {spectrum.frequency_hz[-1]:g} Hz, above {limit:g}"
    if is_plain_resistance(spectrum):
        if lowest > OPEN_RESISTANCE * limit:
            return Failed(FailureMode.DELAMINATED, f"{at}: no contact")
        return None
    farad = _capacitance_f_cm2(spectrum, modulus > 0.5 * limit)
    touches = _slowest_f_cm2(spectrum) > OPEN_F_CM2 or _several(spectrum)
    if farad is not None and farad < OPEN_F_CM2 and not touches:
        return Failed(FailureMode.DELAMINATED, f"{at}, and the capacitance is {farad:.2g} F/cm2, "
                      "that of a gap: no contact")
    if _end(spectrum.impedance_ohm.real * area, spectrum, last=False) > limit and not touches:
        return Failed(FailureMode.DELAMINATED, f"{at}, and still above it at "
                      f"{spectrum.frequency_hz[0]:.3g} Hz: no contact")
    return None


def is_plain_resistance(spectrum: Spectrum) -> bool:
    """True where the impedance is one real number over three decades and more.

    Down to the lowest frequency; above, an inductance or the capacitance of the leads may show."""
    z, hz = spectrum.impedance_ohm, spectrum.frequency_hz
    lowest = float(np.median(z.real[-max(z.size // 5, 3):]))
    scatter = 3.0 * float(np.median(np.abs(np.diff(z.real[z.size // 2:]))))
    near = 0.02 * lowest + scatter
    flat = (np.abs(z.real - lowest) < near) & (np.abs(z.imag) < near)
    rough = np.flatnonzero(~flat)
    start = int(rough[-1]) + 1 if rough.size else 0
    # Single points in the noise do not end a plateau.
    if rough.size and flat.mean() > 0.9 and start > 0.9 * z.size:
        start = 0
    inside = float(np.log10(hz[min(start, hz.size - 1)] / hz[-1]))
    whole = float(np.log10(hz[0] / hz[-1]))
    return lowest > 0 and inside >= min(FLAT_DECADES, 0.9 * whole) and _shunt(z[:start], lowest)


def _shunt(above: ComplexArray, lowest: float) -> bool:
    """True where the rest at high frequency is the leads: no plateau of its own."""
    return above.size == 0 or float(np.min(above.real)) < 0.3 * lowest or float(
        np.min(np.abs(above.real))) > 0.9 * lowest


def _capacitance_f_cm2(spectrum: Spectrum, where: BoolArray) -> float | None:
    """1/(omega |Im Z| A) where the impedance is large and most capacitive.

    None where it is not that of a capacitor: a dispersed arc is no gap."""
    z, hz = spectrum.impedance_ohm[where], spectrum.frequency_hz[where]
    capacitive = -z.imag > GAP_TANGENT * np.abs(z.real)
    if not capacitive.any():
        return None
    z, hz = z[capacitive], hz[capacitive]
    at = int(np.argmax(-z.imag / np.maximum(np.abs(z.real), 1e-30)))
    return float(1.0 / (2 * np.pi * hz[at] * -z.imag[at] * spectrum.area_cm2))


def _slowest_f_cm2(spectrum: Spectrum) -> float:
    """Capacitance of the slowest arc with a top inside the sweep, 0 where there is none.

    Of a separator in series with its electrodes, where only the separator is as fast as a gap."""
    z, hz = spectrum.impedance_ohm, spectrum.frequency_hz
    height = np.array([np.median(-z.imag[max(i - 2, 0):i + 3]) for i in range(z.size)])
    tops = [i for i in range(2, z.size - 2) if height[i] > TOP * abs(z[-1])
            and height[i] == height[max(i - 4, 0):i + 5].max() and height[-1] < 0.8 * height[i]]
    if not tops:
        return 0.0
    at = tops[-1]
    return float(1.0 / (4 * np.pi * hz[at] * height[at] * spectrum.area_cm2))


def _several(spectrum: Spectrum) -> bool:
    """True where the spectrum closes and is too wide for one arc, which a bridged gap has."""
    z = spectrum.impedance_ohm
    height = np.array([np.median(-z.imag[max(i - 2, 0):i + 3]) for i in range(z.size)])
    wide = _end(z.real, spectrum, last=True) - float(np.min(z.real))
    return bool(height[-1] < ENDED * height.max() < ENDED * ONE_ARC * wide)


def _leak(spectrum: Spectrum) -> Failed | None:
    """Re(Z) falls steadily to the lowest frequency while the phase stays capacitive.

    A short that grows during the sweep. Noise does not fall steadily, an inductive loop has a
    positive imaginary part, drift alone moves less."""
    real, imag = spectrum.impedance_ohm.real, spectrum.impedance_ohm.imag
    size = real.size
    top = size // 4 + int(np.argmax(real[size // 4:]))
    run = real[top:]
    if run.size < 5 or not run[0] > 0:
        return None
    fall = 1.0 - float(run[-1]) / float(run[0])
    steps = np.diff(run)
    steady = float(np.abs(steps).sum()) < STEADY * float(run[0] - run[-1])
    inductive = imag[top:] > 0.02 * np.abs(spectrum.impedance_ohm[top:])
    if fall < FALL or not steady or inductive.mean() > 0.2:
        return None
    hz = spectrum.frequency_hz
    return Failed(FailureMode.SHORTED, f"Re(Z) falls by {in_percent(fall)} from {hz[top]:.3g} Hz "
                  f"down to {hz[-1]:.3g} Hz, point after point: electrons leak through")
