"""Columns of the exported tables, and the rows that one trial gives each of them."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.trials.corrections import differences
from pressloop.trials.ledger.codec import OUTCOME_KINDS
from pressloop.trials.outcome import Failed, Intact, Outcome, SetAside, label_of
from pressloop.trials.trial import Trial
from pressloop.views.kinds import reason_of

Columns = dict[str, str]
"""Name (with unit) to pandas dtype."""
Row = tuple[object, ...]
NUMBER, WHOLE, TEXT, FLAG = "float64", "Int64", "string", "boolean"

TRIALS: Columns = {
    "trial": WHOLE, "stack": TEXT, "lot": TEXT, "operator": TEXT, "stack_area_cm2": NUMBER,
    "thickness_um": NUMBER, "pre_press_mpa": NUMBER, "anode_press_mpa": NUMBER,
    "pressure_mpa": NUMBER, "dwell_s": NUMBER, "temperature_c": NUMBER, "ramp_mpa_per_s": NUMBER,
    "release_mpa_per_s": NUMBER, "purpose": TEXT, "state": TEXT, "cycle_id": WHOLE,
    "sweeps": WHOLE, "outcome": TEXT, "failure_mode": TEXT, "reason": TEXT,
    "measure_again": FLAG, "damage_index": NUMBER, "damage_se": NUMBER,
    "resistance_ohm_cm2": NUMBER, "resistance_se_ohm_cm2": NUMBER, "total_ohm_cm2": NUMBER,
    "total_se_ohm_cm2": NUMBER, "nonuniformity": NUMBER, "resistance_ohm": NUMBER,
    "electrode_area_cm2": NUMBER, "circuit": TEXT, "summed": TEXT,
    "measured_stack_pressure_mpa": NUMBER, "measured_at_c": NUMBER, "rest_s": NUMBER,
    "correction": TEXT, "correction_reason": TEXT, "recorded_outcome": TEXT,
    "recorded_resistance_ohm_cm2": NUMBER,
}
SPECTRA: Columns = {
    "trial": WHOLE, "stack": TEXT, "electrode": TEXT, "area_cm2": NUMBER, "frequency_hz": NUMBER,
    "impedance_real_ohm": NUMBER, "impedance_imag_ohm": NUMBER, "missing_reason": TEXT,
    "stack_pressure_mpa": NUMBER, "measured_at_c": NUMBER, "rest_s": NUMBER,
    "amplitude_mv": NUMBER,
}
CONTROLS: Columns = {
    "trial": WHOLE, "stack": TEXT, "electrode": TEXT, "frequency_hz": NUMBER,
    "before_real_ohm": NUMBER, "before_imag_ohm": NUMBER, "after_real_ohm": NUMBER,
    "after_imag_ohm": NUMBER,
}
TRACES: Columns = {
    "trial": WHOLE, "stack": TEXT, "time_s": NUMBER, "force_n": NUMBER, "pressure_mpa": NUMBER,
    "position_mm": NUMBER, "temperature_upper_c": NUMBER, "temperature_lower_c": NUMBER,
    "acoustic_hits": NUMBER, "die_area_mm2": NUMBER, "log": TEXT,
}


def trial_row(trial: Trial) -> Row:
    """Everything about a trial but its arrays, in the order of `TRIALS`."""
    stack, recipe = trial.stack, trial.recipe
    return (
        trial.number, stack.stack_id, stack.lot, stack.operator, stack.area_cm2,
        stack.thickness_um, stack.pre_press_mpa, stack.anode_press_mpa,
        recipe.pressure_mpa, recipe.dwell_s, recipe.temperature_c, recipe.ramp_mpa_per_s,
        recipe.release_mpa_per_s, trial.purpose, str(trial.state), trial.cycle_id, trial.sweeps,
        *_verdict(trial.outcome, reason_of(trial)), *_resistance(trial.outcome),
        *_correction(trial))


def _correction(trial: Trial) -> Row:
    """From `correction` to the end: what a person has put right, and what was recorded first."""
    if (last := trial.correction) is None or not trial.is_corrected:
        return (None,) * 4
    first = trial.as_recorded.outcome
    return (", ".join(differences(trial)), last.reason, label_of(first),
            first.resistance_ohm_cm2 if isinstance(first, Intact) else None)


def trial_columns(trials: Sequence[Trial]) -> dict[str, tuple[str, list[object]]]:
    """The columns of the table of trials by name: pandas dtype, and a cell for each trial.

    Process parameters stand before `purpose`, behind all others what was measured and achieved."""
    rows = [trial_row(trial) for trial in trials]
    found = dict[str, tuple[str, list[object]]]()
    for at, (name, kind) in enumerate(TRIALS.items()):
        if name == "purpose":
            found |= {column: (TEXT if any(isinstance(cell, str) for cell in cells) else NUMBER,
                               cells) for column, cells in parameter_columns(trials).items()}
        found[name] = kind, [row[at] for row in rows]
    more = measured_columns(trials) | achieved_columns(trials)
    return found | {name: (NUMBER, [*cells]) for name, cells in more.items()}


def parameter_columns(trials: Sequence[Trial]) -> dict[str, list[object]]:
    """A column for each process parameter that the campaign names besides, in the order of names.

    It has the parameter's own name, which no other column may have. Before them the name of each
    stack's press, where presses have names."""
    names = sorted({name for trial in trials for name, _ in trial.recipe.others})
    found: dict[str, list[object]] = {}
    if any(trial.press for trial in trials):
        found["press"] = [trial.press or None for trial in trials]
    return found | {name if name not in {*TRIALS, *found} else f"recipe_{name}":
                    [trial.recipe.value(name) for trial in trials] for name in names}


