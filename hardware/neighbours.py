"""Users of one computer who do not share a folder of locks, or of whom one has not named it.

They are told about each other.

Whoever holds a press announces it by an empty file in /tmp, whose name says press, user, process
and when that process began, and whose owner the kernel vouches for. It holds nothing and can be
locked by nobody; it counts for as long as that user's process lives. In a group, only what members
announce counts, so that no stranger can keep them from their press.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pressloop.hardware.users import groups_of, user_of
from pressloop.trials.errors import PressHeld

FOLDER = Path("/tmp")
"""The one folder that all users have, whatever TMPDIR says; only owners remove files from it."""
STATE, BEGAN = 0, 19
"""Where /proc/PID/stat tells, after the name, what a process does and when it began."""
DEAD = ("Z", "X")
"""States of one that holds nothing any more, and whose end nobody has asked for yet."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """That a process of a user holds a press."""

    press: str
    user: int
    process: int
    began: int

    @classmethod
    def parsed(cls, name: str) -> Self | None:
        """From a file's name; None for another file's."""
        head, *numbers = name.split(".")
        if not head.startswith("pressloop-") or len(numbers) != 3 or not all(
                n.isascii() and n.isdecimal() and len(n) < 20 for n in numbers):
            return None
        return cls(head.removeprefix("pressloop-"), *map(int, numbers))

    @property
    def path(self) -> Path:
        """The file."""
        return FOLDER / f"pressloop-{self.press}.{self.user}.{self.process}.{self.began}"

    def is_true(self) -> bool:
        """That user made it, and that very process lives.

        Where /proc hides other users' processes, they are taken to live."""
        try:
            found = self.path.lstat()
        except OSError:
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_uid != self.user:
            return False
        if not Path("/proc/1").exists():
            return True
        return began(self.process) == self.began and user_of_process(self.process) == self.user


@contextmanager
def announced(serial: str, press: str, among: Path | None = None) -> Iterator[None]:
    """Tells other users, for the length of the block, that this process holds the press.

    Raises PressHeld where a process of another user does, or, with a folder, of one of those who
    may write it; of two that come together, at least one."""
    mine = Announcement(press, os.getuid(), os.getpid(), began(os.getpid()) or 0)
    mine.path.unlink(missing_ok=True)
    os.close(os.open(mine.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    try:
        for other in _announcements():
            if other.user == mine.user:
                _forget_dead(other)
            elif other.press == press and other.is_true() and (
                    among is None or _may_write(other.user, among)):
                raise PressHeld(
                    f"press {serial} is held by another user: process {other.process} of user "
                    f"{user_of(other.user)}. Agree with them; users of one press best share a "
                    "folder of locks: see PRESSLOOP_LOCKS in docs/explanation/security.md.")
        yield
    finally:
        mine.path.unlink(missing_ok=True)


def _may_write(user: int, folder: Path) -> bool:
    """True for the owner of the folder, root and members of its group."""
    found = folder.stat()
    return user in (0, found.st_uid) or found.st_gid in groups_of(user)


def began(process: int) -> int | None:
    """When a process that lives began, in the kernel's ticks; None where there is none."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return None if stat[STATE] in DEAD else int(stat[BEGAN])
    except (OSError, IndexError, ValueError):
        return None


def user_of_process(process: int) -> int | None:
    """Whose process it is; None where there is none."""
    try:
        return os.stat(f"/proc/{process}").st_uid
    except OSError:
        return None


def _announcements() -> list[Announcement]:
    parsed = (Announcement.parsed(path.name) for path in FOLDER.glob("pressloop-*.*.*.*"))
    return [one for one in parsed if one is not None]


def _forget_dead(mine: Announcement) -> None:
    """What a killed process of this user left behind, whatever press it had."""
    if not mine.is_true():
        with suppress(OSError):
            mine.path.unlink()
