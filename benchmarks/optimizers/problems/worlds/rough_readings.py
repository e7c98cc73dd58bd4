"""A powder bed whose readings are poor: scatter, outliers, lost readings, several lots.

Kawakita: reduction of volume C = a b P/(1 + b P), b (1/MPa) rising with heat and slowly with dwell
(Kawakita & Ludde 1971, doi 10.1016/0032-5910(71)80001-3). Conduction near the threshold of
percolation, R ~ (D - Dc)^-2 (Kirkpatrick 1973, doi 10.1103/RevModPhys.45.574). Scatter grows with
what porosity is left; 5 % of readings are off by a factor of 3 to 10, 4 % are lost, and lots
differ by 0.1 to 0.3 in ln R.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Lot, World
from benchmarks.optimizers.problems.worlds.laws import (
    arrhenius,
    at,
    interphase,
    noise,
    overload,
    space,
)


def world(draw: np.random.Generator) -> World:
    """Compressibility, threshold, noise, and three lots."""
    of = space(draw)
    half, t0, c0 = at(of, draw.uniform(0.1, 0.5), 0.5, 0.5)
    a, loose = draw.uniform(0.4, 0.6), draw.uniform(0.4, 0.5)
    threshold = loose - draw.uniform(0.03, 0.15)
    energy, slow = draw.uniform(3.0, 15.0), draw.uniform(0.0, 0.15)
    grown = interphase(draw, of, 15.0)
    quiet, rough = draw.uniform(0.04, 0.08), draw.uniform(0.3, 0.8)
    signs = draw.choice([-1.0, 1.0], 2)
    first, second = signs * draw.uniform(0.1, 0.3, 2)

    def density(p: Array, t: Array, c: Array) -> Array:
        b = np.exp(arrhenius(c, energy, c0) + slow * np.log(t / t0)) / half
        return loose / (1.0 - a * b * p / (1.0 + b * p))

    def shape(p: Array, t: Array, c: Array) -> Array:
        return np.log((density(p, t, c) - threshold)**-2.0 + grown(p, t, c))

    def scatter(p: Array, t: Array, c: Array) -> Array:
        return quiet + rough * np.clip(1.0 - density(p, t, c), 0.0, 0.6)

    crush = overload(draw, of, draw.uniform(0.1, 0.4), draw.uniform(0.03, 0.10),
                     warm=(-0.2, 1.2))
    lots = (Lot("first"), Lot("second", first), Lot("third", second))
    return World(of, shape, crush, chance=draw.uniform(0.0, 0.02), lots=lots, outliers=0.05,
                 block=int(draw.choice([6, 10])), lost=0.04, **(noise(draw) | {"scatter": scatter}))
