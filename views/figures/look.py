"""One look for all pictures: colours that survive colour blindness, symbols, axes, fonts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import LOG, Quantity
from pressloop.trials.trial import State, Trial
from pressloop.views.kinds import Kind, kind_of
from pressloop.views.words import VARIABLES, axis_of, readings_words, recipe_words

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
INK, MUTED, GRID, PAPER = "#1f2933", "#52606d", "#e4e7eb", "#ffffff"
BLUE, SKY, ORANGE, RED, PURPLE, GREEN = (
    "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#AA4499", "#009E73")
"""After Okabe and Ito, with a darker purple."""
BROWN, GREY = "#7f5539", "#7b8794"
BAND = "rgba(0, 114, 178, 0.14)"

COLOURS = {
    Kind.INTACT: BLUE, Kind.CRUSHED: RED, Kind.SHORTED: PURPLE, Kind.DELAMINATED: ORANGE,
    Kind.UNKNOWN: BROWN, Kind.SET_ASIDE: GREY, Kind.SPOILT: GREY, Kind.WITHDRAWN: GREY,
    Kind.FAULTED: GREY, Kind.OPEN: "#9aa5b1",
}
SYMBOLS = {
    Kind.INTACT: "circle", Kind.CRUSHED: "x", Kind.SHORTED: "triangle-down",
    Kind.DELAMINATED: "diamond", Kind.SET_ASIDE: "square-open", Kind.FAULTED: "cross-thin-open",
    Kind.UNKNOWN: "triangle-up", Kind.SPOILT: "triangle-up-open", Kind.WITHDRAWN: "x-thin-open",
    Kind.OPEN: "circle-open-dot",
}
IMPORTED = "circle-open"
RECOMMENDED, REFERENCE = "star", "hexagon-open"


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture with a title and a sentence on how to read it.

    Or, where there is nothing to draw, `missing` says why. `wide` panels take the whole row. `key`
    holds colours and their words."""

    title: str
    how_to_read: str
    figure: Any = None
    missing: str = ""
    wide: bool = False
    key: tuple[tuple[str, str], ...] = ()


def symbol_of(trial: Trial) -> str:
    """Marker symbol; intact stacks from before the campaign are hollow."""
    kind = kind_of(trial)
    return IMPORTED if kind is Kind.INTACT and trial.state is State.IMPORTED else SYMBOLS[kind]


def marks(trials: Sequence[Trial]) -> dict[str, Any]:
    """The marker of each trial for plotly; imported ones are white inside, seen on any ground."""
    colours = [COLOURS[kind_of(t)] for t in trials]
    symbols = [symbol_of(t) for t in trials]
    pairs = list(zip(colours, symbols, strict=True))
    return {
        # The white edge eats more of a cross than of a circle.
        "size": [10 if "circle" in s else 13 for s in symbols], "opacity": 1.0,
        "symbol": ["circle" if s == IMPORTED else s for s in symbols],
        "color": [PAPER if s == IMPORTED else c for c, s in pairs],
        "line": {"width": 1.5, "color": [c if "open" in s else PAPER for c, s in pairs]}}


def hover(trial: Trial) -> str:
    """What the pointer shows of a trial, escaped for plotly's HTML subset."""
    outcome = trial.outcome
    words = str(kind_of(trial))
    if isinstance(outcome, Intact):
        words = escape(readings_words(outcome))
    return (f"<b>{trial.number} · {escape(trial.stack.stack_id)}</b><br>"
            f"{escape(recipe_words(trial.recipe))}<br>{words}")


def blank(height: int) -> Any:
    """An empty figure with fonts, margins and no legend: keys are part of the page."""
    import plotly.graph_objects as go

    return dressed(go.Figure(), height)


def dressed(figure: Any, height: int) -> Any:
    """The figure in the look of the report."""
    figure.update_layout(
        template="none", height=height, showlegend=False, paper_bgcolor=PAPER, plot_bgcolor=PAPER,
        font={"family": FONT, "size": 13, "color": INK}, hovermode="closest",
        margin={"l": 64, "r": 16, "t": 28, "b": 50},
        hoverlabel={"bgcolor": "white", "bordercolor": "#cbd2d9", "font": {
            "family": FONT, "size": 13, "color": INK}})
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": "#9aa5b1", "ticks": "outside",
            "tickcolor": "#9aa5b1", "ticklen": 4, "showline": True, "automargin": True,
            "title": {"standoff": 10, "font": {"size": 13, "color": MUTED}}}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def log_axis(low: float, high: float, title: str) -> dict[str, Any]:
    """A logarithmic axis from `low` to `high` with ticks at 1, 2, 5 (or finer, or decades)."""
    return {"type": "log", "range": [math.log10(low), math.log10(high)],
            "tickvals": (marks := nice_marks(low, high)),
            "ticktext": [f"{mark:g}" for mark in marks], "title": {"text": title}}


def value_axis(of: Quantity, values: Sequence[float], wider: float) -> dict[str, Any]:
    """The axis of a quantity that holds these values and a part more.

    Logarithmic, wider by a factor, where the quantity varies by factors, else by the same share of
    what the values span."""
    low, high = min(values), max(values)
    if of.scale == LOG:
        return log_axis(low / wider, high * wider, axis_of(of))
    more = (wider - 1.0) * ((high - low) or abs(high) or 1.0)
    return {"range": [low - more, high + more], "title": {"text": axis_of(of)}}


def nice_marks(low: float, high: float) -> list[float]:
    """Round numbers between two positive ends, four to nine of them."""
    choices: tuple[tuple[float, ...], ...] = (
        (1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4,
                                                       4.5, 5, 6, 7, 8, 9))
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    marks: list[float] = []
    for steps in choices:
        marks = [float(f"{step * 10.0**d:.3g}") for d in decades for step in steps
                 if low * 0.999 <= step * 10.0**d <= high * 1.001]
        if len(marks) >= 4:
            return marks
    return marks or [float(f"{low:.3g}"), float(f"{high:.3g}")]


def variable_axis(name: str, bounds: tuple[float, float]) -> dict[str, Any]:
    """The axis of a set point over its bounds, on the scale on which its effect is smooth."""
    title = "{} ({})".format(*VARIABLES[name])
    if name == "temperature_c":
        return {"range": list(bounds), "title": {"text": title}}
    return log_axis(*bounds, title)
