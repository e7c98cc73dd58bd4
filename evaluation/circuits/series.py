"""The circuits of the automatic search: an inductance, a resistance, arcs and a tail in series.

Their values stand in the order L, R, then resistance, time constant and exponent of each arc, then
the tail.
"""

from __future__ import annotations

import numpy as np

from pressloop.evaluation.circuits.least_squares import Data
from pressloop.evaluation.circuits.search_space import Ranges, Space, space_of
from pressloop.evaluation.circuits.tree import Circuit, Series, element
from pressloop.trials.checks import FloatArray

NO_TAIL, TAIL = "", "CPE"
BENDING = ("Ws", "Wo")
FINITE_TAILS = ("W", *BENDING)
DIFFUSION_TOP = 2.54
"""The top of a finite-length Warburg arc is at this angular frequency times its time constant
(Boukamp 2004, doi 10.1016/j.ssi.2003.07.002)."""
LARGEST_INDUCTANCE_H = 1e-5
"""A metre of cable has about 1 uH; more is no wiring."""
BEYOND_WINDOW = 10.0
"""Arcs may peak outside the sweep by this factor: part of such an arc is seen."""
ARC_EXPONENT, TAIL_EXPONENT = 0.5, 0.3
"""Smallest exponents of arcs (a resistance parallel to a Warburg element has 0.5) and of tails:
what lies below looks like a resistance and cannot be told from the tail of a dispersed arc."""


def series_circuit(arcs: int, tail: str) -> Circuit:
    """L0-R0, arcs, and a tail of this kind ("" for none)."""
    parts = [element("L", 0), element("R", 0)]
    parts += [element("Zarc", i) for i in range(1, arcs + 1)]
    if tail:
        parts.append(element(tail, arcs + 1))
    return Circuit(Series(tuple(parts)))


def series_space(data: Data, circuit: Circuit) -> Space:
    """The ranges of an automatic search."""
    fast, slow = data.window_s
    low, high = {"L0": 1e-12}, {"L0": LARGEST_INDUCTANCE_H}
    for name, parameter in circuit.parameters:
        if parameter.role == "exponent":
            low[name] = ARC_EXPONENT if name.startswith("alpha") else TAIL_EXPONENT
        if parameter.role == "time":
            low[name], high[name] = fast / BEYOND_WINDOW, slow * BEYOND_WINDOW
    return space_of(circuit, Ranges(low, high))


def resistances(arcs: int) -> slice:
    """Places of the resistances of the arcs."""
    return slice(2, 2 + 3 * arcs, 3)


def with_arc(values: FloatArray, arcs: int, arc: FloatArray) -> FloatArray:
    """The values of a circuit of so many arcs with one more. Shapes (n,) and (3,) to (n + 3,)."""
    at = 2 + 3 * arcs
    return np.concatenate([values[:at], arc, values[at:]])


def without_arc(values: FloatArray, index: int) -> FloatArray:
    """The values without the arc at this place, counted from 0. Shapes (n,) to (n - 3,)."""
    return np.delete(values, slice(2 + 3 * index, 5 + 3 * index))


def fast_first(values: FloatArray, arcs: int) -> FloatArray:
    """Arcs ordered by time constant, so that labels cannot swap between stacks. Shape (n,)."""
    table = values[2:2 + 3 * arcs].reshape(arcs, 3)
    ordered = values.copy()
    ordered[2:2 + 3 * arcs] = table[np.argsort(table[:, 1])].ravel()
    return ordered
