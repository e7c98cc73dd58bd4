"""Spectra with known truth, one per group and seed.

Groups: "sound" cells, the same "disturbed" while they are measured, and "specimens", failed ones
and such as look failed. Noise is 0.3 to 1 % of |Z| on each component. Seeds below REPORT_FROM are
for development; the report draws from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.impedance import disturbed, specimens
from benchmarks.impedance.cells import Cell, Complex, drawn_cell, drawn_sweep
from benchmarks.impedance.disturbed import Range
from benchmarks.impedance.specimens import NO_FAILURE
from pressloop.trials.spectrum import Spectrum

GROUPS = ("sound", "disturbed", "specimens")
REPORT_FROM = 2000
NOISE = (0.003, 0.01)


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """A spectrum, what is true of it, and the verdicts that are right.

    Truths are the lowest and highest during the sweep, ohm cm2; NaN where the definition leaves it
    open."""

    group: str
    seed: int
    kind: str
    told: str
    spectrum: Spectrum
    noise: float
    total_ohm_cm2: Range
    interface_ohm_cm2: Range
    right: tuple[str, ...]
    cell: Cell | None


def draw(group: str, seed: int) -> Draw:
    """The draw of this group and seed, always the same."""
    rng = np.random.default_rng([GROUPS.index(group), seed])
    match group:
        case "sound":
            return _sound(rng, seed)
        case "disturbed":
            return _disturbed(rng, seed)
        case _:
            return _specimen(rng, seed)


def _sound(rng: Generator, seed: int) -> Draw:
    hz = drawn_sweep(rng)
    cell = drawn_cell(rng, hz)
    noise = float(rng.uniform(*NOISE))
    spectrum = Spectrum(hz, _noisy(rng, cell.ohm(hz), noise), cell.area_cm2)
    area = cell.area_cm2
    return Draw("sound", seed, _kind(cell), _told(cell), spectrum, noise,
                (cell.total_ohm * area,) * 2, (cell.interface_ohm * area,) * 2, NO_FAILURE, cell)


def _disturbed(rng: Generator, seed: int) -> Draw:
    kind = list(disturbed.KINDS)[seed % len(disturbed.KINDS)]
    hz = drawn_sweep(rng)
    cell = drawn_cell(rng, hz)
    seen = disturbed.KINDS[kind](rng, cell, hz)
    noise = float(rng.uniform(*NOISE))
    area = cell.area_cm2
    spectrum = Spectrum(hz, _noisy(rng, seen.ohm, noise), area)
    return Draw("disturbed", seed, kind, f"{seen.told}; {_told(cell)}", spectrum, noise,
                _times(seen.total_ohm, area), _times(seen.interface_ohm, area), NO_FAILURE, cell)


def _specimen(rng: Generator, seed: int) -> Draw:
    kind = list(specimens.KINDS)[seed % len(specimens.KINDS)]
    one = specimens.KINDS[kind](rng)
    noise = float(rng.uniform(*NOISE))
    spectrum = Spectrum(one.hz, _noisy(rng, one.ohm, noise), one.area_cm2)
    return Draw("specimens", seed, kind, one.told, spectrum, noise,
                (one.total_ohm * one.area_cm2,) * 2, (one.interface_ohm * one.area_cm2,) * 2,
                one.right, None)


def _noisy(rng: Generator, ohm: Complex, noise: float) -> Complex:
    unit = rng.normal(size=ohm.size) + 1j * rng.normal(size=ohm.size)
    return np.asarray(ohm + noise * np.abs(ohm) * unit)


def _times(span: Range, area_cm2: float) -> Range:
    return span[0] * area_cm2, span[1] * area_cm2


def _kind(cell: Cell) -> str:
    tail = cell.tail.kind if cell.tail is not None else "none"
    return f"{len(cell.arcs)} arcs, tail {tail}"


def _told(cell: Cell) -> str:
    """The cell in one line: ohm, time constants as frequencies, exponents."""
    arcs = ", ".join(f"{arc.ohm:.3g} ohm at {arc.top_hz:.2g} Hz ({arc.exponent:.2f})"
                     for arc in cell.arcs)
    tail = cell.tail
    end = "no tail" if tail is None else f"{tail.kind} {tail.size:.3g}, {tail.shape:.3g}"
    return f"L {cell.inductance_h:.2g} H, R0 {cell.series_ohm:.3g}; {arcs}; {end}"
