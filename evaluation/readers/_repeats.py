"""Frequencies that come more than once in a sweep: averaged, left out, or the first kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pressloop.trials.checks import ComplexArray, FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import ControlPoint
from pressloop.trials.wording import by_number, counted, in_percent

_APART = 0.1
"""Repeats in a row that differ by more of |Z| are no two readings of one thing."""
_FEW = 3
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class _Run:
    """One frequency measured `count` times in a row: mean, and how far apart the readings are."""

    hertz: float
    mean: complex
    count: int
    apart: float


def merged(source: str, frequency_hz: FloatArray, impedance_ohm: ComplexArray
           ) -> tuple[FloatArray, ComplexArray, list[str], list[ControlPoint]]:
    """Each frequency once, shapes (n,), notes on the repeats, and control points.

    Control points are later readings of a frequency, which show drift.

    Readings in a row are averaged, or left out where they differ by more than 10 %; of a
    frequency that comes again later, the first is kept.
    Raises BadInput where most repeats in a row differ that much, as two spectra do.
    """
    runs = _runs(frequency_hz, impedance_ohm)
    several = [run for run in runs if run.count > 1]
    apart = [run for run in several if run.apart > _APART]
    if len(several) > _FEW and len(apart) > len(several) / 2:
        raise BadInput(f"{source}: repeated frequencies", len(several),
                       "readings that agree; they differ by up to "
                       f"{in_percent(max(run.apart for run in apart))}",
                       "Two spectra whose rows alternate? Give each a file of its own.")
    notes = _averaged(several, apart, len(runs))
    kept: dict[float, _Run] = {}
    again = [(run, kept[run.hertz]) for run in runs if run not in apart
             and kept.setdefault(run.hertz, run) is not run]
    if again:
        away = max(abs(run.mean - first.mean) / max(abs(first.mean), _TINY)
                   for run, first in again)
        notes.append(f"{_frequencies(len(again))} came again later in the sweep: the first reading "
                     f"was kept; the later ones differ by up to {away:.2g} of |Z|")
    first_runs = list(kept.values())
    return (np.array([run.hertz for run in first_runs], dtype=np.float64),
            np.array([run.mean for run in first_runs], dtype=np.complex128), notes,
            [ControlPoint(run.hertz, first.mean, run.mean) for run, first in again])


def _averaged(several: list[_Run], apart: list[_Run], everything: int) -> list[str]:
    notes, close = [], [run for run in several if run not in apart]
    if close:
        times = " or ".join(str(count) for count in sorted({run.count for run in close}))
        notes.append(f"{len(close)} of {_frequencies(everything)} {_were(close)} measured "
                     f"{times} times in a row: the mean was taken; readings differ by up "
                     f"to {max(run.apart for run in close):.2g} of |Z|")
    if apart:
        notes.append(f"{_frequencies(len(apart))} {_were(apart)} left out, as readings in a "
                     f"row differ by up to {in_percent(max(run.apart for run in apart))}, "
                     f"such as at {apart[0].hertz:.4g} Hz")
    return notes


def _were(runs: list[_Run]) -> str:
    return by_number(len(runs), "was", "were")


def _frequencies(count: int) -> str:
    return counted(count, "frequency", "frequencies")


def _runs(frequency_hz: FloatArray, impedance_ohm: ComplexArray) -> list[_Run]:
    cuts = np.flatnonzero(np.diff(frequency_hz)) + 1
    pieces = zip(np.split(frequency_hz, cuts), np.split(impedance_ohm, cuts), strict=True)
    return [_Run(float(f[0]), complex(z[0] if z.size == 1 else z.mean()), z.size, _apart(z))
            for f, z in pieces if f.size]


def _apart(z: ComplexArray) -> float:
    return float(np.max(np.abs(z - z[0])) / max(float(np.abs(z).max()), _TINY))
