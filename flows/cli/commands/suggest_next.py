"""`pressloop suggest` without a table: next recipes by what the campaign's ledger has."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from pressloop.flows.campaign.lab import order_of
from pressloop.flows.campaign.suggestions import models_of, suggestions
from pressloop.flows.cli.commands.suggest import show
from pressloop.flows.console import emit, plain_pairs, say
from pressloop.flows.settings.campaign import read_settings
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
    """Prints what the next stacks would be pressed by. `pressloop queue --suggestion` takes one."""
    settings = read_settings(path)
    order = order_of(settings, ledger=ledger_url)
    with closing(_existing(order.ledger_url)) as ledger:
        if not ledger.history(settings.campaign.name, arrays=False):
            raise BadInput("campaign", settings.campaign.name, "one with stacks in the ledger",
                           "Name a table of past presses: --data.")
        models = models_of(ledger, settings, order.ledger_url)
    for note in models.notes:
        say(note)
    found = suggestions(models, settings, count, seed)
    emit({"campaign": settings.campaign.name, "stacks": len(models.history), "laws": models.laws,
          "suggestions": [asdict(p, dict_factory=plain_pairs) for p in found]}, as_json,
         lambda: show(found, models.space, laws_words(models.laws),
                      models.problem.objective.quantities))
