"""Why a fitted spectrum is no reading of the interface: what was seen, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.evaluation.assignment import LEADS_F_CM2, Boundary, is_interface
from pressloop.evaluation.circuits.least_squares import Solution
from pressloop.evaluation.classify import is_plain_resistance
from pressloop.evaluation.processes import (
    DIFFUSION_F_CM2,
    DISPERSED_F_CM2,
    FLANK,
    GRAIN_BOUNDARY_F_CM2,
    Process,
)
from pressloop.evaluation.rules import Rules
from pressloop.evaluation.validity import Validity
from pressloop.trials.wording import in_percent

WORSE_THAN_LADDER = 1.15
BY_CHANCE = 2.5
"""Standard deviations of the ladder's residual, which few points know badly."""
OPEN_ARC = 0.6
"""Exponent above which a process that does not close is no diffusion."""
BLOCKING = 0.75
LOOP_POINTS = 5
RESOLVED = 2.0
"""A resistance is seen where it is this many times the meter's accuracy of |Z|."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the verdict rests on; resistances in ohm."""

    checked: Validity
    solution: Solution
    processes: tuple[Process, ...]
    described: tuple[tuple[tuple[Process, ...], float], ...]
    limit: Boundary
    interfacial_ohm: float
    interfacial_se_ohm: float
    series_ohm: float
    area_cm2: float
    rules: Rules


def trouble_of(seen: Evidence) -> str | None:
    """The first thing that is wrong, None for a valid reading."""
    for judge in (_invalid, _inductive_loop, _not_described, _not_closed, _no_interface,
                  _unresolved, _uncertain):
        if (reason := judge(seen)) is not None:
            return reason
    return None


def _invalid(seen: Evidence) -> str | None:
    """Of few points per decade the ladder follows less than a circuit does.

    A circuit is linear, causal and stable: one that fits well obeys Kramers-Kronig."""
    doubt = seen.checked.doubt
    if seen.checked.trouble is None and doubt is not None and seen.solution.rms > doubt.refuted_by:
        return doubt.reason
    return seen.checked.trouble


def _inductive_loop(seen: Evidence) -> str | None:
    """Im(Z) positive over several low frequencies in a row, below those where it is negative.

    The inductance of the leads reaches down from the highest frequencies."""
    z, hz = seen.checked.data.measured, seen.checked.data.frequency_hz
    slow = hz < np.sqrt(hz[0] * hz[-1])
    if slow.sum() < LOOP_POINTS:
        return None
    phase = np.convolve(z.imag / np.abs(z), np.ones(LOOP_POINTS) / LOOP_POINTS, "valid")
    least = 3.0 * seen.rules.expected_noise
    loop = np.flatnonzero((phase > least) & (np.cumsum(phase < -least) > 0)
                          & slow[:phase.size])
    if not loop.size:
        return None
    return (f"an inductive loop below {hz[loop[0]]:.3g} Hz: Im(Z) is positive there, as in "
            "no pressed stack at rest. Let it rest and measure again, or read only what lies above")


def _not_described(seen: Evidence) -> str | None:
    """A residual within the stated noise is fine, whatever its ratio to the ladder's."""
    rms, ladder = seen.solution.rms, seen.checked.check.rms
    worse = max(WORSE_THAN_LADDER, 1.0 + BY_CHANCE / np.sqrt(2.0 * seen.checked.check.freedom))
    if rms <= max(worse * ladder, seen.rules.expected_noise):
        return None
    worst = int(np.argmax(np.abs(seen.solution.residual))) % seen.checked.data.frequency_hz.size
    return (f"circuit {seen.solution.circuit} does not describe it: residual "
            f"{in_percent(rms, 2)} of |Z|, {rms / ladder:.2f} times that of any circuit, worst "
            f"near {seen.checked.data.frequency_hz[worst]:.3g} Hz. Try another circuit, or "
            "\"auto\"")


