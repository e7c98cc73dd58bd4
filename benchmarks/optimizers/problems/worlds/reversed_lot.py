"""Two lots that take turns, the second weaker and offset; strength by the kinetics of fracture.

Time to fracture t_f = t0 exp((U - g P)/(R T)) (Zhurkov 1965, Int. J. Fract. Mech. 1, 311): the
crushing pressure falls linearly with T ln(t/t0). Area of plastic contacts P/H(T) (1 + b ln(1 +
t/tc)), ageing as rock friction does (Dieterich 1972, doi 10.1029/JB077i020p03690), R ~ area^-n.
Blocks are of 5, 6, 10 or 15 stacks; which lot is judged is that of stack 30, see problem.py.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, Lot, World
from benchmarks.optimizers.problems.worlds.laws import (
    GAS,
    at,
    cube,
    interphase,
    noise,
    placed,
    space,
)
from pressloop.optimizer.space import ZERO_C


def world(draw: np.random.Generator) -> World:
    """Barrier, ageing, hardness, and how the second lot differs."""
    of = space(draw)
    p0, tc, _ = at(of, 0.5, draw.uniform(0.0, 0.4), 0.5)
    barrier, vibration = draw.uniform(110.0, 180.0), 1e-12
    n, ageing, softer = draw.uniform(0.4, 1.0), draw.uniform(0.05, 0.5), draw.uniform(0.0, 2.5)
    floor, grown = draw.uniform(0.05, 0.3), interphase(draw, of, 1.5)

    def excess(p: Array, t: Array, c: Array) -> Array:
        left = barrier - GAS * (c + ZERO_C) * np.log(t / vibration)
        return np.log(p) - np.log(np.maximum(left, 0.05 * barrier))

    def shape(p: Array, t: Array, c: Array) -> Array:
        area = (np.log(p / p0) + softer * cube(of, p, t, c)[2]
                + np.log1p(ageing * np.log1p(t / tc)))
        return np.log(np.exp(-n * area) + floor + 0.3 * grown(p, t, c))

    crush = Limit(placed(excess, of, draw.uniform(0.1, 0.35)), draw.uniform(0.02, 0.08))
    offset = draw.choice([-1.0, 1.0]) * draw.uniform(0.1, 0.4)
    lots = (Lot("first"), Lot("second", offset, draw.uniform(0.15, 0.5)))
    return World(of, shape, crush, lots=lots, block=int(draw.choice([5, 6, 10, 15])),
                 **noise(draw))
