"""Which processes are the interface?

Those that earlier stacks of the campaign had as interface, else those that peak below a frequency.

The limit lies in the gap that earlier stacks have between their separator and their interface; so
arc number two of one stack stays arc number two of the next, though both move past the frequency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.evaluation.processes import Process
from pressloop.trials.outcome import Arc

NEAR = 25.0
"""Processes within this factor below the limit may be the separator's."""
LEADS_F_CM2 = 1e-9
"""Capacitances below are those of cables and of a bulk; a double layer has 1e-7 F/cm2 and more."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The frequency below which processes count as interface, and where it comes from."""

    hz: float
    source: str


def boundary(interface_below_hz: float, earlier: Sequence[Sequence[Arc]]) -> Boundary:
    """The limit of the rules.

    From two earlier stacks on, the middle of their gap between separator and interface."""
    inside = [arc.peak_hz for arcs in earlier for arc in arcs if arc.interface]
    outside = [arc.peak_hz for arcs in earlier for arc in arcs if not arc.interface
               and arc.peak_hz > interface_below_hz / NEAR]
    if len(earlier) < 2 or not inside or not outside:
        return Boundary(interface_below_hz, "interface_below_hz")
    fastest, slowest = _medians(earlier)
    if not fastest < slowest:
        return Boundary(interface_below_hz, "interface_below_hz")
    middle = float(np.sqrt(fastest * slowest))
    return Boundary(middle, f"between the processes of {len(earlier)} earlier stacks")


def _medians(earlier: Sequence[Sequence[Arc]]) -> tuple[float, float]:
    """Median over stacks of the fastest interface process and of the slowest one above it."""
    fast, slow = [], []
    for arcs in earlier:
        inside = [arc.peak_hz for arc in arcs if arc.interface]
        if not inside:
            continue
        fast.append(max(inside))
        above = [arc.peak_hz for arc in arcs if not arc.interface and arc.peak_hz > max(inside)]
        if above:
            slow.append(min(above))
    if not fast or not slow:
        return np.inf, 0.0
    return float(np.median(fast)), float(np.median(slow))


def is_interface(process: Process, limit: Boundary) -> bool:
    """True for a closed process slower than the limit that is neither diffusion nor the leads."""
    return (process.peak_hz < limit.hz and process.closed and not process.diffusion
            and not process.stores and process.capacitance_f_cm2 > LEADS_F_CM2)
