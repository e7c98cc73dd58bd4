"""Keysight E4980A: one point per trigger, answer `A,B,status[,bin]`.

Source: manual pages and PyMeasure's driver (docs/reference/scpi-dialects.md). The E4981A puts the
status first, so such an answer is refused, not read.
"""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.hardware.scpi.answers import EXPONENT, INTEGER, echoed, exponential, integer, reading
from pressloop.hardware.scpi.dialect import Aperture, Dialect, MeterReading
from pressloop.hardware.scpi.keysight import OVER, errors, on_or_off
from pressloop.hardware.scpi.link import Link, OutOfStep, Wire
from pressloop.trials.errors import Fault

REASONS = {-1: "no data", 1: "overload", 3: "signal source overloaded",
           4: "level control could not hold the amplitude"}
SPEED = {"short": "SHOR,1", "medium": "MED,1", "long": "LONG,1"}


def _set_up(link: Link, amplitude_mv: float, aperture: Aperture) -> None:
    for command in ("*CLS", "FORM ASC", "FUNC:IMP RX", "FUNC:IMP:RANG:AUTO ON",
                    f"VOLT {amplitude_mv / 1000:g}", f"APER {SPEED[aperture]}",
                    "INIT:CONT ON", "TRIG:SOUR BUS"):
        link.send(command)


def _read(link: Link, frequency_hz: Sequence[float]) -> tuple[MeterReading, ...]:
    return tuple(_point(link, asked) for asked in frequency_hz)


def _point(link: Link, asked_hz: float) -> MeterReading:
    at = echoed("FREQ?", link.ask("FREQ?", after=(f"FREQ {asked_hz:.5E}",)), asked_hz)
    return _parsed(link.ask("*TRG", measuring_s=20.0 / asked_hz), at)


def _parsed(answer: str, at_hz: float) -> MeterReading:
    """The reading in `A,B,status[,bin]`; raises Fault when the status comes first."""
    fields = [field.strip() for field in answer.split(",")]
    if len(fields) >= 3 and INTEGER.fullmatch(fields[0]) and EXPONENT.fullmatch(fields[2]):
        raise Fault(f"the meter answers with the status first ({answer[:60]}), as an E4981A does: "
                    "this is another command set. Nothing was read; check meter.dialect.")
    if len(fields) not in (3, 4):
        raise OutOfStep(f"the meter's answer to *TRG has {len(fields)} fields, not 3 or 4: "
                        f"{answer[:60]!r}")
    real, imaginary = (exponential("*TRG", field) for field in fields[:2])
    status, *_bin = [integer("*TRG", field) for field in fields[2:]]
    if status in REASONS:
        return MeterReading(at_hz, None, f"{REASONS[status]} (status {status})")
    if status != 0:
        raise OutOfStep(f"the meter's answer to *TRG has a status {status} that it does not know")
    return reading(at_hz, real, imaginary, OVER)


def _compensation(link: Link) -> str:
    return (f"open {on_or_off(link, 'CORR:OPEN:STAT?')}, "
            f"short {on_or_off(link, 'CORR:SHOR:STAT?')}")


DIALECT = Dialect(
    model="Keysight E4980A", identity=r"\bE4980A", lowest_hz=20.0, highest_hz=2e6, lowest_mv=0.1,
    highest_mv=2000.0, wire=Wire(), set_up=_set_up, read=_read, compensation=_compensation,
    errors=errors)
