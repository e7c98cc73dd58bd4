"""One run per press: a kernel lock that goes away with its holder, even on kill -9."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trials.errors import PressBusy, PressHeld


@contextmanager
def press_lock(serial: str) -> Iterator[None]:
    """Holds the press with this serial number for the length of the block.

    Raises PressHeld at once, naming the holder's process, when another run has it; PressBusy when
    the lock cannot be had at all.
    """
    descriptor = _opened(lock_path(serial))
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise PressHeld(f"press {serial} is held by another run (process {holder}). "
                            "Wait for it to end, or stop it; two runs never share a press."
                            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise PressBusy(f"the lock file {path} cannot be opened ({error.strerror}): another user "
                        "may run this press. Set PRESSLOOP_LOCKS to a folder that all users of "
                        "the press may write.") from None


def state_path(name: str) -> Path:
    """A file of this user's that outlives a restart of the computer: in PRESSLOOP_STATE, else
    beside the locks where those have been moved, else in the user's state folder."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(os.environ.get("PRESSLOOP_STATE") or os.environ.get("PRESSLOOP_LOCKS")
                  or Path(home) / "pressloop")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / lock_path(name).with_suffix(".jsonl").name


def lock_path(serial: str) -> Path:
    """The lock file of a press: the same for every process of this machine, whatever its
    temporary folder is set to."""
    folder = Path(os.environ.get("PRESSLOOP_LOCKS", "/tmp"))
    digest = hashlib.sha256(serial.encode()).hexdigest()[:16]
    return folder / f"pressloop-{digest}.lock"
