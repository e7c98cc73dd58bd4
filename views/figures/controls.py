"""Stacks at the reference recipe in the order of pressing: do the readings themselves change?"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from pressloop.optimizer.history.drift import Control, Drift
from pressloop.trials.checks import FloatArray
from pressloop.views.figures.look import BLUE, INK, MUTED, PAPER, Panel, blank, log_axis
from pressloop.views.words import OHM_CM2, plus_minus

TITLE = "Do the readings drift?"
READ = ("Each circle is one stack at the reference recipe, where nothing but the stack, the press "
        "and the meter can change (bar: 95 % of the reading). The dashed line is the mean of a "
        "lot; a dark line is a change that is clearer than scatter makes it in 19 of 20 "
        "campaigns.")


def controls(drift: Drift) -> Panel:
    """Resistance (ohm cm2) of the controls over stack number, with what they show."""
    said = " ".join(drift.sentences)
    if not drift.controls:
        return Panel(TITLE, READ, missing=f"No stack at the reference recipe is intact yet. {said}",
                     wide=True)
    figure = blank(280)
    for mine in _by_lot(drift.controls):
        _level(figure, mine, MUTED, "dash", _mean(mine))
        if drift.alarm:
            _changed(figure, drift, mine)
    _points(figure, drift.controls)
    ends = np.array([c.resistance_ohm_cm2 for c in drift.controls])
    figure.update_yaxes(log_axis(float(ends.min()) / 1.2, float(ends.max()) * 1.2,
                                 f"Resistance ({OHM_CM2})"))
    last = drift.controls[-1].number
    figure.update_xaxes(range=[0.4, last + 0.6], dtick=max(1, round(last / 14)), tick0=1,
                        title_text="Trial")
    return Panel(TITLE, f"{said} {READ}", figure, wide=True)


def _by_lot(shown: Sequence[Control]) -> list[list[Control]]:
    origins = sorted({c.origin for c in shown})
    return [[c for c in shown if c.origin == origin] for origin in origins]


def _mean(mine: Sequence[Control]) -> FloatArray:
    """The mean of ln R, once for each control."""
    return np.full(len(mine), np.log([c.resistance_ohm_cm2 for c in mine]).mean())


def _changed(figure: Any, drift: Drift, mine: Sequence[Control]) -> None:
    """The trend, or the levels on both sides of the step, through the mean of one lot."""
    numbers = np.array([float(c.number) for c in mine])
    if drift.alarm == "trend" and drift.trend is not None:
        _level(figure, mine, INK, "solid", _mean(mine)
               + drift.trend.ln * (numbers - numbers.mean()))
    elif drift.step is not None:
        after = (numbers > drift.step.last_before).astype(float)
        level = _mean(mine) + drift.step.change.ln * (after - after.mean())
        for side in (0.0, 1.0):
            _level(figure, [c for c, a in zip(mine, after, strict=True) if a == side], INK, "solid",
                   level[after == side])


def _level(figure: Any, mine: Sequence[Control], colour: str, dash: str, ln: FloatArray) -> None:
    figure.add_scatter(x=[c.number for c in mine], y=np.exp(ln).tolist(), mode="lines",
                       line={"color": colour, "width": 1.2 if dash == "dash" else 2.2,
                             "dash": dash}, hoverinfo="skip")


def _points(figure: Any, shown: Sequence[Control]) -> None:
    figure.add_scatter(
        x=[c.number for c in shown], y=[c.resistance_ohm_cm2 for c in shown], mode="markers",
        error_y={"array": [1.96 * (c.resistance_se_ohm_cm2 or 0.0) for c in shown],
                 "thickness": 1.3, "width": 3, "color": BLUE},
        marker={"size": 10, "color": BLUE, "line": {"width": 1.5, "color": PAPER}},
        hovertext=[_hover(c) for c in shown], hoverinfo="text")


def _hover(control: Control) -> str:
    value = plus_minus(control.resistance_ohm_cm2, control.resistance_se_ohm_cm2)
    return (f"<b>{control.number}</b> · lot {escape(control.lot)}, {escape(control.operator)}<br>"
            f"{value} {OHM_CM2}")
