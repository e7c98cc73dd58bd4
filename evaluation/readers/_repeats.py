"""Frequencies that a sweep holds more than once: averaged, or the first reading kept, and told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trials.checks import ComplexArray, FloatArray
from trials.errors import BadInput

_TWO_SPECTRA = 0.1
"""Repeats in a row whose median difference is larger are two spectra, not one measured twice."""
_FEW = 3


@dataclass(frozen=True, slots=True)
class _Run:
    """One frequency measured `count` times in a row: mean, and how far apart the readings are."""

    hertz: float
    mean: complex
    count: int
    apart: float


def merged(source: str, frequency_hz: FloatArray, impedance_ohm: ComplexArray
           ) -> tuple[FloatArray, ComplexArray, list[str]]:
    """Each frequency once, shapes (n,), and notes on the repeats.

    Readings in a row are averaged; of a frequency that comes again later, the first is kept.
    Raises BadInput where repeats in a row differ as two spectra do.
    """
    runs = _runs(frequency_hz, impedance_ohm)
    several = [run for run in runs if run.count > 1]
    notes = []
    if several:
        apart = [run.apart for run in several]
        if len(several) > _FEW and np.median(apart) > _TWO_SPECTRA:
            raise BadInput(f"{source}: repeated frequencies", len(several),
                           f"readings that agree; they differ by {np.median(apart):.0%}",
                           "Two spectra whose rows alternate? Give each a file of its own.")
        counts = sorted({run.count for run in several})
        times = " or ".join(str(count) for count in counts)
        notes.append(f"{len(several)} of {len(runs)} frequencies were measured {times} times in a "
                     f"row: the mean was taken; readings differ by up to {max(apart):.2g} of |Z|")
    first: dict[float, _Run] = {}
    again: list[float] = []
    for run in runs:
        kept = first.setdefault(run.hertz, run)
        if kept is not run:
            again.append(abs(run.mean - kept.mean) / max(abs(kept.mean), 1e-300))
    if again:
        notes.append(f"{len(again)} frequencies came again later in the sweep: the first reading "
                     f"was kept; the later ones differ by up to {max(again):.2g} of |Z|")
    kept_runs = list(first.values())
    return (np.array([run.hertz for run in kept_runs], dtype=np.float64),
            np.array([run.mean for run in kept_runs], dtype=np.complex128), notes)


def _runs(frequency_hz: FloatArray, impedance_ohm: ComplexArray) -> list[_Run]:
    cuts = np.flatnonzero(np.diff(frequency_hz)) + 1
    pieces = zip(np.split(frequency_hz, cuts), np.split(impedance_ohm, cuts), strict=True)
    return [_Run(float(f[0]), complex(z[0] if z.size == 1 else z.mean()), z.size, _apart(z))
            for f, z in pieces if f.size]


def _apart(z: ComplexArray) -> float:
    return float(np.max(np.abs(z - z[0])) / max(float(np.abs(z).max()), 1e-300))
