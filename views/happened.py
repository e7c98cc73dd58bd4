"""What became of one stack, a sentence for each step: for logs and the page of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pressloop.trials.entry import Entered
from pressloop.trials.outcome import Intact
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.trace import Trace
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted, printable
from pressloop.views.kinds import kind_of, reason_of
from pressloop.views.words import (
    Load,
    measurement_words,
    readings_words,
    recipe_words,
    set_point,
    significant,
)


def planned(trial: Trial, load: Load | None = None) -> str:
    """The recipe and what it is for."""
    purpose = f" ({trial.purpose})" if trial.purpose else ""
    return f"{_name(trial)}: next is {recipe_words(trial.recipe, load)}{purpose}"


def pressed(trial: Trial, load: Load | None = None) -> str:
    """What was asked of the press, and what it did."""
    return f"{_name(trial)}: {_asked(trial, load)}"


def measured(trial: Trial, spectra: Sequence[Spectrum], entered: Entered | None = None) -> str:
    """What was swept, and what a person has entered."""
    swept = (f"{counted(one.frequency_hz.size, 'point')} from {one.frequency_hz.max():g} to "
             f"{one.frequency_hz.min():g} Hz" for one in spectra)
    return f"{_name(trial)} measured: {', '.join((*swept, *_said(entered)))}"


def _said(entered: Entered | None) -> list[str]:
    if entered is None:
        return []
    return [*map(measurement_words, entered.values), *filter(None, (entered.failure,))]


def ended(trial: Trial, load: Load | None = None) -> str:
    """Recipe, press and reading in one line."""
    outcome = trial.outcome
    if isinstance(outcome, Intact):
        result = readings_words(outcome)
    else:
        result = ": ".join(filter(None, (str(kind_of(trial)), reason_of(trial))))
    return f"{_name(trial)}: {_asked(trial, load)}, {result}"


def _asked(trial: Trial, load: Load | None) -> str:
    return f"{recipe_words(replace(trial.recipe, others=()), load)} asked{_reached(trial.trace)}"


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
    stack = printable(trial.stack.stack_id, kept="")
    barcode = f" ({trial.stack.barcode})" if trial.stack.barcode else ""
    return f"Stack {stack}{barcode}"
