"""Files that outlive a restart of the computer, of this user or of a group that shares a press."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from pressloop.hardware.locks.lock_names import VARIABLE, digest
from pressloop.hardware.users import me


def state_path(name: str) -> Path:
    """A file of this user's that outlives a restart of the computer.

    In PRESSLOOP_STATE, else beside the locks where those have been moved, else in the user's state
    folder."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(os.environ.get("PRESSLOOP_STATE") or os.environ.get(VARIABLE)
                  or Path(home) / "pressloop")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"pressloop-{digest(name)}.jsonl"


def shared(path: str, flags: int) -> int:
    """Opens a file of `state_path`, for Python's `open`.

    This user's alone, or the group's where its folder is a group's, whatever the umask says. Raises
    OSError, also for a symbolic link."""
    folder = Path(path).parent.stat()
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags | careful, 0o600)
    if hasattr(os, "fchmod") and os.fstat(descriptor).st_uid == me():
        of_group = bool(folder.st_mode & stat.S_IWGRP)
        with suppress(OSError):
            if of_group and os.fstat(descriptor).st_gid != folder.st_gid:
                os.fchown(descriptor, -1, folder.st_gid)
            os.fchmod(descriptor, 0o660 if of_group else 0o600)
    return descriptor
