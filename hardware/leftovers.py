"""What killed processes left behind in a folder of locks: removed where nobody holds it."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

EMPTY_S, OLD_S = 24 * 3600.0, 30 * 24 * 3600.0
"""A log that says nothing is kept for a day, any other for a month after its last line."""


def sweep(folder: Path) -> None:
    """Removes locks that nobody holds and logs that nobody needs; others stay."""
    for path in folder.iterdir():
        with suppress(OSError):
            if path.suffix in (".lock", ".starting"):
                _sweep_lock(path)
            elif path.suffix == ".log":
                found = path.lstat()
                if time.time() - found.st_mtime > (OLD_S if found.st_size else EMPTY_S):
                    path.unlink()


def _sweep_lock(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine, there = os.fstat(descriptor), path.lstat()
        # Held here: whoever comes meanwhile finds it gone, and makes a new one.
        if (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino):
            path.unlink()
    finally:
        os.close(descriptor)
