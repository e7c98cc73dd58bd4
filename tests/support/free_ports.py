"""Ports for servers that are told where to listen."""

from __future__ import annotations

import os
import socket
from itertools import count

FIRST, BLOCKS, BLOCK = 12_000, 1_000, 20
"""Below the ports that the kernel gives to whoever asks for any, so that none of those takes one
between here and its use; each process of tests looks in a block of its own first."""
TAKEN = count(os.getpid() % BLOCKS * BLOCK)


def free_port() -> int:
    """One that is free, and that this process has not been given before."""
    for offset in TAKEN:
        with socket.socket() as probe:
            port = FIRST + offset % (BLOCKS * BLOCK)
            # As a server binds it: one that has just ended leaves its port waiting.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if not _taken(probe, port):
                return port
    raise AssertionError


def _taken(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return True
    return False
