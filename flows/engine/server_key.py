"""The credentials of a Prefect server that pressloop has started.

In a file of this user's alone, for this user's other programs, for as long as the server runs."""

from __future__ import annotations

import os
import secrets
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from pressloop.flows.engine.server_door import basic, hosts
from pressloop.hardware.own_folder import own_folder
from pressloop.hardware.users import me

AUTH_VARIABLE, SERVER_AUTH_VARIABLE = "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"
LISTENING = "0A"
NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
BUSY_S = 30.0
"""How long a busy server may take for an answer at the start of a command."""


def new_key() -> str:
    """User and password, unless the environment says which."""
    return (os.environ.get(SERVER_AUTH_VARIABLE) or os.environ.get(AUTH_VARIABLE)
            or f"pressloop:{secrets.token_urlsafe(32)}")


@contextmanager
def kept(port: int, auth: str) -> Iterator[None]:
    """On disk for the length of the block. What a killed server left behind is replaced."""
    path = _path(port)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(auth)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def forget(port: int) -> None:
    """Drops what a killed server has left behind, where nobody listens at its port any more."""
    if owner_of(port) is None:
        _path(port).unlink(missing_ok=True)


def key_of(address: str) -> str | None:
    """The credentials of the server at this address.

    What the environment says, else what `kept` has. None where there are none, or where the port is
    in somebody else's hands: whoever listens there would learn them."""
    if given := os.environ.get(AUTH_VARIABLE):
        return given
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.port is None or parts.netloc not in hosts(parts.port):
        return None
    if owner_of(parts.port) != me():
        return None
    with suppress(OSError):
        descriptor = os.open(_path(parts.port), os.O_RDONLY | NOFOLLOW)
        with os.fdopen(descriptor) as file:
            found = os.fstat(descriptor)
            if found.st_uid == me() and not stat.S_IMODE(found.st_mode) & 0o077:
                return file.read()
    return None


def owner_of(port: int) -> int | None:
    """The user whose process listens on this port of the loopback or any address.

    As the kernel tells everybody; None where nobody listens."""
    wanted = f"{port:04X}"
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and fields[1].rpartition(":")[2] == wanted:
                    return int(fields[7])
    return None


def admits(address: str, auth: str | None) -> int:
    """The status with which the server answers a question that needs credentials; 0 for none."""
    request = urllib.request.Request(f"{address}/admin/version", headers={
        "Authorization": basic(auth)} if auth else {})
    try:
        with urllib.request.urlopen(request, timeout=BUSY_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0


def _path(port: int) -> Path:
    return own_folder() / f"server-{port}.auth"
