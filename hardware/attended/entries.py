"""Is what a person typed possible, and is it likely? Nothing here asks anybody."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pressloop.hardware.attended.gauge import Gauge, clock
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe
from pressloop.trials.trace import Trace

DOUBTFUL = 0.2
"""Share by which peak or dwell may differ from the recipe before it is asked twice."""
DOUBTFUL_C = 10.0
EDGE_S = 1.0
"""Width of the redrawn ramps where the recipe gives no rate: they only close the picture."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the person read: the gauge at its highest, the time held, the platens if heated."""

    shown: float
    dwell_s: float
    temperature_c: float | None = None


def impossible(entry: Entry, recipe: Recipe, gauge: Gauge) -> str:
    """Why this cannot have happened inside the limits; "" if it can."""
    for name, value in (("peak", entry.shown), ("dwell", entry.dwell_s)):
        if not (math.isfinite(value) and value > 0):
            return f"{name} = {value:g}: must be a number above 0."
    if entry.temperature_c is not None and not math.isfinite(entry.temperature_c):
        return f"temperature = {entry.temperature_c:g}: must be a number."
    warm = recipe.temperature_c if entry.temperature_c is None else entry.temperature_c
    try:
        outside = gauge.violations(Recipe(gauge.mpa(entry.shown), entry.dwell_s, warm))
    except BadInput as error:
        return str(error)
    said = {"pressure_mpa": f"peak = {entry.shown:g} {gauge.word} would be "
                            f"{gauge.mpa(entry.shown):.4g} MPa on this die",
            "dwell_s": f"dwell = {entry.dwell_s:g} s", "temperature_c": f"temperature = {warm:g}"}
    return "".join(f"{said[one.name]}: must be {one.bound}. Read again; if it really went there, "
                   "the stack is to be given up." for one in outside[:1])


def unlikely(entry: Entry, recipe: Recipe, gauge: Gauge) -> str:
    """What differs so much from the recipe that it is asked for twice; "" if nothing does."""
    sentences = []
    peak = gauge.mpa(entry.shown)
    if abs(peak / recipe.pressure_mpa - 1.0) > DOUBTFUL:
        sentences.append(f"peak = {entry.shown:g} {gauge.word} is {peak:.4g} MPa, asked were "
                    f"{gauge.at(recipe.pressure_mpa)}")
    if abs(entry.dwell_s / recipe.dwell_s - 1.0) > DOUBTFUL:
        sentences.append(f"dwell = {entry.dwell_s:g} s, asked were {clock(recipe.dwell_s)}")
    warm = entry.temperature_c
    if warm is not None and abs(warm - recipe.temperature_c) > DOUBTFUL_C:
        sentences.append(f"temperature = {warm:g} degC, asked were {recipe.temperature_c:g}")
    if not sentences:
        return ""
    return f"{'; '.join(sentences)}. If that is what happened, type it again to confirm."


def redrawn(entry: Entry, recipe: Recipe, gauge: Gauge) -> Trace:
    """Peak and dwell as entered, drawn as a trapezoid; what nobody read stays out."""
    force, peak = gauge.newton(entry.shown), gauge.mpa(entry.shown)
    up, down = (EDGE_S if rate is None else peak / rate
                for rate in (recipe.ramp_mpa_per_s, recipe.release_mpa_per_s))
    time = np.cumsum([0.0, up, entry.dwell_s, down])
    warm = None if entry.temperature_c is None else np.full(time.size, entry.temperature_c)
    return Trace(time, np.array([0.0, force, force, 0.0]), None, warm, None,
                 gauge.machine.die_area_mm2, peak_force_n=force, held_s=entry.dwell_s,
                 entered=True)