def achieved_columns(trials: Sequence[Trial]) -> dict[str, list[float | None]]:
    """What the press did where it did something else than it was asked; none where it never did."""
    done = [t.outcome.achieved if isinstance(t.outcome, (Intact, Failed)) else None for t in trials]
    if not any(done):
        return {}
    return {f"achieved_{name}": [None if one is None else getattr(one, name) for one in done]
            for name in ("pressure_mpa", "dwell_s", "temperature_c")}


def measured_columns(trials: Sequence[Trial]) -> dict[str, list[float | None]]:
    """A column for each measured quantity and one for its standard error, in the order of names.

    A unit that the name does not say stands behind it."""
    read = [{m.name: m for m in t.outcome.measured} if isinstance(t.outcome, Intact) else {}
            for t in trials]
    found: dict[str, list[float | None]] = {}
    for name, unit in sorted({(m.name, m.unit) for some in read for m in some.values()}):
        title = f"{name} ({unit})" if unit else name
        found[title] = [some[name].value if name in some else None for some in read]
        errors = [some[name].standard_error if name in some else None for some in read]
        if any(error is not None for error in errors):
            found[f"{name}_se ({unit})" if unit else f"{name}_se"] = errors
    return found


def _verdict(outcome: Outcome | None, reason: str) -> Row:
    """From `outcome` to `damage_se`."""
    word = None if outcome is None else OUTCOME_KINDS[type(outcome)]
    damage = outcome.damage if isinstance(outcome, (Intact, Failed)) else None
    return (word, str(outcome.mode) if isinstance(outcome, Failed) else None, reason or None,
            outcome.measure_again if isinstance(outcome, SetAside) else None,
            damage.index if damage else None, damage.standard_error if damage else None)


def _resistance(outcome: Outcome | None) -> Row:
    """From `resistance_ohm_cm2` to `rest_s`."""
    if not isinstance(outcome, Intact):
        return (None,) * 12
    return (outcome.resistance_ohm_cm2, outcome.resistance_se_ohm_cm2, outcome.total_ohm_cm2,
            outcome.total_se_ohm_cm2, outcome.nonuniformity, outcome.resistance_ohm,
            outcome.area_cm2, outcome.circuit, "+".join(outcome.summed) or None,
            outcome.stack_pressure_mpa, outcome.measured_at_c, outcome.rest_s)


def spectrum_rows(trial: Trial) -> list[Row]:
    """One row per frequency of each electrode; points without a number say why."""
    rows: list[Row] = []
    for s in trial.spectra:
        head = (trial.number, trial.stack.stack_id, s.electrode, s.area_cm2)
        tail = (s.stack_pressure_mpa, s.temperature_c, s.rest_s, s.amplitude_mv)
        rows += [(*head, hz, z.real, z.imag, None, *tail) for hz, z in zip(
            s.frequency_hz.tolist(), s.impedance_ohm.tolist(), strict=True)]
        rows += [(*head, p.frequency_hz, None, None, p.reason, *tail) for p in s.missing]
    return rows


def control_rows(trial: Trial) -> list[Row]:
    """One row per frequency that was read before and after a sweep."""
    return [(trial.number, trial.stack.stack_id, s.electrode, p.frequency_hz, p.before_ohm.real,
             p.before_ohm.imag, p.after_ohm.real, p.after_ohm.imag)
            for s in trial.spectra for p in s.controls]


def trace_rows(trial: Trial) -> list[Row]:
    """One row per sample of the press."""
    if (trace := trial.trace) is None:
        return []
    size = trace.time_s.size
    channels = (trace.time_s, trace.force_n, trace.pressure_mpa, trace.position_mm,
                trace.temperature_upper_c, trace.temperature_lower_c, trace.acoustic_hits)
    columns = ([None] * size if c is None else c.tolist() for c in channels)
    log = "entered" if trace.entered else trace.gap or "whole"
    return [(trial.number, trial.stack.stack_id, *sample, trace.die_area_mm2, log)
            for sample in zip(*columns, strict=True)]
