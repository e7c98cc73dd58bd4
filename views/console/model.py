"""What is believed: recommendation, laws, convergence, and maps through a recipe that is dragged.

All of it fits models, and is made in a process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from pressloop.optimizer import Models, Recommendation, recommend
from pressloop.optimizer.prediction import predict
from pressloop.optimizer.reasons import taught
from pressloop.optimizer.space import NAMES
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.views.analysis import Analysis
from pressloop.views.figures.convergence import convergence
from pressloop.views.figures.lines import lines
from pressloop.views.figures.look import INK, PAPER, Panel
from pressloop.views.figures.maps import maps
from pressloop.views.kinds import in_order
from pressloop.views.page import render
from pressloop.views.prediction import prediction_sentences
from pressloop.views.report.card import card
from pressloop.views.words import VARIABLES, Load, laws_words, percent

MOST_STEPS = 500
STEPS = (0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0)
"""Of a slider, in its unit: the smallest that does not make more than so many of them."""


class Laws(NamedTuple):
    """How far the laws of pressing are believed: words, and a share where the model says one."""

    words: str
    share: float | None
    percent: str


class Slider(NamedTuple):
    """A free variable that a person drags through; `step` in its unit."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    value: float


def recommended(models: Models) -> Recommendation | None:
    """What would be used now, None before the first intact stack."""
    name = models.data.scale.quantity.name
    read = any(isinstance(t.outcome, Intact) and t.outcome.reading(name) is not None
               for t in models.history)
    return recommend(models) if read else None


def laws_of(best: Recommendation | None) -> Laws:
    """How far the stacks follow the usual laws of pressing."""
    weight = None if best is None else best.laws
    words = laws_words(weight) or "Nothing is said of the laws of pressing yet."
    return Laws(words, weight, "" if weight is None else percent(weight))


def model_html(models: Models, best: Recommendation | None, stopping: Sequence[str],
               load: Load | None) -> Markup:
    """Card of the recommendation, laws, and how the search went."""
    found = _analysis(models, best)
    return render("console/model.html", laws=laws_of(best), stopping=" ".join(stopping),
                  card=None if best is None else card(best, models.problem, load),
                  course=[convergence(found)])


def sliders(models: Models, best: Recommendation | None) -> list[Slider]:
    """One for each free variable of the press."""
    space = models.space.as_asked
    at = middle(models) if best is None else best.recipe
    found = []
    for name in (n for n in space.free if n in NAMES):
        low, high = getattr(space, name)
        label, unit = VARIABLES[name]
        step = next((s for s in STEPS if (high - low) / s <= MOST_STEPS), STEPS[-1])
        found.append(Slider(name, label, unit, low, high, step, getattr(at, name)))
    return found


def maps_html(models: Models, best: Recommendation | None, at: Recipe, load: Load | None) -> Markup:
    """Maps through a recipe, and in words what is believed of it."""
    if not taught(models):
        return render("console/maps.html", panels=[], words=[
            "No stack has an outcome yet, so there is nothing to predict from."])
    found = _analysis(models, best)
    drawn = [name for name in found.space.free if name in NAMES]
    draw: Any = lines if len(drawn) == 1 else maps
    panels: list[Panel] = [p for p in draw(found, at) if p.figure is not None] if drawn else []
    for panel in panels:
        _mark_place(panel.figure, at)
    words = prediction_sentences(predict(models, at), models.limits, load)
    return render("console/maps.html", panels=panels, words=words[:2])


def _mark_place(figure: Any, at: Recipe) -> None:
    """A crosshair where the sliders stand."""
    for name, (label, _unit) in VARIABLES.items():
        value = getattr(at, name)
        for axis, add in (("xaxis", figure.add_vline), ("yaxis", figure.add_hline)):
            if str(figure.layout[axis].title.text or "").startswith(label):
                # Seen on a dark ground and on a light one.
                add(value, line={"color": PAPER, "width": 3.5})
                add(value, line={"color": INK, "width": 1.5, "dash": "dot"})


def middle(models: Models) -> Recipe:
    """Where slices go through while nothing is recommended."""
    space = models.space.as_asked
    return space.decode(np.full(len(space.free), 0.5))


def _analysis(models: Models, best: Recommendation | None) -> Analysis:
    return Analysis(trials=in_order(models.history), space=models.space.as_asked, models=models,
                    recommendation=best)
