"""Plotly figures for notebooks and scripts: from a history or fitted models, one function each.

A function returns a `plotly.graph_objects.Figure`, drawn as the report draws it, with its title; it
raises BadInput where there is nothing to draw, saying why. What the picture means is in its
`layout.meta["how_to_read"]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pressloop.evaluation.reading import Reading, read
from pressloop.evaluation.rules import Rules
from pressloop.optimizer import Models, recommend
from pressloop.optimizer.history.drift import drift
from pressloop.optimizer.space import NAMES
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.trial import Trial
from pressloop.views.analysis import Analysis, analyse
from pressloop.views.figures import controls as control_figures
from pressloop.views.figures import convergence as convergence_figures
from pressloop.views.figures import lines as line_figures
from pressloop.views.figures import maps as map_figures
from pressloop.views.figures import nyquist as spectrum_figures
from pressloop.views.figures import predicted as predicted_figures
from pressloop.views.figures import trace as trace_figures
from pressloop.views.figures.look import Panel
from pressloop.views.figures.shown import Shown
from pressloop.views.kinds import in_order

__all__ = ["bode", "controls", "convergence", "maps", "nyquist", "predicted", "press_trace"]

HEAD_PX = 30
"""Room for a title, which the report has in its page."""


def convergence(models: Models) -> Any:
    """Every stack in order, and the resistance (ohm cm2) of what would have been recommended then.

    Fits the beginnings of the history: some seconds."""
    return _figure(convergence_figures.convergence(analyse(models)))


def predicted(models: Models) -> Any:
    """Each stack beside what the stacks before it had said of it, in ohm cm2.

    Fits the beginnings of the history: some seconds."""
    return _figure(predicted_figures.predicted(analyse(models)))


def maps(models: Models, at: Recipe | None = None) -> list[Any]:
    """What is believed over each pair of free variables of pressure, dwell and temperature.

    Through the recipe `at`, the recommended one if left out: resistance in ohm cm2 and chance of
    crushing.
    With one free variable, lines over it. Raises BadInput where none is free, or without an intact
    stack and `at`."""
    drawn = [name for name in models.space.as_asked.free if name in NAMES]
    if not drawn:
        raise BadInput("space", "fixed", "with a free pressure, dwell or temperature",
                       "There is nothing to draw over.")
    found = _known(models, at)
    draw = line_figures.lines if len(drawn) == 1 else map_figures.maps
    through = found.recommendation.recipe if at is None and found.recommendation else at
    assert through is not None
    return [_figure(panel) for panel in draw(found, through) if panel.figure is not None]


def controls(models: Models) -> Any:
    """Readings at the reference recipe in their order, in ohm cm2: whether they drift.

    Raises BadInput where the problem has no reference."""
    found = drift(in_order(models.history), models.problem.reference, earlier=models.earlier)
    if found is None:
        raise BadInput("reference", "none", "a recipe that is pressed again and again",
                       "Give Problem a reference.")
    return _figure(control_figures.controls(found))


def press_trace(trials: Sequence[Trial]) -> Any:
    """Pressure (MPa) and temperatures (degC) over time of the best stack that has a trace."""
    return _figure(trace_figures.trace(in_order(trials)))


def nyquist(spectra: Spectrum | Sequence[Spectrum], names: Sequence[str] = (),
            rules: Rules | None = None) -> Any:
    """Spectra in ohm cm2 with the circuits that describe them, named by `names`."""
    return _figure(spectrum_figures.nyquist(_shown(spectra, names, rules), "Impedance"))


def bode(spectra: Spectrum | Sequence[Spectrum], names: Sequence[str] = (),
         rules: Rules | None = None) -> Any:
    """The same over frequency: modulus in ohm cm2, phase in degrees."""
    return _figure(spectrum_figures.bode(_shown(spectra, names, rules), "Impedance over frequency"))


def _known(models: Models, at: Recipe | None) -> Analysis:
    trials = in_order(models.history)
    best = recommend(models) if any(isinstance(t.outcome, Intact) for t in trials) else None
    if best is None and at is None:
        raise BadInput("history", "without an intact stack", "one from which something is "
                       "recommended", "Say through which recipe to draw, by `at`.")
    return Analysis(trials=trials, space=models.space.as_asked, models=models, recommendation=best)


def _shown(spectra: Spectrum | Sequence[Spectrum], names: Sequence[str], rules: Rules | None
           ) -> list[Shown]:
    many = [spectra] if isinstance(spectra, Spectrum) else list(spectra)
    if not many or (names and len(names) != len(many)):
        raise BadInput("names", len(names), f"as many as spectra ({len(many)}, at least 1)",
                       "Give one name for each spectrum.")
    by = rules or Rules()
    return [Shown(names[i] if names else f"spectrum {i + 1}", i, one, _read(one, by), "", True, by)
            for i, one in enumerate(many)]


def _read(spectrum: Spectrum, rules: Rules) -> Reading | None:
    try:
        return read(spectrum, rules)
    except BadInput:
        # Too few points for a circuit: the points are still worth seeing.
        return None


def _figure(panel: Panel) -> Any:
    if panel.figure is None:
        raise BadInput("picture", panel.title, "of something that is there", panel.missing)
    figure = panel.figure
    height = (figure.layout.height or 400) + HEAD_PX
    top = (figure.layout.margin.t or 0) + HEAD_PX
    return figure.update_layout(
        title={"text": panel.title, "x": 0.0, "xref": "paper", "font": {"size": 15}},
        height=height, margin={"t": top}, meta={"how_to_read": panel.how_to_read})
