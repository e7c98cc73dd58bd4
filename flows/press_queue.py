"""Whose turn it is at the press: its own lock decides, Prefect's concurrency limit shows the queue.

The limit is a courtesy among the runs of one server, one slot per press. What keeps two runs apart
is the press's lock (`hardware.lock`), which the kernel takes back from whoever dies: a slot may be
lost with its server, or be held for a while by a run that is dead.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger

from hardware.lock import press_lock
from trials.errors import PressHeld

LEASE_S = 60.0
"""How long after the death of its holder a slot is free again."""
LOOK_S = 2.0
"""How often a run that waits tries the press's lock."""


@contextmanager
def press_in_turn(serial: str) -> Iterator[None]:
    """Holds the press for the length of the block; a flow run waits until it may.

    Raises PressHeld outside a flow run, PressBusy when the lock cannot be had at all. A slot that
    cannot be had, or is lost, never holds up or interrupts the block.
    """
    with ExitStack() as held:
        if FlowRunContext.get() is None:
            held.enter_context(press_lock(serial))
        else:
            _wait(held, serial)
        yield


def slot_name(serial: str) -> str:
    """The name of the limit: letters, digits and dashes, told apart by a digest."""
    shown = re.sub(r"[^A-Za-z0-9]+", "-", serial).strip("-")[-40:]
    return f"press-{shown}-{hashlib.sha256(serial.encode()).hexdigest()[:8]}"


def _wait(held: ExitStack, serial: str) -> None:
    """Takes lock and slot; while the lock is somebody else's, the slot is a place in the queue."""
    slot, said = False, False
    while True:
        try:
            held.enter_context(press_lock(serial))
            break
        except PressHeld as busy:
            if not said:
                get_run_logger().info("Waiting for its turn: %s", busy)
            said = True
        slot = slot or _slot(held, serial)
        time.sleep(LOOK_S)
    if not slot:
        _slot(held, serial)


def _slot(held: ExitStack, serial: str) -> bool:
    """True with a slot, which the stack gives back; False when there is none to be had now."""
    name = slot_name(serial)
    try:
        with get_client(sync_client=True) as client:
            client.upsert_global_concurrency_limit_by_name(name, 1)
        slot = concurrency(name, occupy=1, timeout_seconds=1.0, lease_duration=LEASE_S,
                           strict=False, raise_on_lease_renewal_failure=False)
        slot.__enter__()
    except Exception as error:
        get_run_logger().debug("No slot of %s now: %s", name, error)
        return False
    held.callback(_given_back, slot)
    return True


def _given_back(slot: AbstractContextManager[None]) -> None:
    try:
        slot.__exit__(None, None, None)
    except Exception as error:
        get_run_logger().warning("Prefect did not take the slot back (%s); it is free again after "
                                 "%.0f s.", error, LEASE_S)
