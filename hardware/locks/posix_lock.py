"""The lock of a press on POSIX: flock, which goes away with its holder, even on kill -9.

The lock is a file that strangers cannot open, as whoever may open it may hold it for ever: in the
folder of this user's own, or in a folder of a group, named by PRESSLOOP_LOCKS (ADR 20).
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pressloop.hardware.locks.lock_names import VARIABLE, digest, held
from pressloop.hardware.neighbours import announced, user_of_process
from pressloop.hardware.own_folder import own_folder
from pressloop.hardware.users import user_of
from pressloop.trials.errors import BadInput, PressBusy, PressHeld

SHARE = ("Make a folder of the group of all who use the press (chgrp, chmod 2770), and name it by "
         f"{VARIABLE}.")


@contextmanager
def press_lock(serial: str) -> Iterator[None]:
    """Holds the press with this serial number for the length of the block.

    Raises PressHeld at once, naming the holder's process and user, when another run has it;
    PressBusy when the lock cannot be had at all.
    """
    with ExitStack() as stack:
        descriptor = stack.enter_context(file_lock(lock_path(serial), wait=False, what=serial))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        among = Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None
        stack.enter_context(announced(serial, digest(serial), among))
        yield


@contextmanager
def file_lock(path: Path, *, wait: bool, what: str) -> Iterator[int]:
    """Holds this file, which is there for as long as somebody does; its descriptor."""
    while True:
        descriptor = _opened(path)
        try:
            _taken(descriptor, wait, what)
            if _is_still(descriptor, path):
                yield descriptor
                # While it is held: whoever waits for it sees that it is gone, and makes a new one.
                with suppress(OSError):
                    path.unlink()
                return
        finally:
            os.close(descriptor)


def holder(serial: str) -> int | None:
    """The process that holds the press, None where none does. Takes no lock, waits for none."""
    told = ""
    with suppress(OSError):
        told = lock_path(serial).read_text(errors="replace").strip()
    if not (told.isdecimal() and 0 < int(told) < 2**31):
        return None
    try:
        os.kill(int(told), 0)
    except PermissionError:
        # It is there, and another user's.
        return int(told)
    except OSError:
        return None
    return int(told)


def _taken(descriptor: int, wait: bool, what: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        raise PressHeld(held(what, _who(holder))) from None


def _who(holder: str) -> str:
    user = user_of_process(int(holder)) if holder.isdecimal() else None
    whose = "" if user in (None, os.getuid()) else f" of user {user_of(user)}"
    return f"process {holder}{whose}"


def _is_still(descriptor: int, path: Path) -> bool:
    """False where the last holder has removed the file while we waited for it."""
    mine = os.fstat(descriptor)
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


def _opened(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        why = "a symbolic link stands there" if error.errno == errno.ELOOP else error.strerror
        raise PressBusy(f"the lock file {path} cannot be opened ({why}). {SHARE}") from None
    try:
        _close_to_strangers(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _close_to_strangers(descriptor: int, path: Path) -> None:
    """Only who may write the folder may open the file, and so hold it. Raises PressBusy."""
    found, folder = os.fstat(descriptor), path.parent.stat()
    wanted = 0o660 if folder.st_mode & stat.S_IWGRP else 0o600
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        raise PressBusy(f"the lock file {path} is no plain file. Remove it.")
    if found.st_uid == os.getuid():
        if wanted == 0o660 and found.st_gid != folder.st_gid:
            _give_to_group(descriptor, path, folder.st_gid)
        os.fchmod(descriptor, wanted)
    elif wanted == 0o600 or found.st_mode & 0o007:
        raise PressBusy(f"the lock file {path} is of user {user_of(found.st_uid)}, who could hold "
                        f"this press for ever. Remove it. {SHARE}")


def _give_to_group(descriptor: int, path: Path, group: int) -> None:
    try:
        os.fchown(descriptor, -1, group)
    except OSError as error:
        raise PressBusy(f"the lock file {path} cannot be given to the group of its folder "
                        f"({error.strerror}): become a member of that group.") from None


def locks_folder() -> Path:
    """Where locks lie. Raises BadInput for a folder in which strangers could hold the press."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return own_folder()
    folder = Path(asked)
    try:
        found = folder.stat()
    except OSError as error:
        raise BadInput(VARIABLE, folder, f"an existing folder ({error.strerror})", SHARE) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & stat.S_IWOTH:
        raise BadInput(VARIABLE, folder, "a folder that not everybody may write, as whoever may "
                       "could hold the press for ever", SHARE)
    if found.st_uid not in (0, os.getuid()) and not found.st_mode & stat.S_IWGRP:
        raise BadInput(VARIABLE, folder, f"this user's, or a group's; it is that of user "
                       f"{user_of(found.st_uid)} alone", SHARE)
    return folder


def lock_path(serial: str) -> Path:
    """The lock file of a press.

    The same for every process of this user, or of the group, whatever its temporary folder is set
    to."""
    return locks_folder() / f"pressloop-{digest(serial)}.lock"
