"""Heat closes contacts quickly and then ruins them.

Contacts close by R ~ 1/(P^n (1 + t/tau(T))^m); an interphase grows by Avrami's law, X = 1 -
exp(-(k(T) t)^a) (Avrami 1939, doi 10.1063/1.1750380), sigmoidal in t, with k (1/s) of its own
activation energy, and adds D X. Its gas parts the layers once X approaches a drawn share.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import (
    arrhenius,
    at,
    loguniform,
    noise,
    overload,
    space,
)


def world(draw: np.random.Generator) -> World:
    """Both energies, the onset, and what a full interphase adds."""
    of = space(draw)
    p0, tau, warm = at(of, 0.5, *draw.uniform(0.1, 0.5, 2))
    _, onset, hot = at(of, 0.5, *draw.uniform(0.45, 0.8, 2))
    n, m = draw.uniform(0.2, 0.9), draw.uniform(0.1, 0.35)
    closing, ruin, a = draw.uniform(20.0, 110.0), draw.uniform(60.0, 160.0), draw.uniform(1.0, 3.0)
    added, gas = loguniform(draw, 2.0, 15.0), draw.uniform(0.6, 2.5)

    def ruined(t: Array, c: Array) -> Array:
        return a * (np.log(t / onset) + arrhenius(c, ruin, hot))

    def shape(p: Array, t: Array, c: Array) -> Array:
        closed = n * np.log(p / p0) + m * np.log1p(t / tau * np.exp(arrhenius(c, closing, warm)))
        grown = -np.expm1(-np.exp(np.minimum(ruined(t, c), 50.0)))
        return np.log(np.exp(-closed) + 0.3 * added * grown)

    parted = Limit(lambda p, t, c: ruined(t, c) / a - np.log(gas), draw.uniform(0.05, 0.3))
    crush = overload(draw, of, draw.uniform(0.05, 0.35), draw.uniform(0.02, 0.10))
    return World(of, shape, crush, delamination=parted, **noise(draw))
