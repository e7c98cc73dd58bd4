"""A Prefect server on this machine, where PREFECT_API_URL names none."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from pressloop.flows.console import say
from pressloop.flows.engine.last_words import LastWords
from pressloop.flows.engine.server_door import basic, hosts
from pressloop.flows.engine.server_key import (
    AUTH_VARIABLE,
    BUSY_S,
    SERVER_AUTH_VARIABLE,
    admits,
    kept,
    key_of,
    new_key,
    owner_of,
)
from pressloop.flows.engine.server_process import HOST, SHARED, WINDOWS, share
from pressloop.hardware.users import me, user_of
from pressloop.trials.errors import BadInput, Fault

PORT = 4200
START_S = 300.0
"""A slow laptop lays out the server's tables for minutes the first time."""
ADDRESS_VARIABLE = "PREFECT_API_URL"
PORT_VARIABLE, MOST_PORT = "PREFECT_SERVER_API_PORT", 65535


@contextmanager
def temporary_server() -> Iterator[str]:
    """The API address of PREFECT_API_URL, else of a server for the length of the block.

    Only this user's programs can use that server."""
    if address := os.environ.get(ADDRESS_VARIABLE):
        _prove_answers(address)
        say(f"Prefect server: {address}")
        with _given(address):
            yield address
        return
    say("Waiting for Prefect's temporary server: about half a minute the first time, while it "
        "lays out its tables.")
    with _started(0, "temporary") as address:
        yield address


@contextmanager
def lasting_server() -> Iterator[str]:
    """The API address of PREFECT_API_URL, or of this user's server on port 4200.

    It listens on the loopback address, and is started, with its UI, where there is none."""
    port = _port()
    if os.environ.get(ADDRESS_VARIABLE) or owner_of(port) is not None:
        with running_server() as address:
            yield address
        return
    say(f"Starting a Prefect server on {HOST}:{port}: about half a minute the first time.")
    with _started(port) as address:
        yield address


@contextmanager
def running_server() -> Iterator[str]:
    """The API address of PREFECT_API_URL, or of this user's server that runs already.

    Raises BadInput where none does."""
    port = _port()
    address = os.environ.get(ADDRESS_VARIABLE) or f"http://{HOST}:{port}/api"
    if not os.environ.get(ADDRESS_VARIABLE) and owner_of(port) is None:
        raise BadInput("Prefect server", f"{HOST}:{port}", "one that runs",
                       f"Start it by `pressloop lab up`, or name one by {ADDRESS_VARIABLE}.")
    _prove_own(address, port)
    _prove_answers(address)
    with _given(address):
        yield address


def _port() -> int:
    """The port that the environment asks for, else 4200. Raises BadInput for none."""
    asked = os.environ.get(PORT_VARIABLE, str(PORT)).strip()
    if not (asked.isdecimal() and asked.isascii() and 1 <= int(asked) <= MOST_PORT):
        raise BadInput(PORT_VARIABLE, asked, f"a port from 1 to {MOST_PORT}",
                       f"{PORT} is usual; left out, it is that.")
    return int(asked)


def healthy(address: str, within_s: float = 2.0) -> bool:
    """True when a Prefect server answers at this API address.

    Where nobody listens that is known at once; a busy server may take its time."""
    return trouble_with(address, within_s) is None


