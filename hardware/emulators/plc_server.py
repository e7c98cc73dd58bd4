"""The socket of an emulated press.

Modbus TCP, or RTU on a serial line, and what can go wrong with it."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import numpy as np

from pressloop.hardware.emulators.plc import Program
from pressloop.hardware.emulators.plc_faults import LINK, POWER, Trouble
from pressloop.hardware.emulators.plc_listener import tcp_server
from pressloop.hardware.emulators.plc_memory import RetainedWords
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_told import snapshot
from pressloop.hardware.network import prove_listen
from pressloop.hardware.plc.frames import read_mailbox, snapshot_words
from pressloop.hardware.plc.words import unpack
from pressloop.hardware.units import Machine

TICK_S = 0.004
RESET_REGISTER = 0x1007
"""Where a tripped coupler is reset."""
WRITES, READ_INPUT, WRITE_COIL = (6, 16), 4, (5, 15)


class EmulatedPress:
    """Runs in one event loop; `inject` and the properties may be used from any thread."""

    def __init__(self, options: PressOptions) -> None:
        if not options.serial_device:
            prove_listen(options.host, options.expose)
        self.options, self.program = options, Program(options)
        self.port = options.port
        self._server: Any = None
        self._up = False
        self._troubles: list[Trouble] = []
        self._swallow = False
        self._tripped = False
        self._down_until = 0.0
        self._draw = np.random.default_rng([options.seed, options.fault_seed])
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

    # --- for tests and for people

    def inject(self, kind: str, at: str = "now", seconds: float = 1.0, count: int = 1) -> None:
        """One fault of `plc_faults`. Raises BadInput for a name it does not know."""
        trouble = Trouble(kind, at, seconds, count)
        if at == "now" and kind not in LINK:
            self._happen(trouble)
        else:
            self.program.waiting.append(trouble)

    def acknowledge(self) -> None:
        """A person clears the fault at the press."""
        self.program.acknowledge()

    @property
    def listening(self) -> bool:
        """True once it can be reached."""
        return self._server is not None and bool(self._up)

    @property
    def tripped(self) -> bool:
        """True for a coupler that refuses every request until it is reset."""
        return self._tripped

    @property
    def force_n(self) -> float:
        """Load on the platens now."""
        cycle = self.program.cycle
        return cycle.force if cycle is not None else 0.0

    @property
    def phase(self) -> str:
        """The phase of the running cycle, else the state."""
        cycle = self.program.cycle
        return cycle.phase if cycle is not None else self.program.state

    @property
    def memory(self) -> RetainedWords:
        """What it retains; `accepted` lists every cycle id ever accepted, once per start."""
        return self.program.memory

    # --- the loop

    async def serve(self) -> None:
        """Until cancelled."""
        await self._listen()
        try:
            while True:
                await asyncio.sleep(TICK_S)
                await self._meet_now()
                self.program.tick()
                if self.options.personality == "trips" and self.program.silent:
                    self._tripped = True
                if self._server is None and time.monotonic() >= self._down_until:
                    await self._listen()
        finally:
            await self._hang_up()

    async def _listen(self) -> None:
        if self.options.serial_device:
            from pymodbus.server import ModbusSerialServer

            self._server = ModbusSerialServer(self._device(), port=self.options.serial_device,
                                              trace_packet=self._packet)
        else:
            self._server = tcp_server(self._device(), self._packet, (
                self.options.host, self.port), self.options.connections)
        await self._server.serve_forever(background=True)
        self._up = True
        if not self.options.serial_device and not self.port:
            self.port = self._server.transport.sockets[0].getsockname()[1]

    async def _hang_up(self) -> None:
        if self._server is not None:
            await self._server.shutdown()
            self._server = None

    async def _meet_now(self) -> None:
        """Troubles whose time has come: link troubles of a phase, power, a lost link."""
        cycle = self.program.cycle
        phase = cycle.phase if cycle is not None else ""
        for trouble in list(self.program.waiting):
            mine = trouble.kind in LINK or trouble.kind in POWER
            if mine and trouble.at in ("now", phase):
                self.program.waiting.remove(trouble)
                self._happen(trouble)
        if self._down_until > time.monotonic() and self._server is not None:
            await self._hang_up()

    def _happen(self, trouble: Trouble) -> None:
        program = self.program
        if trouble.kind == "frozen program":
            program.frozen_until = program.now + trouble.seconds
        elif trouble.kind == "drop link":
            self._down_until = time.monotonic() + trouble.seconds
        elif trouble.kind == "clamps":
            program.clamp = True
        elif trouble.kind.startswith("reboot"):
            self._reboot(forget=trouble.kind.endswith("forgetful"), seconds=trouble.seconds)
        elif trouble.kind in LINK:
            self._troubles.append(trouble)
        else:
            program.fail(trouble.kind)

    def _reboot(self, *, forget: bool, seconds: float) -> None:
        """Power goes and comes back: unloaded, nothing resumed."""
        old = self.program
        cycle = old.cycle
        if cycle is not None and (stack := cycle.as_it_was(False)) is not None:
            old.bench.accept(stack)
            old.memory.peak_force, old.memory.dwell_held = cycle.peak, cycle.held
            old.memory.elapsed = cycle.elapsed
            old.memory.keep(self.options.state)
        accepted = self.program.memory.accepted
        if forget:
            self.options.state.unlink(missing_ok=True)
        waiting = self.program.waiting
        self.program = Program(self.options)
        self.program.waiting = [t for t in waiting if not t.kind.startswith("reboot")]
        # A button that is pressed stays pressed.
        self.program.open_bits = old.open_bits
        self.program.state = "fault" if old.open_bits else "idle"
        if forget:
            self.program.memory.accepted = accepted
        self._down_until = time.monotonic() + seconds

    # --- registers

    def _device(self) -> Any:
        from pymodbus.simulator import DataType, SimData, SimDevice

        of = self.program.of
        bits = [SimData(0, count=16, values=False, datatype=DataType.BITS)]
        holding = [SimData(0, count=RESET_REGISTER + 2, values=0, datatype=DataType.REGISTERS)]
        inputs = [SimData(of.snapshot.address, count=of.snapshot.words, values=0,
                          datatype=DataType.REGISTERS)]
        return SimDevice(0, simdata=(bits, bits, holding, inputs), action=self._access)

    async def _access(self, function: int, start: int, address: int, count: int,
                      registers: list[int], values: Any) -> Any:
        """Every access from the wire; an exception code refuses it."""
        from pymodbus.constants import ExcCodes

        if self._tripped:
            if function in WRITES and address == RESET_REGISTER:
                self._tripped, self.program.beaten_at = False, self.program.now
                return None
            return ExcCodes.DEVICE_FAILURE
        starting = function in WRITES and address == self.program.of.mailbox.address
        if starting and self._is_start(values):
            self._at_start()
        code = self._refused(function)
        if code is not None:
            return getattr(ExcCodes, code)
        if (slow := self._next("slow answer")) is not None:
            await asyncio.sleep(slow.seconds)
        if function == READ_INPUT:
            registers[address - start:address - start + count] = self._told()[
                address - self.program.of.snapshot.address:][:count]
        elif function in WRITE_COIL and values and values[0] and (
                address == self.program.of.abort_coil):
            self.program.unload()
        elif function in WRITES:
            return self._written(address, [int(v) for v in values])
        return None

    def _written(self, address: int, words: list[int]) -> Any:
        from pymodbus.constants import ExcCodes

        of, machine = self.program.of, self._machine()
        if address == of.mailbox.address and len(words) == of.mailbox.words:
            if self._next("lost request") is not None:
                self._swallow = True
                return None
            if self.program.now >= self.program.frozen_until:
                self.program.order(read_mailbox(of, machine, words))
            if self._next("lost answer") is not None:
                self._swallow = True
            return None
        if address == of.heartbeat.address and len(words) == of.heartbeat.words:
            written = {name: int(unpack(words[r.offset:r.end], r.type, of.low_word_first))
                       for name, r in of.heartbeat.registers.items()}
            kept = self.program.heartbeat(written["heartbeat"], written.get("owner", 0))
            return None if kept else ExcCodes.DEVICE_BUSY
        return ExcCodes.ILLEGAL_VALUE

    def _told(self) -> list[int]:
        shown = dict(snapshot(self.program))
        if self._next("wrong version") is not None:
            shown["map_version"] += 1
        if self._next("wrong device") is not None:
            shown["magic"] = 0x4242
        if self._next("other press") is not None:
            shown["serial"] += 1
        words = snapshot_words(self.program.of, self._machine(), shown)
        if self._next("wrong words") is not None:
            for register in self.program.of.snapshot.registers.values():
                words[register.offset:register.end] = words[register.offset:register.end][::-1]
        if self._next("garbled snapshot") is not None:
            self._garble(words)
        return words

    def _garble(self, words: list[int]) -> None:
        """A bit that was lost on the way, and one in an id."""
        ids = self.program.of.snapshot.registers["last_accepted_id"]
        for at in (ids.offset, int(self._draw.integers(len(words)))):
            words[at] ^= 1 << int(self._draw.integers(16))

    def _machine(self) -> Machine:
        limits = self.program.limits
        return Machine(limits.die_area_mm2, limits.press_max_force_n,
                       self.program.of.constants.get("piston_area_mm2"))

    def _is_start(self, values: Any) -> bool:
        of = self.program.of
        if len(values) != of.mailbox.words:
            return False
        order = read_mailbox(of, self._machine(), [int(v) for v in values])
        return order is not None and order.command == of.commands["start"]

    def _at_start(self) -> None:
        for trouble in [t for t in self.program.waiting if t.at == "start"]:
            self.program.waiting.remove(trouble)
            self._happen(trouble)

    def _refused(self, function: int) -> str | None:
        if self._next("busy") is not None:
            return "DEVICE_BUSY"
        if self._next("device failure") is not None:
            return "DEVICE_FAILURE"
        if function in (*WRITES, *WRITE_COIL) and self._next("write disabled") is not None:
            return "ILLEGAL_VALUE"
        return None

    def _next(self, kind: str) -> Trouble | None:
        """One occurrence of a pending trouble of this kind."""
        for trouble in self._troubles:
            if trouble.kind == kind:
                self._troubles.remove(trouble)
                if trouble.count > 1:
                    self._troubles.append(Trouble(kind, trouble.at, trouble.seconds,
                                                  trouble.count - 1))
                return trouble
        return None

    def _packet(self, sending: bool, data: bytes) -> bytes:
        if sending and self._swallow:
            self._swallow = False
            return b""
        return data
