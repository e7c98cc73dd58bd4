"""A campaign: trials until there are enough. Started again, it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
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
from pressloop.flows.campaign.decisions.obeyed_requests import Requests, carry_pause
from pressloop.flows.campaign.decisions.own_recipes import prove_queue
from pressloop.flows.campaign.drifting import announce_drift
from pressloop.flows.campaign.endurance import Endurance
from pressloop.flows.campaign.enough import assessed, told
from pressloop.flows.campaign.fruitless import prove_fruitful
from pressloop.flows.campaign.lab import Hold, Order, Run, open_run, order_of
from pressloop.flows.campaign.ordered import filled
from pressloop.flows.campaign.planning import numbers
from pressloop.flows.campaign.resting import why_rest
from pressloop.flows.campaign.standing import settings_as_opened
from pressloop.flows.campaign.stop_requests import (
    STOPS,
    Watcher,
    obey_lost_stop,
    remembered_sigterm,
    unwrapped,
    watched,
    why,
)
from pressloop.flows.console import ASKED
from pressloop.flows.engine.press_queue import asking_with, others_first, press_in_turn
from pressloop.flows.operator.closed_form import close_form_of_crashed
from pressloop.flows.operator.events import announce
from pressloop.flows.operator.notify import SAID, How, notify
from pressloop.flows.operator.people import by_schedule, served
from pressloop.flows.operator.run_log import note
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.hardware.deferred_signals import undisturbed
from pressloop.trials.entry import Ended
from pressloop.trials.errors import Fault, OutcomeUnknown, PressloopError
from pressloop.trials.wording import counted

LAST_WORD_S = 2.0
"""How long a ledger that is away may hold up the end of a run: what it says is no more than a word.
"""


def _called() -> str:
    """What Prefect's page calls this run."""
    given = runtime.flow_run.parameters
    on = f" on press {press}" if (press := given.get("press")) else ""
    stacks = f": {counted(trials, 'stack')}" if (trials := given.get("trials")) else ""
    return f"{given['settings_path']}{stacks}{on}"


@flow(name="pressing campaign", flow_run_name=_called, persist_result=False,
      on_crashed=[close_form_of_crashed])
def campaign(settings_path: str, trials: int | None = None, seed: int | None = None,
             ledger: str | None = None, note: str = "", press: str = "") -> Any:
    """Runs the campaign until it has enough stacks and returns how many it now has.

    On its one press; where several share the campaign, on the named one, beside whoever runs the
    others."""
    settings = read_settings(Path(settings_path))
    return press_all(settings, order_of(settings, trials, seed, ledger, note, press))


def press_all(settings: Settings, order: Order, hold: Hold = press_in_turn) -> State[Any]:
    """Presses what was ordered.

    The message of the state that this ends in says why there are enough stacks, or, where somebody
    stopped it (Cancelled), what becomes of the press; `hold` waits for the press. Whoever
    `[notify]` names is told."""
    try:
        state = _pressed(settings, order, hold)
    except Exception as error:
        if isinstance(error, (Fault, OutcomeUnknown)):
            announce("fault", settings.campaign.name, str(error))
        tell(settings, "failed", str(error))
        raise
    except BaseException as stop:
        tell(settings, "stopped", why(stop))
        raise
    tell(settings, "stopped" if state.is_cancelled() else "finished", state.message or "")
    return state


def tell(settings: Settings, how: How, detail: str) -> None:
    """See `notify`; what went wrong with it stands in the run's log."""
    if how in ("finished", "stopped", "failed"):
        announce("ended", settings.campaign.name, f"It {SAID[how]}. {detail}")
    with undisturbed(obeying=True):
        for trouble in notify(settings, how, detail):
            get_logger("pressloop").warning("Nobody was told: %s", trouble)


