"""From the points of a sweep to a `Spectrum`: area, repeats, number of points, sign, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.evaluation.readers._repeats import merged
from pressloop.evaluation.readers._sign import looks_conjugated
from pressloop.evaluation.readers._table.columns import Group
from pressloop.evaluation.readers._table.names import name_of
from pressloop.evaluation.readers._table.points import Point
from pressloop.evaluation.readers._table.rows import where
from pressloop.trials.checks import ComplexArray, FloatArray, within
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import MissingPoint, Spectrum
from pressloop.trials.wording import by_number, counted

FEWEST_POINTS = 10
"""A fit of the smallest useful circuit has five parameters; two numbers come from each point."""
_AREA_CM2 = (1e-4, 1e4)


@dataclass(frozen=True, slots=True, eq=False)
class RawSweep:
    """What a file says of one sweep, in file order, in the sign of physics.

    Hertz and ohms, or ohm cm2 where `by_area`.

    `imaginary` is the header of the column the sign came from, `turned` the --columns that read it
    the other way. `label` tells sweeps of a file apart: a cycle, curve or title; `number` of
    `count` is its place. `area_cm2`, `temperature_c`, `amplitude_mv`, `stack_pressure_mpa` and
    `rest_s` are None where the file does not say. `notes` tells what the reader left out or chose,
    in sentences for a person.
    """

    source: str
    frequency_hz: FloatArray
    impedance_ohm: ComplexArray
    imaginary: str
    missing: tuple[MissingPoint, ...] = ()
    area_cm2: float | None = None
    amplitude_mv: float | None = None
    temperature_c: float | None = None
    stack_pressure_mpa: float | None = None
    rest_s: float | None = None
    notes: tuple[str, ...] = ()
    label: str = ""
    number: int = 1
    count: int = 1
    by_area: bool = False
    turned: str = ""

    def described(self) -> str:
        """Its number, name, points and range, for a choice."""
        name = f" ({self.label})" if self.label else ""
        if not self.frequency_hz.size:
            return f"{self.number}{name}: no points"
        return (f"{self.number}{name}: {counted(self.frequency_hz.size, 'point')}, "
                f"{self.frequency_hz[0]:.3g} to {self.frequency_hz[-1]:.3g} Hz")


def sweep_from(points: Sequence[Point], group: Group, source: str, label: str,
               notes: Sequence[str]) -> RawSweep:
    """The points of one sweep as arrays; those without an impedance are missing points."""
    there = [(one.frequency_hz, one.impedance) for one in points if one.impedance is not None]
    lost = tuple(MissingPoint(one.frequency_hz, f"{where(source, one.line)}: {one.reason}")
                 for one in points if one.impedance is None)
    sign = group.second or group.first
    return RawSweep(source, np.array([f for f, _ in there], dtype=np.float64),
                    np.array([z for _, z in there], dtype=np.complex128), sign.header, lost,
                    notes=tuple(notes), label=label, by_area=group.first.by_area(),
                    turned=group.said(turned=True))


def to_spectrum(sweep: RawSweep, area_cm2: float | None = None) -> Spectrum:
    """The spectrum of a sweep. `area_cm2` (cm2) goes before the area the file gives.

    Of a frequency that was measured several times in a row the mean is taken, of one that comes
    again later the first reading, with the later ones as control points, which show drift; `notes`
    of the spectrum says so, with numbers.
    Raises BadInput on no or an impossible area, fewer than 10 points, repeats that differ, and an
    imaginary part of the wrong sign.
    """
    area = _area(sweep, area_cm2)
    share = 1.0 / area if sweep.by_area else 1.0
    frequency, impedance, repeats, controls = merged(sweep.source, sweep.frequency_hz,
                                                     sweep.impedance_ohm * share)
    if frequency.size < FEWEST_POINTS:
        raise BadInput(f"{sweep.source}: points", int(frequency.size),
                       f"{FEWEST_POINTS} or more points",
                       "Measure more frequencies; "
                       f"{counted(len(sweep.missing), 'point')} had no reading.")
    notes = [*sweep.notes, *repeats, *_lost(sweep)]
    if sweep.by_area:
        notes.append(f"the impedance is per area: it was divided by {area:g} cm2")
    spectrum = Spectrum(frequency, impedance, area, missing=sweep.missing,
                        stack_pressure_mpa=sweep.stack_pressure_mpa, rest_s=sweep.rest_s,
                        temperature_c=sweep.temperature_c, amplitude_mv=sweep.amplitude_mv,
                        notes=tuple(notes), controls=tuple(controls))
    _sign_of_physics(sweep, spectrum)
    return spectrum


def _lost(sweep: RawSweep) -> list[str]:
    if not sweep.missing:
        return []
    count, first = len(sweep.missing), sweep.missing[0]
    return [f"{count} of {count + sweep.frequency_hz.size} points without a reading "
            f"{by_number(count, 'was', 'were')} left out, such as {first.frequency_hz:.4g} Hz: "
            f"{first.reason.partition(': ')[2]}"]


def _area(sweep: RawSweep, given: float | None) -> float:
    area = sweep.area_cm2 if given is None else given
    if area is None:
        raise BadInput(f"{sweep.source}: area_cm2", "missing", "given in cm2, by file or by hand",
                       "Give the geometric electrode area with --area-cm2.")
    return within(f"{sweep.source}: area_cm2", area, *_AREA_CM2,
                  "Give the geometric electrode area in cm2 (not mm2) with --area-cm2.")


def _sign_of_physics(sweep: RawSweep, spectrum: Spectrum) -> None:
    if not looks_conjugated(spectrum.frequency_hz, spectrum.impedance_ohm):
        return
    said = name_of(sweep.imaginary)
    negated = said is not None and said.negated
    says, looks = ("-Im(Z)", "Im(Z)") if negated else ("Im(Z)", "-Im(Z)")
    hint = f" or read the file with --columns '{sweep.turned}'" if sweep.turned else ""
    raise BadInput(f"{sweep.source}: column {sweep.imaginary}", "inductive at all frequencies",
                   "capacitive (Im(Z) below 0) where the real part rises",
                   f"The column header says {says} but values look like {looks}, of the other "
                   f"sign: correct the header of the column{hint}.")
