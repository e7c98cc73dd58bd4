"""Models in a process of their own: fitting takes seconds, and the page is to answer meanwhile.

The process keeps the models that it fitted last for each campaign, until the ledger has more to
learn from, so that a map through another recipe costs no fit. It ends with the console.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pressloop.flows.campaign.decisions.caution import cautious
from pressloop.flows.campaign.stored import Stored
from pressloop.flows.campaign.suggestions import models_of, suggestions
from pressloop.flows.console import one_line
from pressloop.flows.settings.campaign import from_plain
from pressloop.flows.settings.gauge import load_of
from pressloop.flows.settings.renamed import renewed
from pressloop.trials.errors import BadInput, PressloopError
from pressloop.trials.ledger.ledger import Ledger

if TYPE_CHECKING:
    from pressloop.optimizer import Models, Recommendation
    from pressloop.trials.recipe import Recipe

WATCH_S = 1.0
COUNT = 3
"""Suggestions that a person chooses from."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of the models of a campaign, at which set points.

    `version` names what the ledger had to learn from when it was asked."""

    url: str
    campaign: str
    what: str
    version: str
    at: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class Held:
    """The models of a campaign as they were fitted last."""

    version: str
    found: Stored
    models: Models
    best: Recommendation | None
    stopping: tuple[str, ...] = ()


_held: dict[tuple[str, str], Held] = {}
_ledgers: dict[str, Ledger] = {}


def begin() -> None:
    """At the start of the process: gives way to the campaigns, and ends with its parent."""
    os.nice(5)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def warm_up() -> None:
    """Loads what fitting needs, which takes longer than a fit."""
    import pressloop.optimizer.stopping
    import pressloop.views.console.model  # noqa: F401


def work(job: Job) -> Any:
    """The answer: HTML, or for "suggestions" rows. An error of the project as its words."""
    try:
        if job.what == "suggestions":
            return _suggestions(job)
        if job.what == "reading":
            return _reading(job)
        held = _fitted(job)
        return {"recommendation": _recommendation, "sliders": _sliders, "map": _map}[job.what](
            held, dict(job.at))
    except PressloopError as error:
        return {"error": one_line(error)}


def _fitted(job: Job) -> Held:
    from pressloop.optimizer.stopping import assess
    from pressloop.views.console.model import recommended

    key = job.url, job.campaign
    known = _held.get(key)
    if known is not None and known.version == job.version:
        return known
    found = _stored(job)
    models = found.models()
    best = recommended(models)
    stopping = () if best is None else tuple(assess(
        models, found.settings.stopping, budget=found.budget).sentences)
    _held[key] = Held(job.version, found, models, best, stopping)
    return _held[key]


def _stored(job: Job) -> Stored:
    """As `stored`, by a ledger that stays open: what was proved once is not proved again."""
    ledger = _ledger(job.url)
    ledger.prove(job.campaign)
    opened = ledger.opened(job.campaign)
    if opened is None:
        raise BadInput("campaign", job.campaign, "opened with its settings", "Run it first.")
    settings = cautious(ledger, from_plain(renewed(opened.settings), f"ledger {job.url}"))
    return Stored(job.campaign, settings, opened, ledger.history(job.campaign, arrays=False),
                  job.url)


def _recommendation(held: Held, _at: dict[str, float]) -> str:
    from pressloop.views.console.model import model_html

    return str(model_html(held.models, held.best, held.stopping, load_of(held.found.settings)))


def _sliders(held: Held, _at: dict[str, float]) -> str:
    from pressloop.views.console.model import sliders
    from pressloop.views.page import render

    return str(render("console/sliders.html", sliders=sliders(held.models, held.best)))


def _map(held: Held, at: dict[str, float]) -> str:
    from pressloop.views.console.model import maps_html, middle

    start = middle(held.models) if held.best is None else held.best.recipe
    through = start.changed(**at)
    if not held.models.space.as_asked.contains(through):
        raise BadInput("recipe", f"{through}", "inside the searched space", "Drag it back.")
    return str(maps_html(held.models, held.best, through, load_of(held.found.settings)))


def _ledger(url: str) -> Ledger:
    """It stays open: what was proved once is not proved again."""
    if url not in _ledgers:
        _ledgers[url] = Ledger.open(url, create=False)
    return _ledgers[url]


def _reading(job: Job) -> str:
    """A spectrum with its circuit."""
    from pressloop.views.console.stack import spectrum_panel
    from pressloop.views.page import render

    ledger = _ledger(job.url)
    opened, trial = ledger.opened(job.campaign), ledger.trial(job.campaign, int(job.at[0][1]))
    if opened is None or trial is None:
        raise BadInput("trial", job.at[0][1], f"a trial of {job.campaign}", "Follow a link.")
    settings = from_plain(renewed(opened.settings), f"ledger {job.url}")
    return str(render("console/spectrum.html", panel=spectrum_panel(trial, settings.rules), of=""))


def _suggestions(job: Job) -> list[dict[str, Any]]:
    from pressloop.views.words import recipe_words, with_signs

    found = _stored(job)
    models = models_of(_ledger(job.url), found.settings, job.url)
    proposals = suggestions(models, found.settings, COUNT)
    load = load_of(found.settings)
    return [{"recipe": recipe_words(one.recipe, load), "purpose": one.purpose,
             "reason": with_signs(one.reason),
             "plain": _typed(one.recipe, found)} for one in proposals]


def _typed(recipe: Recipe, found: Stored) -> str:
    """What the recipe says, as `name=value` with semicolons between, exactly."""
    return ";".join(f"{p.name}={recipe.value(p.name)}" for p in found.settings.space.told
                    if recipe.value(p.name) is not None)
