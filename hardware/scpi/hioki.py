"""What Hioki's LCR meters share.

One command per line: a query followed by `;` is a query error there, and one error drops the rest
of the line.

Source: third-party drivers (docs/reference/scpi-dialects.md), no manual of these models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pressloop.hardware.scpi.answers import echoed, exponential, integer, reading
from pressloop.hardware.scpi.dialect import Aperture, Dialect, MeterReading
from pressloop.hardware.scpi.link import Link, OutOfStep, Wire

OVER = 1e20
"""Above every real reading; out of range is told by numbers such as 9999.99E+28."""
SPEED = {"short": "FAST", "medium": "MED", "long": "SLOW2"}
ITEMS = "0,18"
"""Rs (bit 1) and X (bit 4) of the second byte of items, answered in this order."""
NO_NUMBER = re.compile(r"\s*[*-]{2,}[*. -]*")
EVENTS = {4: "query error", 8: "device error", 16: "execution error", 32: "command error"}


def hioki(model: str, lowest_hz: float, highest_hz: float) -> Dialect:
    """The command set for one of their models, such as "IM3536"."""
    return Dialect(
        model=f"Hioki {model}", identity=rf"\b{model}\b", lowest_hz=lowest_hz,
        highest_hz=highest_hz, lowest_mv=10.0, highest_mv=5000.0,
        wire=Wire(end="\r\n", joins=False), set_up=_set_up, read=_read,
        compensation=_compensation, errors=_errors)


def _set_up(link: Link, amplitude_mv: float, aperture: Aperture) -> None:
    for command in ("*CLS", ":HEAD OFF", ":MODE LCR", ":PAR1 RS", ":PAR2 OFF", ":PAR3 X",
                    ":PAR4 OFF", f":MEAS:ITEM {ITEMS}", ":RANG:AUTO ON", ":LEV V",
                    f":LEV:VOLT {amplitude_mv / 1000:g}", f":SPEE {SPEED[aperture]}",
                    ":TRIG EXT"):
        link.send(command)


def _read(link: Link, frequency_hz: Sequence[float]) -> tuple[MeterReading, ...]:
    return tuple(_point(link, asked) for asked in frequency_hz)


def _point(link: Link, asked_hz: float) -> MeterReading:
    at = echoed(":FREQ?", link.ask(":FREQ?", after=(f":FREQ {asked_hz:.5E}",)), asked_hz)
    answer = link.ask(":MEAS?", after=("*TRG",), measuring_s=20.0 / asked_hz)
    return _parsed(answer, at)


def _parsed(answer: str, at_hz: float) -> MeterReading:
    fields = answer.split(",")
    if len(fields) != 2:
        raise OutOfStep(f"the meter's answer to :MEAS? has {len(fields)} fields, not 2 (Rs, X): "
                        f"{answer[:60]!r}")
    if any(NO_NUMBER.fullmatch(field) for field in fields):
        return MeterReading(at_hz, None, f"the meter shows no number ({answer.strip()[:20]})")
    real, imaginary = (exponential(":MEAS?", field) for field in fields)
    return reading(at_hz, real, imaginary, OVER)


def _compensation(link: Link) -> str:
    return f"open {_switch(link, ':CORR:OPEN?')}, short {_switch(link, ':CORR:SHOR?')}"


def _switch(link: Link, query: str) -> str:
    """OFF, ALL or SPOT, perhaps with more behind a comma."""
    answer = link.ask(query).split(",")[0].strip().lower()
    if answer not in ("off", "on", "all", "spot"):
        raise OutOfStep(f"the meter's answer to {query} is {answer[:60]!r}: not OFF, ALL or SPOT")
    return answer


def _errors(link: Link) -> tuple[str, ...]:
    """They keep no queue; the standard event register says what went wrong since *CLS."""
    events = integer("*ESR?", link.ask("*ESR?"))
    if not 0 <= events <= 255:
        raise OutOfStep(f"the meter's answer to *ESR? is {events}: not a register of 8 bits")
    return tuple(name for bit, name in EVENTS.items() if events & bit)
