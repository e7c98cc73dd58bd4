"""Pictures of the comparison: each stack predicted without itself, differences, and chances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pressloop.optimizer.history.value_scale import ValueScale
from pressloop.studies.compare.comparison import SKILL, ModelComparison
from pressloop.studies.compare.scores import EDGES, Bin, reliability
from pressloop.studies.paired import REAL, Difference
from pressloop.surrogates.yardsticks import Prediction
from pressloop.trials.checks import IntArray
from pressloop.views.figures.look import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    RED,
    Panel,
    blank,
    hover,
    value_axis,
)
from pressloop.views.study.words.compare import worse
from pressloop.views.words import NBSP, unit_of

SHOWN = 300
"""Stacks in one picture: more are a cloud."""
WORDS = {REAL: "real", "likely": "probable, not proved", "no evidence": "no evidence of a "
         "difference", "too few": "too few to tell"}


def left_out(one: ModelComparison, scheme: str) -> Panel:
    """Predicted over measured values of the baseline, both in the unit of what is sought."""
    title = "Predicted against measured, each stack predicted without itself"
    said = one.said(scheme, one.baseline)
    if said is None:
        return Panel(title, "", missing="The baseline predicted nothing.")
    kept = _evenly(said.index.size)
    found, y = Prediction(*said.numbers[:, kept]), one.table.y[said.index[kept]]
    half = found.half_width(0.95)
    inside = np.abs(y - found.mean) <= half
    read = (f"Each dot is one stack. The {one.titles[one.baseline]} had not seen it, nor any stack "
            "of the same recipe. The bar is where it expected 95 of 100 such stacks. Good "
            "predictions lie close to the dashed line, and their bars reach it.")
    if scheme != "recipe":
        read = read.replace(", nor any stack of the same recipe", "")
    if kept.size < said.index.size:
        read += f" {kept.size} of {said.index.size} stacks are shown."
    figure = _diagonal(y, found.mean, one.table.scale)
    for mask, colour in ((inside, BLUE), (~inside, RED)):
        if mask.any():
            _dots(figure, one, said.index[kept], (y, found.mean, half), mask, colour)
    key = [(BLUE, "measured value inside the bar")]
    return Panel(title, read, figure, key=tuple(
        key if inside.all() else [*key, (RED, "outside")]))


def _evenly(count: int) -> IntArray:
    return np.unique(np.linspace(0, count - 1, min(count, SHOWN)).round().astype(np.int64))


def _diagonal(y: Any, mean: Any, scale: ValueScale) -> Any:
    axis = value_axis(scale.quantity, scale.value(np.concatenate([y, mean])).tolist(), 1.5)
    ends = [10.0**end for end in axis["range"]] if scale.log else axis["range"]
    unit = unit_of(scale.quantity)
    beside = f" ({unit})" if unit else ""
    figure = blank(440)
    figure.add_scatter(x=ends, y=ends, mode="lines", hoverinfo="skip",
                       line={"color": MUTED, "width": 1.2, "dash": "dash"})
    figure.update_xaxes({**axis, "title": {"text": f"Measured{beside}"}})
    figure.update_yaxes({**axis, "title": {"text": f"Predicted{beside}"}})
    return figure


def _dots(figure: Any, one: ModelComparison, index: IntArray, numbers: tuple[Any, Any, Any],
          mask: Any, colour: str) -> None:
    y, mean, half = (part[mask] for part in numbers)
    value = one.table.scale.value
    middle, ends = value(mean), np.sort([value(mean - half), value(mean + half)], axis=0)
    figure.add_scatter(
        x=value(y), y=middle, mode="markers",
        marker={"size": 8, "color": colour, "line": {"width": 1, "color": "white"}},
        error_y={"array": ends[1] - middle, "arrayminus": middle - ends[0],
                 "thickness": 1.1, "width": 0, "color": colour},
        hovertext=[hover(one.table.trials[i]) for i in index[mask]], hoverinfo="text")


def differences(one: ModelComparison, scheme: str, score: str, order: Sequence[str]) -> Panel:
    """Difference of each model to the baseline, with its interval."""
    baseline, skill = one.titles[one.baseline], score == SKILL
    title = f"How the others differ from the {baseline}"
    found = {d.model: d for d in one.against(scheme, score)}
    shown = [found[name] for name in order if name in found][::-1]
    if not shown:
        return Panel(title, "", missing="No other model predicted the same stacks.")
    of = "" if skill else " of the root mean square"
    read = (f"Dot: difference{of} to the {baseline} over the same stacks; bar: where the "
            "difference lies with 95 % confidence. "
            + ("Left of the line a model foresees crushing worse." if skill
               else "Right of the line a model is farther off."))
    figure = blank(440)
    for d in shown:
        colour = _colour(d)
        figure.add_scatter(
            x=[d.value], y=[_short(one.titles[d.model])], mode="markers",
            marker={"size": 10, "color": colour},
            error_x={"array": [d.high - d.value], "arrayminus": [d.value - d.low], "width": 0,
                     "thickness": 2.4, "color": colour}, hoverinfo="x+y")
    figure.add_vline(x=0.0, line={"color": MUTED, "width": 1.2, "dash": "dash"})
    figure.update_xaxes(title_text="Difference (% points)")
    figure.update_yaxes(tickfont={"size": 12})
    return Panel(title, read, figure, key=_colours(shown))


def _colour(d: Difference) -> str:
    if d.strength != REAL:
        return MUTED
    return RED if worse(d) else GREEN


def _colours(shown: Sequence[Difference]) -> tuple[tuple[str, str], ...]:
    words = {RED: "worse, real", GREEN: "better, real", MUTED: "not proved"}
    return tuple((c, w) for c, w in words.items() if any(_colour(d) == c for d in shown))


def _short(title: str) -> str:
    """On two lines where it is long."""
    words, lines = title.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 26:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def chances(one: ModelComparison, scheme: str) -> Panel:
    """Share of crushed stacks over the chance that they had been given."""
    title = "Of the stacks given a chance of crushing, how many were crushed?"
    said = one.said(scheme, one.baseline)
    if said is None:
        return Panel(title, "", missing="The baseline predicted nothing.")
    groups = reliability(one.table.y[said.index], said.numbers[0])
    title_of = one.titles[one.baseline]
    read = (f"Stacks are grouped by the chance of crushing that the {title_of} gave "
            "them before it had seen them. Dot: average chance stated, and the share that was "
            "then crushed; bar: where that share lies with 95 % confidence. On the dashed line "
            "a stated 20 % means 20 of 100. " + _worst(groups))
    return Panel(title, read.strip(), _chances(groups))


def _worst(groups: Sequence[Bin]) -> str:
    off = [g for g in groups if not g.crushed.low <= g.stated <= g.crushed.high]
    if not off:
        return "No group contradicts what was stated."
    return " ".join(
        f"Stacks given {100 * g.low:.0f} to {100 * g.high:.0f}{NBSP}% were crushed "
        f"{'more' if g.crushed.value > g.stated else 'less'} often than stated "
        f"({g.crushed.count} of {g.crushed.of})." for g in off)


def _chances(groups: Sequence[Bin]) -> Any:
    figure = blank(440)
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", hoverinfo="skip",
                       line={"color": MUTED, "width": 1.2, "dash": "dash"})
    share = np.array([100.0 * g.crushed.value for g in groups])
    low, high = (np.array([100.0 * getattr(g.crushed, end) for g in groups])
                 for end in ("low", "high"))
    figure.add_scatter(
        x=[100.0 * g.stated for g in groups], y=share, mode="markers+text",
        marker={"size": 10, "color": ORANGE},
        text=[f"{g.crushed.count} of {g.crushed.of}" for g in groups],
        # The first two groups are close neighbours.
        textposition=["top right" if g.high <= EDGES[1] else
                      "middle right" if g.stated < 0.5 else "middle left" for g in groups],
        error_y={"array": np.maximum(high - share, 0.0),
                 "arrayminus": np.maximum(share - low, 0.0), "width": 0, "thickness": 1.6,
                 "color": ORANGE}, hoverinfo="text", cliponaxis=False)
    figure.update_xaxes(range=[-3, 103], title_text="Stated chance of crushing (%)")
    figure.update_yaxes(range=[-3, 103], title_text="Share that was crushed (%)")
    return figure


def verdict_words(d: Difference | None) -> str:
    """One cell: what a difference means."""
    if d is None or np.isnan(d.value):
        return "not compared"
    size = f"{abs(d.value):.1f}" if abs(d.value) < 9.95 else f"{abs(d.value):.0f}"
    side = "worse" if worse(d) else "better"
    return f"{size}{NBSP}points {side}: {WORDS[d.strength]}"
