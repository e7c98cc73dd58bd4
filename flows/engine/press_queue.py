"""Whose turn it is at the press: its own lock decides, Prefect's concurrency limit shows the queue.

Those that wait come by priority, then in the order in which they came
(`hardware/locks/tickets.py`).

The limit is a courtesy among the runs of one server, one slot per press. What keeps two runs apart
is the press's lock (`hardware/locks/lock.py`), which the kernel takes back from whoever dies: a
slot may be lost with its server, or be held for a while by a run that is dead.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import ConcurrencyLeaseHolder
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.states import Running

from pressloop.flows.campaign.stop_requests import obey_lost_stop
from pressloop.flows.engine.side_thread import side_thread
from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.locks.tickets import Ticket, queue, waiting
from pressloop.trials.errors import PressHeld

LEASE_S = 60.0
"""How long after the death of its holder a slot is free again: the shortest that Prefect grants."""
BEAT_S = 15.0
"""How often the lease is renewed, or, where it was lost, asked for again."""
LOOK_S = 2.0
"""How often a run that waits tries the press's lock."""
_PRIORITY: ContextVar[int] = ContextVar("priority", default=0)
WAITING = "Waiting for the press"
"""The name of the state that Prefect's page shows meanwhile."""


@contextmanager
def press_in_turn(serial: str) -> Iterator[None]:
    """Holds the press for the length of the block; a flow run waits until it may.

    Raises PressHeld outside a flow run, PressBusy when the lock cannot be had at all. A slot that
    cannot be had, or is lost, never holds up or interrupts the block.
    """
    here = FlowRunContext.get()
    run_id = here.flow_run.id if here is not None and here.flow_run is not None else None
    with ExitStack() as held:
        if run_id is None:
            held.enter_context(press_lock(serial))
        else:
            _wait(held, serial, run_id)
            held.enter_context(_slot(serial, run_id))
        yield


def slot_name(serial: str) -> str:
    """The name of the limit: letters, digits and dashes, told apart by a digest."""
    shown = re.sub(r"[^A-Za-z0-9]+", "-", serial).strip("-")[-40:]
    return f"press-{shown}-{hashlib.sha256(serial.encode()).hexdigest()[:8]}"


@contextmanager
def asking_with(priority: int) -> Iterator[None]:
    """Within the block this run waits for presses with this priority."""
    token = _PRIORITY.set(priority)
    try:
        yield
    finally:
        _PRIORITY.reset(token)


def others_first(serial: str, pressed: int, at_a_time: int) -> bool:
    """True where the run that holds this press is to let others have it now, between two stacks.

    Whoever waits with a higher priority comes first; with the same, once this run has `pressed` as
    many stacks as it may `at_a_time` (0: as many as it likes)."""
    if FlowRunContext.get() is None:
        return False
    waiting_for_it, mine = queue(serial), _PRIORITY.get()
    return any(one.priority > mine or (one.priority == mine and 0 < at_a_time <= pressed)
               for one in waiting_for_it)


def _wait(held: ExitStack, serial: str, run_id: UUID) -> None:
    said = False
    with waiting(serial, _PRIORITY.get()) as mine:
        while (why := _taken_by(held, serial, mine)) is not None:
            if not said:
                get_run_logger().info("Waiting for its turn: %s", why)
                _show(run_id, WAITING)
            said = True
            obey_lost_stop()
            time.sleep(LOOK_S)
    if said:
        _show(run_id, "Running")


def _taken_by(held: ExitStack, serial: str, mine: Ticket) -> str | None:
    """Who has the press, or comes first; None where it is ours now."""
    ahead = [one for one in queue(serial) if one.rank < mine.rank]
    if ahead:
        return f"process {ahead[0].process} waits for press {serial} with a better place."
    try:
        held.enter_context(press_lock(serial))
    except PressHeld as busy:
        return str(busy)
    return None


def _show(run_id: UUID, name: str) -> None:
    """Not over a pause or a cancel that came meanwhile, which the run obeys when its turn comes."""
    with suppress(Exception), get_client(sync_client=True) as client:
        state = client.read_flow_run(run_id).state
        if state is not None and state.is_running():
            client.set_flow_run_state(run_id, Running(name=name))


@contextmanager
def _slot(serial: str, run_id: UUID) -> Iterator[None]:
    """Shows the press as taken for the length of the block."""
    over = threading.Event()
    keeper = side_thread("press slot", _keep, slot_name(serial), run_id, over)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(LOOK_S)


def _keep(name: str, run_id: UUID, over: threading.Event) -> None:
    lease: UUID | None = None
    while not over.is_set():
        lease = _leased(name, run_id, lease)
        over.wait(BEAT_S)
    if lease is not None:
        with suppress(Exception), get_client(sync_client=True) as client:
            client.release_concurrency_slots_with_lease(lease)


def _leased(name: str, run_id: UUID, lease: UUID | None) -> UUID | None:
    """The lease, renewed or new; None while the server is away or the slot is somebody else's."""
    try:
        with get_client(sync_client=True) as client:
            if lease is not None:
                client.renew_concurrency_lease(lease, LEASE_S)
                return lease
            return _taken(client, name, run_id)
    except Exception:  # noqa: BLE001 - a server in trouble raises anything
        return None


def _taken(client: SyncPrefectClient, name: str, run_id: UUID) -> UUID:
    client.upsert_global_concurrency_limit_by_name(name, 1)
    answer = client.increment_concurrency_slots_with_lease(
        [name], 1, "concurrency", LEASE_S, ConcurrencyLeaseHolder(type="flow_run", id=run_id))
    return UUID(answer.json()["lease_id"])
