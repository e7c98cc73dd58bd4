"""Best in a corner: every variable is best at one of its ends, pressure as often low as high.

ln R = -sum of s_i u_i^g_i towards the corner, u the place on ln P, ln t, -1/T. High pressure is
best where contacts must close; low pressure where pores of a wetted separator must stay open
(MacMullin & Muccini 1956, doi 10.1002/aic.690020320). Nothing fails, or only far from the corner:
crushed by much pressure, or apart by too little.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import NEVER, Limit, World, constant
from benchmarks.optimizers.problems.worlds.laws import cube, noise, overload, placed, space

SAFE = Limit(constant(-5.0), 0.1)


def world(draw: np.random.Generator) -> World:
    """The corner, how strongly each variable draws to it, and what fails far from it."""
    of = space(draw)
    low = draw.random(3) < 0.5
    pull, curved = draw.uniform(0.15, 1.2, 3), draw.uniform(0.6, 2.0, 3)
    free, share, width = draw.random() < 0.4, draw.uniform(0.1, 0.25), draw.uniform(0.02, 0.10)
    crush = overload(draw, of, share, width)
    apart = Limit(placed(lambda p, t, c: -np.log(p), of, share), width)

    def shape(p: Array, t: Array, c: Array) -> Array:
        x = np.stack(cube(of, p, t, c), axis=-1)
        near = np.clip(np.where(low, 1.0 - x, x), 0.0, 1.0)
        return -(pull * near**curved).sum(-1)

    return World(of, shape, SAFE if free or not low[0] else crush,
                 delamination=NEVER if free or low[0] else apart,
                 chance=draw.choice([0.0, draw.uniform(0.0, 0.02)]), **noise(draw))
