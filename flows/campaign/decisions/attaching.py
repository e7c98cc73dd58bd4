"""A stack that was pressed elsewhere, on record here: it teaches, and no stack of the budget."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from pressloop.flows.campaign.decisions.own_recipes import opening, said
from pressloop.flows.settings.campaign import Settings
from pressloop.trials.entry import Entry, Imported
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import Intact, Outcome, label_of
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import Trial


def attach(ledger: Ledger, settings: Settings, stack: Stack, recipe: Recipe, outcome: Outcome,
           reason: str) -> tuple[int, bool]:
    """Records the stack; its trial number, and False where it was on record just so.

    The envelope binds orders, not history: a stack that another press has made may lie outside it.
    Raises BadInput where the campaign has a stack of this name with another outcome.
    """
    name = settings.campaign.name
    ledger.prove(name)
    known = [t for t in ledger.history(name, arrays=False) if not t.withdrawn
             and stack.stack_id in (t.stack.stack_id, t.as_recorded.stack.stack_id)]
    entry = Imported(_digest(stack, recipe, outcome), f"attached: {said(reason)}", stack, recipe,
                     outcome)
    if (same := _same(known, entry)) is not None:
        return same.number, False
    _prove_new(known, stack)
    facts: list[tuple[int | None, Entry]] = []
    if ledger.opened(name) is None:
        facts.append((None, opening(settings, "attach")))
    number = ledger.next_number(name)
    added = ledger.append_all(name, [*facts, (number, entry)])
    if added == len(facts):
        raise BadInput("stack", stack.stack_id, "a stack that is not on record; it was withdrawn",
                       "`pressloop correct --as-recorded` brings it back.")
    return number, True


def _same(known: Sequence[Trial], entry: Imported) -> Trial | None:
    return next((t for t in known if (t.stack, t.recipe, t.outcome) == (
        entry.stack, entry.recipe, entry.outcome)), None)


def _prove_new(known: Sequence[Trial], stack: Stack) -> None:
    for trial in known:
        if trial.outcome is None and not trial.is_open:
            # It was faulted or written off, and says nothing; a reading made since does.
            continue
        told = trial.outcome.told if isinstance(trial.outcome, Intact) else label_of(trial.outcome)
        raise BadInput("stack", stack.stack_id, f"a name of its own; trial {trial.number} has it, "
                       f"{'in work' if trial.is_open else told}",
                       f"Put that right: `pressloop correct --trial {trial.number}`; give a "
                       "replicate a name of its own.")


def _digest(stack: Stack, recipe: Recipe, outcome: Outcome) -> str:
    told = json.dumps([repr(stack), repr(recipe), repr(outcome)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
