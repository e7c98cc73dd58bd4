"""What a run was asked for, in numbers: of its campaign, or of its press where several share it.

An order to one press is no order to the others."""

from __future__ import annotations

from pressloop.flows.campaign.lab import Order, Run
from pressloop.trials.wording import counted


def filled(run: Run) -> bool:
    """True where no stack is left of the order, whatever became of those that were planned."""
    return stacks_used(run) >= run.order.trials or _share_filled(run)


def why_filled(run: Run) -> str:
    """Why this run is done while its campaign is not; "" where it is not done."""
    if not _share_filled(run):
        return ""
    return f"Press {run.press_name} has pressed what this run was asked for."


def stacks_used(run: Run) -> int:
    """Stacks of this campaign, whatever became of them; imported ones were not pressed here."""
    return sum(trial.pressed_here for trial in run.history())


def words_of(order: Order) -> str:
    """The order of a run that goes on."""
    if order.share is None:
        return f"{counted(order.trials, 'stack')} in all"
    return f"{counted(order.share, 'stack')} of press {order.press} in all"


def _share_filled(run: Run) -> bool:
    share = run.order.share
    return share is not None and share <= sum(
        trial.pressed_here for trial in run.history() if run.owns(trial))
