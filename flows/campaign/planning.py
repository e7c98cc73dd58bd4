"""The next stack of a campaign, planned so that no two presses take the same number.

What keeps them apart is the ledger: a number is planned once, and a plan whose number another press
has taken meanwhile is made anew, with that press's recipe as one under way. The turn below only
spares presses the work of plans that come too late: whoever stands still in it holds up the others
for a while, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from pressloop.flows.campaign.enough import enough
from pressloop.flows.campaign.lab import Run
from pressloop.flows.campaign.trial import plan
from pressloop.hardware.locks.turns import in_turn_for

TURN_S = 60.0
"""How long the others may plan nothing before the turn is not waited for any longer: longer than
any proposal takes. All would plan at once then, and all but one for nothing."""
ONCE_MORE = 0.05
"""Share of that for which it is waited for once it was in vain, until it is had again: a process
that was suspended for the night does not cost every stack a minute."""


def numbers(run: Run) -> Iterator[int]:
    """This press's trials left open, oldest first, then new ones until there are enough.

    Before each the run is to be ready, which may wait or raise."""
    for trial in run.history():
        if trial.is_open and run.owns(trial):
            run.ready()
            yield trial.number
    patience_s = TURN_S
    while True:
        number, patience_s = _next(run, patience_s)
        if number is None:
            return
        yield number


def _next(run: Run, patience_s: float) -> tuple[int | None, float]:
    """The number of a new trial, None where there are enough; and how long to wait next time.

    Planned for this press already where others might take the number."""
    while True:
        if run.press_name:
            run.ready()
        with planning_turn(run, patience_s) as held:
            patience_s = TURN_S if held else ONCE_MORE * TURN_S
            # Numbered before the stacks are counted: whoever plans one in between takes this
            # number, so that together the presses never plan more than the budget.
            number = run.ledger.next_number(run.campaign)
            if enough(run):
                return None, patience_s
            if run.press_name:
                plan(run, number)
        planned = run.ledger.trial(run.campaign, number)
        if not run.press_name or (planned is not None and run.owns(planned)):
            run.ready()
            return number, patience_s


@contextmanager
def planning_turn(run: Run, patience_s: float = TURN_S) -> Iterator[bool]:
    """Plans of one campaign are made one after the other, as far as nobody stands still.

    False where it was not had, as whoever has it plans nothing. Among processes of one computer by
    a lock of its kernel, among those that share a PostgreSQL database by a lock of its own."""
    if not run.press_name:
        yield True
        return
    with ExitStack() as turn:
        held, before = False, -1
        while not held and (now := run.ledger.next_number(run.campaign)) != before:
            before = now
            held = turn.enter_context(_turn(run, patience_s))
        yield held


def _turn(run: Run, patience_s: float) -> AbstractContextManager[bool]:
    if run.ledger.counts_exactly:
        return in_turn_for(f"plans of {run.campaign} in {run.ledger.shown_url}", patience_s)
    return run.ledger.turn(run.campaign, patience_s)
