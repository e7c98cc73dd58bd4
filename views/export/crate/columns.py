"""What the columns of the exported tables are: unit, meaning, and EMMO's word for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pressloop.views.export.rows import CONTROLS, SPECTRA, TRACES, TRIALS


class Column(NamedTuple):
    """A column: its unit as pressloop writes it, "" for none; what it is; EMMO's class or ""."""

    unit: str = ""
    meaning: str = ""
    concept: str = ""


SUFFIXES = {
    "_ohm_cm2": "ohm cm2", "_mpa_per_s": "MPa/s", "_cm2": "cm2", "_mm2": "mm2", "_mpa": "MPa",
    "_um": "um", "_mm": "mm", "_mv": "mV", "_hz": "Hz", "_ohm": "ohm", "_n": "N", "_s": "s",
    "_c": "degC",
}
"""How names of columns say their units, the longer endings first."""
CONCEPTS = {
    "MPa": "Pressure", "degC": "CelsiusTemperature", "s": "Duration", "cm2": "Area",
    "mm2": "Area", "um": "Thickness", "N": "Force", "Hz": "Frequency", "ohm": "ElectricResistance",
    "mV": "AmplitudeOfAlternatingVoltage", "mm": "Displacement",
}
OTHER_CONCEPTS = {
    "time_s": "Time", "impedance_imag_ohm": "ElectricReactance",
    "before_imag_ohm": "ElectricReactance", "after_imag_ohm": "ElectricReactance",
}
MEANINGS = {
    "trial": "number of the trial in its campaign, from 1",
    "stack": "name of the stack", "lot": "lot of its materials", "operator": "who made it",
    "stack_area_cm2": "geometric electrode area",
    "thickness_um": "thickness of the separator",
    "pre_press_mpa": "pressure of the separator pre-press",
    "anode_press_mpa": "pressure of the anode press",
    "pressure_mpa": "pressure on the sample: set point in trials, force over die area in traces",
    "dwell_s": "set point of the time at pressure",
    "temperature_c": "set point of the platen temperature",
    "ramp_mpa_per_s": "set point of the rate of loading; empty for the machine's own",
    "release_mpa_per_s": "set point of the rate of unloading; empty for the machine's own",
    "purpose": "what the recipe was for", "state": "how far the trial has come",
    "cycle_id": "number of the cycle on the press", "sweeps": "impedance sweeps taken",
    "outcome": "intact, failed, set_aside, spoilt or withdrawn; empty before there is one",
    "failure_mode": "how a failed stack failed",
    "reason": "why there is no resistance",
    "measure_again": "whether a new sweep may cure a reading that was set aside",
    "damage_index": "crushed fraction of the cathode as the press trace tells it",
    "damage_se": "standard error of damage_index",
    "resistance_ohm_cm2": "interfacial resistance times geometric area",
    "resistance_se_ohm_cm2": "standard error of resistance_ohm_cm2",
    "total_ohm_cm2": "total polarisation resistance (all arcs) times geometric area",
    "total_se_ohm_cm2": "standard error of total_ohm_cm2",
    "nonuniformity": "relative scatter of conductance over segmented electrodes",
    "resistance_ohm": "interfacial resistance", "electrode_area_cm2": "area it is multiplied by",
    "circuit": "equivalent circuit of the fit", "summed": "its elements that were added up",
    "measured_stack_pressure_mpa": "stack pressure held during impedance",
    "measured_at_c": "measuring temperature", "rest_s": "time between press and measurement",
    "correction": "what a person has put right", "correction_reason": "why",
    "recorded_outcome": "outcome as recorded first",
    "recorded_resistance_ohm_cm2": "resistance as recorded first",
    "press": "name of the press",
    "electrode": "full, or the name of a segment", "area_cm2": "geometric area of the electrode",
    "frequency_hz": "frequency",
    "impedance_real_ohm": "real part of the impedance",
    "impedance_imag_ohm": "imaginary part, negative for a capacitor",
    "missing_reason": "why the meter gave no number at this frequency",
    "stack_pressure_mpa": "stack pressure held during the sweep", "amplitude_mv": "amplitude",
    "before_real_ohm": "real part before the sweep", "before_imag_ohm": "imaginary part before it",
    "after_real_ohm": "real part after the sweep", "after_imag_ohm": "imaginary part after it",
    "time_s": "time since the start of the log", "force_n": "force of the press",
    "position_mm": "punch travel into the die, positive in closing",
    "temperature_upper_c": "temperature of the upper platen",
    "temperature_lower_c": "temperature of the lower platen",
    "acoustic_hits": "acoustic-emission hits in the sample interval",
    "die_area_mm2": "area by which force is pressure",
    "log": "whole; entered by a person; or why part of it is missing",
    "achieved_pressure_mpa": "pressure that the press reached instead of the set point",
    "achieved_dwell_s": "time that it was held instead of the set point",
    "achieved_temperature_c": "platen temperature instead of the set point",
}
PLAIN = ("damage_index", "damage_se", "nonuniformity")
"""Numbers of dimension one."""
NAMED = re.compile(r"(.+) \((.+)\)")
"""A measured quantity whose name does not say its unit."""


def column_of(name: str, units: Mapping[str, str]) -> Column:
    """What a column is. `units` are those of the campaign's own parameters and quantities."""
    if name not in MEANINGS:
        if named := NAMED.fullmatch(name):
            return Column(named[2], f"{named[1]}, a quantity of this campaign")
        return Column(units.get(name, ""), "a parameter or quantity of this campaign")
    if name in PLAIN:
        return Column("1", MEANINGS[name])
    unit = next((unit for end, unit in SUFFIXES.items() if name.endswith(end)), "")
    return Column(unit, MEANINGS[name], OTHER_CONCEPTS.get(name, CONCEPTS.get(unit, "")))


KNOWN = frozenset({*TRIALS, *SPECTRA, *CONTROLS, *TRACES})
"""Columns that every crate has; each has a meaning."""
