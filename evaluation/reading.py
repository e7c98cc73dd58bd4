"""One spectrum read: validity gate, circuit fit, resistances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.circuit import AUTO, MAX_ARCS, Circuit, parse_circuit
from evaluation.fit import Fit, fit
from evaluation.kramers_kronig import OUTLIER_SIGMA, Ladder, ladder
from evaluation.rules import Rules
from trials.errors import BadInput
from trials.spectrum import Spectrum

WORSE_THAN_LADDER = 1.15
LOOK_AGAIN = 1.05
MORE_STARTS = 20
"""Starts where the first few end above LOOK_AGAIN times the ladder's residual: an arc hidden in
the diffusion tail can be missed by little."""
MIN_POINTS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a spectrum says. `trouble` is None for a valid one, else why it is not.

    Resistances are in ohm cm2 of geometric area: `interfacial` is the sum of the arcs `summed`,
    `total` that of all arcs. `ladder_rms` is relative to |Z|.
    """

    fit: Fit
    interfacial_ohm_cm2: float
    interfacial_se_ohm_cm2: float
    total_ohm_cm2: float
    total_se_ohm_cm2: float
    interfacial_ohm: float
    summed: tuple[str, ...]
    ladder_rms: float
    trouble: str | None


def read(spectrum: Spectrum, rules: Rules) -> Reading:
    """Checks and fits one spectrum. Raises BadInput on fewer than ten points."""
    if spectrum.frequency_hz.size < MIN_POINTS:
        raise BadInput("points", spectrum.frequency_hz.size, f"{MIN_POINTS} or more",
                       "Measure more frequencies; three points fit any circuit.")
    check = ladder(spectrum)
    fitted = _fit(spectrum, rules, check)
    arcs = [i for i, hz in enumerate(fitted.elements.arc_peak_hz)
            if hz < rules.interface_below_hz]
    area = spectrum.area_cm2
    interfacial, interfacial_se = fitted.arc_sum_ohm(arcs)
    total, total_se = fitted.arc_sum_ohm(list(range(fitted.circuit.arcs)))
    return Reading(
        fit=fitted, interfacial_ohm_cm2=interfacial * area,
        interfacial_se_ohm_cm2=interfacial_se * area, total_ohm_cm2=total * area,
        total_se_ohm_cm2=total_se * area, interfacial_ohm=interfacial,
        summed=tuple(f"R{i + 1}" for i in arcs), ladder_rms=check.rms,
        trouble=(_noise_trouble(spectrum, check, rules) or _drift(spectrum, rules)
                 or _fit_trouble(fitted, arcs, interfacial, interfacial_se, check, rules)))


def _fit(spectrum: Spectrum, rules: Rules, check: Ladder) -> Fit:
    """The circuit asked for, or the fewest arcs that do as well as the ladder."""
    if rules.circuit != AUTO:
        return _fit_one(spectrum, parse_circuit(rules.circuit), check)
    tried: list[Fit] = []
    for arcs in range(1, MAX_ARCS):
        circuit = Circuit(inductance=True, arcs=arcs, tail=True)
        if spectrum.frequency_hz.size < circuit.size:
            break
        tried.append(fit(spectrum, circuit))
        if tried[-1].rms <= WORSE_THAN_LADDER * check.rms:
            return tried[-1]
    return min(tried, key=lambda one: one.rms)


def _fit_one(spectrum: Spectrum, circuit: Circuit, check: Ladder) -> Fit:
    found = fit(spectrum, circuit)
    if found.rms > LOOK_AGAIN * check.rms:
        return fit(spectrum, circuit, MORE_STARTS)
    return found


def _noise_trouble(spectrum: Spectrum, check: Ladder, rules: Rules) -> str | None:
    if not check.rms <= 2.0 * rules.expected_noise:
        return (f"breaks Kramers-Kronig: residual {check.rms:.2%} of |Z|, expected at most "
                f"{2.0 * rules.expected_noise:.2%}")
    if not check.worst_sigma <= OUTLIER_SIGMA:
        return (f"one point breaks Kramers-Kronig: {check.worst_sigma:.1f} sigma near "
                f"{check.worst_hz:.3g} Hz")
    if len(spectrum.missing) > 0.2 * spectrum.frequency_hz.size:
        return f"{len(spectrum.missing)} points missing ({spectrum.missing[0].reason})"
    return None


def _drift(spectrum: Spectrum, rules: Rules) -> str | None:
    """Control points read before and after the sweep must agree."""
    for point in spectrum.controls:
        change = abs(point.after_ohm - point.before_ohm) / abs(point.before_ohm)
        if not change <= 6.0 * rules.expected_noise:
            return f"drifted by {change:.1%} at {point.frequency_hz:g} Hz during the sweep"
    return None


def _fit_trouble(fitted: Fit, arcs: list[int], interfacial: float, standard_error: float,
                 check: Ladder, rules: Rules) -> str | None:
    if not arcs:
        return f"no arc peaks below {rules.interface_below_hz:g} Hz"
    loose = [f"arc {i + 1}" for i in arcs if f"arc {i + 1}" in fitted.on_bound]
    if loose:
        return f"{loose[0]} is not determined by the data (on a bound)"
    if not np.isfinite(standard_error) or not (
            standard_error <= rules.max_relative_se * interfacial):
        return f"interfacial resistance known to {standard_error / interfacial:.0%} only"
    if not fitted.rms <= WORSE_THAN_LADDER * max(check.rms, 0.2 * rules.expected_noise):
        return (f"circuit {fitted.circuit} does not describe it: residual "
                f"{fitted.rms / check.rms:.2f} times that of any circuit")
    return None
