"""Stacks that have failed, and sound specimens that are easily taken for failed ones.

Each has the verdicts that are right. `shorted` and `delaminated` are failures; `set aside` means
measure again or not this specimen; `valid` needs the right number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.impedance.cells import (
    Arc,
    Cell,
    Complex,
    Real,
    Tail,
    drawn_cell,
    drawn_sweep,
    frequencies,
    log_uniform,
)
from benchmarks.impedance.disturbed import sweep_time_s

SHORTED, DELAMINATED, SET_ASIDE, VALID = "shorted", "delaminated", "set aside", "valid"
NO_FAILURE = (SET_ASIDE, VALID)
VACUUM_F_CM = 8.854e-14


@dataclass(frozen=True, slots=True)
class Specimen:
    """Frequencies, impedance without noise, area, right verdicts, true resistances (ohm)."""

    hz: Real
    ohm: Complex
    area_cm2: float
    right: tuple[str, ...]
    total_ohm: float
    interface_ohm: float
    told: str


def metal_short(rng: Generator) -> Specimen:
    """Lithium or a burr through the separator: flat resistance plus lead inductance."""
    hz, area = drawn_sweep(rng), float(rng.choice([1.0, 0.785]))
    ohm, henry = log_uniform(rng, 0.03, 2.5) / area, log_uniform(rng, 5e-8, 2e-6)
    return Specimen(hz, ohm + 2j * np.pi * hz * henry, area, (SHORTED,), 0.0, 0.0,
                    f"{ohm:.3g} ohm, {henry:.2g} H")


def soft_short(rng: Generator) -> Specimen:
    """A thin dendrite beside a sound cell.

    Its leak grows in the sweep from little to most of the current."""
    hz = drawn_sweep(rng)
    cell = drawn_cell(rng, hz)
    passed = sweep_time_s(rng, hz)
    passed = passed / passed[-1]
    whole = cell.series_ohm + cell.total_ohm
    first, last = whole * log_uniform(rng, 10, 100), whole * log_uniform(rng, 0.05, 0.5)
    leak = first * (last / first) ** (passed ** rng.uniform(0.3, 1.0))
    z = 2j * np.pi * hz * cell.inductance_h
    beside = cell.ohm(hz) - z
    return Specimen(hz, z + beside * leak / (beside + leak), cell.area_cm2, (SHORTED,), 0.0, 0.0,
                    f"leak from {first:.3g} to {last:.3g} ohm beside {whole:.3g} ohm")


def open_stack(rng: Generator) -> Specimen:
    """Nothing touches: a gap of 10 um to 1 mm, and the capacitance of the leads."""
    hz, area = drawn_sweep(rng), float(rng.choice([1.0, 0.785]))
    gap = VACUUM_F_CM * area / log_uniform(rng, 1e-3, 0.1)
    leads, leak = log_uniform(rng, 5e-12, 1e-10), log_uniform(rng, 1e8, 1e11)
    z = 1.0 / (2j * np.pi * hz * (gap + leads) + 1.0 / leak)
    return Specimen(hz, z, area, (DELAMINATED,), 0.0, 0.0, f"{gap + leads:.2g} F")


def one_side_lifted(rng: Generator) -> Specimen:
    """One electrode has come off: a sound cell behind a gap that a few points bridge."""
    hz = drawn_sweep(rng)
    cell = drawn_cell(rng, hz)
    gap = VACUUM_F_CM * cell.area_cm2 / log_uniform(rng, 1e-5, 1e-2)
    bridge = log_uniform(rng, 1e5, 1e8) / cell.area_cm2
    z = cell.ohm(hz) + 1.0 / (2j * np.pi * hz * gap + 1.0 / bridge)
    return Specimen(hz, z, cell.area_cm2, (DELAMINATED,), 0.0, 0.0,
                    f"gap of {gap:.2g} F bridged by {bridge:.2g} ohm")


def blocking_pellet(rng: Generator) -> Specimen:
    """A separator between blocking electrodes: contact is perfect, and there is no interface."""
    hz, area = drawn_sweep(rng), float(rng.choice([1.0, 0.785]))
    cold = rng.random() < 0.4
    ohm = log_uniform(rng, 100.0, 3e3) if cold else log_uniform(rng, 15.0, 150.0)
    farad = log_uniform(rng, 3e-11, 2e-10)
    arc = Arc(ohm / area, ohm * farad, float(rng.uniform(0.85, 1.0)))
    exponent = float(rng.uniform(0.8, 0.98))
    tail = Tail("blocking", log_uniform(rng, 3e-7, 3e-5) * area, exponent)
    henry = log_uniform(rng, 1e-7, 2e-6)
    cell = Cell(area, henry, log_uniform(rng, 0.1, 2.0), (arc,), tail, float(hz[-1]))
    seen = arc.ohm if arc.top_hz < hz[0] else 0.0
    return Specimen(hz, cell.ohm(hz), area, NO_FAILURE, seen, 0.0,
                    f"{arc.ohm:.3g} ohm at {arc.top_hz:.2g} Hz, electrodes of exponent "
                    f"{exponent:.2f}")


def milliohm_cell(rng: Generator) -> Specimen:
    """A large cell of liquid or solid electrolyte: milliohms, two arcs, a diffusion tail."""
    hz = frequencies(float(rng.choice([1e4, 1e5])), float(rng.choice([1e-2, 5e-2])),
                     int(rng.integers(6, 13)))
    area = float(rng.choice([1.0, 50.0, 500.0]))
    whole, fast = log_uniform(rng, 2e-3, 5e-2), log_uniform(rng, 100.0, 2e3)
    slow = fast / log_uniform(rng, 8.0, 100.0)
    share = rng.uniform(0.2, 0.8)
    arcs = tuple(Arc(whole * part, 1 / (2 * np.pi * top), float(rng.uniform(0.7, 1.0)))
                 for part, top in ((share, fast), (1 - share, slow)))
    tail = Tail("warburg", whole * log_uniform(rng, 0.05, 0.3), 0.5)
    cell = Cell(area, log_uniform(rng, 2e-8, 3e-7), whole * log_uniform(rng, 0.3, 3.0), arcs, tail,
                float(hz[-1]))
    return Specimen(hz, cell.ohm(hz), area, NO_FAILURE, cell.total_ohm, cell.interface_ohm,
                    f"{whole * 1e3:.3g} mohm at {area:g} cm2")


def plain_resistor(rng: Generator) -> Specimen:
    """A resistor of 10 ohm to 100 kohm on the leads, with their inductance and 5 to 50 pF."""
    hz, area = drawn_sweep(rng), float(rng.choice([1.0, 0.785]))
    ohm, farad = log_uniform(rng, 10.0, 1e5), log_uniform(rng, 5e-12, 5e-11)
    z = 2j * np.pi * hz * log_uniform(rng, 5e-8, 1e-6) + 1 / (1 / ohm + 2j * np.pi * hz * farad)
    return Specimen(hz, z, area, NO_FAILURE, np.nan, 0.0, f"{ohm:.3g} ohm, {farad:.2g} F")


KINDS: dict[str, Callable[[Generator], Specimen]] = {
    "metal short": metal_short, "soft short": soft_short, "open": open_stack,
    "one side lifted": one_side_lifted, "blocking pellet": blocking_pellet,
    "milliohm cell": milliohm_cell, "plain resistor": plain_resistor}
