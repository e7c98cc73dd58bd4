"""Recipes that people want pressed: asked for in the ledger, taken by the next stack to be planned.

The same functions serve the command line, a program of the lab's own and the form in Prefect.
"""

from __future__ import annotations

from pressloop.flows.campaign.lab import Run
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.envelope import check
from pressloop.optimizer.space import Space
from pressloop.trials.entry import Entry, Opened, Planned, Queued, Unqueued
from pressloop.trials.errors import BadInput, LedgerProblem, OutOfEnvelope
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.provenance import versions
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack


def queue_recipe(ledger: Ledger, settings: Settings, recipe: Recipe, reason: str,
                 source: str = "") -> Queued:
    """The next stack that is planned is pressed by this recipe, after those that wait already.

    It must lie in the envelope, not in the searched space. Raises OutOfEnvelope, and BadInput
    without a reason; nothing is added then.
    """
    check(recipe, settings.envelope)
    name = settings.campaign.name
    ledger.prove(name)
    reason = said(reason)
    while True:
        asked = Queued(ledger.queue(name).used + 1, recipe, reason, source)
        first: list[tuple[int | None, Entry]] = []
        if ledger.opened(name) is None:
            first = [(None, opening(settings, "queue"))]
        try:
            ledger.append_all(name, [*first, (None, asked)])
        except LedgerProblem:
            if ledger.queue(name).used < asked.number:
                raise
            # Somebody else has asked for a recipe at the same time: this one is the next.
            continue
        return asked


def unqueue(ledger: Ledger, campaign: str, number: int, reason: str) -> None:
    """Takes a recipe out of the queue.

    Raises BadInput for one that does not wait: it was pressed, is in work, or was taken out."""
    waiting = ledger.queue(campaign).waiting
    if number not in waiting:
        raise BadInput("--drop", number, f"a recipe that waits "
                       f"({', '.join(map(str, waiting)) or 'none does'})",
                       "It is pressed or in work, or was taken out already.")
    ledger.append(campaign, None, Unqueued(number, said(reason)))


def prove_queue(run: Run) -> None:
    """Raises OutOfEnvelope or BadInput for a waiting recipe that is refused now.

    Refused by settings or press: said at the start of a run rather than in the middle of its
    night."""
    for asked in run.ledger.queue(run.campaign).waiting.values():
        _prove_pressable(run, asked)


def plan_own(run: Run, stack: Stack) -> Planned | None:
    """The plan of the recipe that waits longest, which takes it out of the queue.

    None where none waits. Raises as `prove_queue`."""
    for asked in run.ledger.queue(run.campaign).waiting.values():
        _prove_pressable(run, asked)
        # Commands that only queue recipes, or speak to a run, do not wait for torch.
        from pressloop.optimizer.reasons import OWN, numbers_of, sentence

        models = run.models(stack)
        known = models.space.comparable(asked.recipe)
        numbers = numbers_of(models, asked.recipe) if known else {}
        why = f"{sentence(OWN, numbers)} {asked.reason}"
        return Planned(stack, asked.recipe, OWN, numbers, why, asked.number,
                       run.press_name or None)
    return None


def taken_meanwhile(run: Run, plan: Planned) -> bool:
    """True where the recipe of this plan waits no more, as a person has taken it out."""
    return plan.queued not in run.ledger.queue(run.campaign).waiting


def outside_words(space: Space, recipe: Recipe) -> str:
    """What is to be said of a recipe that the search does not look at, "" for others."""
    if not space.comparable(recipe):
        return ("It lies off a variable that [space] fixes: nothing is learned from it as long as "
                "that stays fixed.")
    if not space.contains(recipe):
        return "It lies outside the searched space: it is learned from, but not recommended."
    return ""


def said(reason: str) -> str:
    """The reason on one line. Raises BadInput without one."""
    if not reason.strip():
        raise BadInput("--reason", repr(reason), "a text", "Say why: it is kept in the ledger.")
    return " ".join(reason.split())


def opening(settings: Settings, note: str) -> Opened:
    """The campaign as it is opened by a person, without machines."""
    return Opened(settings.plain(), settings.digest, settings.campaign.seed, versions(), note)


def _prove_pressable(run: Run, asked: Queued) -> None:
    where = f"recipe {asked.number} in the queue"
    way_on = (f"Nothing of it was pressed. `pressloop queue SETTINGS.toml --drop {asked.number} "
              "--reason TEXT` takes it out.")
    try:
        check(asked.recipe, run.settings.envelope)
    except OutOfEnvelope as error:
        raise OutOfEnvelope(f"{where}: {error.name}", error.value, error.bound, way_on) from None
    refused = run.press.would_refuse(run.settings.stack_named("queued recipe"), asked.recipe)
    if refused:
        raise BadInput(where, f"{asked.recipe}", "one that the press takes: " + " ".join(refused),
                       way_on)

