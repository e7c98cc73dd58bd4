"""One stack, one name, one outcome: a second reading under a name is a correction, or a mistake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from pressloop.flows.past.trials import Past
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact, Outcome, label_of
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import Trial


def one_outcome_each(past: Sequence[Past], path: Path, known: Iterable[Trial] = ()
                     ) -> tuple[Past, ...]:
    """The rows that are new or as recorded first.

    Without those that say what a person has corrected on record.

    Raises BadInput for a row whose stack has another outcome: in this table by the same recipe, as
    a table may follow one stack through several presses, or on record as `known`. One whose stack
    is in work or was withdrawn is no second outcome.
    """
    there = defaultdict[str, list[Trial]](list)
    for trial in known:
        if trial.outcome is not None and not trial.withdrawn:
            for name in {trial.as_recorded.stack.stack_id, trial.stack.stack_id}:
                there[name].append(trial)
    read = [one for one in past if one.outcome is not None]
    _prove_told_once(read, path)
    corrected = {one.line for one in read if _on_record(one, there[one.stack.stack_id], path)}
    return tuple(one for one in past if one.line not in corrected)


def _prove_told_once(read: Sequence[Past], path: Path) -> None:
    lines: dict[tuple[str, Recipe], Past] = {}
    for one in read:
        other = lines.setdefault((one.stack.stack_id, one.recipe), one)
        if other is not one:
            raise BadInput(f"{path.name} row {one.line}: stack", one.stack.stack_id,
                           f"a stack of its own; row {other.line} has it with "
                           f"{_told(other.outcome)}",
                           "Keep the row that is right; give a replicate a name of its own.")


def _on_record(one: Past, mine: Sequence[Trial], path: Path) -> bool:
    """True where a person has corrected the record to what this row says.

    Raises BadInput where the record says something else under this name."""
    if not mine or any(_same(one, trial.as_recorded) for trial in mine):
        return False
    if any(_same(one, trial) for trial in mine):
        return True
    trial = mine[-1]
    raise BadInput(
        f"{path.name} row {one.line}: stack", one.stack.stack_id, f"a stack of its own; trial "
        f"{trial.number} has it with {_told(trial.outcome)}, the row {_told(one.outcome)}",
        f"Put it right: `pressloop correct --trial {trial.number} --set NAME=VALUE "
        "--reason TEXT`; give a replicate a name of its own.")


def _same(one: Past, trial: Trial) -> bool:
    return (one.recipe, one.outcome, *_described(one.stack)) == (
        trial.recipe, trial.outcome, *_described(trial.stack))


def _described(stack: Stack) -> tuple[str, str, str]:
    """What a row says of its stack."""
    return stack.stack_id, stack.lot, stack.operator


def _told(outcome: Outcome | None) -> str:
    return outcome.told if isinstance(outcome, Intact) else label_of(outcome)
