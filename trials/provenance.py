"""Who wrote an entry: person, machine, code."""

from __future__ import annotations

import getpass
import json
import os
import platform
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

TOLD = ("pressloop", "prefect", "botorch", "gpytorch", "torch", "scipy", "numpy", "sqlalchemy",
        "pymodbus", "pyvisa")
"""Packages whose versions shape what is recorded."""


OPERATOR_VARIABLE = "PRESSLOOP_OPERATOR"
"""Names the person, where several share a login."""
_ACTING: ContextVar[str] = ContextVar("acting", default="")


def stamp() -> dict[str, str]:
    """Columns that say when, by whom, where and by which code an entry was written."""
    return {"recorded_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "operator": operator(), "host": socket.gethostname(), "code_version": code_version(),
            "versions": json.dumps(versions())}


def operator() -> str:
    """Who writes: the person who is known to act, then the login name in brackets.

    Without such a person the login name alone, or "unknown" in a container without one."""
    person = _ACTING.get() or os.environ.get(OPERATOR_VARIABLE, "").strip()
    return f"{person} ({login()})" if person else login()


def login() -> str:
    """The login name, or "unknown" in a container without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


@contextmanager
def acting(person: str) -> Iterator[None]:
    """What is written within the block, in this thread, is this person's word."""
    token = _ACTING.set(person)
    try:
        yield
    finally:
        _ACTING.reset(token)


def code_version() -> str:
    """The installed version of pressloop."""
    return versions().get("pressloop", "0+unknown")


@cache
def versions() -> dict[str, str]:
    """Versions of this program, Python and the libraries that shape results."""
    found = {"python": platform.python_version()}
    for name in TOLD:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
