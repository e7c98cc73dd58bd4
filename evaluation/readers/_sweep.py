"""From the rows of a file to a `Spectrum`: area, repeats, number of points, sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.readers._sign import looks_conjugated
from trials.checks import ComplexArray, FloatArray, within
from trials.errors import BadInput
from trials.spectrum import MissingPoint, Spectrum

FEWEST_POINTS = 10
"""A fit of the smallest useful circuit has five parameters; two numbers come from each point."""
_AREA_CM2 = (1e-4, 1e4)
_REPEATS_ALLOWED = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class RawSweep:
    """What one file says, in file order: hertz, ohms in the sign of physics, and its header.

    `imaginary` is the header of the column the sign came from. `area_cm2`, `temperature_c`,
    `amplitude_mv`, `stack_pressure_mpa` and `rest_s` are None where the file does not say.
    `notes` tells what the reader left out or chose, in sentences for a person.
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


def to_spectrum(sweep: RawSweep, area_cm2: float | None = None) -> Spectrum:
    """The spectrum of a sweep. `area_cm2` (cm2) goes before the area the file gives.

    Of a frequency that is there twice the first row is kept.
    Raises BadInput on no or an impossible area, fewer than 10 points, several sweeps in one file,
    and an imaginary part of the wrong sign.
    """
    area = _area(sweep, area_cm2)
    _one_sweep_only(sweep)
    _, first = np.unique(sweep.frequency_hz, return_index=True)
    keep = np.sort(first)
    frequency, impedance = sweep.frequency_hz[keep], sweep.impedance_ohm[keep]
    if frequency.size < FEWEST_POINTS:
        raise BadInput(f"{sweep.source}: points", int(frequency.size),
                       f"{FEWEST_POINTS} or more points",
                       f"Measure more frequencies; {len(sweep.missing)} points had no reading.")
    spectrum = Spectrum(frequency, impedance, area, missing=sweep.missing,
                        stack_pressure_mpa=sweep.stack_pressure_mpa, rest_s=sweep.rest_s,
                        temperature_c=sweep.temperature_c, amplitude_mv=sweep.amplitude_mv)
    _sign_of_physics(sweep, spectrum)
    return spectrum


def _area(sweep: RawSweep, given: float | None) -> float:
    area = sweep.area_cm2 if given is None else given
    if area is None:
        raise BadInput(f"{sweep.source}: area_cm2", "missing", "given in cm2, by file or by hand",
                       "Give the geometric electrode area with --area-cm2.")
    return within(f"{sweep.source}: area_cm2", area, *_AREA_CM2,
                  "Give the geometric electrode area in cm2 (not mm2) with --area-cm2.")


def _one_sweep_only(sweep: RawSweep) -> None:
    """Refuses sweeps written one after the other: as restarts, or as many repeated frequencies."""
    frequency = sweep.frequency_hz
    if frequency.size == 0:
        return
    repeats = frequency.size - np.unique(frequency).size
    sweeps = _long_runs(np.log(frequency))
    if sweeps > 1 or repeats > max(3, _REPEATS_ALLOWED * (frequency.size - repeats)):
        raise BadInput(f"{sweep.source}: sweeps in the file", max(sweeps, 2), "1",
                       "Export every sweep (loop, cycle) into a file of its own.")


def _long_runs(log_f: FloatArray) -> int:
    """Number of stretches of five points or more between jumps back over half the span."""
    step = np.diff(log_f)
    main = np.sign(np.median(step)) if step.size else 0.0
    cuts = np.flatnonzero(-step * main > 0.5 * np.ptp(log_f)) + 1
    return sum(run.size >= 5 for run in np.split(log_f, cuts))


def _sign_of_physics(sweep: RawSweep, spectrum: Spectrum) -> None:
    if looks_conjugated(spectrum.frequency_hz, spectrum.impedance_ohm):
        negated = sweep.imaginary.startswith("-")
        says, looks = ("-Im(Z)", "Im(Z)") if negated else ("Im(Z)", "-Im(Z)")
        raise BadInput(f"{sweep.source}: column {sweep.imaginary}", "inductive at all frequencies",
                       "capacitive (Im(Z) below 0) where the real part rises",
                       f"The column header says {says} but values look like {looks}: correct the "
                       "header of the column.")
