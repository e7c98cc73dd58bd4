"""An emulated SCPI analyser on a TCP port.

It measures the stack pressed last on a simulated bench, speaks as the real model is said to, and
can be told to fail."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pressloop.hardware.emulators.meter_faults import CLOSES, HANG, STALE, TRUNCATED, Faults
from pressloop.hardware.emulators.meter_fixture import Fixture
from pressloop.hardware.emulators.meter_language import Language
from pressloop.hardware.emulators.meter_models import LANGUAGES
from pressloop.hardware.network import prove_listen
from pressloop.trials.checks import not_negative
from pressloop.trials.errors import BadInput, Fault


@dataclass(frozen=True, slots=True)
class MeterSetup:
    """What is emulated.

    `bench` is a simulated press's memory file. `speed` divides the analyser's own measuring time; 0
    takes no time. `expose` allows more than loopback."""

    bench: Path
    dialect: str = "e4980a"
    host: str = "127.0.0.1"
    port: int = 0
    noise: float = 0.003
    speed: float = 1.0
    faults: tuple[str, ...] = ()
    fault_rate: float = 0.0
    seed: int = 0
    expose: bool = False


class EmulatedMeter:
    """Serves clients one after another or together, all of them on one fixture.

    `transcript` is every line, as bytes, with ">" for received and "<" for sent; `own_s` the
    measuring time so far. Raises BadInput for a dialect that is not known."""

    def __init__(self, setup: MeterSetup, fixture: Fixture | None = None) -> None:
        if setup.dialect not in LANGUAGES:
            raise BadInput("dialect", setup.dialect, f"one of {', '.join(LANGUAGES)}",
                           "Choose an emulated model.")
        prove_listen(setup.host, setup.expose)
        if not math.isinf(setup.speed):
            not_negative("speed", setup.speed)
        self.setup = setup
        self.port = setup.port
        self.own_s = 0.0
        self.transcript: list[tuple[str, bytes]] = []
        self._faults = Faults(setup.faults, setup.fault_rate, setup.seed)
        self._fixture = fixture or Fixture(setup.bench, level=setup.noise)

    async def start(self) -> asyncio.Server:
        """Begins to listen; `port` is then the port that was found.

        Raises Fault where it cannot."""
        try:
            server = await asyncio.start_server(self._client, self.setup.host, self.setup.port)
        except OSError as error:
            raise Fault(f"cannot listen on {self.setup.host}:{self.setup.port}: {error.strerror}. "
                        "Choose another port, 0 for any.") from None
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        language = LANGUAGES[self.setup.dialect](self._fixture, self._faults, self._wait)
        try:
            while line := await reader.readline():
                self.transcript.append((">", line))
                for answer in await language.answers(line.decode("ascii", "replace").strip()):
                    if not await self._send(writer, language, answer):
                        return
        except (ConnectionError, asyncio.CancelledError):
            return  # the client went, or the emulator ends: nobody is left to tell
        finally:
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter, language: Language, answer: str) -> bool:
        """Sends one answer, spoilt if a fault strikes; False when the connection is to end."""
        fault, language.fault = language.fault, ""
        if fault == CLOSES:
            return False
        if fault == HANG:
            return True
        if fault == TRUNCATED:
            answer = answer[:len(answer) * 2 // 3]
        lines = [language.said or answer, answer] if fault == STALE else [answer]
        for one in lines:
            raw = (one + language.end).encode()
            self.transcript.append(("<", raw))
            writer.write(raw)
        await writer.drain()
        language.said = answer
        return True

    async def _wait(self, own_s: float) -> None:
        """Lets the analyser's own time pass, `speed` times as fast."""
        if self.setup.speed > 0 and not math.isinf(self.setup.speed):
            self.own_s += own_s / self.setup.speed
            await asyncio.sleep(own_s / self.setup.speed)


async def serve(setup: MeterSetup, ready: Callable[[EmulatedMeter], None] | None = None) -> None:
    """Serves until cancelled; `ready` is called once it listens."""
    meter = EmulatedMeter(setup)
    server = await meter.start()
    if ready is not None:
        ready(meter)
    async with server:
        await server.serve_forever()


@contextmanager
def serving_meter(setup: MeterSetup, fixture: Fixture | None = None) -> Iterator[EmulatedMeter]:
    """The emulator in a background thread, for as long as the block lasts."""
    meter = EmulatedMeter(setup, fixture)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="emulated meter", daemon=True)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(meter.start(), loop).result(60.0)
        try:
            yield meter
        finally:
            loop.call_soon_threadsafe(server.close)
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result(60.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60.0)
        loop.close()


async def _end_all() -> None:
    """Ends every client and the listening task, so that nothing outlives the loop."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