def _not_closed(seen: Evidence) -> str | None:
    """An arc, not diffusion, whose top lies below the sweep."""
    believed = sum(weight for found, weight in seen.described
                   if any(_is_open(one, seen) for one in found))
    if not believed > 0.5:
        return None
    if _blocking_f_cm2(seen) is not None:
        return _blocked(seen)
    low = float(seen.checked.data.frequency_hz.min())
    peak = next((one.peak_hz for found, _ in seen.described for one in found
                 if _is_open(one, seen)), low)
    return (f"an arc is not determined: it peaks near {peak:.2g} Hz and does not close inside the "
            f"sweep, which ends at {low:.3g} Hz. Measure down to {min(peak, low) / 10:.1g} Hz")


def _is_open(one: Process, seen: Evidence) -> bool:
    """Larger than what is resolved, slower than the sweep, and no tail."""
    z = np.abs(seen.checked.data.measured[-1])
    return not one.closed and one.exponent > OPEN_ARC and one.resistance_ohm > 0.1 * z


def _no_interface(seen: Evidence) -> str | None:
    summed = [one for one in seen.processes if is_interface(one, seen.limit)]
    if summed and _behind_them_blocked(summed, seen):
        return _blocked(seen)
    if summed:
        return None
    data = seen.checked.data
    hz = data.frequency_hz
    low, high = float(hz.min()), float(hz.max())
    if is_plain_resistance(seen.checked.spectrum):
        return (f"a plain resistance of {np.median(data.measured.real):.4g} ohm from {low:.3g} to "
                f"{high:.3g} Hz, no arc to fit: a dummy, a short of that size or the wiring alone. "
                "Look at what is connected")
    if _blocking_f_cm2(seen) is not None:
        return _blocked(seen)
    fast = [one for one in seen.processes if one.closed and not one.diffusion
            and one.peak_hz < seen.limit.hz and one.capacitance_f_cm2 <= LEADS_F_CM2]
    if fast:
        one = max(fast, key=lambda found: found.resistance_ohm)
        return (f"no interface is seen: the arc near {one.peak_hz:.3g} Hz has a capacitance of "
                f"{one.capacitance_f_cm2:.2g} F/cm2, that of the separator or of cables, and no "
                "other peaks inside the sweep. Measure to lower frequencies")
    return (f"no arc peaks below {seen.limit.hz:.3g} Hz: no interface is seen, only what is faster "
            "(the separator). Measure to lower frequencies, or raise interface_below_hz if this "
            "is the interface")


def _behind_them_blocked(summed: Sequence[Process], seen: Evidence) -> bool:
    """True where the double layer of blocking electrodes follows on grain boundaries.

    However slow these are: where no charge crosses, no process is an interface. A small arc beside
    them is their slow flank."""
    farad = _blocking_f_cm2(seen)
    slow = sum(one.resistance_ohm for one in summed
               if one.capacitance_f_cm2 >= GRAIN_BOUNDARY_F_CM2)
    return farad is not None and farad < DISPERSED_F_CM2 and (
        slow < FLANK * sum(one.resistance_ohm for one in summed))


def _blocked(seen: Evidence) -> str:
    """A cell of blocking electrodes: what stands before the capacitance is its electrolyte."""
    start = _blocking_from(seen)
    ohm = seen.series_ohm + sum(one.resistance_ohm for one in seen.processes
                                if one.peak_hz > start)
    farad = _blocking_f_cm2(seen) or 0.0
    seen_as = (f"below {start:.3g} Hz the stack is a capacitance of {farad:.2g} F/cm2 "
               f"behind {ohm:.4g} ohm ({ohm * seen.area_cm2:.4g} ohm cm2, for its "
               "conductivity)")
    hidden = -seen.checked.data.measured[-1].imag * seen.area_cm2
    if hidden < seen.rules.open_above_ohm_cm2 and farad < DIFFUSION_F_CM2:
        low = float(seen.checked.data.frequency_hz[-1])
        return (f"blocking electrodes, or an interface of over {hidden:.2g} ohm cm2 whose arc "
                f"closes below {low:.3g} Hz: {seen_as}. Measure to lower frequencies; "
                "where it stays a capacitance, take electrodes that exchange ions")
    return (f"blocking electrodes: {seen_as}; no charge crosses, so no interfacial resistance "
            "shows. Take electrodes that exchange ions to see the interface")


