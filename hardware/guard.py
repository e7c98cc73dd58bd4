"""The guard: the one way a recipe reaches a press."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from hardware.envelope import Envelope, check, compare
from hardware.protocols import CycleReport, CycleState, Press
from trials.errors import Fault, NotReady, OutcomeUnknown
from trials.recipe import Recipe
from trials.stack import Stack
from trials.trace import Trace

OnStop = Literal["finish", "release"]
"""What a stop in mid press does: the machine finishes the cycle by itself, or unloads now."""

POLL_S = 0.05
GRACE_S = 120.0
"""How much longer than announced a cycle may take before the watch gives up."""


def prove_ready(press: Press, envelope: Envelope, recipe: Recipe) -> None:
    """All that can be checked before anything moves.

    Raises OutOfEnvelope, BadInput when machine and settings disagree, NotReady.
    """
    check(recipe, envelope)
    compare(envelope, press.identify())
    if reasons := press.not_ready():
        raise NotReady(f"the press is not ready: {'; '.join(reasons)}. Nothing has moved; start "
                       "again when it is.")


def run_cycle(press: Press, envelope: Envelope, cycle_id: int, stack: Stack, recipe: Recipe, *,
              on_stop: OnStop = "finish") -> Trace:
    """Presses one stack once and returns its trace.

    Never retries. A stop (Ctrl-C, SIGTERM) follows `on_stop`; any other trouble unloads the
    platens. Raises what `prove_ready` and `watch` raise.
    """
    prove_ready(press, envelope, recipe)
    return _unloading(press, on_stop, lambda: _start_and_watch(press, cycle_id, stack, recipe))


def collect(press: Press, cycle_id: int, *, on_stop: OnStop = "finish") -> Trace | None:
    """What became of a cycle commanded earlier: its trace, watched to the end if it still runs;
    None if the press never accepted it.

    Raises OutcomeUnknown when the press cannot tell, Fault when it was released early.
    """
    if press.report(cycle_id).state is CycleState.NEVER_ACCEPTED:
        return None
    return _unloading(press, on_stop, lambda: watch(press, cycle_id))


def watch(press: Press, cycle_id: int) -> Trace:
    """Polls until the cycle has ended. Raises Fault when it was released early or overruns,
    OutcomeUnknown when the press cannot tell."""
    began = time.monotonic()
    while True:
        report = press.report(cycle_id)
        if (trace := _ended(report)) is not None:
            return trace
        if time.monotonic() - began > report.duration_s + GRACE_S:
            raise Fault(f"cycle {cycle_id} overran its {report.duration_s:.0f} s; released.")
        time.sleep(POLL_S)


def _start_and_watch(press: Press, cycle_id: int, stack: Stack, recipe: Recipe) -> Trace:
    press.start(cycle_id, stack, recipe)
    return watch(press, cycle_id)


def _ended(report: CycleReport) -> Trace | None:
    if report.state is CycleState.FINISHED and report.trace is not None:
        return report.trace
    if report.state is CycleState.RUNNING:
        return None
    if report.state is CycleState.RELEASED:
        raise Fault(f"cycle {report.cycle_id} was released before its dwell ended")
    raise OutcomeUnknown(f"the press cannot tell what became of cycle {report.cycle_id} "
                         f"({report.state}). Look at the stack, then settle it.")


def _unloading(press: Press, on_stop: OnStop, work: Callable[[], Trace]) -> Trace:
    """Runs `work`; whatever goes wrong, the platens unload."""
    try:
        return work()
    except Exception:
        press.release()
        raise
    except BaseException:
        # A stop: by policy the machine, which owns the cycle, may finish and unload by itself.
        if on_stop == "release":
            press.release()
        raise
