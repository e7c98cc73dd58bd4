"""What became of one stack, a sentence for each step: for logs and the page of a run."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.trace import Trace
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted
from pressloop.views.kinds import kind_of, reason_of
from pressloop.views.words import OHM_CM2, Load, plus_minus, recipe_words, set_point, significant


def planned(trial: Trial, load: Load | None = None) -> str:
    """The recipe and what it is for."""
    purpose = f" ({trial.purpose})" if trial.purpose else ""
    return f"{_name(trial)}: next is {recipe_words(trial.recipe, load)}{purpose}"


def pressed(trial: Trial, load: Load | None = None) -> str:
    """What was asked of the press, and what it did."""
    return f"{_name(trial)}: {_asked(trial, load)}"


def measured(trial: Trial, spectra: Sequence[Spectrum]) -> str:
    """What was swept."""
    told = ", ".join(f"{counted(one.frequency_hz.size, 'point')} from "
                     f"{one.frequency_hz.max():g} to {one.frequency_hz.min():g} Hz"
                     for one in spectra)
    return f"{_name(trial)} measured: {told}"


def ended(trial: Trial, load: Load | None = None) -> str:
    """Recipe, press and reading in one line."""
    outcome = trial.outcome
    if isinstance(outcome, Intact):
        value = plus_minus(outcome.resistance_ohm_cm2, outcome.resistance_se_ohm_cm2)
        result = f"{value} {OHM_CM2}"
    else:
        result = ": ".join(filter(None, (str(kind_of(trial)), reason_of(trial))))
    return f"{_name(trial)}: {_asked(trial, load)}, {result}"


def _asked(trial: Trial, load: Load | None) -> str:
    asked = recipe_words(Recipe(trial.recipe.pressure_mpa, trial.recipe.dwell_s,
                                trial.recipe.temperature_c), load)
    return f"{asked} asked{_reached(trial.trace)}"


def _reached(trace: Trace | None) -> str:
    """The highest pressure, and the dwell where the press or a person tells it."""
    if trace is None:
        return ""
    force = trace.peak_force_n if trace.peak_force_n is not None else float(trace.force_n.max())
    told = [f"{significant(force / trace.die_area_mm2, 4)} MPa"]
    if trace.held_s is not None:
        told.append(set_point("dwell_s", trace.held_s))
    return f", {' and '.join(told)} reached"


def _name(trial: Trial) -> str:
    stack = "".join(c if c.isprintable() else " " for c in trial.stack.stack_id)
    return f"Stack {stack}"
