"""Resistance over cycle time, and over non-uniformity, for the recipes that nothing beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer import Recommendation
from optimizer.objectives.pareto import Tradeoff
from views.figures.look import BLUE, INK, RECOMMENDED, Panel, blank, log_axis
from views.front import cells_of
from views.words import OHM_CM2

READ = ("Each mark is a recipe that nothing beats in everything at once; towards the lower left is "
        "better. Thin lines are 95 % intervals, the star is the recommended recipe.")


def fronts(found: Recommendation) -> list[Panel]:
    """One picture, or two where non-uniformity is known."""
    panels = [Panel("Resistance against cycle time", READ, _figure(
        found, [t.minutes for t in found.front], "Cycle time (min)", None))]
    even = [t for t in found.front if t.nonuniformity is not None]
    if even:
        panels.append(Panel("Resistance against non-uniformity", READ, _figure(
            found, [100.0 * (t.nonuniformity or 0.0) for t in found.front], "Non-uniformity (%)",
            even)))
    return panels


def _figure(found: Recommendation, x: Sequence[float], title: str,
            even: Sequence[Tradeoff] | None) -> Any:
    front = found.front
    figure = blank(380)
    figure.add_scatter(
        x=x, y=[t.resistance_ohm_cm2 for t in front], mode="markers", hoverinfo="text",
        hovertext=["<br>".join(cells_of(t, found)) for t in front],
        marker={"size": [20 if t.recipe == found.recipe else 10 for t in front],
                "symbol": [RECOMMENDED if t.recipe == found.recipe else "circle" for t in front],
                "color": ["#ffd23f" if t.recipe == found.recipe else BLUE for t in front],
                "opacity": 1.0, "line": {"width": 1.5, "color": [
                    INK if t.recipe == found.recipe else "white" for t in front]}},
        error_y=_errors([(t.resistance_ohm_cm2, t.low_ohm_cm2, t.high_ohm_cm2) for t in front]),
        error_x=None if even is None else _errors([
            (100.0 * (t.nonuniformity or 0.0), 100.0 * (t.nonuniformity_low or 0.0),
             100.0 * (t.nonuniformity_high or 0.0)) for t in even]))
    figure.update_xaxes(title_text=title, rangemode="tozero" if even is not None else "normal")
    figure.update_yaxes(log_axis(min(t.low_ohm_cm2 for t in front) / 1.05,
                                 max(t.high_ohm_cm2 for t in front) * 1.05,
                                 f"Interfacial resistance ({OHM_CM2})"))
    return figure


def _errors(rows: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    return {"type": "data", "symmetric": False, "color": "rgba(31, 41, 51, 0.35)",
            "thickness": 1.2, "width": 3, "array": [high - value for value, _, high in rows],
            "arrayminus": [value - low for value, low, _ in rows]}
