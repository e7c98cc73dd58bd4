"""One trial: plan, press, measure, evaluate. Each step is on record before the next begins.

Prefect neither caches nor stores what a step returns: the ledger is the record.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State as TaskState
from prefect.exceptions import Pause
from prefect.states import Completed

from pressloop.evaluation.evaluate import evaluate
from pressloop.flows.campaign.decisions.own_recipes import plan_own, taken_meanwhile
from pressloop.flows.campaign.drawing import drawn_meanwhile, next_stack, unfit
from pressloop.flows.campaign.lab import Run
from pressloop.flows.campaign.recording import commanded, record, record_plan
from pressloop.flows.operator.by_hand import prove_prepared
from pressloop.flows.operator.entered import entered
from pressloop.flows.operator.run_log import note
from pressloop.flows.settings.gauge import load_of
from pressloop.hardware.guard import ask, collect, prove_ready, run_cycle
from pressloop.hardware.protocols import CycleState
from pressloop.trials.entry import (
    Evaluated,
    Faulted,
    Measured,
    Planned,
    Pressed,
)
from pressloop.trials.errors import Fault, LedgerProblem, NotReady, OutcomeUnknown
from pressloop.trials.outcome import Outcome, SetAside
from pressloop.trials.people import RELEASE
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace
from pressloop.trials.trial import State, Trial, outcomes_before
from pressloop.views import happened


def carry_through(run: Run, number: int) -> None:
    """Takes a trial, new or left open, to its outcome, from wherever the ledger says it is.

    Raises Pause where the run was suspended: Prefect begins no task then. A stack that is pressed
    already is measured and evaluated all the same, without Prefect, as it would age meanwhile.
    """
    try:
        _carry(run, number, measure, evaluate_stack)
    except Pause:
        trial = run.ledger.trial(run.campaign, number)
        if trial is not None and trial.state in (State.PRESSED, State.MEASURED):
            _carry(run, number, measure.fn, evaluate_stack.fn)
        raise


def _carry(run: Run, number: int, measured: Callable[[Run, int], object],
           evaluated: Callable[[Run, int], TaskState[Outcome]]) -> None:
    if run.ledger.trial(run.campaign, number) is None:
        plan(run, number)
        if run.ledger.trial(run.campaign, number) is None:
            return
    asked = run.ready() if _trial(run, number).state is State.PLANNED else None
    if not run.owns(_trial(run, number)):
        # Another press was faster: what becomes of this stack is its business.
        return
    if (why := unfit(run, _trial(run, number))):
        record(run, number, Faulted("stack", why))
        note(f"Stack {_trial(run, number).stack.stack_id}: {why}. It is not pressed.")
        return
    if _trial(run, number).state in (State.PLANNED, State.COMMANDED):
        press_stack(run, number, asked)
    if _trial(run, number).state is State.PLANNED:
        # People asked for something in the last moment: the run obeys that first.
        _carry(run, number, measured, evaluated)
        return
    if not _trial(run, number).is_open:
        return
    outcome: Outcome | None = None
    while outcome is None or (isinstance(outcome, SetAside) and outcome.measure_again
                              and _trial(run, number).sweeps < run.settings.campaign.max_sweeps):
        if outcome is not None or _trial(run, number).state is State.PRESSED:
            measured(run, number)
        outcome = evaluated(run, number).result()
    record(run, number, Evaluated(1, outcome, run.settings.rules.plain()))
    note(happened.ended(_trial(run, number), load_of(run.settings)))


def _is_fault(_task: object, _run: object, state: TaskState[Any]) -> bool:
    """A ledger that is away is no reason to measure again: the next start asks it first."""
    return isinstance(state.result(raise_on_failure=False), Fault)


@task(name="plan", task_run_name="plan stack {number}", cache_policy=NO_CACHE,
      persist_result=False)
def plan(run: Run, number: int) -> TaskState[None]:
    """Chooses the recipe of the next stack: one that a person asked for, else the optimiser's.

    Nothing is planned where another press has taken the number meanwhile, or no stack is left."""
    try:
        if not _plan(run, number):
            return Completed(message="No stack is left in the inventory.")
    except LedgerProblem:
        taken = run.ledger.trial(run.campaign, number)
        if taken is None or run.owns(taken):
            raise
        return Completed(message=f"Stack {number} was taken by press {taken.press} meanwhile.")
    return Completed(message=happened.planned(_trial(run, number), load_of(run.settings)))


def _plan(run: Run, number: int) -> bool:
    """False where the campaign draws its stacks from the inventory, and none is left."""
    while (stack := next_stack(run, number)) is not None:
        own = plan_own(run, stack)
        chosen = _proposed(run, stack) if own is None else own
        try:
            # This one transaction takes the recipe out of the queue, the stack out of the inventory
            # and makes them a trial: a run that is killed here has done all of it or nothing.
            record_plan(run, number, chosen)
        except LedgerProblem:
            if drawn_meanwhile(run, stack) or (own is not None and taken_meanwhile(run, own)):
                continue
            raise
        return True
    return False


def _proposed(run: Run, stack: Stack) -> Planned:
    # Loads torch, which runs that press nothing do without.
    from pressloop.optimizer import propose

    proposal, = propose(run.models(stack), seed=run.order.seed)
    return Planned(stack, proposal.recipe, proposal.purpose, proposal.predicted, proposal.reason,
                   press=run.press_name or None)


@task(name="press", task_run_name="press stack {number}", retries=0,
      cache_policy=NO_CACHE, persist_result=False)
def press_stack(run: Run, number: int, asked: int | None = None) -> TaskState[None]:
    """Presses the stack once; asks the press first when a command is already on record.

    Where people have asked more of the run than the `asked` requests that it has obeyed, it is not
    pressed yet.

    Runs in the main thread, where a stop reaches it. Never retried, cached or replayed. Raises
    NotReady where nothing moved, Fault where the press ended in one.
    """
    if threading.current_thread() is not threading.main_thread():
        raise Fault("the press is driven from the main thread only, so that a stop reaches it")
    trial = _trial(run, number)
    _prove_same_press(run, trial)
    try:
        if _released(run, trial):
            early = f"cycle {trial.cycle_id} was released early" + (
                _had_unloaded(run, number) or " when a run was stopped")
            record(run, number, Faulted("press", early))
            return Completed(message=f"Stack {trial.stack.stack_id}: {early}")
        trace = _collected(run, trial) or _pressed(run, trial, asked)
    except NotReady:
        # Nothing moved: the stack stays planned, and the next start presses it.
        raise
    except Fault as fault:
        # Whoever reads of what a person did is not to look for a fault of the machine.
        fault.args = (f"{fault}{_had_unloaded(run, number)}",)
        record(run, number, Faulted("press", str(fault)))
        raise
    if trace is None:
        return Completed(message=f"Stack {trial.stack.stack_id} waits: a person has asked for "
                         "something meanwhile. Nothing has moved.")
    record(run, number, Pressed(trace))
    return Completed(message=happened.pressed(_trial(run, number), load_of(run.settings)))


@task(name="measure", task_run_name="measure stack {number}", retries=2,
      retry_delay_seconds=[2, 10], retry_condition_fn=_is_fault, cache_policy=NO_CACHE,
      persist_result=False)
def measure(run: Run, number: int) -> TaskState[None]:
    """One sweep of every electrode, and what a person enters besides.

    Harmless, so a silent meter is asked again. What was entered once is not asked for with another
    sweep."""
    trial = _trial(run, number)
    spectra = run.meter.sweep(trial.stack)
    said = trial.entered or entered(run.settings, trial, run.history())
    record(run, number, Measured(trial.sweeps + 1, spectra, said))
    return Completed(message=happened.measured(trial, spectra, said))


@task(name="evaluate", task_run_name="evaluate stack {number}", cache_policy=NO_CACHE,
      persist_result=False)
def evaluate_stack(run: Run, number: int) -> TaskState[Outcome]:
    """What the readings mean."""
    trial = _trial(run, number)
    assert trial.trace is not None
    outcome = evaluate(trial.stack, trial.recipe, trial.trace, trial.spectra, run.settings.rules,
                       outcomes_before(run.history(), number), trial.entered)
    told = happened.ended(replace(trial, outcome=outcome), load_of(run.settings))
    return Completed(message=told, data=outcome)


def _had_unloaded(run: Run, number: int) -> str:
    """That a person had this stack unloaded, and why; "" where nobody had."""
    why = next((one.reason for one in reversed(run.ledger.requested(run.campaign))
                if one.what == RELEASE and one.trial == number), "")
    return f", as a person asked: {why}" if why else ""


def _released(run: Run, trial: Trial) -> bool:
    """True for a cycle of an earlier run that ended early: known, and no trouble of this run."""
    return trial.cycle_id is not None and (
        ask(run.press, trial.cycle_id).state is CycleState.RELEASED)


def _collected(run: Run, trial: Trial) -> Trace | None:
    """The trace of a cycle commanded earlier; None if there is none or the press never took it."""
    if trial.cycle_id is None:
        return None
    trace = collect(run.press, trial.cycle_id, trial.stack, trial.recipe,
                    on_stop=run.settings.campaign.on_stop)
    boot = run.press.identify().boot_counter
    if trace is None and trial.press_boot not in (None, boot):
        raise OutcomeUnknown(
            f"the press was restarted since cycle {trial.cycle_id} was commanded (boot "
            f"{trial.press_boot}, now {boot}): that it does not know the cycle proves nothing. "
            "Look at the stack, then settle it.")
    return trace


def _prove_same_press(run: Run, trial: Trial) -> None:
    """Only the press that was commanded, with its memory, can say what became of the command."""
    if trial.cycle_id is None:
        return
    serial, last = run.press.identify().serial, run.press.last_accepted_id()
    finished = [t.cycle_id or 0 for t in run.history()
                if t.press_serial == serial and t.state in (State.PRESSED, State.EVALUATED)]
    if max(finished, default=0) > last:
        raise OutcomeUnknown(
            f"press {serial} has forgotten cycle {max(finished)}, which the ledger has finished: "
            f"it cannot say what became of trial {trial.number}. Look at the stack, then settle "
            "it.")
    if trial.press_serial not in ("", serial):
        raise OutcomeUnknown(
            f"trial {trial.number} was commanded on press {trial.press_serial}, this is {serial}: "
            "nobody here knows what became of it. Start with the press it was commanded on, or "
            "look at the stack and settle it.")


def _pressed(run: Run, trial: Trial, asked: int | None) -> Trace | None:
    """Commits the command, then gives it. A cycle id on record was never accepted: it is kept.

    None where people have asked for more than the `asked` requests: nothing is committed then."""
    cycle_id = trial.cycle_id
    prove_prepared(run.settings, run.press, trial)
    if cycle_id is None:
        prove_ready(run.press, run.settings.envelope, trial.recipe)
        cycle_id = commanded(run, trial.number, asked)
    if cycle_id is None:
        return None
    return run_cycle(run.press, run.settings.envelope, cycle_id, trial.stack, trial.recipe,
                     on_stop=run.settings.campaign.on_stop)


def _trial(run: Run, number: int) -> Trial:
    trial = run.ledger.trial(run.campaign, number)
    assert trial is not None
    return trial
