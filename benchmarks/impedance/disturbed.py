"""Sound cells whose measurement is disturbed, each in one way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.impedance.cells import Cell, Complex, Real, log_uniform

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Disturbed:
    """What the meter would see without noise, and the true resistances (ohm) during the sweep."""

    ohm: Complex
    total_ohm: Range
    interface_ohm: Range
    told: str


def _still(cell: Cell, ohm: Complex, told: str) -> Disturbed:
    return Disturbed(ohm, (cell.total_ohm,) * 2, (cell.interface_ohm,) * 2, told)


def burst(rng: Generator, cell: Cell, hz: Real) -> Disturbed:
    """Noise of 3 to 30 % of |Z| over a quarter of a decade to one and a half decades."""
    width, size = 10 ** rng.uniform(0.25, 1.5), log_uniform(rng, 0.03, 0.3)
    low = log_uniform(rng, hz[-1], hz[0] / width)
    z = cell.ohm(hz)
    hit = (hz >= low) & (hz <= low * width)
    noise = rng.normal(size=hz.size) + 1j * rng.normal(size=hz.size)
    return _still(cell, z + hit * size * np.abs(z) * noise,
                  f"burst of {size:.1%}, {low:.3g} to {low * width:.3g} Hz")


def sweep_time_s(rng: Generator, hz: Real) -> Real:
    """When each point is measured: two to five periods, and a settling time."""
    return np.asarray(np.cumsum(rng.uniform(2.0, 5.0) / hz + rng.uniform(0.05, 0.5)))


def drift(rng: Generator, cell: Cell, hz: Real) -> Disturbed:
    """Resistances of the interface, or all, grow or fall by 5 to 40 % during the sweep."""
    size = log_uniform(rng, 0.05, 0.4) * (1 if rng.random() < 0.6 else -1)
    only_interface = bool(rng.random() < 0.5)
    passed = sweep_time_s(rng, hz)
    passed = passed / passed[-1]
    lasts = log_uniform(rng, 0.2, 5.0)
    growth = 1.0 + size * np.expm1(-passed / lasts) / np.expm1(-1.0 / lasts)
    ends = (min(1.0, 1.0 + size), max(1.0, 1.0 + size))
    interface = (cell.interface_ohm * ends[0], cell.interface_ohm * ends[1])
    rest = cell.total_ohm - cell.interface_ohm - cell.diffusion_ohm
    other = (1.0, 1.0) if only_interface else ends
    total = tuple(a + rest * b + cell.diffusion_ohm
                  for a, b in zip(interface, other, strict=True))
    what = "the interface" if only_interface else "all resistances"
    return Disturbed(cell.ohm(hz, growth, only_interface), (total[0], total[1]), interface,
                     f"{what} change by {size:+.1%}, 1/e after {lasts:.2g} sweeps")


def step(rng: Generator, cell: Cell, hz: Real) -> Disturbed:
    """The gain is 0.5 to 5 % off from one frequency on."""
    size = log_uniform(rng, 0.005, 0.05) * rng.choice([-1, 1])
    at = log_uniform(rng, hz[-4], hz[3])
    z = cell.ohm(hz) * np.where(hz < at, 1.0 + size, 1.0)
    return _still(cell, z, f"gain {size:+.2%} below {at:.3g} Hz")


def loop(rng: Generator, cell: Cell, hz: Real) -> Disturbed:
    """An inductive branch beside the slowest process takes 3 to 50 % of it at low frequency.

    Between the resistance without and with the branch, no value is wrong.
    """
    share = log_uniform(rng, 0.03, 0.5)
    slow = cell.arcs[-1]
    top = log_uniform(rng, hz[-1], max(slow.top_hz / 3, 3 * hz[-1]))
    branch = slow.ohm * (1.0 - share) / share
    henry = branch / (2 * np.pi * top)
    jw = 2j * np.pi * hz
    arc = slow.ohm / (1.0 + (jw * slow.tau_s) ** slow.exponent)
    beside = 1.0 / (1.0 / arc + 1.0 / (branch + jw * henry))
    lost = slow.ohm * share
    return Disturbed(cell.ohm(hz) - arc + beside, (cell.total_ohm - lost, cell.total_ohm),
                     (cell.interface_ohm - lost, cell.interface_ohm),
                     f"inductive branch at {top:.3g} Hz takes {share:.0%} of the slowest process")


def outlier(rng: Generator, cell: Cell, hz: Real) -> Disturbed:
    """One or two points are 3 to 30 % off, in any direction."""
    z = cell.ohm(hz).copy()
    told = []
    for at in rng.choice(hz.size, int(rng.integers(1, 3)), replace=False):
        size = log_uniform(rng, 0.03, 0.3)
        z[at] += size * abs(z[at]) * np.exp(2j * np.pi * rng.random())
        told.append(f"{size:.1%} off at {hz[at]:.3g} Hz")
    return _still(cell, z, ", ".join(told))


KINDS: dict[str, Callable[[Generator, Cell, Real], Disturbed]] = {
    "burst": burst, "drift": drift, "step": step, "loop": loop, "outlier": outlier}
