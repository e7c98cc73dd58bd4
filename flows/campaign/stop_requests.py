"""How a run ends before its budget.

Whoever asks for it, the main thread stops and says what becomes of the press.

Ctrl-C, SIGTERM and a closed terminal come as signals. A cancel at Prefect's page, command line or
API reaches no process by itself: a thread asks the server for it and passes it on.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import Pause, TerminationSignal
from prefect.logging import get_run_logger
from prefect.states import Running

from pressloop.flows.console import ASKED, Terminated, behind, wrapped_stop
from pressloop.flows.engine.side_thread import side_thread
from pressloop.flows.operator.people import served

LOOK_S = 2.0
"""How often the server is asked; a cancel is obeyed well within the 30 s that Prefect grants."""
STOP_SIGNAL: signal.Signals = next(getattr(signal, name) for name in (
    "SIGUSR1", "SIGBREAK", "SIGTERM") if hasattr(signal, name))


class Stopped(BaseException):
    """The run was cancelled in Prefect."""


class PauseRanOut(Stopped):
    """The run was paused in Prefect for so long, and Prefect has given it up."""


CANCELLED = "cancelled in Prefect"
"""What a stop that comes from there says of itself: no library says the same."""
STOPS = (Stopped, KeyboardInterrupt, Terminated, TerminationSignal)
WHO = {"Stopped": "Cancelled in Prefect", "KeyboardInterrupt": "Stopped by Ctrl-C",
       "StoppedByPerson": "Stopped after a stack, as a person asked",
       "PauseRanOut": "Paused in Prefect and not resumed in time",
       "Pause": "Suspended in Prefect until it is resumed"}


@contextmanager
def unwrapped() -> Iterator[None]:
    """A stop that a library made an error of its own of is that stop again.

    What was stopped is not told as failed. Raises that stop."""
    try:
        yield
    except Exception as error:
        if (stop := _wrapped(error)) is None:
            raise
        raise stop from None


def _wrapped(error: BaseException) -> BaseException | None:
    """The stop that an error was made of."""
    for one in behind(error):
        if isinstance(one, STOPS):
            return one
        if f"{Stopped.__name__}: {CANCELLED}" in str(one):
            return Stopped(CANCELLED)
    stop = wrapped_stop(error)
    if isinstance(stop, Terminated) and ASKED.get(None) is None:
        # Nobody but Prefect listens to signals in a served run.
        return TerminationSignal(signal.SIGTERM)
    return stop


@contextmanager
def remembered_sigterm() -> Iterator[None]:
    """Within the block a SIGTERM that Prefect's handler raises is known to `obey_lost_stop` too.

    In a served run the handler stays: Prefect's runner asks for that very one."""
    handler = signal.getsignal(signal.SIGTERM)
    asked = ASKED.get(None)
    if asked is None or served() or not callable(handler) \
            or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        asked.by = number
        handler(number, frame)

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


def obey_lost_stop() -> None:
    """Raises the stop that this process was asked for and has not obeyed.

    Python drops what a handler raises in a destructor, and a library may take it for an error and
    go on."""
    asked = ASKED.get(None)
    if asked is not None and asked.by is not None:
        asked.lost = False
        raise asked.stop()


def why(stop: BaseException) -> str:
    """In a sentence: who asked for the stop, and what becomes of the press."""
    who = WHO.get(type(stop).__name__, "Stopped by a signal from outside")
    press = "; ".join(_notes(stop)) or "no cycle was running"
    return f"{who}: {press}."


def _notes(stop: BaseException | None) -> tuple[str, ...]:
    """Those of the stop, else of the stop that it came after: the second of two Ctrl-C has none."""
    while stop is not None and not isinstance(stop, Exception):
        if notes := tuple(getattr(stop, "__notes__", ())):
            return notes
        stop = stop.__context__
    return ()


class Watcher:
    """What Prefect's page asks of one flow run, looked up by a thread of its own."""

    def __init__(self, flow_run_id: UUID, look_s: float = LOOK_S) -> None:
        self._id, self._look_s = flow_run_id, look_s
        self._over = threading.Event()
        self._thread = side_thread("cancel watcher", self._watch)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def end(self) -> None:
        """No stop comes after this."""
        self._over.set()
        self._thread.join(self._look_s)

    def hold(self) -> None:
        """Waits for as long as the run is paused, also where the server does not answer meanwhile.

        Raises Pause for a suspended run, which Prefect starts again when it is resumed, and Stopped
        for one that has ended: a signal can be lost where Python ignores what is raised, as in a
        destructor."""
        paused = False
        while True:
            state = self._state()
            if state is not None:
                _raise_ended(state)
                if not state.is_paused():
                    return
                if not paused:
                    get_run_logger().info("Paused: nothing is pressed until the run is resumed.")
                paused = True
            elif not paused:
                return
            time.sleep(self._look_s)

    def _watch(self) -> None:
        while not self._over.wait(self._look_s):
            state = self._state()
            if state is not None and state.is_crashed():
                self._live()
            if state is not None and _cancelled(state):
                if not self._over.is_set():
                    _interrupt()
                return

    def _live(self) -> None:
        """Takes back that this run is dead.

        A server that was away for longer than three heartbeats says so."""
        with suppress(Exception), get_client(sync_client=True) as client:
            client.set_flow_run_state(self._id, Running(), force=True)

    def _state(self) -> State[Any] | None:
        """The run's state; None while the server is away, which stops nothing."""
        try:
            with get_client(sync_client=True) as client:
                return client.read_flow_run(self._id).state
        except Exception:  # noqa: BLE001 - a server in trouble raises anything
            return None


@contextmanager
def watched(flow_run_id: UUID | None) -> Iterator[Watcher | None]:
    """Within the block a cancel in Prefect raises Stopped in the main thread.

    None, and no watch, outside a flow run or outside the main thread."""
    if flow_run_id is None or threading.current_thread() is not threading.main_thread():
        yield None
        return
    watcher = Watcher(flow_run_id)
    before = signal.signal(STOP_SIGNAL, _stop)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.end()
        signal.signal(STOP_SIGNAL, before)


def _raise_ended(state: State[Any]) -> None:
    if _cancelled(state):
        raise Stopped
    if state.is_failed():
        raise PauseRanOut
    if state.is_paused() and state.state_details.pause_reschedule:
        raise Pause(state=state)


def _cancelled(state: State[Any]) -> bool:
    return state.is_cancelling() or state.is_cancelled()


def _stop(*_: object) -> None:
    raise Stopped(CANCELLED)


def _interrupt() -> None:
    """To the main thread itself: that wakes it from whatever it waits for.

    Where threads get no signals, as on Windows, Python obeys once the wait is over."""
    if hasattr(signal, "pthread_kill"):
        ident = threading.main_thread().ident
        assert ident is not None
        signal.pthread_kill(ident, STOP_SIGNAL)
    else:
        _thread.interrupt_main(STOP_SIGNAL)
