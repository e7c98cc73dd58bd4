"""`pressloop correct`, `withdraw`, `relabel`: what a person puts right in the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pressloop.flows.campaign.decisions.put_right import (
    Known,
    correct,
    numbers_named,
    relabel,
    restore,
    trial_numbers,
    withdraw,
)
from pressloop.flows.campaign.stored import Stored, existing, stored
from pressloop.flows.console import emit, say, tell
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.envelope import violations
from pressloop.trials.corrected_values import CORRECTABLE
from pressloop.trials.corrections import differences
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import label_of
from pressloop.trials.trial import Trial

Put = Callable[[Ledger, Stored, tuple[int, ...]], tuple[Trial, ...]]


def correct_stacks(url: str, campaign: str | None, trial: str | None, stacks: Sequence[str],
                   changes: Sequence[str], as_recorded: bool, known: Known, as_json: bool) -> None:
    """Other values of stacks count, or again what was recorded first.

    Raises BadInput for values that cannot be."""
    if as_recorded and changes:
        raise BadInput("--as-recorded", "given with --set", "given alone", "Do one of both.")
    values = changes_of(changes)

    def put(ledger: Ledger, found: Stored, numbers: tuple[int, ...]) -> tuple[Trial, ...]:
        if as_recorded:
            return restore(ledger, found.campaign, numbers, known)
        return correct(ledger, found.campaign, numbers, values, known,
                       found.settings.quantities, found.settings.space.parameters)

    _put_right(url, campaign, trial, stacks, put, as_json)


def withdraw_stacks(url: str, campaign: str | None, trial: str | None, stacks: Sequence[str],
                    reference_too: bool, known: Known, as_json: bool) -> None:
    """Stacks teach nothing more."""
    _put_right(url, campaign, trial, stacks, lambda ledger, found, numbers: withdraw(
        ledger, found.campaign, numbers, known,
        reference=None if reference_too else found.settings.reference), as_json)


def relabel_stacks(url: str, campaign: str | None, trial: str | None, stacks: Sequence[str],
                   label: str, known: Known, as_json: bool) -> None:
    """Stacks have failed in another way, or were spoilt."""
    _put_right(url, campaign, trial, stacks, lambda ledger, found, numbers: relabel(
        ledger, found.campaign, numbers, label.strip().lower(), known), as_json)


def changes_of(options: Sequence[str], names: Sequence[str] = CORRECTABLE, where: str = "--set"
               ) -> dict[str, str]:
    """Name and value of each `--set`. Raises BadInput for one that is none or there twice."""
    found: dict[str, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        name = name.strip()
        if not equals or not value.strip():
            raise BadInput(where, option, "NAME=VALUE", f"Names: {', '.join(names)}.")
        if name in found:
            raise BadInput(where, name, "given once", "Drop one of the two.")
        found[name] = value.strip()
    return found


def _put_right(url: str, campaign: str | None, trial: str | None, stacks: Sequence[str], put: Put,
               as_json: bool) -> None:
    found = stored(url, campaign)
    if (trial is None) == (not stacks):
        raise BadInput("--trial", "not given" if trial is None else "given with --stack",
                       "one of --trial and --stack", "Say which stack is meant.")
    numbers = trial_numbers(trial) if trial is not None else numbers_named(found.trials, stacks)
    with existing(url) as ledger:
        now = put(ledger, found, numbers)
    _say_if_outside(now, found.settings)
    emit({"campaign": found.campaign, "corrected": [_plain(t) for t in now]}, as_json,
         lambda: tell("\n".join(_words(t) for t in now)))


def _say_if_outside(trials: Sequence[Trial], settings: Settings) -> None:
    """History may lie outside the envelope; more often a unit or a digit is wrong."""
    for trial in trials:
        outside = violations(trial.recipe, settings.envelope)
        if trial.recipe != trial.as_recorded.recipe and outside:
            say(f"Trial {trial.number} now lies outside the envelope: {outside[0].name} = "
                f"{outside[0].value:g} must be {outside[0].bound}. Is the unit right?")


def _plain(trial: Trial) -> dict[str, Any]:
    last = trial.correction
    assert last is not None
    return {"trial": trial.number, "stack": trial.stack.stack_id, "correction": last.correction,
            "what": last.what, "outcome": label_of(trial.outcome), "reason": last.reason,
            "changed": differences(trial)}


def _words(trial: Trial) -> str:
    last = trial.correction
    assert last is not None
    now = ", ".join(differences(trial)) or "as it was recorded"
    return (f"trial {trial.number} ({trial.stack.stack_id}), correction {last.correction}, "
            f"{last.what}: {now}")
