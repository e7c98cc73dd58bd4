"""The folder of this user's own: locks, sockets, logs of supervisors, credentials of servers.

One place for all processes of a user, whatever their environment says: a run that a cron job starts
has no XDG_RUNTIME_DIR, and that of a terminal goes with its last login (ADR 20).
"""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from trials.errors import Fault

HOME_SUBFOLDER = Path(".local/state/pressloop/run")


VARIABLE = "PRESSLOOP_RUNTIME"
"""Names another folder, for all of the user's processes alike."""


def own_folder() -> Path:
    """In the user's home, or for a user who has none in /tmp; made with mode 0700.

    Raises Fault where it is somebody else's, or others may enter it.
    """
    if asked := os.environ.get(VARIABLE):
        return proved_own(Path(asked))
    home = Path(pwd.getpwuid(os.getuid()).pw_dir) if _has_name() else Path("/nonexistent")
    if home.is_dir() and os.access(home, os.W_OK):
        return proved_own(home / HOME_SUBFOLDER)
    return proved_own(temporary_folder())


def temporary_folder() -> Path:
    """Where paths must be short, or there is no home."""
    return Path(f"/tmp/pressloop-{os.getuid()}")


def proved_own(folder: Path) -> Path:
    """The folder, made if need be, entered by nobody else. Raises Fault."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if (not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid()
            or stat.S_IMODE(found.st_mode) & 0o077):
        raise Fault(f"{folder} is not this user's alone: others could command the press. "
                    f"Remove it, or give it to this user with mode 0700.")
    return folder


def _has_name() -> bool:
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True
