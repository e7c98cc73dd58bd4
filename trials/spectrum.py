"""A spectrum: what the impedance meter saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pressloop.trials.checks import (
    ComplexArray,
    FloatArray,
    complexes,
    floats,
    number,
    positive,
    text,
)
from pressloop.trials.errors import BadInput

FULL = "full"
"""Name of the electrode that covers the whole stack."""


@dataclass(frozen=True, slots=True)
class MissingPoint:
    """A frequency at which the meter gave no number, and why."""

    frequency_hz: float
    reason: str


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One frequency read before and again after the sweep, to show drift."""

    frequency_hz: float
    before_ohm: complex
    after_ohm: complex


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Complex impedance over frequency, shape (n,), highest frequency first.

    The sign is that of physics: a capacitor has a negative imaginary part. `electrode` is "full"
    or the name of a segment; `area_cm2` is its geometric area. `stack_pressure_mpa` is what the
    stack was held at during the sweep, `temperature_c` the measuring temperature, `rest_s` the
    time since the press opened; None where it was not recorded. `notes` says, in sentences, what
    was left out, averaged or chosen when it was read.
    Raises BadInput on wrong length, NaN, non-positive or repeated frequencies.
    """

    frequency_hz: FloatArray
    impedance_ohm: ComplexArray
    area_cm2: float
    electrode: str = FULL
    stack_pressure_mpa: float | None = None
    temperature_c: float | None = None
    rest_s: float | None = None
    amplitude_mv: float | None = None
    missing: tuple[MissingPoint, ...] = ()
    controls: tuple[ControlPoint, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        frequency = floats("frequency_hz", self.frequency_hz)
        impedance = complexes("impedance_ohm", self.impedance_ohm, frequency.size)
        if not (frequency > 0).all():
            raise BadInput("frequency_hz", float(frequency.min()), "above 0", "Drop the DC row.")
        if np.unique(frequency).size != frequency.size:
            raise BadInput("frequency_hz", "repeated", "each frequency once",
                           "Split repeated sweeps into files of their own.")
        order = np.argsort(-frequency)
        object.__setattr__(self, "frequency_hz", floats("frequency_hz", frequency[order]))
        object.__setattr__(self, "impedance_ohm", complexes("impedance_ohm", impedance[order]))
        positive("area_cm2", self.area_cm2)
        text("electrode", self.electrode)
        for name in ("stack_pressure_mpa", "temperature_c", "rest_s", "amplitude_mv"):
            if (value := getattr(self, name)) is not None:
                number(name, value)
