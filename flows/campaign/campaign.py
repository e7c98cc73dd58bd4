"""A campaign: trials until there are enough. Started again, it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import TerminationSignal
from prefect.logging import get_logger
from prefect.states import Cancelled, Completed

from pressloop.flows.campaign.artifacts import Board
from pressloop.flows.campaign.endurance import Endurance
from pressloop.flows.campaign.enough import assessed, enough, told
from pressloop.flows.campaign.fruitless import prove_fruitful
from pressloop.flows.campaign.lab import Hold, Order, Run, open_run, order_of
from pressloop.flows.campaign.own_recipes import prove_queue
from pressloop.flows.campaign.stop_requests import STOPS, obey_lost_stop, unwrapped, watched, why
from pressloop.flows.console import ASKED
from pressloop.flows.engine.press_queue import press_in_turn
from pressloop.flows.operator.closed_form import close_form_of_crashed
from pressloop.flows.operator.notify import How, notify
from pressloop.flows.operator.people import by_schedule, served
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.hardware.deferred_signals import undisturbed
from pressloop.trials.entry import Ended
from pressloop.trials.errors import PressloopError

LAST_WORD_S = 2.0
"""How long a ledger that is away may hold up the end of a run: what it says is no more than a word.
"""


@flow(name="pressing campaign", flow_run_name="{settings_path}: {trials} stacks",
      persist_result=False, on_crashed=[close_form_of_crashed])
def campaign(settings_path: str, trials: int | None = None, seed: int | None = None,
             ledger: str | None = None, note: str = "") -> Any:
    """Runs the campaign until it has enough stacks and returns how many it now has."""
    settings = read_settings(Path(settings_path))
    return press_all(settings, order_of(settings, trials, seed, ledger, note))


def press_all(settings: Settings, order: Order, hold: Hold = press_in_turn) -> State[Any]:
    """Presses what was ordered.

    The message of the state that this ends in says why there are enough stacks, or, where somebody
    stopped it (Cancelled), what becomes of the press; `hold` waits for the press. Whoever
    `[notify]` names is told."""
    try:
        state = _pressed(settings, order, hold)
    except Exception as error:
        tell(settings, "failed", str(error))
        raise
    except BaseException as stop:
        tell(settings, "stopped", why(stop))
        raise
    tell(settings, "stopped" if state.is_cancelled() else "finished", state.message or "")
    return state


def tell(settings: Settings, how: How, detail: str) -> None:
    """See `notify`; what went wrong with it stands in the run's log."""
    with undisturbed(obeying=True):
        for trouble in notify(settings, how, detail):
            get_logger("pressloop").warning("Nobody was told: %s", trouble)


def _pressed(settings: Settings, order: Order, hold: Hold) -> State[Any]:
    """The loop itself: every stack to its outcome, one after the other."""
    here = runtime.flow_run.id
    order = replace(order, flow_run=here or "")
    try:
        with unwrapped(), watched(UUID(here) if here else None) as watcher, \
                open_run(settings, order, hold) as run, _end_recorded(run), unwrapped():
            prove_queue(run)
            board = Board(run)
            endurance = Endurance(run)
            # A person who orders a run has seen what became of the stacks before.
            seen = 0 if by_schedule() else run.ledger.next_number(run.campaign) - 1
            prove_fruitful(run, seen)
            for number in numbers(run):
                obey_lost_stop()
                if watcher is not None:
                    watcher.hold()
                endurance.carry(number)
                board.update()
                prove_fruitful(run, seen)
                _forget_tasks()
            found = assessed(run)
            board.conclude(found.sentences)
            return Completed(message=told(found), data=found.used)
    except STOPS as stop:
        if isinstance(stop, TerminationSignal) and served():
            # Prefect's runner has stopped its own child, and sets the state itself.
            raise
        return Cancelled(message=_obeyed(stop))


def _obeyed(stop: BaseException) -> str:
    """How the run ends by this stop; told to its process too, should the server not hear it."""
    how = why(stop)
    if (asked := ASKED.get(None)) is not None:
        asked.how = how
    return how


def numbers(run: Run) -> Iterator[int]:
    """Trials left open, oldest first, then new ones until there are enough."""
    for trial in run.history():
        if trial.is_open:
            yield trial.number
    while not enough(run):
        yield run.ledger.next_number(run.campaign)


def _forget_tasks() -> None:
    """Lets go of what Prefect notes of each task run, to tell which tasks another one depends on.

    The next trial depends on the ledger alone, and a long campaign is not to grow by it."""
    here = FlowRunContext.get()
    if here is not None:
        here.run_results.clear()
        here.task_run_assets.clear()


@contextmanager
def _end_recorded(run: Run) -> Iterator[None]:
    """The ledger says how the run ended, unless it was killed or the ledger is the trouble."""
    try:
        yield
        why_enough = told(assessed(run))
    except Exception as error:
        _record(run, Ended("failed", str(error)))
        raise
    except BaseException as stop:
        _record(run, Ended("stopped", why(stop)))
        raise
    _record(run, Ended("finished", why_enough))


def _record(run: Run, end: Ended) -> None:
    with undisturbed(obeying=True), suppress(PressloopError):
        run.ledger.append(run.campaign, None, end, patience_s=LAST_WORD_S)
