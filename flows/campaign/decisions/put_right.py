"""A person puts the record of stacks right: appended to the ledger in one transaction, all or none.

The same functions serve the command line, a program of the lab's own and the form in Prefect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pressloop.optimizer.parameter import Parameter
from pressloop.trials.corrected_values import Changes
from pressloop.trials.corrections import corrected, relabelled, restored, told, withdrawn
from pressloop.trials.entry import Corrected
from pressloop.trials.errors import BadInput, LedgerProblem
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import Quantity
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

Made = Callable[[Trial], Corrected]
RANGE = re.compile(r"(\d{1,9})(?:\s*-\s*(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Known:
    """What the person who corrects knows.

    The reason, and the number of the latest correction of the stack, 0 for one that was not
    corrected."""

    reason: str
    over: int = 0


def correct(ledger: Ledger, campaign: str, trials: Sequence[int], changes: Changes, known: Known,
            quantities: Sequence[Quantity] = (), parameters: Sequence[Parameter] = ()
            ) -> tuple[Trial, ...]:
    """Other values count from now on; returns the trials as they are then.

    `quantities` are those that the campaign measures, `parameters` those of its space. Raises
    BadInput for values that cannot be, and where another person was faster; nothing is added then.
    """
    _prove_kinds(parameters, changes)
    history = ledger.history(campaign, arrays=False)
    _prove_name_free(history, trials, changes)
    return _put(ledger, campaign, trials, known,
                lambda trial: corrected(trial, changes, known.reason, known.over, quantities))


def withdraw(ledger: Ledger, campaign: str, trials: Sequence[int], known: Known, *,
             reference: Recipe | None = None) -> tuple[Trial, ...]:
    """The stacks teach nothing more.

    With `reference`, the last stack that was pressed by that recipe is kept: nothing would be left
    to compare with. Raises BadInput as `correct` does."""
    if reference is not None:
        _prove_reference_kept(ledger.history(campaign, arrays=False), trials, reference)
    return _put(ledger, campaign, trials, known,
                lambda trial: withdrawn(trial, known.reason, known.over))


def relabel(ledger: Ledger, campaign: str, trials: Sequence[int], label: str, known: Known
            ) -> tuple[Trial, ...]:
    """The stacks have failed in this way, or were spoilt. Raises BadInput as `correct` does."""
    return _put(ledger, campaign, trials, known,
                lambda trial: relabelled(trial, label, known.reason, known.over))


def restore(ledger: Ledger, campaign: str, trials: Sequence[int], known: Known
            ) -> tuple[Trial, ...]:
    """What was recorded first counts again. Raises BadInput as `correct` does."""
    return _put(ledger, campaign, trials, known,
                lambda trial: restored(trial, known.reason, known.over))


def trial_numbers(text: str) -> tuple[int, ...]:
    """The numbers of "3", "3-9" or "3-9,12", each once. Raises BadInput for anything else."""
    found: list[int] = []
    for part in text.split(","):
        match = RANGE.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last or last - first > 9999:
            raise BadInput("--trial", text, "numbers like 3 or 3-9,12", "Correct it.")
        found += range(first, last + 1)
    return tuple(dict.fromkeys(found))


def numbers_named(trials: Sequence[Trial], names: Sequence[str]) -> tuple[int, ...]:
    """The trials of stacks with these names. Raises BadInput for a name that is none."""
    found: list[int] = []
    for name in names:
        mine = [t.number for t in trials if name in _names(t)]
        if not mine:
            raise BadInput("--stack", name, "the name of a stack of this campaign",
                           "`pressloop log` has their names.")
        if len(mine) > 1:
            raise BadInput("--stack", name, "one stack", "Say --trial: "
                           f"{' or '.join(map(str, mine))}.")
        found += mine
    return tuple(dict.fromkeys(found))


def _put(ledger: Ledger, campaign: str, numbers: Sequence[int], known: Known, made: Made
         ) -> tuple[Trial, ...]:
    """Appends one entry for each, in one transaction."""
    ledger.prove(campaign)
    before = {t.number: t for t in ledger.history(campaign, arrays=False)}
    for number in numbers:
        if number not in before:
            raise BadInput("--trial", number, f"a trial of {campaign}",
                           f"It has {_span(before)}.")
    facts = [(number, made(before[number])) for number in numbers]
    try:
        ledger.append_all(campaign, facts)
    except LedgerProblem:
        _tell_what_changed(ledger, campaign, before, numbers)
        raise
    now = {t.number: t for t in ledger.history(campaign, arrays=False)}
    return tuple(now[number] for number in numbers)


def _tell_what_changed(ledger: Ledger, campaign: str, before: dict[int, Trial],
                       numbers: Sequence[int]) -> None:
    """Raises BadInput where somebody else has corrected one of the trials meanwhile."""
    for trial in ledger.history(campaign, arrays=False):
        if trial.number in numbers and trial.corrections != before[trial.number].corrections:
            raise BadInput(f"trial {trial.number}", told(trial), "as it was a moment ago",
                           "Somebody else was faster. Nothing was added; to correct it once more, "
                           f"say --over {trial.corrections}.") from None


def _span(trials: dict[int, Trial]) -> str:
    return f"trials {min(trials)} to {max(trials)}" if trials else "none yet"


def _names(trial: Trial) -> set[str]:
    return {trial.stack.stack_id, trial.as_recorded.stack.stack_id}


def _prove_name_free(history: Sequence[Trial], numbers: Sequence[int], changes: Changes) -> None:
    """One stack has one name, and no two stacks the same."""
    if (name := changes.get("stack")) is None:
        return
    if len(numbers) > 1:
        raise BadInput("stack", name, "the name of one stack", "Correct one trial at a time.")
    for trial in history:
        if trial.number not in numbers and not trial.withdrawn and name in _names(trial):
            raise BadInput("stack", name, f"a name of its own; trial {trial.number} has it",
                           "Two stacks have no name in common. Where readings were exchanged, "
                           "correct both readings.")


def _prove_kinds(parameters: Sequence[Parameter], changes: Changes) -> None:
    """A kind that is mistyped would be one more, of which no other stack is known."""
    for p in parameters:
        if p.kinds and p.name in changes and changes[p.name] not in p.kinds:
            raise BadInput(p.name, changes[p.name], p.told(), "Name one of the kinds.")


def _prove_reference_kept(history: Sequence[Trial], numbers: Sequence[int], reference: Recipe
                          ) -> None:
    there = [t.number for t in history if t.recipe == reference
             and isinstance(t.outcome, Intact | Failed)]
    if there and not set(there) - set(numbers):
        raise BadInput(
            "trial" if len(there) == 1 else "trials", ", ".join(map(str, there)),
            f"not all that was pressed by the reference recipe ({reference})",
            "Without it nothing is left to compare with, and the next run presses the reference "
            "anew. To withdraw it all the same, add --reference-too.")
