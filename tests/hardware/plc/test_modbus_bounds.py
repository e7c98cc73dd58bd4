"""A Modbus answer has its time as a whole, however much of it comes and however slowly."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from contextlib import suppress

import pytest
from hostile import hostile

from pressloop.hardware.plc.link import Link, LinkLost, Target

pytestmark = pytest.mark.sockets

OTHER = b"\xff\xfe\0\0\0\x06\x01\x04\0\0\0\1"
"""A frame that answers another request."""


def zeros(connection: socket.socket, _: bytes) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(bytes(100_000))


def others(connection: socket.socket, _: bytes) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(OTHER * 1000)


def dribble(connection: socket.socket, came: bytes) -> None:
    answer = came[:4] + b"\0\xff\x01\x04\xa6" + bytes(166)
    with suppress(OSError):
        for byte in answer:
            connection.sendall(bytes([byte]))
            time.sleep(0.03)


@pytest.mark.parametrize("answer", [zeros, others, dribble])
def test_an_answer_that_never_ends_is_given_up(answer):
    async def ask(port: int) -> float:
        link = Link(Target("127.0.0.1", port, "", 19200, 1), 0.4)
        await link.connect()
        began = time.monotonic()
        with pytest.raises(LinkLost):
            await link.read(0, 83)
        assert not link.alive
        return time.monotonic() - began

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with hostile(answer) as server:
        assert asyncio.run(ask(server.port)) < 2.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
