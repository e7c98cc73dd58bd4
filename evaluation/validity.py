"""Can a spectrum be trusted?

Outliers, bursts, steps between ranges, noise and drift, located by frequency, before anything is
fitted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pressloop.evaluation.circuits.least_squares import Data, data_of
from pressloop.evaluation.kramers_kronig import Ladder, is_smooth, ladder
from pressloop.evaluation.rules import Rules
from pressloop.evaluation.weights import MODULUS, USUAL_ENDS, Ends, outside, relative_noise
from pressloop.trials.checks import BoolArray, FloatArray
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.wording import counted, in_percent

OUTLIER_SIGMA = 5.5
"""Of 10,000 spectra of 100 points with plain noise, 3 have a point that far off."""
WITHIN_NOISE = 3.0
"""A point off by less than this many times the stated noise is none that contradicts the others:
where noise is a share of each part, few points carry most of it."""
END_NOISE = (1.0, 1.5, 2.0, 3.0, 5.0)
ENOUGH = 4
STEP_SIGMA = 5.0
"""Of 200 sound spectra none has a step of more than 4.7 standard deviations."""
FLOOR = 0.2
"""Scatter is taken as at least this share of the stated noise: no ladder follows a spectrum
without noise exactly."""
LOUD = 4.0
"""A stretch whose residual is this many times that of the rest is disturbed."""
STRETCH = 5
FEW = 2
"""Isolated points are named as such up to this number, whether they may be left out or not."""
TOO_NOISY = 2.4
"""Times the stated noise that the ladder's residual may reach."""

BY_NOISE = 3.0
HALF = 0.5
"""Share of the ladder's residual below which a circuit shows that the ladder alone is at fault: of
few points per decade, or of a spectrum with little noise."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the ladder does not follow a spectrum; a circuit whose residual is smaller refutes it."""

    reason: str
    refuted_by: float


@dataclass(frozen=True, eq=False)
class Validity:
    """What was found: the data without the points left out, their ladder, and what is wrong.

    `step` is the largest change of gain between two points, relative, 0 where none is proved;
    `trouble` is None for a spectrum that can be trusted; `doubt` says why the ladder does not
    follow the spectrum, which a circuit that fits proves wrong; `notes` say what was left out.
    """

    data: Data
    spectrum: Spectrum
    check: Ladder
    step: float
    trouble: str | None
    doubt: Doubt | None
    notes: tuple[str, ...]


def validity(spectrum: Spectrum, rules: Rules) -> Validity:
    """Checks a spectrum; isolated points that contradict all others are left out, and said."""
    kept, notes, found = _isolated(spectrum, rules)
    reason = None
    if len(notes) > rules.leave_out_points:
        them = "it" if len(notes) == 1 else "them"
        reason = f"{'; '.join(notes)}. Measure again, or leave {them} out"
        kept, notes, found = spectrum, (), _laddered(spectrum, rules)
    step, stepped = _step(found.check, rules)
    negative, many = _negative(kept, rules)
    wrong = (negative if many else None) or reason
    local = stepped or _disturbed(found.check, rules) or negative
    if wrong or local:
        data = found.data if kept is spectrum else _laddered(spectrum, rules).data
        doubt = None if wrong else Doubt(str(local), HALF * found.check.rms)
        return Validity(data, spectrum, found.check, 0.0, wrong, doubt, ())
    trouble = _missing(spectrum) or _drift(spectrum, rules)
    said = tuple(f"{note} and is left out" for note in notes)
    return Validity(found.data, kept, found.check, step, trouble, _noisy(found.check, rules), said)


@dataclass(frozen=True, eq=False)
class _Laddered:
    """Weighted data and their ladder."""

    data: Data
    check: Ladder


