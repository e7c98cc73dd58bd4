"""The report: one HTML file that opens by double-click and asks nothing of the network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from pressloop.evaluation.rules import Rules
from pressloop.optimizer import Models
from pressloop.optimizer.reasons import taught
from pressloop.optimizer.space import NAMES, Space
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State
from pressloop.views.analysis import Analysis, analyse
from pressloop.views.corrections import corrections_panel
from pressloop.views.figures.controls import controls
from pressloop.views.figures.convergence import convergence
from pressloop.views.figures.lines import lines
from pressloop.views.figures.look import Panel
from pressloop.views.figures.maps import maps
from pressloop.views.figures.predicted import predicted
from pressloop.views.figures.trace import trace
from pressloop.views.files import write_atomically
from pressloop.views.kinds import FAILURES, Kind, counts
from pressloop.views.page import page, panels, tag, text
from pressloop.views.report.best_spectra import best_spectra, panels_of, processes_of
from pressloop.views.report.card import card
from pressloop.views.report.footer import footer
from pressloop.views.report.symbols import key
from pressloop.views.report.trial_table import trial_table


def write_report(
        path: Path, models: Models, *, campaign: str, rules: Rules, simulated: bool,
        note: str = "", stopping: Sequence[str] = ()) -> Path:
    """Writes the report on the history of the models and returns its path; an older one is replaced
    whole or not at all. `stopping` says, in a sentence each, what speaks for pressing no more
    stacks."""
    found = analyse(models)
    body = "".join((
        _header(found, campaign, simulated, note), _recommendation(found, stopping),
        _section("Campaign", key(found) + panels([convergence(found)], "campaign")),
        _controls(found),
        _section("What the model predicts", panels(_predictions(found), "model")),
        _measurements(found, rules),
        _section("All trials", tag("div", trial_table(found.trials), class_="panel")),
        _corrections(found),
        footer(models.problem, rules)))
    html = page(f"{campaign}: pressing campaign", body)
    return write_atomically(Path(path), lambda draft: _write(draft, html))


def _write(draft: Path, html: str) -> None:
    draft.write_text(html, encoding="utf-8", newline="\n")


def _section(title: str, content: str) -> str:
    return tag("section", tag("h2", text(title)) + content)


def _header(found: Analysis, campaign: str, simulated: bool, note: str) -> str:
    badge = " " + tag("span", "SIMULATED", class_="badge") if simulated else ""
    date = datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z")
    words = tag("p", "Pressing campaign", class_="eyebrow") + tag("h1", text(campaign) + badge)
    words += tag("p", text(date), class_="muted")
    if simulated:
        words += tag("p", "These stacks come from a simulator. No number here was measured on a "
                     "real one.", class_="warning")
    if note:
        words += tag("p", text(note))
    return tag("header", words + tag("div", _tiles(found), class_="tiles"))


def _tiles(found: Analysis) -> str:
    number = counts(found.trials)
    past = sum(t.state is State.IMPORTED for t in found.trials)
    modes = ", ".join(f"{number[k]} {'of unknown cause' if k is Kind.UNKNOWN else k}"
                      for k in FAILURES if number[k])
    tiles = [("stacks", len(found.trials), f"{past} imported" if past else ""),
             ("intact", number[Kind.INTACT], ""), ("failed", sum(number[k] for k in FAILURES),
                                                   modes),
             ("set aside", number[Kind.SET_ASIDE], ""), ("faulted", number[Kind.FAULTED], "")]
    tiles += [(str(kind), number[kind], "") for kind in (Kind.SPOILT, Kind.WITHDRAWN, Kind.OPEN)
              if number[kind]]
    return "".join(tag("div", f"<b>{count}</b>{tag('span', text(name))}"
                       + (tag("small", text(extra)) if extra else ""), class_="tile")
                   for name, count, extra in tiles)


def _recommendation(found: Analysis, stopping: Sequence[str]) -> str:
    if found.recommendation is None:
        content = tag("p", "No stack has stayed intact yet. Failures alone say where not to press, "
                      "not where to: press more stacks.", class_="panel muted")
    else:
        content = card(found.recommendation, found.models.problem)
    if stopping:
        content += tag("p", text(" ".join(stopping)), class_="muted")
    return _section("Recommended recipe", content)


def _measurements(found: Analysis, rules: Rules) -> str:
    best = best_spectra(found.trials, rules)
    return _section("Measurements", panels([*panels_of(best), trace(found.trials)], "measurements")
                    + processes_of(best))


def _controls(found: Analysis) -> str:
    if found.controls is None:
        return ""
    return _section("Controls", panels([controls(found.controls)], "controls"))


def _corrections(found: Analysis) -> str:
    if found.effect is None:
        return ""
    return _section("Corrections", corrections_panel(found.effect, found.recommendation))


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
