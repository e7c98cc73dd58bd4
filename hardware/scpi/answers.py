"""Reads answers strictly: a number is a number or it is refused, nothing becomes 0 by default."""

from __future__ import annotations

import cmath
import re

from pressloop.hardware.scpi.dialect import MeterReading
from pressloop.hardware.scpi.link import OutOfStep

EXPONENT = re.compile(r"[+-]?\d{1,20}\.\d{1,20}E[+-]\d{2,3}")
"""A number in engineering form. A line that is cut off inside one no longer matches."""
PLAIN = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?(E[+-]?\d{1,3})?")
INTEGER = re.compile(r"[+-]?\d{1,9}")
"""Python itself refuses integers of thousands of digits, with an error of its own."""
SAME_FREQUENCY = 0.005
"""Instruments round a frequency by up to 0.1 %; neighbours of a sweep are far more apart."""


def exponential(query: str, field: str) -> float:
    """A field such as +1.23456E+01. Raises OutOfStep for anything else."""
    if not EXPONENT.fullmatch(field.strip()):
        raise OutOfStep(f"the meter's answer to {query} holds {field[:60]!r}: not a whole number "
                        "in exponent form, so the line is cut off or belongs to another question")
    return float(field)


def integer(query: str, field: str) -> int:
    """A field such as +0. Raises OutOfStep for anything else."""
    if not INTEGER.fullmatch(field.strip()):
        raise OutOfStep(f"the meter's answer to {query} is {field[:60]!r}: not an integer")
    return int(field)


def echoed(query: str, answer: str, asked_hz: float) -> float:
    """The frequency that the meter says it is at. Raises OutOfStep if it is not the one asked."""
    if not PLAIN.fullmatch(answer.strip()):
        raise OutOfStep(f"the meter's answer to {query} is {answer[:60]!r}: not a frequency")
    got = float(answer)
    if not abs(got - asked_hz) <= SAME_FREQUENCY * asked_hz:
        raise OutOfStep(f"the meter answers {got:g} Hz to a point at {asked_hz:g} Hz")
    return got


def reading(frequency_hz: float, real: float, imaginary: float, over: float) -> MeterReading:
    """The point, or why there is none.

    Numbers from `over` on mean overload, and nothing that is pressed has a resistance of exactly 0:
    that is a trace that was never filled."""
    value = complex(real, imaginary)
    if not cmath.isfinite(value):
        return MeterReading(frequency_hz, None, "not a finite number")
    if max(abs(real), abs(imaginary)) >= over:
        return MeterReading(frequency_hz, None, "overload: beyond the meter's range")
    if real == 0:
        return MeterReading(frequency_hz, None, "exactly zero ohm" if value == 0 else
                       "a resistance of exactly zero ohm")
    return MeterReading(frequency_hz, value)