def _isolated(spectrum: Spectrum, rules: Rules
              ) -> tuple[Spectrum, tuple[str, ...], _Laddered]:
    """The spectrum without the few points that alone contradict all others.

    Also what these points are, and its ladder; the spectrum as it is where leaving out few points
    does not mend it."""
    kept, found = spectrum, _laddered(spectrum, rules)
    whole = found
    notes: list[str] = []
    for _ in range(max(rules.leave_out_points, FEW)):
        worst = _outlier(found.check, rules)
        if worst is None:
            return kept, tuple(notes), found
        notes.append(f"the point at {kept.frequency_hz[worst]:.4g} Hz is "
                     f"{in_percent(found.check.off[worst], 1)} off what the others say")
        kept = _without(kept, worst)
        found = _laddered(kept, rules)
    if _outlier(found.check, rules) is None:
        return kept, tuple(notes), found
    return spectrum, (), whole


def _laddered(spectrum: Spectrum, rules: Rules) -> _Laddered:
    """The data and their ladder, with the noise at the ends of the band.

    As much noise as the residuals there show."""
    data = data_of(spectrum, rules.weighting)
    check = ladder(data)
    if rules.weighting == MODULUS:
        data = data_of(spectrum, rules.weighting, _ends(check))
        check = ladder(data)
    return _Laddered(data, check)


def _ends(check: Ladder) -> Ends:
    """Noise at either end relative to the middle.

    The most likely of a few, where there are points enough to tell; else the usual."""
    half = check.frequency_hz.size
    weighted = check.residual * np.sqrt(1.0 / (1.0 - np.concatenate([check.leverage] * 2)))
    noise = weighted.reshape(2, half) * relative_noise(check.frequency_hz)
    parts = outside(check.frequency_hz)
    middle = (parts[0] == 0.0) & (parts[1] == 0.0)
    if middle.sum() < ENOUGH:
        return USUAL_ENDS
    scatter = max(1.4826 * float(np.median(np.abs(noise[:, middle]))), 1e-9)
    found = [_end(noise[:, part > 0], part[part > 0], scatter) for part in parts]
    return found[0], found[1]


def _end(noise: FloatArray, part: FloatArray, scatter: float) -> float:
    if part.size < ENOUGH:
        return USUAL_ENDS[0]
    def likelihood(end: float) -> float:
        sigma = scatter * (1.0 + (end - 1.0) * part)
        return float(-2.0 * np.sum(np.log(sigma)) - 0.5 * np.sum((noise / sigma) ** 2))

    return max(END_NOISE, key=likelihood)


def _without(spectrum: Spectrum, index: int) -> Spectrum:
    keep = np.arange(spectrum.frequency_hz.size) != index
    return replace(spectrum, frequency_hz=spectrum.frequency_hz[keep],
                   impedance_ohm=spectrum.impedance_ohm[keep])


def _sigma(check: Ladder, rules: Rules) -> float:
    return max(check.scatter, FLOOR * rules.expected_noise)


def outliers(check: Ladder, rules: Rules) -> BoolArray:
    """Points further off than scatter and the stated noise explain, shape (n,)."""
    return np.asarray(check.studentised > max(OUTLIER_SIGMA * _sigma(check, rules),
                                              WITHIN_NOISE * rules.expected_noise))


def _outlier(check: Ladder, rules: Rules) -> int | None:
    """The point that is furthest off, if it is off at all."""
    worst = int(np.argmax(check.studentised))
    return worst if outliers(check, rules)[worst] else None


def _negative(spectrum: Spectrum, rules: Rules) -> tuple[str | None, bool]:
    """A real part below zero by more than noise, which no stack has, and whether of many points.

    Where the inductance of the leads is many times the stack, noise alone may turn the sign."""
    z = spectrum.impedance_ohm
    noise = rules.expected_noise * np.abs(z) * relative_noise(spectrum.frequency_hz)
    wrong = z.real <= -BY_NOISE * noise
    if not wrong.any():
        return None, False
    hz = spectrum.frequency_hz[wrong]
    said = (f"Re(Z) is not positive at {hz.size} of "
            f"{counted(wrong.size, 'frequency', 'frequencies')}, from {hz.min():.3g} "
            f"to {hz.max():.3g} Hz: leads are swapped, the compensation is wrong, or the meter "
            "oscillates. Check the wiring, compensate again")
    return said, int(wrong.sum()) > FEW


