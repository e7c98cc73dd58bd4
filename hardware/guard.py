"""The guard: the one way a recipe reaches a press."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from pressloop.hardware.agreement import compare
from pressloop.hardware.deferred_signals import undisturbed
from pressloop.hardware.envelope import Envelope, check
from pressloop.hardware.protocols import CycleReport, CycleState, OnStop, Press, stack_tag
from pressloop.trials.errors import Fault, NotReady, OutcomeUnknown, PressloopError
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

POLL_S = 0.05
ASKED = 5
"""How often an unanswered report is asked for."""
GRACE_S = 120.0
"""How much longer than announced a cycle may take before the watch gives up."""


def prove_ready(press: Press, envelope: Envelope, recipe: Recipe) -> None:
    """All that can be checked before anything moves.

    Raises OutOfEnvelope, BadInput when machine and settings disagree, NotReady.
    """
    check(recipe, envelope)
    try:
        compare(envelope, press.identify())
        reasons = press.not_ready()
    except Fault as silent:
        raise NotReady(f"{silent}. Nothing was sent; start again when the press answers.") from None
    if reasons:
        raise NotReady(f"the press is not ready: {'; '.join(reasons)}. Nothing has moved; start "
                       "again when it is.")


def run_cycle(press: Press, envelope: Envelope, cycle_id: int, stack: Stack, recipe: Recipe, *,
              on_stop: OnStop = "finish") -> Trace:
    """Presses one stack once and returns its trace.

    Never retries. A stop (Ctrl-C, SIGTERM, a cancelled run) follows `on_stop` and carries a note
    that says so; any other trouble unloads the platens. Raises what `prove_ready` and `watch`
    raise.
    """
    prove_ready(press, envelope, recipe)
    return _unloading(press, cycle_id, on_stop,
                      lambda: _start_and_watch(press, cycle_id, stack, recipe))


def collect(press: Press, cycle_id: int, stack: Stack, recipe: Recipe, *,
            on_stop: OnStop = "finish") -> Trace | None:
    """What became of a cycle commanded earlier: its trace, watched to the end if it still runs.

    None if the press never accepted it.

    Raises OutcomeUnknown when the press cannot tell, or accepted another stack or recipe under
    this id; Fault when it was released early.
    """
    report = ask(press, cycle_id)
    if report.state is CycleState.NEVER_ACCEPTED:
        return None
    _prove_ours(report, stack, recipe)
    return _unloading(press, cycle_id, on_stop, lambda: watch(press, cycle_id))


def watch(press: Press, cycle_id: int, grace_s: float = GRACE_S) -> Trace:
    """Polls until the cycle has ended, at most `grace_s` longer than the press says it takes.

    Raises Fault when it was released early or overruns, OutcomeUnknown when the press cannot tell
    or does not answer."""
    began, longest_s = time.monotonic(), 0.0
    while True:
        report = ask(press, cycle_id)
        # A single look that announces less is no reason to break a cycle off.
        longest_s = max(longest_s, report.duration_s)
        if (trace := _ended(report)) is not None:
            return trace
        if not time.monotonic() - began <= longest_s + grace_s:
            raise Fault(f"cycle {cycle_id} overran its {longest_s:.0f} s; released.")
        time.sleep(POLL_S)


def _start_and_watch(press: Press, cycle_id: int, stack: Stack, recipe: Recipe) -> Trace:
    press.start(cycle_id, stack, recipe)
    return watch(press, cycle_id)


def ask(press: Press, cycle_id: int) -> CycleReport:
    """The press's report, asked for a few times.

    Raises OutcomeUnknown when there is none: once a cycle may run, silence proves nothing."""
    trouble = ""
    for _ in range(ASKED):
        try:
            return press.report(cycle_id)
        except Fault as fault:
            trouble = str(fault)
            time.sleep(POLL_S)
    raise OutcomeUnknown(f"the press does not say what became of cycle {cycle_id}: {trouble}. "
                         "Start again when it answers; it is asked first, nothing is sent twice.")


def _prove_ours(report: CycleReport, stack: Stack, recipe: Recipe) -> None:
    """An id that the press accepted for somebody else's stack is no answer about ours."""
    ours = (report.stack_id in (None, stack.stack_id)
            and report.stack_tag in (None, stack_tag(stack.stack_id)))
    # What a person sets no machine remembers.
    known = (None, recipe, replace(recipe, others=()))
    if not ours or report.recipe not in known:
        raise OutcomeUnknown(
            f"under cycle {report.cycle_id} the press ran stack "
            f"{report.stack_id or report.stack_tag} at {report.recipe}, not {stack.stack_id} at "
            f"{recipe}: another ledger uses this press. "
            "Look at the stack, then settle it.")


def _ended(report: CycleReport) -> Trace | None:
    if report.state is CycleState.FINISHED and report.trace is not None:
        return report.trace
    if report.state is CycleState.RUNNING:
        return None
    if report.state is CycleState.RELEASED:
        why = f" ({report.reason})" if report.reason else ""
        raise Fault(f"cycle {report.cycle_id} was released before its dwell ended{why}")
    raise OutcomeUnknown(f"the press cannot tell what became of cycle {report.cycle_id} "
                         f"({report.reason or report.state}). Look at the stack, then settle it.")


def _unloading(press: Press, cycle_id: int, on_stop: OnStop, work: Callable[[], Trace]) -> Trace:
    """Runs `work`; whatever goes wrong, the platens unload.

    A stop carries a note of what becomes of the cycle."""
    policy = on_stop
    try:
        try:
            return work()
        except NotReady:
            # Nothing was begun, so that what runs, if anything, is not ours to end.
            raise
        except Exception as error:
            # After trouble the platens unload also where a stop lets a sound cycle finish.
            policy = "release"
            # What went wrong first is what the person must read.
            if silent := _released(press, obeying=False):
                error.add_note(f"and the release was not confirmed: {silent}")
            raise
    except Exception:
        raise
    except BaseException as stop:
        try:
            # By policy the machine, which owns the cycle, may finish and unload by itself.
            stop.add_note(_after_stop(press, cycle_id, policy))
        except BaseException as again:
            # A second stop, before what follows the first is out of its reach.
            again.add_note(_after_stop(press, cycle_id, policy))
            raise
        raise


def _after_stop(press: Press, cycle_id: int, on_stop: OnStop) -> str:
    if on_stop == "finish":
        return (f"the press finishes cycle {cycle_id} by itself and unloads; the next start "
                "collects it")
    if silent := _released(press, obeying=True):
        return f"cycle {cycle_id} was to be released, which the press did not confirm: {silent}"
    return f"cycle {cycle_id} was released, the platens are open"


def _released(press: Press, *, obeying: bool) -> PressloopError | None:
    """Unloads, out of reach of a second stop; what the press said where it did not confirm."""
    with undisturbed(obeying=obeying):
        try:
            press.release()
        except PressloopError as silent:
            return silent
    return None
