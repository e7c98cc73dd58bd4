"""`pressloop attach`: a stack that was pressed elsewhere."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.attaching import attach
from pressloop.flows.campaign.lab import order_of, prove_lasting
from pressloop.flows.campaign.own_recipes import outside_words, said
from pressloop.flows.console import emit, say
from pressloop.flows.preflight.dry_run import recipe_named
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import Intact, Outcome, label_of
from pressloop.trials.readings import LABELS, labelled, plausible
from pressloop.trials.stack import Stack


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of the stack: a resistance, or how it failed; where it comes from."""

    stack: str
    resistance_ohm_cm2: float | None = None
    standard_error: float | None = None
    label: str | None = None
    lot: str | None = None
    operator: str | None = None
    stack_pressure_mpa: float | None = None


def attach_stack(path: Path, recipe: str, read: Read, reason: str, ledger_url: str | None,
                 as_json: bool) -> None:
    """Records the stack. Raises BadInput."""
    settings = read_settings(path)
    order, asked = order_of(settings, ledger=ledger_url), recipe_named(recipe, settings)
    prove_lasting(order.ledger_url)
    outcome = outcome_of(read, said(reason))
    stack = stack_of(read, settings)
    with closing(Ledger.open(order.ledger_url)) as ledger:
        number, new = attach(ledger, settings, stack, asked, outcome, reason)
    ledger_places.say_where(path, settings, order.ledger_url)
    if words := outside_words(settings.space, asked):
        say(words)
    told = f"{outcome.resistance_ohm_cm2:g} ohm cm2" if isinstance(outcome, Intact) \
        else label_of(outcome)
    emit({"campaign": settings.campaign.name, "trial": number, "added": new,
          "stack": stack.stack_id}, as_json,
         lambda: print(f"{stack.stack_id} is trial {number} of {settings.campaign.name}: {told}"
                       f"{'' if new else ' (it was there already)'}"))


def stack_of(read: Read, settings: Settings) -> Stack:
    """The stack, as the settings describe it but for lot and operator. Raises BadInput."""
    stack = settings.stack_named(" ".join(read.stack.split()))
    return replace(stack, lot=read.lot or stack.lot, operator=read.operator or stack.operator)


def outcome_of(read: Read, reason: str) -> Outcome:
    """Raises BadInput where not exactly one of resistance and failure is given."""
    if (read.resistance_ohm_cm2 is None) == (read.label is None):
        raise BadInput("--resistance", "not given" if read.label is None else "given with --failed",
                       "one of --resistance and --failed", "A failed stack has no resistance.")
    if read.label is None:
        assert read.resistance_ohm_cm2 is not None
        return plausible(Intact(read.resistance_ohm_cm2, read.standard_error,
                                stack_pressure_mpa=read.stack_pressure_mpa))
    if read.label not in LABELS:
        raise BadInput("--failed", read.label, f"one of {', '.join(LABELS)}", "Use one of these.")
    return labelled(read.label, reason)
