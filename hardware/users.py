"""Who runs this process, on systems with users' numbers and on those without, such as Windows."""

from __future__ import annotations

import importlib
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


KERNEL_LOCKS = _has("fcntl")
"""Whether this system has the locks, sockets and signals of POSIX, which presses that a computer
moves rest on."""
NOBODY = -1


def me() -> int:
    """This user's number; -1 where there are none."""
    return os.getuid() if hasattr(os, "getuid") else NOBODY


def home_of_me() -> Path | None:
    """This user's home, whatever the environment says of it where the system keeps a list."""
    if (users := _users()) is None:
        return Path.home()
    try:
        return Path(users.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return None


def user_of(number: int | None) -> str:
    """The name of a user."""
    try:
        users = _users()
        assert users is not None
        return str(users.getpwuid(-1 if number is None else number).pw_name)
    except (AssertionError, KeyError, OverflowError):
        return f"number {number}"


def groups_of(number: int) -> list[int]:
    """The groups of a user; none of one who is not known."""
    users = _users()
    try:
        one = None if users is None else users.getpwuid(number)
        return [] if one is None else os.getgrouplist(one.pw_name, one.pw_gid)
    except (KeyError, OverflowError):
        return []


def _users() -> Any:
    return importlib.import_module("pwd") if _has("pwd") else None
