"""Turns at what processes of one computer share: whoever comes second waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pressloop.hardware.locks.lock import lock_path, press_lock
from pressloop.hardware.users import KERNEL_LOCKS
from pressloop.trials.errors import PressHeld

LOOK_S = 0.05
"""How often a lock is tried that may not be waited for without end."""


@contextmanager
def in_turn(name: str) -> Iterator[None]:
    """Holds what is called so for the length of the block; waits for it as long as it takes.

    The kernel wakes those that wait one after the other, in the order in which they came, and takes
    it back from whoever dies. A stop ends the wait."""
    with ExitStack() as held:
        if KERNEL_LOCKS:
            from pressloop.hardware.locks.posix_lock import file_lock

            held.enter_context(file_lock(lock_path(name), wait=True, what=name))
        else:
            _tried(held, name, None)
        yield


@contextmanager
def in_turn_for(name: str, patience_s: float) -> Iterator[bool]:
    """The same, at most `patience_s` seconds; says whether it is held.

    For what is only a courtesy, which a process that stands still must not deny to all others."""
    with ExitStack() as held:
        yield _tried(held, name, patience_s)


def _tried(held: ExitStack, name: str, patience_s: float | None) -> bool:
    began = time.monotonic()
    while True:
        try:
            held.enter_context(press_lock(name))
            return True
        except PressHeld:
            if patience_s is not None and time.monotonic() - began > patience_s:
                return False
        time.sleep(LOOK_S)
