"""One free variable: curves with their band instead of maps."""

from __future__ import annotations

from typing import Any

import numpy as np

from pressloop.optimizer import Interval
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.views.analysis import Analysis
from pressloop.views.figures.look import (
    BAND,
    GREEN,
    INK,
    ORANGE,
    RED,
    Panel,
    blank,
    hover,
    marks,
    value_axis,
    variable_axis,
)
from pressloop.views.figures.overlay import nearness
from pressloop.views.kinds import TELLING, Kind, kind_of
from pressloop.views.words import VARIABLES, percent, unit_of

CELLS = 121


def lines(found: Analysis, at: Recipe) -> list[Panel]:
    """Resistance and chance of failing along the only free variable."""
    name = next(name for name in found.space.free if name in VARIABLES)
    low, high = getattr(found.space, name)
    x = np.asarray((np.linspace if name == "temperature_c" else np.geomspace)(low, high, CELLS))
    recipes = [at.changed(**{name: float(value)}) for value in x]
    return [_resistance(found, name, x, recipes), _chances(found, name, x, recipes)]


def _resistance(found: Analysis, name: str, x: FloatArray, recipes: list[Recipe]) -> Panel:
    of = found.models.data.scale.quantity
    what = "resistance" if of.is_resistance else of.name
    title = f"Predicted {what} over {VARIABLES[name].label.lower()}"
    read = (f"The line is the predicted {what} of a recipe with its 95 % band; circles are "
            "measured stacks, the vertical line is the recommended recipe.")
    if found.not_drawn((name,)):
        read += " Faint circles were pressed, or read, far from this line."
    if found.models.log_resistance is None:
        return Panel(title, read, missing="No stack has stayed intact yet, so nothing is predicted "
                     f"of {what}.")
    predicted = found.models.value(recipes)
    intact = [(t, reading.value) for t in found.trials if isinstance(t.outcome, Intact)
              and (reading := t.outcome.reading(of.name)) is not None]
    figure = blank(420)
    _band(figure, x, predicted, unit_of(of))
    figure.add_scatter(
        x=[getattr(t.recipe, name) for t, _ in intact], mode="markers", hoverinfo="text",
        y=[value for _, value in intact], hovertext=[hover(t) for t, _ in intact],
        marker={**marks([t for t, _ in intact]),
                "opacity": nearness([t for t, _ in intact], found, (name,), recipes[0])})
    _recommended(figure, found, name)
    values = [value for _, value in intact] + [float(v) for v in predicted.median]
    figure.update_xaxes(variable_axis(name, getattr(found.space, name)))
    figure.update_yaxes(value_axis(of, values, 1.3))
    return Panel(title, read, figure)


def _band(figure: Any, x: FloatArray, predicted: Interval, unit: str) -> None:
    figure.add_scatter(x=x, y=predicted.high, mode="lines", line={"width": 0}, hoverinfo="skip")
    figure.add_scatter(x=x, y=predicted.low, mode="lines", line={"width": 0}, fill="tonexty",
                       fillcolor=BAND, hoverinfo="skip")
    figure.add_scatter(x=x, y=predicted.median, mode="lines", line={"color": INK, "width": 2},
                       hovertemplate=f"%{{x:.4g}}: %{{y:.3g}} {unit}<extra></extra>")


def _chances(found: Analysis, name: str, x: FloatArray, recipes: list[Recipe]) -> Panel:
    limit = found.limits.max_crush_probability
    figure = blank(420)
    for label, chance, colour, dash in (
            ("crushed", found.models.crushing(recipes), RED, "solid"),
            ("shorted or delaminated", found.models.failing(recipes), ORANGE, "dot")):
        figure.add_scatter(x=x, y=chance, mode="lines",
                           line={"color": colour, "width": 2.2, "dash": dash},
                           hovertemplate="%{x:.4g}: %{y:.1%}<extra>" + label + "</extra>")
    figure.add_hline(limit, line={"color": "#8a2b06", "width": 1.5, "dash": "dash"})
    shown = [t for t in found.trials if kind_of(t) in TELLING]
    figure.add_scatter(
        x=[getattr(t.recipe, name) for t in shown], mode="markers",
        y=[0.0 if kind_of(t) is Kind.INTACT else 1.0 for t in shown], hoverinfo="text",
        hovertext=[hover(t) for t in shown], cliponaxis=False, marker=marks(shown))
    _recommended(figure, found, name)
    figure.update_xaxes(variable_axis(name, getattr(found.space, name)))
    figure.update_yaxes(title_text="Chance of failing", range=[-0.03, 1.03], tickformat=".0%")
    read = (f"Chance that the next stack fails; the dashed level is the limit for crushing "
            f"({percent(limit)}). Stacks that failed are marked on top, intact ones at the bottom.")
    return Panel(f"Chance of failing over {VARIABLES[name].label.lower()}", read, figure,
                 key=((RED, "crushed"), (ORANGE, "shorted or delaminated")))


def _recommended(figure: Any, found: Analysis, name: str) -> None:
    if found.recommendation is not None:
        figure.add_vline(getattr(found.recommendation.recipe, name),
                         line={"color": GREEN, "width": 2})
