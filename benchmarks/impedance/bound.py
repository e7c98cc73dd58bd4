"""How well anybody could know the total of a sound draw who is told the circuit and the noise.

The Cramer-Rao bound: standard deviation of the best unbiased estimate. A draw whose bound is 10 %
has an arc that the sweep does not determine.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.impedance.cells import Arc, Cell, Complex, Real, Tail

RELATIVE_STEP = 1e-5


def known_to(cell: Cell, hz: Real, noise: float) -> tuple[float, float]:
    """Bounds of the standard deviation of total and interface, ohm."""
    start = _values(cell)
    z = cell.ohm(hz)
    columns = []
    for at, value in enumerate(start):
        step = np.zeros_like(start)
        step[at] = RELATIVE_STEP * value
        up, down = (_cell(cell, start + s).ohm(hz) for s in (step, -step))
        columns.append((up - down) / (2 * RELATIVE_STEP) / (noise * np.abs(z)))
    slopes: Complex = np.array(columns)
    relative = np.linalg.pinv((slopes @ slopes.conj().T).real, rcond=1e-13)
    covariance = relative * np.outer(start, start)
    first = len(start) - 3 * len(cell.arcs) - 2 * (cell.tail is not None)
    arcs = [first + 3 * i for i in range(len(cell.arcs))]
    ends = [len(start) - 2] if cell.diffusion_ohm else []
    slow = [i for i, arc in zip(arcs, cell.arcs, strict=True) if arc.top_hz < 3e5]
    return _deviation(covariance, arcs + ends), _deviation(covariance, slow)


def _deviation(covariance: Real, where: list[int]) -> float:
    return float(np.sqrt(covariance[np.ix_(where, where)].sum()))


def _values(cell: Cell) -> Real:
    values = [cell.inductance_h] * (cell.inductance_h > 0) + [cell.series_ohm]
    for arc in cell.arcs:
        values += [arc.ohm, arc.tau_s, arc.exponent]
    if cell.tail is not None:
        values += [cell.tail.size, cell.tail.shape]
    return np.array(values)


def _cell(cell: Cell, values: Real) -> Cell:
    left = [float(v) for v in values]
    henry = left.pop(0) if cell.inductance_h > 0 else 0.0
    ohm = left.pop(0)
    arcs = tuple(Arc(left.pop(0), left.pop(0), left.pop(0)) for _ in cell.arcs)
    tail = Tail(cell.tail.kind, left.pop(0), left.pop(0)) if cell.tail is not None else None
    return replace(cell, inductance_h=henry, series_ohm=ohm, arcs=arcs, tail=tail)
