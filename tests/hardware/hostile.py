"""A server that answers whatever a test wants, at whatever pace: no instrument, just a socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket, bytes], None]


@dataclass
class Hostile:
    """Its port, and what it was sent."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def hostile(answer: Answer) -> Iterator[Hostile]:
    """Calls `answer` with the connection and each piece of bytes that comes."""
    listener = socket.create_server(("127.0.0.1", 0))
    found = Hostile(listener.getsockname()[1])
    open_ones: list[socket.socket] = []
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        with suppress(OSError):
            while not over.is_set() and (came := connection.recv(4096)):
                found.heard.append(came)
                answer(connection, came)
        with suppress(OSError):
            connection.close()

    def listen() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                open_ones.append(connection)
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield found
    finally:
        over.set()
        listener.close()
        for one in open_ones:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
