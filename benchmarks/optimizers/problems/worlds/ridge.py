"""A valley along equal doses: pressure and dwell replace one another, heat shifts the dose.

Dose = ln(P/P0) + m ln(t/t0) + E/R (1/T0 - 1/T), as the time-temperature-pressure parameter of
bonding (Larson & Miller 1952, Trans. ASME 74, 765). ln R = s ln cosh((dose - d0)/w) + a slope along
the valley: too little leaves gaps, too much wears the layer out. Steep across, gentle along.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import (
    arrhenius,
    at,
    cube,
    noise,
    overload,
    placed,
    space,
)


def world(draw: np.random.Generator) -> World:
    """The best dose, how sharp it is, and which end of the valley is better."""
    of = space(draw)
    p0, t0, c0 = at(of, *draw.uniform(0.3, 0.7, 3))
    m, energy = draw.uniform(0.3, 0.8), draw.uniform(5.0, 35.0)
    steep, sharp = draw.uniform(0.3, 0.8), draw.uniform(0.25, 0.6)
    best, along = draw.uniform(-0.3, 0.3, 2), draw.uniform(0.3, 1.2)

    def dose(p: Array, t: Array, c: Array) -> Array:
        return np.log(p / p0) + m * np.log(t / t0) + arrhenius(c, energy, c0)

    def shape(p: Array, t: Array, c: Array) -> Array:
        u, v, w = cube(of, p, t, c)
        across = dose(p, t, c) / sharp
        valley = np.logaddexp(across, -across) - np.log(2.0)
        return steep * valley + along * ((u - v - best[0])**2 + (w - 0.5 - best[1])**2)

    # Chafed through by the dose, besides being crushed by the pressure.
    short = Limit(placed(dose, of, draw.uniform(0.03, 0.15)), draw.uniform(0.1, 0.4))
    crush = overload(draw, of, draw.uniform(0.08, 0.3), draw.uniform(0.02, 0.10))
    return World(of, shape, crush, short, **noise(draw))
