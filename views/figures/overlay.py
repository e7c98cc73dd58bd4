"""Tried, recommended and reference recipes as marks over a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial
from pressloop.views.analysis import Analysis
from pressloop.views.figures.look import INK, RECOMMENDED, REFERENCE, hover, marks
from pressloop.views.kinds import Kind, kind_of
from pressloop.views.words import recipe_words

FAR = 0.2
"""Distance in the unit cube, along the variables not drawn, beyond which a mark is faint."""


def overlay(figure: Any, found: Analysis, across: str, up: str, at: Recipe) -> None:
    """Adds the marks; those pressed far from `at` in the variables not drawn are faint."""
    # Intact stacks last: what works is not to be hidden by what broke next to it.
    trials = sorted(found.trials, key=lambda t: kind_of(t) is Kind.INTACT)
    _tried(figure, trials, nearness(trials, found, (across, up), at), across, up)
    if found.reference is not None:
        _mark(figure, found.reference, (across, up), "reference")
    if found.recommendation is not None:
        _mark(figure, found.recommendation.recipe, (across, up), "recommended")


def _tried(figure: Any, trials: Sequence[Trial], opacity: list[float], across: str, up: str
           ) -> None:
    figure.add_scatter(
        x=[getattr(t.recipe, across) for t in trials], mode="markers", hoverinfo="text",
        y=[getattr(t.recipe, up) for t in trials], cliponaxis=False,
        hovertext=[hover(t) for t in trials], marker={**marks(trials), "opacity": opacity})


def nearness(trials: Sequence[Trial], found: Analysis, drawn: Sequence[str], at: Recipe
             ) -> list[float]:
    """Opacity of a mark of each trial.

    Faint where it was pressed, or read, far from `at` in the variables not drawn."""
    space, told = found.models.space, found.not_drawn(drawn)
    others = [i for i, name in enumerate(space.free) if name in told]
    if not others or not trials:
        return [1.0] * len(trials)
    gap = np.abs(found.models.as_read(trials).numpy() - space.encode([at]))[:, others].max(1)
    return [1.0 if g <= FAR else 0.4 for g in gap]


def _mark(figure: Any, recipe: Recipe, axes: tuple[str, str], name: str) -> None:
    star = name == "recommended"
    across, up = axes
    figure.add_scatter(
        x=[getattr(recipe, across)], y=[getattr(recipe, up)], mode="markers", hoverinfo="text",
        cliponaxis=False, hovertext=[f"<b>{name}</b><br>{recipe_words(recipe)}"],
        marker={"symbol": RECOMMENDED if star else REFERENCE, "size": 20 if star else 15,
                "color": "#ffd23f" if star else INK, "line": {"width": 1.8, "color": INK}})
