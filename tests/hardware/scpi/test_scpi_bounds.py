"""An answer has a deadline and a length; a trace that was never measured is no reading."""

from __future__ import annotations

import resource
import socket
import time
from contextlib import suppress

import numpy as np
import pytest
from hostile import hostile

from pressloop.hardware.registry import connect_meter
from pressloop.hardware.scpi.answers import reading
from pressloop.hardware.scpi.link import LONGEST_ANSWER, Link, OutOfStep, Wire
from pressloop.trials.errors import Fault


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def endless(connection: socket.socket, _: bytes) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(b"+1.00000E+00," * 10_000)


def dribble(connection: socket.socket, _: bytes) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(b"1")
            time.sleep(0.02)


def half_a_line(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"+1.00000E+00,")


@pytest.mark.parametrize(("answer", "words"), [
    (endless, f"more than {LONGEST_ANSWER} bytes"), (dribble, "no line end"),
    (half_a_line, "no line end after 13 bytes")])
@pytest.mark.parametrize("wire", [Wire(), Wire(end="\r\n", joins=False)], ids=["LF", "CRLF"])
def test_an_answer_that_never_ends_is_given_up(answer, words, wire):
    before_mb = peak_mb()
    with hostile(answer) as server:
        link = Link(f"TCPIP::127.0.0.1::{server.port}::SOCKET", wire, 0.4)
        link.open()
        began = time.monotonic()
        with pytest.raises(OutOfStep, match=words):
            link.ask("*IDN?")
        assert time.monotonic() - began < 1.5
    assert peak_mb() - before_mb < 50


def test_a_slow_answer_has_its_time_for_measuring():
    def late(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.8)
        for piece in (b"+1.0000", b"0E+00\n+2.00000E+00\n"):
            connection.sendall(piece)
            time.sleep(0.2)

    with hostile(late) as server:
        link = Link(f"TCPIP::127.0.0.1::{server.port}::SOCKET", Wire(), 0.4)
        link.open()
        assert link.ask("*TRG", measuring_s=1.0) == "+1.00000E+00"
        link.close()


def test_a_trace_of_zeros_is_no_reading():
    assert reading(1e3, 0.0, 0.0, 9.8e37).impedance_ohm is None
    assert "exactly zero" in reading(1e3, 0.0, -3.2, 9.8e37).reason
    assert reading(1e3, 12.5, 0.0, 9.8e37).impedance_ohm == 12.5


class FalseE4990A:
    """Answers every question as an E4990A would, with traces of its own."""

    def __init__(self, real: float, imaginary: float) -> None:
        self.values, self.selected, self.axis = (real, imaginary), 1, (1.0, 2.0, 2)

    def __call__(self, connection: socket.socket, came: bytes) -> None:
        for line in came.decode().splitlines():
            if (said := self._answer(line)) is not None:
                connection.sendall(said.encode() + b"\n")

    def _answer(self, line: str) -> str | None:
        low, high, count = self.axis
        if line.startswith(":SENS1:FREQ:STAR"):
            self.axis = (float(line.split()[1]), high, count)
        elif line.startswith(":SENS1:FREQ:STOP"):
            self.axis = (low, float(line.split()[1]), count)
        elif line.startswith(":SENS1:SWE:POIN"):
            self.axis = (low, high, int(line.split()[1]))
        elif line in (":CALC1:PAR1:SEL", ":CALC1:PAR2:SEL"):
            self.selected = int(line[10])
        return {"*IDN?": "Keysight Technologies,E4990A,MY1,A.1", "*OPC?": "1",
                ":SENS1:CORR2:OPEN?": "1", ":SENS1:CORR2:SHOR?": "1",
                "SYST:ERR?": '+0,"No error"',
                ":CALC1:DATA:XAX?": ",".join(f"{f:.9E}" for f in np.geomspace(*self.axis)),
                ":CALC1:DATA:FDAT?": ",".join(
                    f"{self.values[self.selected - 1]:+.5E},+0.00000E+00"
                    for _ in range(self.axis[2]))}.get(line)


@pytest.mark.parametrize(("real", "imaginary", "words"), [
    (0.0, 0.0, "exactly zero ohm"), (0.0, -3.2, "resistance of exactly zero"),
    (12.5, 0.0, "reactance is exactly 0"), (12.5, -3.2, "repeats one reading")])
def test_an_e4990a_that_never_filled_its_traces_gives_no_spectrum(
        real, imaginary, words, place, stack):
    with hostile(FalseE4990A(real, imaginary)) as server:
        meter = connect_meter("scpi", {"dialect": "keysight_e4990a", "port": server.port,
                                       "highest_hz": 1e5, "timeout_s": 2.0}, place)
        with pytest.raises(Fault, match=words):
            meter.sweep(stack("a"))
        meter.close()
