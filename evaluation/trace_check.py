"""Did the press do what it was asked? A trace that never held its set point says nothing of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pressloop.evaluation.rules import Rules
from pressloop.trials.outcome import Achieved
from pressloop.trials.recipe import Recipe
from pressloop.trials.trace import Trace

TEMPERATURE_BAND_C = 10.0
STEADY = 0.8
"""Share of the time under more than half of the peak that must be at one pressure; the rest is ramp
and release."""
ASTRAY = 0.5
"""Share of the pressure asked for by which a press may have gone astray: beyond, its sensor or the
unit of a typed value is more likely to be wrong."""


def not_held(trace: Trace, recipe: Recipe, rules: Rules) -> str | None:
    """Why the trace does not belong to the recipe, None if it does.

    Where the log has a gap or was entered, the press's own peak and dwell stand for it.
    """
    low = recipe.pressure_mpa * (1.0 - rules.held_within)
    high = recipe.pressure_mpa * (1.0 + rules.held_within)
    held = trace.pressure_mpa >= low
    peak, seconds = _peak_mpa(trace), _held_s(trace, held)
    if not peak <= high:
        return f"pressure reached {peak:.0f} MPa, above the {recipe.pressure_mpa:.0f} asked"
    # Load drops are single samples, so a little dwell is lost to counting.
    if not (peak >= low and seconds >= rules.held_share * recipe.dwell_s - 3.0):
        return (f"pressure was held for {seconds:.0f} of {recipe.dwell_s:.0f} s "
                f"(within {rules.held_within:.0%} of {recipe.pressure_mpa:.0f} MPa)")
    # A gap over the whole dwell leaves no sample to judge; the press trips by itself.
    if trace.temperature_c is None or not (trace.whole or held.any()):
        return None
    warm = trace.temperature_c[held] if held.any() else trace.temperature_c
    off = float(np.median(warm)) - recipe.temperature_c
    if not abs(off) <= TEMPERATURE_BAND_C:
        return f"platens were {off:+.0f} degC off the {recipe.temperature_c:.0f} asked"
    return None


def achieved(trace: Trace, recipe: Recipe, rules: Rules) -> Achieved | None:
    """What was pressed instead, where it was one pressure, held steadily, not farther from the
    recipe than a press goes astray; None where nobody could say by what the stack was pressed.

    Pressure is the median while more than half of the peak was on the stack, dwell the time within
    the band round that, temperature the median meanwhile.
    """
    if not trace.whole and trace.peak_force_n is not None:
        # What a person read, or the press's own registers: one peak, and how long it was held.
        pressure, seconds = _peak_mpa(trace), trace.held_s or 0.0
        held = trace.pressure_mpa >= pressure * (1.0 - rules.held_within)
    else:
        peak = _peak_mpa(trace)
        pressure = float(np.median(trace.pressure_mpa[trace.pressure_mpa > 0.5 * peak]))
        held = np.abs(trace.pressure_mpa / pressure - 1.0) <= rules.held_within
        seconds = float(np.sum(np.diff(trace.time_s)[held[:-1] & held[1:]]))
        loaded = float(np.ptp(trace.time_s[trace.pressure_mpa > 0.5 * peak]))
        steady = peak <= pressure * (1.0 + rules.held_within)
        if not (steady and seconds >= STEADY * loaded):
            return None
    if not (abs(pressure / recipe.pressure_mpa - 1.0) <= ASTRAY and seconds > 0.0):
        return None
    warm = None if trace.temperature_c is None or not held.any() else float(
        np.median(trace.temperature_c[held]))
    return Achieved(round(pressure, 1), round(seconds, 1), None if warm is None else round(warm, 1))


def _peak_mpa(trace: Trace) -> float:
    if not trace.whole and trace.peak_force_n is not None:
        return trace.peak_force_n / trace.die_area_mm2
    return float(np.quantile(trace.pressure_mpa, 0.98))


def _held_s(trace: Trace, held: npt.NDArray[np.bool_]) -> float:
    if not trace.whole and trace.held_s is not None:
        return trace.held_s
    return float(np.sum(np.diff(trace.time_s)[held[:-1] & held[1:]]))
