"""The folder of this user's own: locks, sockets, logs of supervisors, credentials of servers.

One place for all processes of a user, whatever their environment says: a run that a cron job starts
has no XDG_RUNTIME_DIR, and that of a terminal goes with its last login (ADR 20).
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from pressloop.hardware.users import NOBODY, home_of_me, me
from pressloop.trials.errors import Fault

HOME_SUBFOLDER = Path(".local/state/pressloop/run")


VARIABLE = "PRESSLOOP_RUNTIME"
"""Names another folder, for all of the user's processes alike."""


def own_folder() -> Path:
    """In the user's home, or for a user who has none in /tmp; made with mode 0700.

    Raises Fault where it is somebody else's, or others may enter it.
    """
    if asked := os.environ.get(VARIABLE):
        return proved_own(Path(asked))
    home = home_of_me()
    # By owner, not by whether it can be written now: two runs never differ about it.
    if home is not None and home.is_dir() and _is_mine(home):
        return proved_own(home / HOME_SUBFOLDER)
    return proved_own(temporary_folder())


def _is_mine(folder: Path) -> bool:
    return me() == NOBODY or folder.stat().st_uid == me()


def temporary_folder() -> Path:
    """Where paths must be short, or there is no home."""
    return Path(tempfile.gettempdir() if me() == NOBODY else "/tmp") / f"pressloop-{me()}"


def proved_own(folder: Path) -> Path:
    """The folder, made if need be, entered by nobody else. Raises Fault."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(f"{folder} cannot be made ({error.strerror}): locks and sockets of this user "
                    f"lie there. Make room for it, or name another folder by {VARIABLE}.") from None
    found = folder.lstat()
    if me() == NOBODY:
        # Rights are those of the user's profile, which this folder inherits.
        return folder
    if (not stat.S_ISDIR(found.st_mode) or found.st_uid != me()
            or stat.S_IMODE(found.st_mode) & 0o077):
        raise Fault(f"{folder} is not this user's alone: others could command the press. "
                    "Remove it, or give it to this user with mode 0700.")
    return folder
