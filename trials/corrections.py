"""What a person may put right in the record of a stack: trial and changes in, entry out.

Nothing here writes: `Corrected` is appended by whoever asks, and the original stays in the ledger.
What was commanded and pressed is never changed; only an imported stack, whose recipe was typed
too, may get another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pressloop.trials.corrected_values import (
    CORRECTABLE,
    OF_OUTCOME,
    OF_STACK,
    Changes,
    damage_of,
    measured_names,
    outcome_with,
    recipe_with,
    stack_with,
)
from pressloop.trials.entry import Corrected
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import (
    Failed,
    FailureMode,
    Intact,
    Outcome,
    Spoilt,
    Withdrawn,
    label_of,
)
from pressloop.trials.quantity import Quantity
from pressloop.trials.readings import LABELS, labelled
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

BACK = "`--as-recorded` brings back what was recorded first."


def corrected(trial: Trial, changes: Changes, reason: str, over: int = 0,
              quantities: Sequence[Quantity] = ()) -> Corrected:
    """The entry by which these values, by name, count from now on, over those that count now.

    `quantities` are those that the campaign measures, which may be corrected too.

    `over` is the number of the correction that the person knows of. Raises BadInput for a name that
    is none, a value that no stack has, a stack without an outcome, and where the record was
    corrected since.
    """
    _prove_known(trial, over)
    known = (*CORRECTABLE, *trial.recipe.named, *measured_names(trial, quantities))
    if not changes:
        raise BadInput("--set", "nothing", "a name and a value", f"Names: {', '.join(known)}.")
    for name in changes:
        if name not in known:
            raise BadInput("--set", name, f"one of {', '.join(known)}", "Correct the name.")
    if trial.withdrawn:
        raise BadInput(_name(trial), "withdrawn", "a stack that counts", BACK)
    stack, recipe = stack_with(trial, changes), recipe_with(trial, changes)
    outcome = outcome_with(trial, changes, quantities)
    if (stack, recipe, outcome) == (trial.stack, trial.recipe, trial.outcome):
        raise BadInput(_name(trial), "the same values", "changed by the correction",
                       "Nothing was added.")
    return _entry(trial, "corrected", reason, stack, recipe, outcome)


def withdrawn(trial: Trial, reason: str, over: int = 0) -> Corrected:
    """The entry by which the stack teaches nothing more. Raises BadInput as `corrected` does."""
    _prove_known(trial, over)
    if trial.withdrawn:
        raise BadInput(_name(trial), "withdrawn", "a stack that counts", "It is withdrawn already.")
    return _entry(trial, "withdrawn", reason, trial.stack, trial.recipe, Withdrawn(_why(reason)))


def relabelled(trial: Trial, label: str, reason: str, over: int = 0) -> Corrected:
    """The entry by which the stack has failed by a mode, or was spoilt by a person.

    "failed" is a way that nobody knows. Raises BadInput as `corrected` does.

    A damage index that the trace has told stays, but for a stack that a person calls crushed or
    failed: its label is what counts then.
    """
    if label not in LABELS:
        intact = " For an intact stack give its resistance: `pressloop correct`." \
            if label == "intact" else ""
        raise BadInput("--as", label, f"one of {', '.join(LABELS)}", f"Use one of these.{intact}")
    _prove_known(trial, over)
    if trial.withdrawn:
        raise BadInput(_name(trial), "withdrawn", "a stack that counts", BACK)
    kept = damage_of(trial) if label in (FailureMode.SHORTED, FailureMode.DELAMINATED) else None
    outcome = labelled(label, _why(reason), kept)
    if _says_the_same(trial.outcome, outcome):
        raise BadInput(_name(trial), label, "changed by the correction", "Nothing was added.")
    return _entry(trial, "relabelled", reason, trial.stack, trial.recipe, outcome)


def restored(trial: Trial, reason: str, over: int = 0) -> Corrected:
    """The entry by which what was recorded first counts again. Raises BadInput where that is so."""
    _prove_known(trial, over)
    if not trial.is_corrected:
        raise BadInput(_name(trial), "as recorded", "a corrected stack", "Nothing was added.")
    return Corrected(trial.corrections + 1, "restored", _why(reason))


def told(trial: Trial) -> str:
    """What the latest correction of a trial has said, in words."""
    if (last := trial.correction) is None:
        return "it was not corrected"
    what = f": {', '.join(differences(trial))}" if differences(trial) else ""
    return f'correction {last.correction} ({last.what}{what}; "{last.reason}")'


def differences(trial: Trial) -> list[str]:
    """What counts now and was recorded otherwise, each as "name before -> now"."""
    names = _readings(trial)
    before = dict.fromkeys((n for name in names for n in (name, f"{name}_se")), None) | _plain(
        trial.as_recorded)
    return [f"{name} {_shown(before.get(name))} -> {_shown(value)}"
            for name, value in _plain(trial).items() if before.get(name) != value]


def _plain(trial: Trial) -> dict[str, Any]:
    found: dict[str, Any] = {"stack": trial.stack.stack_id, "lot": trial.stack.lot,
                             "operator": trial.stack.operator}
    found |= {name: getattr(trial.stack, name) for name in OF_STACK}
    found |= {name: getattr(trial.recipe, name) for name in trial.recipe.core}
    found |= trial.recipe.named
    outcome = trial.outcome
    damage = outcome.damage if isinstance(outcome, Intact | Failed) else None
    found["damage_index"] = damage.index if damage else None
    for name in OF_OUTCOME:
        if name != "damage_index":
            found[name] = getattr(outcome, name) if isinstance(outcome, Intact) else None
    for one in _readings(trial):
        told = outcome.reading(one) if isinstance(outcome, Intact) else None
        found |= {one: told.value if told else None,
                  f"{one}_se": told.standard_error if told else None}
    return {"outcome": label_of(outcome)} | found


def _readings(trial: Trial) -> list[str]:
    """Names of quantities that were measured, by the first record or by what counts now."""
    return sorted({m.name for o in (trial.outcome, trial.as_recorded.outcome)
                   if isinstance(o, Intact) for m in o.measured})


def _shown(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _prove_known(trial: Trial, over: int) -> None:
    """The stack has an outcome, and the person knows of its latest correction."""
    if trial.state not in (State.EVALUATED, State.IMPORTED):
        remedy = ("`pressloop settle` closes it." if trial.is_open else
                  "It has no outcome and says nothing; a reading made since is added by "
                  "`pressloop attach`.")
        raise BadInput(_name(trial), f"{trial.state}", "evaluated or imported", remedy)
    if over != trial.corrections:
        if trial.corrections == 0:
            raise BadInput("--over", over, f"left out, as {_name(trial)} was not corrected",
                           "Leave it out.")
        raise BadInput(_name(trial), told(trial), "one that you know of",
                       f"Read `pressloop log`; to correct it once more, say --over "
                       f"{trial.corrections}.")


def _name(trial: Trial) -> str:
    return f"trial {trial.number}"


def _why(reason: str) -> str:
    if not reason.strip():
        raise BadInput("--reason", repr(reason), "a text", "Say why: it is kept in the ledger.")
    return " ".join(reason.split())


def _entry(trial: Trial, what: str, reason: str, stack: Stack, recipe: Recipe,
           outcome: Outcome | None) -> Corrected:
    """Only what differs from the first record is kept.

    So a later reading of the spectra still counts where no person has given another."""
    first = trial.as_recorded
    return Corrected(trial.corrections + 1, what, _why(reason),
                     None if outcome == first.outcome else outcome,
                     None if stack == first.stack else stack,
                     None if recipe == first.recipe else recipe)


def _says_the_same(before: Outcome | None, now: Outcome) -> bool:
    if isinstance(before, Failed) and isinstance(now, Failed):
        return (before.mode, before.damage) == (now.mode, now.damage)
    return isinstance(before, Spoilt) and isinstance(now, Spoilt)
