"""Who waits for a press, and who comes first: files that their processes hold by the kernel's lock.

A process that dies is in the queue no more. Where there is no POSIX nobody is seen waiting.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pressloop.hardware.locks.lock import locks_folder
from pressloop.hardware.locks.lock_names import digest
from pressloop.hardware.users import KERNEL_LOCKS
from pressloop.trials.errors import PressHeld

NAME = re.compile(r"pressloop-[0-9a-f]+\.(-?\d+)\.(\d+)\.(\d+)\.ticket")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the queue of one press: higher priorities first, then who came first."""

    path: Path
    priority: int
    since_ns: int
    process: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """Who comes first has the lowest."""
        return (-self.priority, self.since_ns, self.process)


@contextmanager
def waiting(serial: str, priority: int) -> Iterator[Ticket]:
    """A place in the queue for the length of the block."""
    now, me = time.time_ns(), os.getpid()
    path = locks_folder() / f"pressloop-{digest(serial)}.{priority}.{now}.{me}.ticket"
    ticket = Ticket(path, priority, now, me)
    if not KERNEL_LOCKS:
        yield ticket
        return
    from pressloop.hardware.locks.posix_lock import file_lock

    with file_lock(path, wait=True, what=serial):
        yield ticket


def queue(serial: str) -> tuple[Ticket, ...]:
    """Those that wait for this press now, in their order."""
    if not KERNEL_LOCKS:
        return ()
    found = [_ticket(path) for path in locks_folder().glob(f"pressloop-{digest(serial)}.*.ticket")]
    return tuple(sorted((one for one in found if one is not None and _alive(one)),
                        key=lambda one: one.rank))


def _ticket(path: Path) -> Ticket | None:
    match = NAME.fullmatch(path.name)
    return None if match is None else Ticket(path, *(int(part) for part in match.groups()))


def _alive(ticket: Ticket) -> bool:
    """True while its process holds it; the file of one that died is removed."""
    from pressloop.hardware.locks.posix_lock import file_lock

    if ticket.process == os.getpid():
        return True
    with suppress(FileNotFoundError):
        ticket.path.lstat()
        try:
            with file_lock(ticket.path, wait=False, what="a place in the queue"):
                return False
        except PressHeld:
            return True
    return False