def _pressed(settings: Settings, order: Order, hold: Hold) -> State[Any]:
    """The loop itself: every stack of this press to its outcome, one after the other."""
    here = runtime.flow_run.id
    order = replace(order, flow_run=here or "")
    try:
        with asking_with(settings.campaign.priority), unwrapped(), remembered_sigterm(), \
                watched(UUID(here) if here else None) as watcher:
            done = _turn(settings, order, hold, watcher)
            while isinstance(done, Again):
                note("Others wait for the press, and come first now; this run queues again.")
                # It was in time, and its order is counted, since its first turn.
                done = _turn(settings, done.order, press_in_turn, watcher, done)
            return done
    except STOPS as stop:
        if isinstance(stop, TerminationSignal) and served():
            # Prefect's runner has stopped its own child, and sets the state itself.
            raise
        return Cancelled(message=_obeyed(stop))


@dataclass(frozen=True, slots=True)
class Again:
    """The run goes on with another turn.

    It began to count what taught nothing after `seen` stacks, and what people ask of it after
    `asked` requests."""

    order: Order
    seen: int
    asked: int


def _turn(settings: Settings, order: Order, hold: Hold, watcher: Watcher | None,
          before: Again | None = None) -> State[Any] | Again:
    """One turn at the press, until there are enough stacks or others come first."""
    with open_run(settings, order, hold) as run, _end_recorded(run) as turn, unwrapped():
        prove_queue(run)
        carry_pause(run.ledger, run.campaign, run.press_name, lambda one: settings_as_opened(
            one, order.ledger_url), None if before is None else before.asked)
        requests = Requests(run.ledger, run.campaign, None if before is None else before.asked,
                            press=run.press_name)
        run.ready = lambda: _ready(watcher, requests)
        board = Board(run)
        endurance = Endurance(run)
        # A person who orders a run has seen what became of the stacks before.
        if before is not None:
            seen = before.seen
        else:
            seen = 0 if by_schedule() else run.ledger.next_number(run.campaign) - 1
        prove_fruitful(run, seen)
        serial, at_a_time = run.press.identify().serial, settings.campaign.stacks_at_a_time
        for pressed, number in enumerate(numbers(run), 1):
            endurance.carry(number)
            board.update()
            announce_drift(run)
            prove_fruitful(run, seen)
            _forget_tasks()
            if not filled(run) and others_first(serial, pressed, at_a_time):
                turn.over = False
                return Again(run.order, seen, requests.before)
        found = assessed(run)
        board.conclude(found.sentences)
        return Completed(message=told(found, why_rest(run)), data=found.used)


def _obeyed(stop: BaseException) -> str:
    """How the run ends by this stop; told to its process too, should the server not hear it."""
    how = why(stop)
    if (asked := ASKED.get(None)) is not None:
        asked.how = how
    return how


def _ready(watcher: Watcher | None, requests: Requests) -> int:
    """Obeys stops, and waits while the run is paused; how many requests it has obeyed."""
    obey_lost_stop()
    if watcher is not None:
        watcher.hold()
    return requests.obey()


def _forget_tasks() -> None:
    """Lets go of what Prefect notes of each task run, to tell which tasks another one depends on.

    The next trial depends on the ledger alone, and a long campaign is not to grow by it."""
    here = FlowRunContext.get()
    if here is not None:
        here.run_results.clear()
        here.task_run_assets.clear()


class Turn:
    """A turn at the press; `over` is False where the run goes on with another one."""

    over = True


@contextmanager
def _end_recorded(run: Run) -> Iterator[Turn]:
    """The ledger says how the run ended, unless it was killed or the ledger is the trouble."""
    turn = Turn()
    try:
        yield turn
        if not turn.over:
            return
        why_enough = told(assessed(run), why_rest(run))
    except Exception as error:
        _record(run, "failed", str(error))
        raise
    except BaseException as stop:
        _record(run, "stopped", why(stop))
        raise
    _record(run, "finished", why_enough)


def _record(run: Run, how: str, detail: str) -> None:
    end = Ended(how, detail, run.press_name or None)
    with undisturbed(obeying=True), suppress(PressloopError):
        run.ledger.append(run.campaign, None, end, patience_s=LAST_WORD_S)
