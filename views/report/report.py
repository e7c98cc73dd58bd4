"""The report: one HTML file that opens by double-click and asks nothing of the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pressloop.evaluation.rules import Rules
from pressloop.optimizer import Models
from pressloop.optimizer.reasons import taught
from pressloop.optimizer.space import NAMES, Space
from pressloop.trials.provenance import versions
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State, Trial
from pressloop.views.analysis import Analysis, analyse
from pressloop.views.export.plain_csv import data_address, trials_csv
from pressloop.views.figures.controls import controls
from pressloop.views.figures.convergence import convergence
from pressloop.views.figures.lines import lines
from pressloop.views.figures.look import Panel
from pressloop.views.figures.maps import maps
from pressloop.views.figures.predicted import predicted
from pressloop.views.figures.trace import trace
from pressloop.views.kept import Kept
from pressloop.views.kinds import FAILURES, Kind, counts
from pressloop.views.page import write_page
from pressloop.views.report.best_spectra import best_spectra, panels_of
from pressloop.views.report.card import card
from pressloop.views.report.corrections import corrections_panel
from pressloop.views.report.footer import GLOSSARY, OF_RESISTANCE, settings_rows
from pressloop.views.report.marks import key
from pressloop.views.report.methods import methods
from pressloop.views.report.trial_table import trial_table
from pressloop.views.spectra.process_table import process_table
from pressloop.views.words import Load


class Tile(NamedTuple):
    """A number at the top of the page."""

    name: str
    number: int
    remark: str


def write_report(
        path: Path, models: Models, *, campaign: str, rules: Rules, simulated: bool,
        note: str = "", stopping: Sequence[str] = (), load: Load | None = None,
        kept: Kept | None = None, record: str = "", date: datetime | None = None) -> Path:
    """Writes the report on the history of the models and returns its path.

    An older one is replaced whole or not at all. `stopping` says, in a sentence each, what speaks
    for pressing no more stacks; `load` writes the gauge of the press; `kept` is what earlier
    reports of the campaign have fitted; `record` says by what the record can be recognised; the
    `date` is now unless another one is given."""
    written = datetime.now().astimezone() if date is None else date
    found = analyse(models, kept)
    best = best_spectra(found.trials, rules)
    recommended, problem = found.recommendation, replace(models.problem, space=found.space)
    return write_page(
        Path(path), "report/page.html", campaign=campaign, simulated=simulated, note=note,
        date=written.strftime("%d %B %Y, %H:%M %Z"), tiles=_tiles(found.trials),
        card=None if recommended is None else card(recommended, problem, load),
        stopping=" ".join(stopping), key=key(found), course=[convergence(found)],
        controls=[] if found.controls is None else [controls(found.controls)],
        predictions=_predictions(found), measurements=[*panels_of(best), trace(found.trials)],
        processes=process_table(best), trials=trial_table(found.trials),
        corrections=None if found.effect is None else corrections_panel(found.effect, recommended),
        glossary=[(a, b, "") for a, b in GLOSSARY
                  if problem.objective.pressing or a not in OF_RESISTANCE],
        settings=settings_rows(problem, rules), data=data_address(trials_csv(found.trials)),
        file=f"{re.sub(r'[^A-Za-z0-9]+', '-', campaign).strip('-') or 'campaign'}-trials.csv",
        methods=methods(found.trials, problem, rules, versions(), campaign, record),
        plots=True)


def _tiles(trials: Sequence[Trial]) -> list[Tile]:
    """How many stacks there are of each kind."""
    number = counts(trials)
    past = sum(t.state is State.IMPORTED for t in trials)
    modes = ", ".join(f"{number[k]} {'of unknown cause' if k is Kind.UNKNOWN else k}"
                      for k in FAILURES if number[k])
    tiles = [Tile("stacks", len(trials), f"{past} imported" if past else ""),
             Tile("intact", number[Kind.INTACT], ""),
             Tile("failed", sum(number[k] for k in FAILURES), modes),
             Tile("set aside", number[Kind.SET_ASIDE], ""),
             Tile("faulted", number[Kind.FAULTED], "")]
    return [*tiles, *(Tile(str(kind), number[kind], "")
                      for kind in (Kind.SPOILT, Kind.WITHDRAWN, Kind.OPEN) if number[kind])]


def _predictions(found: Analysis) -> list[Panel]:
    if not taught(found.models):
        return [Panel("Maps", "", missing="No stack has an outcome yet, so there is nothing to "
                      "predict from.", wide=True)]
    at = found.recommendation.recipe if found.recommendation else _middle(found.space)
    drawn = [name for name in found.space.free if name in NAMES]
    if not drawn:
        return [predicted(found)]
    draw = lines if len(drawn) == 1 else maps
    return [*draw(found, at), predicted(found)]


def _middle(space: Space) -> Recipe:
    """Where slices go through while nothing is recommended."""
    return space.decode(np.full(len(space.free), 0.5))
