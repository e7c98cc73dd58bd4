"""The Modbus server of an emulated press, which accepts no more connections than its PLC has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Packet = Callable[[bool, bytes], bytes]


class Refusal(asyncio.Protocol):
    """A connection beyond the last: ended before a word was said."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ends it."""
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def tcp_server(device: Any, packet: Packet, address: tuple[str, int], most: int) -> Any:
    """A server on this address for at most so many connections at a time; 0 stands for any number.

    To be made within the loop that it serves in."""
    from pymodbus.server import ModbusTcpServer

    class Server(ModbusTcpServer):
        """Refuses whoever comes while all connections are taken."""

        def handle_new_connection(self) -> Any:
            if most and len(self.active_connections) >= most:
                return Refusal()
            return super().handle_new_connection()

    return Server(device, trace_packet=packet, address=address)