def _blocking_f_cm2(seen: Evidence) -> float | None:
    """Capacitance at the lowest frequency where the phase there is that of a capacitor."""
    z, hz = seen.checked.data.measured, seen.checked.data.frequency_hz
    phase = -np.angle(z[-5:])
    inner = z[-1].real - float(np.min(z.real))
    steep = float(np.median(phase)) > BLOCKING * np.pi / 2 * 0.9
    rises = -z[-1].imag > 2.0 * max(inner, 0.0) and -z[-1].imag > -z[-5].imag
    if not (steep or rises):
        return None
    return float(1.0 / (2 * np.pi * hz[-1] * -z[-1].imag * seen.area_cm2))


def _blocking_from(seen: Evidence) -> float:
    """Highest frequency from which -Im rises to the end."""
    imag = -seen.checked.data.measured.imag
    falls = np.flatnonzero(np.diff(imag) <= 0)
    at = int(falls[-1]) + 1 if falls.size else 0
    return float(seen.checked.data.frequency_hz[min(at, imag.size - 1)])


def _unresolved(seen: Evidence) -> str | None:
    """A resistance below the accuracy of |Z| at its frequencies is not known, whatever the fit."""
    summed = [one for one in seen.processes if is_interface(one, seen.limit)]
    largest = max(summed, key=lambda one: one.resistance_ohm)
    hz = seen.checked.data.frequency_hz
    at = int(np.argmin(np.abs(np.log(hz / largest.peak_hz))))
    modulus = float(np.abs(seen.checked.data.measured[at]))
    least = RESOLVED * seen.rules.expected_noise * modulus
    if seen.interfacial_ohm > least:
        return None
    area = seen.area_cm2
    return (f"no interface of known size: {seen.interfacial_ohm * area:.2g} ohm cm2 near "
            f"{largest.peak_hz:.3g} Hz is less than the meter's accuracy of |Z| there can tell "
            f"({least * area:.2g} ohm cm2). Measure with a more accurate meter, or say so in "
            "expected_noise")


def _uncertain(seen: Evidence) -> str | None:
    error, ohm = seen.interfacial_se_ohm, seen.interfacial_ohm
    if np.isfinite(error) and error <= seen.rules.max_relative_se * ohm:
        return None
    names = " and ".join(f"{one.name} near {one.peak_hz:.2g} Hz" for one in seen.processes
                         if is_interface(one, seen.limit))
    if said := _disagreement(seen):
        return f"interfacial resistance known to {in_percent(error / ohm)} only ({names}): {said}"
    return (f"interfacial resistance known to {in_percent(error / ohm)} only ({names}): its "
            "processes overlap or run into the tail. Measure to lower frequencies with more points "
            "per decade, or fix a parameter")


def _disagreement(seen: Evidence) -> str | None:
    """Where each circuit knows the interface, but not the same one: a slow arc may be diffusion."""
    summed = [[one for one in found if is_interface(one, seen.limit)]
              for found, _ in seen.described]
    ohm = [sum(one.resistance_ohm for one in arcs) for arcs in summed]
    own = float(np.sqrt(sum(one.standard_error_ohm**2 for one in summed[0])))
    least = seen.rules.max_relative_se * seen.interfacial_ohm
    if not own < least or max(ohm) - min(ohm) < 2.0 * least:
        return None
    low, high = min(ohm) * seen.area_cm2, max(ohm) * seen.area_cm2
    return (f"circuits that describe it give {low:.3g} to {high:.3g} ohm cm2, as one has for an "
            "arc what another has for diffusion or for the separator. Try the circuit that you "
            f"know, such as {seen.solution.circuit}, or measure to lower frequencies")
