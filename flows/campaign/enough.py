"""Whether a campaign has enough stacks: asked of its ledger before each new one."""

from __future__ import annotations

from pressloop.flows.campaign.lab import Run
from pressloop.optimizer.stopping import Assessment, Verdict, assess
from pressloop.trials.wording import counted


def enough(run: Run) -> bool:
    """True where no new stack is to be pressed.

    Nothing is remembered: the same ledger says the same again, whatever was pressed when."""
    if stacks_used(run) >= run.order.trials:
        return True
    if run.ledger.queue(run.campaign).waiting:
        # What a person has asked for is pressed, as far as the budget goes.
        return False
    return run.settings.stopping.asked and assessed(run).stop


def assessed(run: Run) -> Assessment:
    """What speaks for stopping now, by every rule."""
    return assess(run.models(), run.settings.stopping, budget=run.order.trials)


def stacks_used(run: Run) -> int:
    """Stacks of this campaign, whatever became of them; imported ones were not pressed here."""
    return sum(trial.pressed_here for trial in run.history())


def told(found: Assessment) -> str:
    """How a campaign ended, in words."""
    used = counted(found.used, "stack")
    early = f"{used}, ended before the budget ({found.verdict}): to press on, change [stopping]."
    first = f"{used}." if found.verdict is Verdict.BUDGET else early
    return " ".join((first, *found.sentences))
