"""`pressloop suggest` without a table: next recipes by what the campaign's ledger has."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.lab import order_of
from pressloop.flows.campaign.suggestions import models_of, suggestions
from pressloop.flows.cli.commands.suggest import plain, show
from pressloop.flows.console import emit, say
from pressloop.flows.settings.campaign import read_settings
from pressloop.flows.settings.gauge import load_of
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.views.words import laws_words

TABLE = "Or name a table of past presses: --data."


def _existing(url: str) -> Ledger:
    try:
        return Ledger.open(url, create=False)
    except BadInput as error:
        raise BadInput(error.name, error.value, error.bound, f"{error.remedy} {TABLE}") from None


def suggest_next(path: Path, count: int, seed: int | None, ledger_url: str | None, as_json: bool
                 ) -> None:
    """Prints what the next stacks would be pressed by. `pressloop queue --suggestion` takes one.

    Raises BadInput for a campaign without stacks."""
    settings = read_settings(path)
    order = order_of(settings, ledger=ledger_url)
    with closing(_existing(order.ledger_url)) as ledger:
        if not ledger.history(settings.campaign.name, arrays=False):
            raise BadInput("campaign", settings.campaign.name, "one with stacks in the ledger",
                           "Name a table of past presses: --data.")
        models = models_of(ledger, settings, order.ledger_url)
    ledger_places.say_where(path, settings, order.ledger_url)
    for note in models.notes:
        say(note)
    found = suggestions(models, settings, count, seed)
    load = load_of(settings)
    emit({"campaign": settings.campaign.name, "stacks": len(models.history), "laws": models.laws,
          "suggestions": plain(found, load)}, as_json,
         lambda: show(found, models.space, laws_words(models.laws), load,
                      models.problem.objective.quantities))
