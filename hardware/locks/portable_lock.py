"""The lock of a press where there is no POSIX: by the library filelock, in this user's folder.

On Windows that is a lock of the system's (LockFile), which ends with its process. Who may open the
file is left to the rights of the user's folder.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pressloop.hardware.locks.lock_names import VARIABLE, digest, held
from pressloop.hardware.own_folder import own_folder
from pressloop.trials.errors import BadInput, PressBusy, PressHeld


@contextmanager
def press_lock(serial: str) -> Iterator[None]:
    """Holds the press with this serial number for the length of the block.

    Raises PressHeld at once, naming the holder's process, when another run has it; PressBusy when
    it cannot be had."""
    with warnings.catch_warnings():
        # A system without any lock of its own has none of filelock's but a file with a process id.
        warnings.simplefilter("ignore")
        from filelock import FileLock, Timeout
    path = lock_path(serial)
    # A byte of a locked file cannot be read on Windows: who holds it stands beside it.
    holder = path.with_suffix(".holder")
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise PressHeld(held(serial, f"process {_read(holder)}")) from None
    except OSError as error:
        raise PressBusy(f"the lock file {path} cannot be had ({error.strerror}). Name another "
                        f"folder by {VARIABLE}.") from None
    try:
        with suppress(OSError):
            holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def holder(serial: str) -> int | None:
    """The process that said it holds the press, None where none did; it may have been killed."""
    told = _read(lock_path(serial).with_suffix(".holder"))
    return int(told) if told.isdecimal() else None


def locks_folder() -> Path:
    """Where locks lie: in PRESSLOOP_LOCKS, else the user's own folder. Raises BadInput."""
    asked = os.environ.get(VARIABLE)
    if asked and not Path(asked).is_dir():
        raise BadInput(VARIABLE, asked, "an existing folder", "Make it, or leave it out.")
    return Path(asked) if asked else own_folder()


def lock_path(serial: str) -> Path:
    """The lock file of a press: the same for every process of this user."""
    return locks_folder() / f"pressloop-{digest(serial)}.lock"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip() or "unknown"
    except (OSError, ValueError):
        return "unknown"
