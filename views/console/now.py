"""The campaign as it runs: the stack in work, its recipe and why, the press, the dwell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pressloop.trials.trace import Trace
from pressloop.trials.trial import State, Trial
from pressloop.views.figures.look import GREEN, INK, Panel
from pressloop.views.figures.trace import trace_figure
from pressloop.views.live.picture import STEPS
from pressloop.views.words import VARIABLES, Load, minutes, parameter_words, plain, with_signs

HELD = 0.95
"""The dwell counts from this share of the pressure that was asked."""
NOT_SO_FAR = 5.0
"""Seconds that a dwell may seem too long before nothing more is said of it."""


class SetPoint(NamedTuple):
    """One number of the recipe, large."""

    label: str
    value: str
    unit: str
    remark: str


class InWork(NamedTuple):
    """The stack in work; `settle` is True where no run is there to ask what became of it.

    `unload` is True where its press can be told to unload it, from beside it."""

    number: int
    stack: str
    lot: str
    step: str
    set_points: Sequence[SetPoint]
    others: Sequence[str]
    purpose: str
    reason: str
    queued: str
    commanded: bool
    settle: bool
    unload: bool
    awaited: Sequence[str]


def in_work(trial: Trial, *, reason: str, by: str, alive: bool, load: Load | None = None,
            unload: bool = False, awaited: Sequence[str] = ()) -> InWork:
    """The stack in work; `reason` says why this recipe, `by` who planned it.

    `awaited` is what a meter that waits for a person has told, the newest last."""
    recipe = trial.recipe
    points = [_point(name, getattr(recipe, name), recipe.pressure_mpa, load)
              for name in recipe.core]
    return InWork(trial.number, trial.stack.stack_id, trial.stack.lot, STEPS[trial.state], points,
                  parameter_words(recipe), trial.purpose, with_signs(reason), by,
                  trial.state is State.COMMANDED, not alive, unload, awaited)


def _point(name: str, value: float, pressure: float, load: Load | None) -> SetPoint:
    label, unit = VARIABLES[name]
    remark = minutes(value) if name == "dwell_s" else (
        f"{load(pressure)} on the gauge" if name == "pressure_mpa" and load is not None else "")
    return SetPoint(label, plain(value), unit, remark)


class Dwell(NamedTuple):
    """How far a cycle has come, in words, and the seconds that a clock counts from.

    `left_s` runs down to 0; `elapsed_s` runs up; each None where it is not known."""

    phase: str
    left_s: float | None
    elapsed_s: float | None


def dwell_of(trial: Trial, trace: Trace | None, elapsed_s: float, asked: bool) -> Dwell:
    """The phase of a running cycle, told by what the press has shown so far."""
    if asked:
        return Dwell("The person at the press is asked to begin", None, elapsed_s)
    if trace is None:
        return Dwell("The cycle runs", None, elapsed_s)
    asked_mpa = trial.recipe.pressure_mpa
    held = np.flatnonzero(trace.pressure_mpa >= HELD * asked_mpa)
    if held.size == 0:
        warm = trace.temperature_c
        heating = warm is not None and warm[-1] < trial.recipe.temperature_c - 5.0 \
            and trace.pressure_mpa[-1] < 0.1 * asked_mpa
        return Dwell("The platens warm up" if heating else "Pressure rises", None, elapsed_s)
    since = elapsed_s - float(trace.time_s[held[0]])
    left = trial.recipe.dwell_s - since
    if held[-1] < trace.time_s.size - 1 and left < NOT_SO_FAR:
        return Dwell("The press unloads", None, elapsed_s)
    return Dwell("Held", max(left, 0.0), elapsed_s)


def unseen_dwell(since_s: float | None) -> Dwell:
    """The clock of a cycle of which no more is known than when it was commanded."""
    return Dwell("The cycle runs, as far as is on record", None, since_s)


def press_panel(trial: Trial, trace: Trace | None) -> Panel:
    """Pressure and temperatures up to now, with what was asked."""
    name = f"press {trial.press}" if trial.press else "the press"
    title = f"What {name} does" if trial.state is State.COMMANDED else f"What {name} did"
    if trace is None:
        return Panel(title, "", missing="The press has shown nothing yet.")
    figure: Any = trace_figure(trace, trial.stack.stack_id)
    figure.add_hline(trial.recipe.pressure_mpa, row=1, col=1,
                     line={"color": INK, "width": 1, "dash": "dash"})
    if trace.temperature_c is not None:
        figure.add_hline(trial.recipe.temperature_c, row=2, col=1,
                         line={"color": GREEN, "width": 1, "dash": "dash"})
    return Panel(title, "Solid: measured. Dashed: asked.", figure, wide=True)
