"""Suggestions by what a campaign's ledger has, without a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressloop.flows.campaign.decisions.caution import cautious
from pressloop.flows.campaign.decisions.own_recipes import queue_recipe
from pressloop.flows.campaign.earlier import earlier_trials
from pressloop.flows.campaign.lab import prove_modules
from pressloop.flows.settings.campaign import Settings
from pressloop.trials.entry import Queued
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import State, Trial

if TYPE_CHECKING:
    from pressloop.optimizer import Models, Proposal


def models_of(ledger: Ledger, settings: Settings, url: str) -> Models:
    """What the campaign's trials teach, under these settings.

    Recipes that wait in the queue count as being in work. Raises BadInput."""
    from pressloop.optimizer import fit_models

    prove_modules(settings)
    name = settings.campaign.name
    ledger.prove(name)
    history = ledger.history(name, arrays=False)
    number = ledger.next_number(name)
    waiting = tuple(Trial(number + i, settings.stack_named(f"queued {asked.number}"), asked.recipe,
                          State.PLANNED)
                    for i, asked in enumerate(ledger.queue(name).waiting.values()))
    return fit_models(cautious(ledger, settings).problem, (*history, *waiting),
                      earlier_trials(settings, url), origin=settings.origin)


def suggestions(models: Models, settings: Settings, count: int, seed: int | None = None
                ) -> tuple[Proposal, ...]:
    """The next recipes; the same ledger gives the same again."""
    from pressloop.optimizer import propose

    return propose(models, count, settings.campaign.seed if seed is None else seed)


def take_suggestion(ledger: Ledger, settings: Settings, url: str, number: int, of: int,
                    reason: str, seed: int | None = None) -> Queued:
    """Queues suggestion `number` of so many, counted from 1. Raises BadInput for another one."""
    if not 1 <= number <= of:
        raise BadInput("--suggestion", number, f"between 1 and --count = {of}",
                       "Ask for more suggestions.")
    chosen = suggestions(models_of(ledger, settings, url), settings, of, seed)[number - 1]
    return queue_recipe(ledger, settings, chosen.recipe, reason,
                        f"suggestion {number} of {of}: {chosen.reason}")
