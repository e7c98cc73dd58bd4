"""Serves the console until it is stopped; campaigns go on without it."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pressloop.flows.console import say
from pressloop.flows.engine.server_door import hosts
from pressloop.flows.operator_console.app import Console
from pressloop.flows.operator_console.door import Door, Keys
from pressloop.flows.operator_console.models import ModelDesk
from pressloop.flows.operator_console.question import Questions
from pressloop.flows.operator_console.runs import absolute, settings_files
from pressloop.flows.operator_console.source import Source
from pressloop.trials.errors import BadInput, PressloopError
from pressloop.trials.wording import listed
from pressloop.views.page import render

PORT = 8377
LOOPBACK = "127.0.0.1"
TOKEN_VARIABLE = "PRESSLOOP_CONSOLE_TOKEN"
SHORTEST_TOKEN = 20


def serve_console(url: str, folder: Path, host: str, port: int) -> None:
    """Serves until interrupted. Raises BadInput for an address or a port that cannot be had."""
    import uvicorn

    token = token_for(host)
    # What settings name by a relative path, such as a register map, is meant from where they are.
    os.chdir(folder)
    source = Source(absolute(folder, url), folder, Questions())
    # What is wrong with the ledger is better said before a browser is opened.
    source.campaigns()
    with _bound(host, port) as listening:
        port = listening.getsockname()[1]
        home, keys = f"http://{_shown(host)}:{port}", Keys(token)
        desk = ModelDesk()
        desk.warm()
        threading.Thread(target=_read_ahead, args=(source,), daemon=True).start()
        why = ("Ask for a link: the terminal of the console shows one, or a browser that is in "
               "already (Another browser).")
        app = Door(Console(source, keys, desk, home).app(), keys, names(host, port),
                   render("console/enter.html", why=why))
        config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off",
                                ws="none", server_header=False, timeout_graceful_shutdown=2)

        class Server(uvicorn.Server):
            """Says where it is once it answers, and obeys Ctrl-C."""

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                greet(source, home, keys)

        try:
            Server(config).run(sockets=[listening])
        finally:
            desk.close()


def greet(source: Source, home: str, keys: Keys) -> None:
    """Says where the console is, a link to it, and whether there is such a ledger yet."""
    say(f"Operator console of {source.shown} at {home}. A link, good once, for ten minutes:")
    say(f"  {home}/enter#{keys.link()}")
    if not source.there:
        say(f"There is no such ledger yet: it is made by the first run. {_offered(source)}")
    say("Ctrl-C ends it; campaigns go on.")


def _offered(source: Source) -> str:
    """What can be started; where nothing can, the address of the ledger may be mistyped."""
    files = settings_files(source.folder, source.url)
    if not files:
        return (f"No settings file in {source.folder} names it: correct --ledger or --folder, if "
                "campaigns are to be there.")
    return f"To be started: {listed([one.path.name for one in files])}."


def _read_ahead(source: Source) -> None:
    """What the first page needs is read, and what its pictures need loaded, before it is asked."""
    import plotly.graph_objects
    import plotly.subplots  # noqa: F401

    for name in source.campaigns():
        with suppress(PressloopError):
            source.stand(name)


def token_for(host: str) -> str:
    """The token without which no console leaves the loopback address.

    Raises BadInput where it is missing or short, or the address is not one of this network."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise BadInput("--host", host, "an address of this computer, such as 192.168.1.20",
                       "Write the address rather than a name.") from None
    if address.is_loopback:
        return token
    if address.is_unspecified or not address.is_private:
        raise BadInput("--host", host, "one private address of this computer",
                       "The console is not for the internet, nor for every network at once.")
    if len(token) < SHORTEST_TOKEN:
        raise BadInput(TOKEN_VARIABLE, "not set" if not token else "too short",
                       f"a secret of at least {SHORTEST_TOKEN} characters",
                       "Whoever has it can start and stop campaigns; such as of `openssl rand "
                       "-hex 16`.")
    return token


def names(host: str, port: int) -> set[str]:
    """By which this console is asked."""
    return hosts(port) if host == LOOPBACK else {f"{_shown(host)}:{port}"}


def _shown(host: str) -> str:
    """As it stands in an address."""
    return f"[{host}]" if ":" in host else host


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    with listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise BadInput("--host", host, "an address of this computer",
                               "`ip address` or `ipconfig` shows which it has.") from None
            raise BadInput("--port", port, f"free on {host}",
                           f"Choose another one, or 0 for any ({error.strerror}).") from None
        yield listening
