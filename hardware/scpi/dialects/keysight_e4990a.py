"""Keysight E4990A: a whole sweep per trigger, read back as traces R, X and the frequency axis.

Source: two drivers in public repositories (docs/reference/scpi-dialects.md), no manual.
"""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.hardware.scpi.answers import echoed, exponential, integer, reading
from pressloop.hardware.scpi.dialect import Aperture, Dialect, MeterReading
from pressloop.hardware.scpi.keysight import OVER, errors, on_or_off
from pressloop.hardware.scpi.link import Link, OutOfStep, Wire

SPEED = {"short": 1, "medium": 3, "long": 5}


def _set_up(link: Link, amplitude_mv: float, aperture: Aperture) -> None:
    for command in ("*CLS", ":FORM:DATA ASC", ":CALC1:PAR1:DEF R", ":CALC1:PAR2:DEF X",
                    ":SENS1:SWE:TYPE LOG", f":SENS1:APER {SPEED[aperture]}", ":SOUR1:MODE VOLT",
                    f":SOUR1:VOLT {amplitude_mv / 1000:g}", ":TRIG:SOUR BUS", ":INIT1:CONT ON"):
        link.send(command)


def _read(link: Link, frequency_hz: Sequence[float]) -> tuple[MeterReading, ...]:
    """One sweep. The meter goes from low to high, so everything is turned round."""
    rising = list(reversed(frequency_hz))
    for command in (f":SENS1:FREQ:STAR {rising[0]:.5E}", f":SENS1:FREQ:STOP {rising[-1]:.5E}",
                    f":SENS1:SWE:POIN {len(rising)}", ":TRIG:SING"):
        link.send(command)
    own_s = sum(0.5 + 20.0 / f for f in rising)
    if integer("*OPC?", link.ask("*OPC?", measuring_s=own_s)) != 1:
        raise OutOfStep("the meter did not answer 1 to *OPC? after the sweep")
    real, imaginary = _trace(link, 1, len(rising)), _trace(link, 2, len(rising))
    axis = _fields(link, ":CALC1:DATA:XAX?", len(rising))
    at = [echoed(":CALC1:DATA:XAX?", field, f) for field, f in zip(axis, rising, strict=True)]
    points = [reading(f, r, x, OVER) for f, r, x in zip(at, real, imaginary, strict=True)]
    return tuple(reversed(points))


def _trace(link: Link, number: int, count: int) -> list[float]:
    """One trace: pairs, whose second number is always 0 in this format."""
    link.send(f":CALC1:PAR{number}:SEL")
    query = ":CALC1:DATA:FDAT?"
    values = [exponential(query, field) for field in _fields(link, query, 2 * count)]
    if any(values[1::2]):
        raise OutOfStep(f"the meter's answer to {query} is not pairs of a value and 0")
    return values[::2]


def _fields(link: Link, query: str, count: int) -> list[str]:
    fields = link.ask(query).split(",")
    if len(fields) != count:
        raise OutOfStep(f"the meter's answer to {query} has {len(fields)} numbers, not {count}")
    return fields


def _compensation(link: Link) -> str:
    return (f"open {on_or_off(link, ':SENS1:CORR2:OPEN?')}, "
            f"short {on_or_off(link, ':SENS1:CORR2:SHOR?')}")


DIALECT = Dialect(
    model="Keysight E4990A", identity=r"\bE4990A", lowest_hz=20.0, highest_hz=120e6,
    lowest_mv=5.0, highest_mv=1000.0, wire=Wire(), set_up=_set_up, read=_read,
    compensation=_compensation, errors=errors, fewest=2)
