"""Hostile presses.

Whatever comes over Modbus ends in a Fault or a refusal, in time, and nothing but what was ordered
is sent."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from random import Random

import pytest
from fuzzing import cases, damaged
from hostile import hostile

from pressloop.hardware.plc.frames import PressOrder, accepted_order, read_mailbox, read_snapshot
from pressloop.hardware.plc.link import Link, Target
from pressloop.hardware.plc.press import Habits, PlcPress
from pressloop.hardware.plc.register_map import read_map
from pressloop.hardware.plc.station import machine_of
from pressloop.hardware.units import Machine
from pressloop.trials.errors import BadInput, Fault, PressloopError
from pressloop.trials.recipe import Recipe

pytestmark = [pytest.mark.fuzz, pytest.mark.sockets]

MAP = read_map("generic")
RECIPE = Recipe(250.0, 100.0, 25.0)
ODD_WORDS = (0, 1, 0xFFFF, 0x7FC0, 0x7F80, 0xFF80, 0x8000, 0x7FFF)


def odd_words(count: int, draw: Random) -> list[int]:
    share = draw.choice((0.05, 0.5, 1.0))
    return [draw.choice(ODD_WORDS) if draw.random() < share else draw.randrange(65536)
            for _ in range(count)]


class HostilePress:
    """Answers Modbus requests with frames that are right, damaged, late, many, or none at all."""

    def __init__(self, draw: Random) -> None:
        self.draw, self.share = draw, draw.choice((0.1, 0.5, 1.0))
        self.words = odd_words(MAP.snapshot.words, draw)
        if draw.random() < 0.7:
            # A press of this map, as far as its constants go.
            for name, value in (("magic", MAP.magic), ("map_version", MAP.version),
                                ("word_order", MAP.word_order)):
                one = MAP.snapshot.registers[name]
                raw = struct.pack(">f", value) if one.type == "f32" else int(value).to_bytes(
                    2 * (one.end - one.offset), "big")
                self.words[one.offset:one.end] = struct.unpack(f">{len(raw) // 2}H", raw)

    def __call__(self, connection: socket.socket, came: bytes) -> None:
        draw = self.draw
        answer = self._answer(came)
        if draw.random() >= self.share:
            connection.sendall(answer)
            return
        match draw.randrange(6):
            case 0:
                connection.sendall(damaged(answer, draw))
            case 1:
                connection.sendall(answer * draw.choice((2, 2000)))
            case 2:
                connection.sendall(draw.randbytes(draw.choice((1, 7, 300, 100_000))))
            case 3:
                connection.sendall(answer[:draw.randrange(len(answer))])
            case 4:
                connection.shutdown(socket.SHUT_RDWR)
            case 5:
                return

    def _answer(self, came: bytes) -> bytes:
        head, function = came[:4], came[7] if len(came) > 7 else 4
        if function == 4:
            if self.draw.random() < 0.3:
                self.words[self.draw.randrange(len(self.words))] = self.draw.choice(ODD_WORDS)
            body = struct.pack(f">BB{len(self.words)}H", 4, 2 * len(self.words), *self.words)
        elif self.draw.random() < 0.2:
            body = bytes([function | 0x80, self.draw.randrange(256)])
        else:
            body = came[7:12]
        return head + struct.pack(">HB", len(body) + 1, 1) + body


def test_words_of_any_kind_are_read_or_refused():
    def check(draw: Random) -> None:
        words = tuple(odd_words(MAP.snapshot.words, draw))
        try:
            machine = machine_of(MAP, words)
        except Fault:
            machine = Machine(78.5, 50e3, 1.0)
        told = read_snapshot(MAP, machine, words)
        assert set(told) == set(MAP.snapshot.registers)
        order = PressOrder(1, 1, cycle_id=7, force=1e4)
        accepted_order(MAP, Machine(78.5, 50e3, 1.0), words, order)
        with suppress(BadInput):
            read_mailbox(MAP, machine, odd_words(MAP.mailbox.words, draw))

    cases(check)


def test_hostile_frames_on_a_link():
    def check(draw: Random) -> None:
        async def talk(port: int) -> None:
            link = Link(Target("127.0.0.1", port, "", 19200, 1), 0.1)
            for _ in range(6):
                try:
                    if not link.alive:
                        await link.connect()
                    if draw.random() < 0.5:
                        words = await link.read(MAP.snapshot.address, MAP.snapshot.words)
                        assert len(words) == MAP.snapshot.words
                    else:
                        await link.write(100, [1, 2, 3])
                except Fault as error:
                    assert len(str(error)) < 1000
            link.drop()

        with hostile(HostilePress(draw)) as server:
            asyncio.run(asyncio.wait_for(talk(server.port), 20.0))

    cases(check)


def test_a_hostile_press_is_never_commanded_wrongly(envelope, stack, tmp_path, monkeypatch):
    """Whatever it tells, at most the one START that was ordered is sent; reports end in time."""
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))

    def check(draw: Random) -> None:
        with hostile(HostilePress(draw)) as server:
            cycle = draw.randrange(1, 2**31)
            with suppress(Fault):
                press = PlcPress(Target("127.0.0.1", server.port, "", 19200, 1), MAP, 0x63,
                                 Habits(0.02, 0.1, 0.1, 0.3), envelope=envelope,
                                 on_link_loss="release")
                try:
                    for ask in (press.identify, lambda: press.start(cycle, stack("a"), RECIPE),
                                lambda: press.report(cycle), press.release):
                        try:
                            ask()
                        except PressloopError as error:
                            assert len(str(error)) < 2000
                finally:
                    press.close()
            orders = [frame for came in server.heard for frame in _writes(came)
                      if frame[8:10] == (100).to_bytes(2, "big")]
            starts = [frame for frame in orders if frame[17:19] == b"\0\1"]
            assert len(starts) <= 1

    cases(check)


def _writes(came: bytes) -> list[bytes]:
    """Frames of function 16 in what was heard."""
    found = []
    while len(came) >= 8:
        size = 6 + int.from_bytes(came[4:6], "big")
        if came[7] == 16:
            found.append(came[:size])
        came = came[size:]
    return found