def trouble_with(address: str, within_s: float = 2.0) -> str | None:
    """Why no Prefect server answers at this API address, in a few words; None where one does."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=within_s) as answer:
            return None if answer.status == 200 else f"it answers with status {answer.status}"
    except urllib.error.HTTPError as error:
        return f"it answers with status {error.code}, which is no Prefect API"
    except ValueError as error:
        return f"{error}"
    except OSError as error:
        # urllib wraps the reason of the operating system.
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError) or isinstance(error, TimeoutError):
            return f"no answer within {within_s:g} s"
        return str(getattr(reason, "strerror", None) or reason)
    except http.client.HTTPException:
        return "what answers there is no Prefect server"


def link_to(address: str, auth: str) -> str | None:
    """A link by which a browser enters the server's page, once.

    None for a server that pressloop has not started."""
    base = address.removesuffix("/api")
    request = urllib.request.Request(f"{base}/pressloop/link", b"", {"Authorization": basic(auth)})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return f"{base}/pressloop/enter#{answer.read().decode()}"
    except (OSError, ValueError):
        return None


def _prove_answers(address: str) -> None:
    if (why := trouble_with(address, BUSY_S)) is None:
        return
    if not os.environ.get(ADDRESS_VARIABLE):
        raise BadInput(PORT_VARIABLE, _port(), "free, or the port of a Prefect server",
                       f"Another program of this user has it ({why}): set the variable to another "
                       "port, or end that program.")
    raise BadInput(ADDRESS_VARIABLE, address, f"the API of a Prefect server that answers ({why})",
                   f"{_written(address)}Start that server, or unset the variable for one of our "
                   "own.")


def _written(address: str) -> str:
    return "" if address.rstrip("/").endswith("/api") else (
        "An API address ends with /api, as in http://127.0.0.1:4200/api. ")


def _prove_own(address: str, port: int) -> None:
    """A server of somebody else's on our port, unless it was named, is not to be told our runs."""
    owner = owner_of(port)
    if os.environ.get(ADDRESS_VARIABLE) or owner == me():
        return
    name = user_of(owner or 0)
    raise BadInput("port", port, "free, or of a Prefect server of this user",
                   f"User {name} listens there. Set PREFECT_SERVER_API_PORT to another port, or "
                   f"{ADDRESS_VARIABLE} to {address} if that is the server you mean.")


@contextmanager
def _given(address: str) -> Iterator[None]:
    """Uses a server that is there, with the credentials that are known of it."""
    auth = key_of(address)
    with _used(address, auth):
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY

        known = PREFECT_API_AUTH_STRING.value() or auth
        if admits(address, None) == 200:
            say(f"WARNING: the Prefect server at {address} asks nobody who they are: whoever "
                "reaches it, or opens a hostile page in a browser here, can start this campaign. "
                "See docs/explanation/security.md.")
        elif admits(address, known) == 401 and not PREFECT_API_KEY.value():
            raise BadInput(ADDRESS_VARIABLE, address, "a server that admits this user",
                           f"Set {AUTH_VARIABLE} to its user:password.")
        yield


@contextmanager
def _used(address: str, auth: str | None) -> Iterator[None]:
    """This process and those that it starts ask this server.

    In the environment before Prefect is first loaded, so that its own threads see it; in its
    settings where it has been loaded."""
    before = {name: os.environ.get(name) for name in (ADDRESS_VARIABLE, AUTH_VARIABLE)}
    os.environ[ADDRESS_VARIABLE] = address
    if auth is not None:
        os.environ[AUTH_VARIABLE] = auth
    try:
        from prefect.settings import (
            PREFECT_API_AUTH_STRING,
            PREFECT_API_URL,
            temporary_settings,
        )

        with temporary_settings({PREFECT_API_URL: address} | (
                {} if auth is None else {PREFECT_API_AUTH_STRING: auth})):
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _started(port: int, *how: str) -> Iterator[str]:
    auth = new_key()
    # Bound here: nobody else can be listening where the credentials are sent.
    with _bound(port) as listening:
        port = listening.getsockname()[1]
        address = f"http://{HOST}:{port}/api"
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", "pressloop.flows.engine.server_process",
             SHARED if WINDOWS else str(listening.fileno()), *how],
            env={**os.environ, "PREFECT_SERVER_UI_API_URL": address, SERVER_AUTH_VARIABLE: auth,
                 "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(
                     f"http://{host}" for host in sorted(hosts(port)))},
            pass_fds=[] if WINDOWS else [listening.fileno()], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=not WINDOWS,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0))
        if WINDOWS:
            share(listening, server)
        said = LastWords(server)
    try:
        with kept(port, auth), _used(address, auth):
            # Prefect's client has been loaded while the server starts: it takes seconds too.
            _wait(server, address, said)
            yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait(server: subprocess.Popen[bytes], address: str, said: LastWords) -> None:
    deadline = time.monotonic() + START_S
    while not healthy(address):
        if server.poll() is not None:
            last = str(said).rstrip(".")
            raise Fault(f"the Prefect server ended with code {server.returncode}"
                        + (f", and its last words were: {last}. Mend that" if last else ". Run "
                           "`prefect server start` to see why") + ", or set PREFECT_API_URL.")
        if time.monotonic() > deadline:
            raise Fault(f"no Prefect server at {address} after {START_S:.0f} s. Set "
                        "PREFECT_API_URL to one that runs.")
        time.sleep(0.2)


def _bound(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise BadInput(PORT_VARIABLE, port, "a free port",
                       f"Choose another one ({error.strerror}).") from None
    return listening
