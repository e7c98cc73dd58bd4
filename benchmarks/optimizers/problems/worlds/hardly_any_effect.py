"""A soft, wetted interface: pressing hardly changes it, only failures matter.

ln R = a cos(2 pi (k u + phase)), amplitude a of 1 to 5 %, less than the scatter from stack to
stack: contact is complete from the start (Greenwood & Williamson 1966, doi 10.1098/rspa.1966.0242,
at high plasticity index and load). Cathodes crush and layers short all the same.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import cube, noise, overload, placed, space


def world(draw: np.random.Generator) -> World:
    """A faint wave, and two ways to fail."""
    of = space(draw)
    size, phase = draw.uniform(0.01, 0.05), draw.random()
    k, leans = draw.normal(0.0, 0.4, 3), draw.uniform(0.1, 0.6, 2)

    def shape(p: Array, t: Array, c: Array) -> Array:
        x = np.stack(cube(of, p, t, c), axis=-1)
        return size * np.cos(2.0 * np.pi * (x @ k + phase))

    def pushed(p: Array, t: Array, c: Array) -> Array:
        u, v, w = cube(of, p, t, c)
        return u + leans[0] * v + leans[1] * w

    short = Limit(placed(pushed, of, draw.uniform(0.05, 0.25)), draw.uniform(0.02, 0.15))
    crush = overload(draw, of, draw.uniform(0.1, 0.4), draw.uniform(0.02, 0.10))
    return World(of, shape, crush, short, chance=draw.uniform(0.0, 0.02), **noise(draw))
