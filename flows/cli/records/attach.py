"""`pressloop attach`: a stack that was pressed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.decisions.attaching import attach
from pressloop.flows.campaign.decisions.own_recipes import outside_words, said
from pressloop.flows.campaign.lab import order_of, prove_lasting
from pressloop.flows.cli.records.put_right import changes_of
from pressloop.flows.console import emit, say, tell
from pressloop.flows.preflight.dry_run import recipe_named
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import Intact, Outcome, label_of
from pressloop.trials.quantity import Quantity
from pressloop.trials.readings import LABELS, labelled, number_of, plausible
from pressloop.trials.stack import Stack
from pressloop.trials.tables.outcomes import outcome_of as row_outcome


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
    measured: Mapping[str, float] = field(default_factory=dict)
    """Values of quantities that the campaign measures, and their standard errors as NAME_se."""


def attach_stack(path: Path, recipe: str, read: Read, reason: str, ledger_url: str | None,
                 as_json: bool) -> None:
    """Records the stack. Raises BadInput."""
    settings = read_settings(path)
    order, asked = order_of(settings, ledger=ledger_url), recipe_named(recipe, settings)
    prove_lasting(order.ledger_url)
    outcome = outcome_of(read, said(reason), settings.quantities)
    stack = stack_of(read, settings)
    with closing(Ledger.open(order.ledger_url)) as ledger:
        number, new = attach(ledger, settings, stack, asked, outcome, reason)
    ledger_places.say_where(path, settings, order.ledger_url)
    if words := outside_words(settings.space, asked):
        say(words)
    told = outcome.told if isinstance(outcome, Intact) else label_of(outcome)
    emit({"campaign": settings.campaign.name, "trial": number, "added": new,
          "stack": stack.stack_id}, as_json,
         lambda: tell(f"{stack.stack_id} is trial {number} of {settings.campaign.name}: {told}"
                      f"{'' if new else ' (it was there already)'}"))


def measured_values(options: Sequence[str]) -> dict[str, float]:
    """Name and value of each `--set`. Raises BadInput."""
    return {name: number_of(name, value) for name, value in changes_of(options).items()}


def stack_of(read: Read, settings: Settings) -> Stack:
    """The stack, as the settings describe it but for lot and operator. Raises BadInput."""
    stack = settings.stack_named(" ".join(read.stack.split()))
    return replace(stack, lot=read.lot or stack.lot, operator=read.operator or stack.operator)


def outcome_of(read: Read, reason: str, quantities: Sequence[Quantity] = ()) -> Outcome:
    """Raises BadInput where not exactly one of a reading and a failure is given.

    The resistance, or what the campaign measures."""
    if quantities:
        return _measured(read, reason, quantities)
    if read.measured:
        raise BadInput("--set", next(iter(read.measured)), "left out, as this campaign measures "
                       "the resistance", "Give --resistance.")
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


def _measured(read: Read, reason: str, quantities: Sequence[Quantity]) -> Outcome:
    names = [q.name for q in quantities]
    known = [*names, *(f"{name}_se" for name in names)]
    values = dict(read.measured)
    for name in values:
        if name not in known:
            raise BadInput("--set", name, f"one of {', '.join(known)}", "Correct the name.")
    row = {name: repr(value) for name, value in values.items()}
    if read.resistance_ohm_cm2 is not None:
        row |= {"resistance_ohm_cm2": repr(read.resistance_ohm_cm2)}
        row |= {} if read.standard_error is None else {
            "resistance_se_ohm_cm2": repr(read.standard_error)}
    if read.stack_pressure_mpa is not None:
        row["stack_pressure_mpa"] = repr(read.stack_pressure_mpa)
    if (read.label is None) != bool(row.get(names[0])):
        raise BadInput(f"--set {names[0]}", "not given" if read.label is None else
                       "given with --failed", f"one of --set {names[0]}=VALUE and --failed",
                       "A failed stack has no reading.")
    if read.label is not None:
        return outcome_of(replace(read, resistance_ohm_cm2=None, measured={}), reason)
    if quantities[0].failed(values.get(names[0], read.resistance_ohm_cm2 or 0.0)):
        return labelled("failed", reason)
    found = row_outcome(row, quantities)
    assert found is not None
    return found
