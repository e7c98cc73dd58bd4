"""What a command set must say; each file in `hardware/scpi/dialects/` says it as `DIALECT`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from pressloop.hardware.scpi import dialects
from pressloop.hardware.scpi.link import Link, Wire
from pressloop.trials.plugins import file_names, named_module

Aperture = Literal["short", "medium", "long"]
APERTURES: tuple[str, ...] = get_args(Aperture)


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One point as the meter gave it, at the frequency it says it was at.

    `impedance_ohm` is None, with a `reason`, where there is no number."""

    frequency_hz: float
    impedance_ohm: complex | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A command set.

    `identity` is a regular expression that the answer to *IDN? must contain. `read` takes
    frequencies, evenly spaced on a log scale, highest first, and returns a MeterReading for each in
    the same order; it raises OutOfStep where the answers do not fit the questions.
    """

    model: str
    identity: str
    lowest_hz: float
    highest_hz: float
    lowest_mv: float
    highest_mv: float
    wire: Wire
    set_up: Callable[[Link, float, Aperture], None]
    read: Callable[[Link, Sequence[float]], tuple[MeterReading, ...]]
    compensation: Callable[[Link], str]
    errors: Callable[[Link], tuple[str, ...]]
    fewest: int = 1
    """Points that `read` needs at least."""


def dialect_names() -> tuple[str, ...]:
    """Command sets that ship in `hardware/scpi/dialects/`."""
    return file_names(dialects)


def dialect(name: str) -> Dialect:
    """The command set in the file `name`. Raises BadInput for an unknown one."""
    return cast(Dialect, named_module("meter.dialect", name, dialects, "a command set",
                                      "DIALECT").DIALECT)
