"""Who wrote an entry: person, machine, code."""

from __future__ import annotations

import getpass
import json
import platform
import socket
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

TOLD = ("pressloop", "prefect", "botorch", "gpytorch", "torch", "scipy", "numpy", "sqlalchemy",
        "pymodbus", "pyvisa")
"""Packages whose versions shape what is recorded."""


def stamp() -> dict[str, str]:
    """Columns that say when, by whom, where and by which code an entry was written."""
    return {"recorded_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "operator": operator(), "host": socket.gethostname(), "code_version": code_version(),
            "versions": json.dumps(versions())}


def operator() -> str:
    """The login name, or "unknown" in a container without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


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
