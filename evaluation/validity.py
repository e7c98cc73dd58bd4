"""Can a spectrum be trusted? Outliers, bursts, steps between ranges, noise and drift, located by
frequency, before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evaluation.circuits.least_squares import Data, data_of
from evaluation.kramers_kronig import Ladder, ladder
from evaluation.rules import Rules
from trials.checks import FloatArray
from trials.spectrum import Spectrum

OUTLIER_SIGMA = 5.0
STEP_SIGMA = 5.0
"""Of 200 sound spectra none has a step of more than 4.7 standard deviations."""
FLOOR = 0.2
"""Scatter is taken as at least this share of the stated noise: no ladder follows a spectrum
without noise exactly."""
LOUD = 4.0
"""A stretch whose residual is this many times that of the rest is disturbed."""
STRETCH = 5
TOO_NOISY = 2.4
"""Times the stated noise that the ladder's residual may reach."""


@dataclass(frozen=True, eq=False)
class Validity:
    """What was found: the data without the points left out, their ladder, and what is wrong.

    `step` is the largest change of gain between two points, relative, 0 where none is proved;
    `trouble` is None for a spectrum that can be trusted; `notes` say what was left out.
    """

    data: Data
    spectrum: Spectrum
    check: Ladder
    step: float
    trouble: str | None
    notes: tuple[str, ...]


def validity(spectrum: Spectrum, rules: Rules) -> Validity:
    """Checks a spectrum; isolated points that contradict all others are left out, and said."""
    kept, notes = spectrum, []
    for _ in range(rules.leave_out_points):
        check = _ladder(kept, rules)
        worst = _outlier(check, rules)
        if worst is None:
            break
        without = _without(kept, worst)
        if _outlier_count(_ladder(without, rules), rules) >= _outlier_count(check, rules):
            break
        notes.append(f"the point at {kept.frequency_hz[worst]:.4g} Hz is {check.off[worst]:.1%} "
                     "off what the others say and is left out")
        kept = without
    check = _ladder(kept, rules)
    if (disturbed := _disturbed(check, rules)) is not None:
        return Validity(_data(spectrum, rules), spectrum, check, 0.0, disturbed, ())
    step, told = _step(check, rules)
    trouble = told or _missing(spectrum) or _drift(spectrum, rules)
    return Validity(_data(kept, rules), kept, check, step, trouble, tuple(notes))


def _data(spectrum: Spectrum, rules: Rules) -> Data:
    return data_of(spectrum, rules.weighting)


def _ladder(spectrum: Spectrum, rules: Rules) -> Ladder:
    return ladder(_data(spectrum, rules))


def _without(spectrum: Spectrum, index: int) -> Spectrum:
    keep = np.arange(spectrum.frequency_hz.size) != index
    return replace(spectrum, frequency_hz=spectrum.frequency_hz[keep],
                   impedance_ohm=spectrum.impedance_ohm[keep])


def _sigma(check: Ladder, rules: Rules) -> float:
    return max(check.scatter, FLOOR * rules.expected_noise)


def _outliers(check: Ladder, rules: Rules) -> FloatArray:
    return np.asarray(check.studentised > OUTLIER_SIGMA * _sigma(check, rules))


def _outlier_count(check: Ladder, rules: Rules) -> int:
    return int(_outliers(check, rules).sum())


def _outlier(check: Ladder, rules: Rules) -> int | None:
    """The point that is furthest off, if it is off at all."""
    worst = int(np.argmax(check.studentised))
    return worst if _outliers(check, rules)[worst] else None


def _disturbed(check: Ladder, rules: Rules) -> str | None:
    """A burst or noise, and where."""
    loud = _loud_stretch(check, rules)
    limit = TOO_NOISY * rules.expected_noise
    if loud is not None:
        high, low = (float(check.frequency_hz[i]) for i in loud)
        rms = float(np.sqrt(np.mean(check.studentised[loud[0]:loud[1] + 1] ** 2) / 2))
        return (f"disturbed between {low:.3g} and {high:.3g} Hz: points scatter by {rms:.1%} of "
                f"|Z| there, elsewhere by {check.scatter:.2%}. Measure again, or leave these "
                "frequencies out")
    if not check.rms <= limit:
        return (f"breaks Kramers-Kronig: residual {check.rms:.2%} of |Z|, expected at most "
                f"{limit:.2%}, worst near {_worst_hz(check):.3g} Hz. Measure again, with a larger "
                "amplitude or more averaging")
    if _outliers(check, rules).any():
        found = check.frequency_hz[_outliers(check, rules)]
        return (f"{found.size} point{'s' * (found.size > 1)} break{'s' * (found.size == 1)} "
                f"Kramers-Kronig, near {', '.join(f'{hz:.3g}' for hz in found[:4])} Hz. Measure "
                "again, or leave them out")
    return None


def _worst_hz(check: Ladder) -> float:
    return float(check.frequency_hz[int(np.argmax(check.studentised))])


def _loud_stretch(check: Ladder, rules: Rules) -> tuple[int, int] | None:
    """First and last point of the stretch that scatters far more than the rest."""
    size = check.studentised.size
    if size < 3 * STRETCH:
        return None
    square = check.studentised**2 / 2.0
    window = np.convolve(square, np.ones(STRETCH) / STRETCH, mode="valid")
    usual = max(float(np.median(square)) * 1.44, _sigma(check, rules) ** 2)
    loud = window > max(LOUD**2 * usual, (1.5 * rules.expected_noise) ** 2)
    if not loud.any():
        return None
    where = np.flatnonzero(loud)
    inside = [i for i in range(where[0], where[-1] + STRETCH)
              if square[i] > 4.0 * usual]
    return (inside[0], inside[-1]) if len(inside) > 2 else None


def _step(check: Ladder, rules: Rules) -> tuple[float, str | None]:
    """The gain of the meter changes between two points: how far, and whether that is too much."""
    size, sigma = check.gain_steps()
    sigma = sigma * check.scatter / _sigma(check, rules)
    at = int(np.argmax(np.abs(sigma)))
    if not abs(sigma[at]) > STEP_SIGMA:
        return 0.0, None
    change = abs(float(size[at]))
    high, low = float(check.frequency_hz[at]), float(check.frequency_hz[at + 1])
    if change <= 2.0 * rules.expected_noise:
        return change, None
    return change, (f"a step of {change:.1%} between {high:.3g} and {low:.3g} Hz: the meter "
                    "changes its range or the contact jumped. Measure again with a fixed range")


def _missing(spectrum: Spectrum) -> str | None:
    if len(spectrum.missing) > 0.2 * spectrum.frequency_hz.size:
        return f"{len(spectrum.missing)} points missing ({spectrum.missing[0].reason})"
    return None


def _drift(spectrum: Spectrum, rules: Rules) -> str | None:
    """Control points read before and after the sweep must agree."""
    for point in spectrum.controls:
        change = abs(point.after_ohm - point.before_ohm) / abs(point.before_ohm)
        if not change <= 6.0 * rules.expected_noise:
            return (f"drifted by {change:.1%} at {point.frequency_hz:g} Hz during the sweep. Let "
                    "the stack rest, then measure again")
    return None
