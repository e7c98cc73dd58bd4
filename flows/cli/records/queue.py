"""`pressloop queue`: recipes that people want pressed next."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.decisions.own_recipes import outside_words, queue_recipe, unqueue
from pressloop.flows.campaign.lab import order_of, prove_lasting
from pressloop.flows.campaign.suggestions import take_suggestion
from pressloop.flows.console import emit, say, tell
from pressloop.flows.preflight.dry_run import recipe_named
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.flows.settings.gauge import load_of
from pressloop.trials.entry import Queued
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.views.plain_console import PlainConsole
from pressloop.views.words import Load, recipe_words


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person wants of the queue: a recipe, or a suggestion of `count`, added.

    Or a number taken out; or only to see it."""

    recipe: str | None = None
    suggestion: int | None = None
    count: int = 1
    drop: int | None = None
    reason: str = ""


def queue(path: Path, asked: Asked, ledger_url: str | None, as_json: bool) -> None:
    """Adds to the queue, or takes out of it, and prints it. Raises BadInput, OutOfEnvelope."""
    settings = read_settings(path)
    order = order_of(settings, ledger=ledger_url)
    prove_lasting(order.ledger_url)
    wanted = [asked.recipe, asked.suggestion, asked.drop]
    if sum(one is not None for one in wanted) > 1:
        raise BadInput("--recipe", "given with --suggestion or --drop", "given alone",
                       "Do one thing at a time.")
    adds = asked.recipe is not None or asked.suggestion is not None
    with closing(Ledger.open(order.ledger_url, create=adds)) as ledger:
        added = _done(ledger, settings, order.ledger_url, asked)
        waiting = ledger.queue(settings.campaign.name).waiting
        used = sum(t.pressed_here for t in ledger.history(settings.campaign.name, arrays=False))
    ledger_places.say_where(path, settings, order.ledger_url)
    _say(settings, added, used, order.trials, len(waiting))
    emit({"campaign": settings.campaign.name, "added": added and added.number,
          "dropped": asked.drop, "queue": [_plain(one) for one in waiting.values()]}, as_json,
         lambda: _show(waiting.values(), load_of(settings)))


def _done(ledger: Ledger, settings: Settings, url: str, asked: Asked) -> Queued | None:
    if asked.drop is not None:
        unqueue(ledger, settings.campaign.name, asked.drop, asked.reason)
    if asked.recipe is not None:
        return queue_recipe(ledger, settings, recipe_named(asked.recipe, settings), asked.reason)
    if asked.suggestion is not None:
        return take_suggestion(ledger, settings, url, asked.suggestion, asked.count, asked.reason)
    return None


def _say(settings: Settings, added: Queued | None, used: int, budget: int, waiting: int) -> None:
    if added is None:
        return
    if words := outside_words(settings.space, added.recipe):
        say(words)
    if used + waiting > budget:
        say(f"The campaign has {used} of {budget} stacks: to press all {waiting} that wait, raise "
            "[campaign] trials.")


def _plain(one: Queued) -> dict[str, Any]:
    recipe = one.recipe
    return {"number": one.number, "pressure_mpa": recipe.pressure_mpa, "dwell_s": recipe.dwell_s,
            "temperature_c": recipe.temperature_c, "reason": one.reason, "source": one.source}


def _show(waiting: Iterable[Queued], load: Load | None) -> None:
    rows = list(waiting)
    if not rows:
        tell("No recipe waits: the next one is proposed.")
        return
    table = Table("No.", "Recipe", "Why", title="Pressed next", box=None, pad_edge=False)
    for one in rows:
        table.add_row(str(one.number), recipe_words(one.recipe, load), Text(one.reason))
    PlainConsole(highlight=False).print(table)
