"""Who waits for the press, as Prefect's page shows it: a concurrency limit of one slot per press.

A courtesy among the runs of one server. What keeps two runs apart is the press's own lock
(`hardware.lock`): a slot may be lost with its server, and a server cannot see every run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger

LEASE_S = 60.0
"""How long after the death of its holder a slot is free again."""


@contextmanager
def press_slot(serial: str) -> Iterator[None]:
    """Waits until no other run of this server has the press, then holds its slot.

    Goes on without one where there is no server; never interrupts the block when a slot is lost.
    """
    if FlowRunContext.get() is None:
        yield
        return
    slot = _taken(slot_name(serial))
    try:
        yield
    finally:
        if slot is not None:
            _given_back(slot)


def slot_name(serial: str) -> str:
    """The name of the limit: letters, digits and dashes, told apart by a digest."""
    shown = re.sub(r"[^A-Za-z0-9]+", "-", serial).strip("-")[-40:]
    return f"press-{shown}-{hashlib.sha256(serial.encode()).hexdigest()[:8]}"


def _taken(name: str) -> AbstractContextManager[None] | None:
    try:
        with get_client(sync_client=True) as client:
            client.upsert_global_concurrency_limit_by_name(name, 1)
        slot = concurrency(name, occupy=1, lease_duration=LEASE_S, strict=False,
                           raise_on_lease_renewal_failure=False)
        slot.__enter__()
    except Exception as error:
        get_run_logger().warning("No place in Prefect's queue for the press (%s); the press's own "
                                 "lock holds.", error)
        return None
    return slot


def _given_back(slot: AbstractContextManager[None]) -> None:
    try:
        slot.__exit__(None, None, None)
    except Exception as error:
        get_run_logger().warning("Prefect did not take the slot back (%s); it is free again after "
                                 "%.0f s.", error, LEASE_S)
