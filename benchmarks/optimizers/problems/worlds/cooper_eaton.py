"""Two steps of compaction: particles first slide into large holes, then yield into small ones.

V* = a exp(-k1/P) + (1 - a) exp(-k2/P), V* the share of voids that is closed, k1 < k2 in MPa
(Cooper & Eaton 1962, doi 10.1111/j.1151-2916.1962.tb11092.x). Sliding takes time, 1 - exp(-t/tau);
k2 falls with temperature. ln R = -s V* with a binder that migrates in long, warm dwells. A few
stacks crush by chance.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import World
from benchmarks.optimizers.problems.worlds.laws import (
    arrhenius,
    at,
    interphase,
    loguniform,
    noise,
    overload,
    space,
)


def world(draw: np.random.Generator) -> World:
    """Both pressures, the share of the first step, its time, and the migration."""
    of = space(draw)
    k1, tau, warm = at(of, draw.uniform(0.0, 0.4), draw.uniform(0.1, 0.6), draw.uniform(0.2, 0.8))
    k2, a = k1 * loguniform(draw, 4.0, 20.0), draw.uniform(0.3, 0.7)
    energy, span = draw.uniform(5.0, 20.0), draw.uniform(1.5, 4.0)
    crush = overload(draw, of, draw.uniform(0.1, 0.45), draw.uniform(0.01, 0.08), warm=(0.0, 0.8))
    migrated = interphase(draw, of, 3.0)

    def shape(p: Array, t: Array, c: Array) -> Array:
        first = np.exp(-k1 / p) * -np.expm1(-t / tau)
        second = np.exp(-k2 / p * np.exp(-arrhenius(c, energy, warm)))
        return -span * (a * first + (1.0 - a) * second) + np.log1p(migrated(p, t, c))

    return World(of, shape, crush, chance=draw.uniform(0.0, 0.02), **noise(draw))