def _disturbed(check: Ladder, rules: Rules) -> str | None:
    """A burst, or points that are off, and where."""
    loud = _loud_stretch(check, rules)
    if loud is not None and is_smooth(check.residual):
        return _changing(check)
    if loud is not None:
        high, low = (float(check.frequency_hz[i]) for i in loud)
        rms = float(np.sqrt(np.mean(check.studentised[loud[0]:loud[1] + 1] ** 2) / 2))
        return (f"disturbed between {low:.3g} and {high:.3g} Hz: points scatter by "
                f"{in_percent(rms, 1)} of |Z| there, elsewhere by {in_percent(check.scatter, 2)}. "
                "Measure again, or leave these frequencies out")
    found = check.frequency_hz[outliers(check, rules)]
    if found.size and _noisy(check, rules) is None:
        return (f"{found.size} point{'s' * (found.size > 1)} break{'s' * (found.size == 1)} "
                f"Kramers-Kronig, near {', '.join(f'{hz:.3g}' for hz in found[:4])} Hz. Measure "
                "again, or leave them out")
    return None


def _noisy(check: Ladder, rules: Rules) -> Doubt | None:
    limit = TOO_NOISY * rules.expected_noise
    if check.rms > rules.expected_noise and is_smooth(check.residual):
        return Doubt(_changing(check), rules.expected_noise)
    if check.rms <= limit:
        return None
    return Doubt(
        f"breaks Kramers-Kronig: residual {in_percent(check.rms, 2)} of |Z|, expected at most "
        f"{in_percent(limit, 2)}, worst near {_worst_hz(check):.3g} Hz. Measure again, with a "
        "larger amplitude or more averaging", limit)


def _changing(check: Ladder, seen: str = "is smooth, no noise: the stack changes during the "
              "sweep, or the meter leaves its range") -> str:
    return (f"breaks Kramers-Kronig: residual {in_percent(check.rms, 2)} of |Z|, worst near "
            f"{_worst_hz(check):.3g} Hz, and it {seen}. Let the stack rest, look at the meter's "
            "range, then measure again")


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
    size, taken = check.gain_steps()
    left = np.sqrt(np.maximum(np.sum(check.residual**2) - taken**2, 0.0)
                   / max(check.freedom - 1, 1))
    sigma = np.abs(taken) / np.maximum(left, FLOOR * rules.expected_noise)
    # Where a step could only be told roughly, it is no step but what the ladder cannot follow.
    sigma = np.where(np.abs(size) < rules.expected_noise * sigma, sigma, 0.0)
    at = int(np.argmax(sigma))
    change = abs(float(size[at]))
    # A burst or an outlier looks like a step too, but a step leaves little behind.
    if sigma[at] < STEP_SIGMA or left[at] > TOO_NOISY * rules.expected_noise:
        return 0.0, None
    if change <= 2.0 * rules.expected_noise:
        return change, None
    if left[at] > rules.expected_noise and is_smooth(check.after_step(at)):
        return 0.0, _changing(check)
    if check.drifts() > abs(float(taken[at])):
        return 0.0, _changing(check, "grows with the time of the sweep: the stack drifts")
    high, low = float(check.frequency_hz[at]), float(check.frequency_hz[at + 1])
    return change, (f"a step of {in_percent(change, 1)} between {high:.3g} and {low:.3g} Hz: the "
                    "meter changes its range or the contact jumped. Measure again with a fixed "
                    "range")


def _missing(spectrum: Spectrum) -> str | None:
    if len(spectrum.missing) > 0.2 * spectrum.frequency_hz.size:
        return f"{counted(len(spectrum.missing), 'point')} missing ({spectrum.missing[0].reason})"
    return None


def _drift(spectrum: Spectrum, rules: Rules) -> str | None:
    """Control points read before and after the sweep must agree."""
    for point in spectrum.controls:
        change = abs(point.after_ohm - point.before_ohm) / abs(point.before_ohm)
        if not change <= 6.0 * rules.expected_noise:
            return (f"drifted by {in_percent(change, 1)} at {point.frequency_hz:g} Hz during the "
                    "sweep. Let the stack rest, then measure again")
    return None
