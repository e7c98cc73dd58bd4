"""What a run puts on record of a stack: committed when each of these returns."""

from __future__ import annotations

from pressloop.flows.campaign.drawing import loaded_at
from pressloop.flows.campaign.lab import Run
from pressloop.hardware.deferred_signals import undisturbed
from pressloop.trials.entry import Commanded, Drawn, Entry, Planned
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.trial import State


def commanded(run: Run, number: int, asked: int | None) -> int | None:
    """Commits the command under a cycle id that no other press has taken; its id.

    None where people have asked for something that the run has not obeyed yet."""
    who = run.press.identify()
    while True:
        cycle_id = max(run.ledger.last_cycle_id(), run.press.last_accepted_id()) + 1
        try:
            record(run, number, Commanded(cycle_id, who.serial, who.boot_counter), asked)
            return cycle_id
        except LedgerProblem:
            if asked not in (None, len(run.ledger.requested(run.campaign))):
                return None
            taken = run.ledger.last_cycle_id() >= cycle_id
            if not taken or _state(run, number) is not State.PLANNED:
                raise


def record(run: Run, number: int, entry: Entry, asked: int | None = None) -> None:
    """Committed when this returns; with `asked`, only while people have asked for no more.

    A stop waits so long: in mid write it would leave the ledger locked against what the run has to
    say of its end."""
    with undisturbed(obeying=False):
        run.ledger.append(run.campaign, number, entry, asked=asked)


def record_plan(run: Run, number: int, plan: Planned) -> None:
    """As `record`; a stack of the inventory leaves it in the same transaction."""
    if plan.stack.barcode is None:
        record(run, number, plan)
        return
    with undisturbed(obeying=False):
        run.ledger.append_drawn(number, plan, Drawn(plan.stack.barcode, run.campaign, number,
                                                    loaded_at(run.settings)))


def _state(run: Run, number: int) -> State | None:
    trial = run.ledger.trial(run.campaign, number)
    return None if trial is None else trial.state
