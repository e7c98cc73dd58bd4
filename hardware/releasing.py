"""Unloading one stack and no other: an order to release that is for one cycle."""

from __future__ import annotations

from pressloop.hardware.protocols import CycleState, Press, ReleasesCycle
from pressloop.trials.errors import Fault

OVER = (CycleState.FINISHED, CycleState.RELEASED)


def release_cycle(press: Press, cycle_id: int) -> None:
    """Unloads the press if this cycle, or none, runs.

    A driver without `release_cycle` is asked first, and told nothing where the cycle is over;
    between that answer and its release another cycle could begin. One that gives no answer is told.

    Raises OtherCycle where another cycle runs, which goes on, and Fault when not confirmed."""
    if isinstance(press, ReleasesCycle):
        press.release_cycle(cycle_id)
    elif not _is_over(press, cycle_id):
        press.release()


def _is_over(press: Press, cycle_id: int) -> bool:
    """False also where the press does not say."""
    try:
        return press.report(cycle_id).state in OVER
    except Fault:
        return False
