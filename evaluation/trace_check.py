"""Did the press do what it was asked? A trace that never held its set point says nothing of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pressloop.evaluation.rules import Rules
from pressloop.trials.outcome import Achieved
from pressloop.trials.recipe import Recipe
from pressloop.trials.trace import Trace
from pressloop.trials.wording import in_percent

TEMPERATURE_BAND_C = 10.0
STEADY, LONGER = 0.5, 3.0
"""How long a stack may be under more than half of the pressure before and after, in shares of the
dwell and of the other one of the two ramps: longer, it was pressed by more than one pressure."""
LEVEL = 0.7
"""Quantile of the samples near the peak that is the pressure: ramps pull the median down."""
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
                f"(within {in_percent(rules.held_within)} of {recipe.pressure_mpa:.0f} MPa)")
    # A gap over the whole dwell leaves no sample to judge; the press trips by itself.
    if trace.temperature_c is None or not (trace.whole or held.any()):
        return None
    warm = trace.temperature_c[held] if held.any() else trace.temperature_c
    off = float(np.median(warm)) - recipe.temperature_c
    if not abs(off) <= TEMPERATURE_BAND_C:
        return f"platens were {off:+.0f} degC off the {recipe.temperature_c:.0f} asked"
    return None


def achieved(trace: Trace, recipe: Recipe, rules: Rules) -> Achieved | None:
    """What was pressed instead, where it was one pressure, held steadily.

    Not farther from the recipe than a press goes astray; None where nobody could say by what the
    stack was pressed.

    Pressure is a high quantile within the band below the peak, dwell the time within the band round
    it, temperature the median meanwhile.
    """
    if not trace.whole and trace.peak_force_n is not None:
        # What a person read, or the press's own registers: one peak, and how long it was held.
        pressure, seconds = _peak_mpa(trace), trace.held_s or 0.0
        held = trace.pressure_mpa >= pressure * (1.0 - rules.held_within)
    else:
        near_peak = trace.pressure_mpa[trace.pressure_mpa >= (1.0 - rules.held_within) * _peak_mpa(
            trace)]
        pressure = float(np.quantile(near_peak, LEVEL))
        held = np.abs(trace.pressure_mpa / pressure - 1.0) <= rules.held_within
        seconds = _one_dwell(trace, held, pressure, rules.held_within)
    if not (abs(pressure / recipe.pressure_mpa - 1.0) <= ASTRAY and seconds > 0.0):
        return None
    warm = None if trace.temperature_c is None or not held.any() else float(
        np.median(trace.temperature_c[held]))
    return Achieved(round(pressure, 1), round(seconds, 1), None if warm is None else round(warm, 1))


def _one_dwell(trace: Trace, held: npt.NDArray[np.bool_], pressure: float, within: float) -> float:
    """Seconds of the one dwell that the trace has between two ramps.

    The ramps' ends within the band are not counted; 0 where there is more than one dwell."""
    inside, half = np.flatnonzero(held), np.flatnonzero(trace.pressure_mpa > 0.5 * pressure)
    time = trace.time_s
    seconds = float(np.sum(np.diff(time)[held[:-1] & held[1:]]))
    before, after = (float(max(t, 0.0)) for t in (
        time[inside[0]] - time[half[0]], time[half[-1]] - time[inside[-1]]))
    steady = (seconds >= 0.8 * float(time[inside[-1]] - time[inside[0]])
              and before <= STEADY * seconds + LONGER * after
              and after <= STEADY * seconds + LONGER * before)
    return seconds - within / (0.5 - within) * (before + after) if steady else 0.0


def _peak_mpa(trace: Trace) -> float:
    if not trace.whole and trace.peak_force_n is not None:
        return trace.peak_force_n / trace.die_area_mm2
    return float(np.quantile(trace.pressure_mpa, 0.98))


def _held_s(trace: Trace, held: npt.NDArray[np.bool_]) -> float:
    if not trace.whole and trace.held_s is not None:
        return trace.held_s
    return float(np.sum(np.diff(trace.time_s)[held[:-1] & held[1:]]))
