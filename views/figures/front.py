"""Resistance over cycle time, and over non-uniformity, for the recipes that nothing beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pressloop.optimizer import Recommendation
from pressloop.optimizer.objectives.pareto import Tradeoff
from pressloop.trials.wording import counted
from pressloop.views.figures.look import BLUE, INK, RECOMMENDED, Panel, blank, log_axis
from pressloop.views.front import cells_of
from pressloop.views.words import OHM_CM2

READ = ("Each mark is a recipe that nothing beats in everything at once; towards the lower left is "
        "better. Thin lines are 95 % intervals, the star is the recommended recipe.")
ALIKE = 0.5
"""Minutes by which cycle times may differ and are the same to a lab."""
Ends = tuple[float, float, float]
"""A value and the ends of its interval."""


def fronts(found: Recommendation) -> list[Panel]:
    """One picture, or two where non-uniformity is known."""
    # The recommended one last, so that no mark hides its star.
    front = sorted(found.front, key=lambda t: t.recipe == found.recipe)
    panels = [_against_time(found, front)]
    even = [t for t in front if t.nonuniformity is not None]
    if even:
        across = [_percent(t) for t in even]
        panels.append(Panel("Resistance against non-uniformity", READ, _figure(
            found, even, across, "Non-uniformity (%)", {"rangemode": "tozero"})))
    return panels


def _against_time(found: Recommendation, front: Sequence[Tradeoff]) -> Panel:
    title, minutes = "Resistance against cycle time", [t.minutes for t in front]
    if max(minutes) - min(minutes) < ALIKE:
        return Panel(title, "", missing="All of these recipes take "
                     f"{counted(round(minutes[0]), 'minute')}.")
    return Panel(title, READ, _figure(found, front, [(m, m, m) for m in minutes],
                                      "Cycle time (min)", {}))


def _percent(one: Tradeoff) -> Ends:
    """Non-uniformity in percent."""
    value, low, high = one.nonuniformity, one.nonuniformity_low, one.nonuniformity_high
    assert value is not None and low is not None and high is not None
    return 100.0 * value, 100.0 * low, 100.0 * high


def _figure(found: Recommendation, front: Sequence[Tradeoff], across: Sequence[Ends], title: str,
            axis: dict[str, Any]) -> Any:
    best = [t.recipe == found.recipe for t in front]
    figure = blank(380)
    figure.add_scatter(
        x=[value for value, *_ in across], y=[t.resistance_ohm_cm2 for t in front],
        mode="markers", hoverinfo="text", cliponaxis=False,
        hovertext=["<br>".join(cells_of(t, found)) for t in front],
        marker={"size": [20 if b else 10 for b in best],
                "symbol": [RECOMMENDED if b else "circle" for b in best],
                "color": ["#ffd23f" if b else BLUE for b in best],
                "opacity": 1.0, "line": {"width": 1.5, "color": [
                    INK if b else "white" for b in best]}},
        error_y=_errors([(t.resistance_ohm_cm2, t.low_ohm_cm2, t.high_ohm_cm2) for t in front]),
        error_x=_errors(across) if any(low < high for _, low, high in across) else None)
    figure.update_xaxes(title_text=title, **axis)
    figure.update_yaxes(log_axis(min(t.low_ohm_cm2 for t in front) / 1.05,
                                 max(t.high_ohm_cm2 for t in front) * 1.05,
                                 f"Interfacial resistance ({OHM_CM2})"))
    return figure


def _errors(rows: Sequence[Ends]) -> dict[str, Any]:
    return {"type": "data", "symmetric": False, "color": "rgba(31, 41, 51, 0.35)",
            "thickness": 1.2, "width": 3, "array": [high - value for value, _, high in rows],
            "arrayminus": [value - low for value, low, _ in rows]}
