"""Necks that creep until they meet.

x/a = X/(1 + X^q)^(1/q), X = (P^n t exp(-Q/(R T)))^m in units of a drawn recipe, power-law creep
(Helle, Easterling & Ashby 1985, doi 10.1016/0001-6160(85)90177-4). Constriction R ~ a/x + bulk
(Holm, Electric Contacts), so that it ends on a plateau. Creep also relieves the points of contact:
the crushing pressure rises with heat and dwell.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import arrhenius, at, noise, placed, space


def world(draw: np.random.Generator) -> World:
    """Exponents, energy, the recipe of half-grown necks, and how much creep relieves."""
    of = space(draw)
    p0, t0, c0 = at(of, *draw.uniform(0.4, 0.9, 3))
    n, m, q = draw.uniform(1.0, 4.0), draw.uniform(0.15, 0.35), draw.uniform(1.0, 4.0)
    energy, bulk = draw.uniform(30.0, 90.0), draw.uniform(0.1, 0.6)
    relief, slow = draw.uniform(0.0, 0.12), draw.uniform(0.0, 0.5)

    def crept(p: Array, t: Array, c: Array) -> Array:
        return n * np.log(p / p0) + np.log(t / t0) + arrhenius(c, energy, c0)

    def shape(p: Array, t: Array, c: Array) -> Array:
        grown = m * crept(p, t, c)
        neck = grown - np.logaddexp(0.0, q * grown) / q
        # Grains coarsen once the necks have met.
        return np.log(np.exp(-neck) + bulk) + slow * np.logaddexp(0.0, grown - 1.0)

    def excess(p: Array, t: Array, c: Array) -> Array:
        return np.log(p) - relief * (crept(p, t, c) - n * np.log(p / p0))

    crush = Limit(placed(excess, of, draw.uniform(0.1, 0.45)), draw.uniform(0.02, 0.10))
    return World(of, shape, crush, **noise(draw))
