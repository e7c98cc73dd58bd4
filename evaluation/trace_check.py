"""Did the press do what it was asked? A trace that never held its set point says nothing of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pressloop.evaluation.rules import Rules
from pressloop.trials.recipe import Recipe
from pressloop.trials.trace import Trace

TEMPERATURE_BAND_C = 10.0


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


def _peak_mpa(trace: Trace) -> float:
    if not trace.whole and trace.peak_force_n is not None:
        return trace.peak_force_n / trace.die_area_mm2
    return float(np.quantile(trace.pressure_mpa, 0.98))


def _held_s(trace: Trace, held: npt.NDArray[np.bool_]) -> float:
    if not trace.whole and trace.held_s is not None:
        return trace.held_s
    return float(np.sum(np.diff(trace.time_s)[held[:-1] & held[1:]]))
