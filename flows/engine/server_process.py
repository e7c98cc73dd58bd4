"""A Prefect server that lives no longer than the process that started it.

Run as `python -P -m pressloop.flows.engine.server_process DESCRIPTOR [temporary]`, with the
descriptor of a socket that listens on the loopback address, and the credentials in
PREFECT_SERVER_API_AUTH_STRING. It ends when
its standard input closes, which the kernel does even when the parent is killed; Ctrl-C in the
parent's terminal does not reach it, so that the parent can still report how its run ended.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading

HOST = "127.0.0.1"
WINDOWS = hasattr(socket.socket, "share")
SHARED = "shared"
"""In place of a descriptor: the socket comes through standard input, as Windows hands sockets on.
"""
LENGTH = 4
"""Bytes that tell how long the description of a shared socket is."""


def main() -> None:
    """Serves until standard input closes. "temporary" leaves out the UI and the services."""
    listening, temporary = _given(sys.argv[1]), "temporary" in sys.argv[2:]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    from pressloop.flows.engine.server_door import Door
    from pressloop.flows.engine.server_key import SERVER_AUTH_VARIABLE

    door = Door(create_app(ephemeral=temporary, final=True), listening.getsockname()[1],
                os.environ[SERVER_AUTH_VARIABLE])
    uvicorn.Server(uvicorn.Config(
        door, log_level="error", lifespan="on", timeout_graceful_shutdown=3,
        server_header=False)).run(sockets=[listening])


def share(listening: socket.socket, server: subprocess.Popen[bytes]) -> None:
    """Hands the socket on to this process, which runs `main`."""
    told: bytes = listening.share(server.pid)  # type: ignore[attr-defined]
    assert server.stdin is not None
    server.stdin.write(len(told).to_bytes(LENGTH, "big") + told)
    server.stdin.flush()


def _given(how: str) -> socket.socket:
    if how != SHARED:
        return socket.socket(fileno=int(how))
    shared: socket.socket = socket.fromshare(  # type: ignore[attr-defined]
        _exactly(int.from_bytes(_exactly(LENGTH), "big")))
    return shared


def _exactly(count: int) -> bytes:
    found = b""
    while len(found) < count and (more := os.read(0, count - len(found))):
        found += more
    return found


def _end_with_parent() -> None:
    # Not through sys.stdin: its lock, held here, would abort an interpreter that ends by itself.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
