"""Readings in, outcome out. Pure: can be run again years later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.crushing import damage
from pressloop.evaluation.reading import Reading, read
from pressloop.evaluation.rules import Rules
from pressloop.evaluation.trace_check import achieved, not_held
from pressloop.trials.entry import Entered
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import (
    Arc,
    Damage,
    Failed,
    FailureMode,
    Intact,
    Outcome,
    SetAside,
    Spoilt,
)
from pressloop.trials.readings import SPOILT
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import FULL, Spectrum
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace
from pressloop.trials.wording import in_percent

BY_PERSON = "says the person who measured it"
NOTHING_READ = "neither a spectrum nor a value was read"


def evaluate(stack: Stack, recipe: Recipe, trace: Trace, spectra: Sequence[Spectrum],
             rules: Rules, earlier: Sequence[Outcome] = (), entered: Entered | None = None
             ) -> Outcome:
    """What the readings of one trial mean.

    In order: a trace of which nobody can say by what the stack was pressed is set aside, one that
    kept to another pressure, dwell or temperature than the recipe's says so; a short or open stack
    has failed; a crushed one has failed and has no resistance; a spectrum that cannot be trusted is
    set aside; what is left is intact. `spectra` start with the full electrode; segments are
    optional.
    `earlier` are outcomes of the campaign's earlier stacks: what was interface there stays so.
    `entered` is what a person has measured: a failure counts as such, and values beside a
    resistance or without one. Raises BadInput without a full electrode where nothing was entered.
    """
    if entered is not None and entered.failure == SPOILT:
        return Spoilt(BY_PERSON)
    if (reason := not_held(trace, recipe, rules)) is None:
        return _outcome(stack, trace, spectra, rules, earlier, entered)
    if (pressed := achieved(trace, recipe, rules)) is None:
        return SetAside(f"trace: {reason}")
    outcome = _outcome(stack, trace, spectra, rules, earlier, entered)
    return (replace(outcome, achieved=pressed) if isinstance(outcome, Intact | Failed)
            else outcome)


def _outcome(stack: Stack, trace: Trace, spectra: Sequence[Spectrum], rules: Rules,
             earlier: Sequence[Outcome], entered: Entered | None) -> Outcome:
    """What the readings mean of a stack whose pressing is known."""
    crushed = damage(trace, stack, rules)
    if entered is not None and entered.failure:
        mode = FailureMode(entered.failure)
        kept = None if mode in (FailureMode.CRUSHED, FailureMode.UNKNOWN) else crushed
        return Failed(mode, entered.why or BY_PERSON, kept)
    found = _by_spectra(spectra, crushed, rules, earlier, alone=entered is None)
    if entered is None or not entered.values or isinstance(found, Failed):
        return found if found is not None else SetAside(NOTHING_READ)
    if isinstance(found, Intact):
        return replace(found, measured=entered.values)
    notes = (found.reason,) if isinstance(found, SetAside) else ()
    return Intact(None, damage=crushed, notes=notes, measured=entered.values)


def _by_spectra(spectra: Sequence[Spectrum], crushed: Damage | None, rules: Rules,
                earlier: Sequence[Outcome], *, alone: bool) -> Outcome | None:
    """What trace and spectra say; None where there is no spectrum and no need for one."""
    full = _full(spectra) if spectra or alone else None
    if full is not None and (failure := hard_failure(full, rules)) is not None:
        return Failed(failure.mode, failure.evidence, crushed)
    if crushed is not None and crushed.index > rules.crushed_above:
        return Failed(FailureMode.CRUSHED, f"{in_percent(crushed.index, 1)} of the cathode broke "
                      f"under load, above {in_percent(rules.crushed_above, 1)}", crushed)
    if full is None:
        return None
    try:
        reading = read(full, rules, earlier_arcs(earlier))
    except BadInput as unreadable:
        return SetAside(f"spectrum: {unreadable}")
    if reading.trouble is not None:
        return SetAside(f"spectrum: {reading.trouble}", measure_again=True)
    return _intact(reading, full, crushed, _nonuniformity(spectra, rules))


def earlier_arcs(outcomes: Sequence[Outcome]) -> list[tuple[Arc, ...]]:
    """The arcs of those outcomes that have any."""
    return [one.arcs for one in outcomes if isinstance(one, Intact) and one.arcs]


def _full(spectra: Sequence[Spectrum]) -> Spectrum:
    for spectrum in spectra:
        if spectrum.electrode == FULL:
            return spectrum
    raise BadInput("electrodes", ", ".join(s.electrode for s in spectra) or "none",
                   f"{FULL!r} and optional segments", "Sweep the whole electrode too.")


def _intact(reading: Reading, full: Spectrum, crushed: Damage | None, nonuniformity: float | None
            ) -> Intact:
    return Intact(
        resistance_ohm_cm2=reading.interfacial_ohm_cm2,
        resistance_se_ohm_cm2=reading.interfacial_se_ohm_cm2,
        total_ohm_cm2=reading.total_ohm_cm2, total_se_ohm_cm2=reading.total_se_ohm_cm2,
        damage=crushed, nonuniformity=nonuniformity, resistance_ohm=reading.interfacial_ohm,
        area_cm2=full.area_cm2, circuit=reading.circuit, summed=reading.summed,
        stack_pressure_mpa=full.stack_pressure_mpa, measured_at_c=full.temperature_c,
        rest_s=full.rest_s, arcs=reading.arcs, notes=reading.notes)


def _nonuniformity(spectra: Sequence[Spectrum], rules: Rules) -> float | None:
    """Relative scatter of interfacial conductance over segments: standard deviation over mean."""
    segments = [s for s in spectra if s.electrode != FULL]
    try:
        readings = [read(s, rules) for s in segments if hard_failure(s, rules) is None]
    except BadInput:
        return None
    conductance = np.array([1.0 / r.interfacial_ohm_cm2 for r in readings if r.trouble is None])
    # Two of four quadrants would tell a tilt along one axis only.
    if conductance.size < max(3, len(segments) - 1):
        return None
    return float(np.std(conductance, ddof=1) / np.mean(conductance))
