"""Whether a campaign has enough stacks: asked of its ledger before each new one."""

from __future__ import annotations

from pressloop.flows.campaign.lab import Run
from pressloop.flows.campaign.ordered import filled
from pressloop.flows.campaign.resting import why_rest
from pressloop.optimizer.stopping import Assessment, Verdict, assess
from pressloop.trials.wording import counted


def enough(run: Run) -> bool:
    """True where no new stack is to be pressed.

    Nothing is remembered: the same ledger says the same again, whatever was pressed when."""
    if filled(run):
        return True
    if why_rest(run):
        return True
    if run.ledger.queue(run.campaign).waiting:
        # What a person has asked for is pressed, as far as the budget goes.
        return False
    return run.settings.stopping.asked and assessed(run).stop


def assessed(run: Run) -> Assessment:
    """What speaks for stopping now, by every rule; weighed anew only once the models are others."""
    models = run.models()
    if run.weighed is None or run.weighed[0] is not models:
        run.weighed = models, assess(models, run.settings.stopping, budget=run.order.trials)
    return run.weighed[1]


def told(found: Assessment, why_no_more: str = "") -> str:
    """How a campaign ended, in words; `why_no_more` where no stack may be begun now."""
    used = counted(found.used, "stack")
    if why_no_more and found.verdict is not Verdict.BUDGET:
        return " ".join((f"{used}. {why_no_more}", *found.sentences))
    early = f"{used}, ended before the budget ({found.verdict}): to press on, change [stopping]."
    first = f"{used}." if found.verdict is Verdict.BUDGET else early
    return " ".join((first, *found.sentences))
