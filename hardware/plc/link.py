"""One Modbus connection: requests one at a time, never repeated here, every trouble named.

pymodbus repeats a request by itself unless told not to, connects again in silence, and returns
refusals instead of raising them; all three would be dangerous on a press.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pressloop.trials.errors import Fault

BUSY = 6
MEANINGS = {1: "illegal function", 2: "illegal address", 3: "illegal value or writes disabled",
            4: "device failure", 6: "busy"}
"""Of Modbus exception codes, where MODBUS application protocol V1.1b3 has them."""
BUSY_REPEATS, BUSY_WAIT_S = 5, 0.05

Trace = Callable[[bool, bytes], bytes]


class LinkLost(Fault):
    """No answer: what was sent may or may not have been done."""


class Refused(Fault):
    """The device answered with an exception.

    What was sent was not done, except perhaps after "device failure", which some couplers answer to
    everything."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"Modbus exception {code} ({MEANINGS.get(code, 'of the device')})")


@dataclass(frozen=True, slots=True)
class Target:
    """Where the press is: a TCP host and port, or a serial line, and its device number."""

    host: str
    port: int
    serial_device: str
    baud: int
    device: int

    def __str__(self) -> str:
        return self.serial_device or f"{self.host}:{self.port}"


class Link:
    """Not thread-safe: all calls come from one event loop."""

    def __init__(self, target: Target, timeout_s: float, trace: Trace | None = None) -> None:
        self.target, self._timeout_s, self._trace = target, timeout_s, trace
        self._client: Any = None
        self._alive = False
        self._turn = asyncio.Lock()
        # Loaded before anybody's patience runs: on a slow computer that takes seconds.
        self._modbus: Any = import_module("pymodbus.client")
        # It dumps the last frames of every refused request as errors.
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

    @property
    def alive(self) -> bool:
        """True from a connection until its first trouble."""
        return self._alive

    async def connect(self) -> None:
        """A fresh connection. Raises LinkLost."""
        self.drop()
        self._client = self._new_client()
        try:
            connected = await asyncio.wait_for(self._client.connect(), self._timeout_s + 1.0)
        except (OSError, TimeoutError) as error:
            raise LinkLost(f"no connection to {self.target}: {error}") from None
        if not connected:
            raise LinkLost(f"no connection to {self.target}")
        self._alive = True

    def drop(self) -> None:
        """Lets go of the connection."""
        self._alive = False
        if self._client is not None:
            self._client.close()
            self._client = None

    async def read(self, address: int, words: int) -> list[int]:
        """Input registers in one request; asked again while the device is busy.

        Raises LinkLost, Refused."""
        answer = await self._harmless(lambda: self._client.read_input_registers(
            address, count=words, device_id=self.target.device))
        if len(answer.registers) != words:
            raise self._lost(f"{len(answer.registers)} of {words} registers came")
        return list(answer.registers)

    async def write(self, address: int, words: Sequence[int], *, repeat: bool = False) -> None:
        """Holding registers in one frame.

        A command is sent once, only what is harmless may say `repeat`. Raises LinkLost (unknown
        whether it was done), Refused."""
        send = self._harmless if repeat else self._once
        await send(lambda: self._client.write_registers(
            address, list(words), device_id=self.target.device))

    async def write_coil(self, address: int, value: bool) -> None:
        """One coil; only harmless ones exist. Raises LinkLost, Refused."""
        await self._harmless(lambda: self._client.write_coil(
            address, value, device_id=self.target.device))

    async def _harmless(self, request: Callable[[], Awaitable[Any]]) -> Any:
        for _ in range(BUSY_REPEATS):
            try:
                return await self._once(request)
            except Refused as refused:
                if refused.code != BUSY:
                    raise
                await asyncio.sleep(BUSY_WAIT_S)
        return await self._once(request)

    async def _once(self, request: Callable[[], Awaitable[Any]]) -> Any:
        from pymodbus.exceptions import ModbusException

        async with self._turn:
            # A client whose peer went away would connect again in silence, unidentified.
            if not self._alive:
                raise LinkLost(f"no connection to {self.target}")
            try:
                answer = await request()
            except (ModbusException, OSError, TimeoutError) as error:
                # Who hears it knows nothing of the library, whose own words are of retries.
                ended = "it ended the connection" if not self._alive else ""
                silent = "no response" if "no response" in str(error).lower() else str(error)
                raise self._lost(ended or silent) from None
            except BaseException:
                # Cancelled between sending and answer: the next answer would be this one's.
                self.drop()
                raise
        if answer.isError():
            raise Refused(int(answer.exception_code))
        return answer

    def _lost(self, why: str) -> LinkLost:
        self.drop()
        return LinkLost(f"{self.target} does not answer: {why}")

    def _connection(self, connected: bool) -> None:
        if not connected:
            self._alive = False

    def _new_client(self) -> Any:
        common: dict[str, Any] = {
            "timeout": self._timeout_s, "retries": 0, "reconnect_delay": 0,
            "trace_connect": self._connection, "trace_packet": self._trace}
        if self.target.serial_device:
            return self._modbus.AsyncModbusSerialClient(
                self.target.serial_device, baudrate=self.target.baud, **common)
        return self._modbus.AsyncModbusTcpClient(self.target.host, port=self.target.port, **common)
