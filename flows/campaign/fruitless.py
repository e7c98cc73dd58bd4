"""Stacks that taught nothing: a few in a row say that something other than the recipe is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.flows.campaign.lab import Run
from pressloop.trials.errors import Fault
from pressloop.trials.outcome import Failed, FailureMode, Intact, SetAside, Spoilt, Withdrawn
from pressloop.trials.trial import State, Trial
from pressloop.trials.wording import counted


def prove_fruitful(run: Run, after: int) -> None:
    """Raises Fault where the last stacks taught nothing, as many as the settings allow in a row.

    Only stacks with a number above `after` count. A meter, a cable or a spacer is likely at fault,
    and would use up every stack of the night."""
    allowed = run.settings.campaign.nothing_learned_in_a_row
    row = in_a_row([t for t in run.history() if t.press == run.press_name], after)
    if allowed and len(row) >= allowed:
        last = "; ".join(f"stack {t.number}: {why(t)}" for t in row[-allowed:])
        raise Fault(
            f"{counted(len(row), 'stack')} in a row taught nothing ({last}). The campaign stops "
            "before it uses up more. Look at contacts, cables and meter, then start it again by "
            "hand, which begins to count anew; [campaign] nothing_learned_in_a_row says how many "
            "are too many.")


def in_a_row(trials: Sequence[Trial], after: int) -> list[Trial]:
    """The stacks at the end of the campaign, with numbers above `after`, that taught nothing."""
    closed = [t for t in trials if t.used_here and t.number > after]
    highest = max((t.recipe.pressure_mpa for t in trials if isinstance(t.outcome, Intact)),
                  default=None)
    found: list[Trial] = []
    for trial in reversed(closed):
        if _taught(trial, highest):
            break
        found.insert(0, trial)
    return found


def why(trial: Trial) -> str:
    """In a few words, what became of it."""
    if isinstance(trial.outcome, SetAside):
        return f"set aside, {trial.outcome.reason}"
    if isinstance(trial.outcome, Failed):
        return f"{trial.outcome.mode}, {trial.outcome.evidence}"
    return f"faulted, {trial.fault}"


def _taught(trial: Trial, highest_intact_mpa: float | None) -> bool:
    """Not a reading that was set aside, not a fault.

    A short teaches where the stack was pressed harder than any that stayed intact; else contacts
    that touch are as likely. A person who has settled a stack, or has said that it was spoilt, has
    looked."""
    if isinstance(trial.outcome, Failed) and trial.outcome.mode is FailureMode.SHORTED:
        return (highest_intact_mpa is not None
                and trial.recipe.pressure_mpa > highest_intact_mpa)
    looked_at = trial.state is State.SETTLED or isinstance(trial.outcome, (Spoilt, Withdrawn))
    return looked_at or isinstance(trial.outcome, (Intact, Failed))
