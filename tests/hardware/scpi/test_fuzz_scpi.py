"""Hostile analysers: a sweep of finite numbers that the meter really sent, or a Fault in time."""

from __future__ import annotations

import socket
import time
from random import Random

import numpy as np
import pytest
from fuzzing import HOSTILE_BYTES, cases, damaged
from hostile import hostile
from test_scpi_bounds import FalseE4990A

from pressloop.hardware.registry import connect_meter
from pressloop.trials.errors import BadInput, Fault

pytestmark = pytest.mark.fuzz

TIMEOUT_S = 0.1
NUMBERS = (b"+1.00000E+01", b"+0.00000E+00", b"-0.00000E+00", b"+9.90000E+37", b"-9.9E37", b"nan",
           b"+1.0", b"1e999", b"+1.23456E+02", b"9999.99E+28", b"******", b"------")


class HostileMeter:
    """Knows the questions of all dialects, and answers some of them wrongly, by a seeded draw."""

    def __init__(self, dialect: str, draw: Random) -> None:
        self.dialect, self.draw = dialect, draw
        self.share = draw.choice((0.01, 0.05, 0.3, 1.0))
        self.sound = FalseE4990A(12.5, -3.25)
        self.frequency = b"+1.00000E+03"

    def __call__(self, connection: socket.socket, came: bytes) -> None:
        for line in came.splitlines():
            said = self._answer(line)
            if self.draw.random() < self.share:
                self._badly(connection, said or b"")
            elif said is not None:
                connection.sendall(said)

    def _answer(self, line: bytes) -> bytes | None:
        end = b"\r\n" if self.dialect.startswith("hioki") else b"\n"
        model = self.dialect.rpartition("_")[2].upper().encode()
        if b"FREQ " in line:
            self.frequency = line.split(b"FREQ ")[1].split(b";")[0]
        x = 3.0 + self.draw.random()
        status = b"" if end == b"\r\n" else b",+0"
        for asked, said in (
                (b"*IDN?", b"Maker," + model + b",MY1,A.1"), (b"FREQ?", self.frequency),
                (b"*TRG", f"+1.25000E+01,-{x:.5E}".encode() + status),
                (b":MEAS?", f"+1.25000E+01,-{x:.5E}".encode()), (b"STAT?", b"1"),
                (b"CORR2:OPEN?", b"1"), (b"CORR2:SHOR?", b"1"), (b"CORR:OPEN?", b"ALL"),
                (b"CORR:SHOR?", b"ALL"), (b"*ESR?", b"0")):
            # A Hioki is triggered by the line before the question.
            if line.endswith(asked) and not (asked == b"*TRG" and end == b"\r\n"):
                return said + end
        known = self.sound._answer(line.decode("ascii", "replace"))
        return None if known is None else known.encode() + end

    def _badly(self, connection: socket.socket, said: bytes) -> None:
        draw = self.draw
        match draw.randrange(8):
            case 0:
                connection.sendall(damaged(said or b"+1\n", draw))
            case 1:
                connection.sendall(draw.choice(NUMBERS) + b"," + draw.choice(NUMBERS) + b",+0\n")
            case 2:
                connection.sendall(draw.choice(HOSTILE_BYTES) * draw.choice((1, 1000)))
            case 3:
                connection.sendall(said * 2)
            case 4:
                connection.sendall(draw.randbytes(draw.choice((1, 100, 70_000))))
            case 5:
                connection.shutdown(socket.SHUT_RDWR)
            case 6:
                for byte in (said or b"+1.0")[:40]:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.002)
            case 7:
                return


@pytest.mark.parametrize("dialect", ["keysight_e4980a", "keysight_e4990a", "hioki_im3536"])
def test_hostile_answers(dialect, place, stack):
    def check(draw: Random) -> None:
        with hostile(HostileMeter(dialect, draw)) as server:
            try:
                meter = connect_meter("scpi", {
                    "dialect": dialect, "port": server.port, "lowest_hz": 1000.0,
                    "highest_hz": 1e4, "points_per_decade": 5, "timeout_s": TIMEOUT_S}, place)
            except (Fault, BadInput) as error:
                assert len(str(error)) < 1000
                return
            try:
                found, = meter.sweep(stack("a"))
            except Fault as error:
                assert len(str(error)) < 1000
                return
            finally:
                meter.close()
        z = found.impedance_ohm
        assert np.isfinite(z).all() and (z.real != 0.0).all()
        assert (np.abs(z) < 1e20).all()

    cases(check)
