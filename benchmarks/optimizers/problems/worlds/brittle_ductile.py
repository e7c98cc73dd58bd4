"""A cathode that is brittle when cold, tough when warm and soft when hot, with a sharp cliff.

Crushing pressure ln Pc = ln P0 + h exp(-((u - u0)/w)^2), w narrower below u0 than above, u the
place on -1/T: toughness rises towards the transition of its binder and flow takes over beyond
(shape after Ward, Hadley & Sweeney, Mechanical Properties of Solid Polymers, 2nd ed. 2004, ch. 12).
Strength scatters by 1 to 2 % only. R ~ P^-n f(t), with ageing of contacts in ln t, and a
layer that reacts when hot.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import cube, interphase, noise, placed, space


def world(draw: np.random.Generator) -> World:
    """Where strength peaks, how high and how wide, and how resistance answers to pressure."""
    of = space(draw)
    peak, height = draw.uniform(0.2, 0.85), draw.uniform(0.5, 1.4)
    left, right = draw.uniform(0.12, 0.3), draw.uniform(0.25, 0.6)
    n, ageing, fatigue = draw.uniform(0.5, 1.3), draw.uniform(0.0, 0.12), draw.uniform(0.0, 0.06)
    warm, grown = draw.uniform(-0.4, 0.4), interphase(draw, of, 1.5)

    def excess(p: Array, t: Array, c: Array) -> Array:
        u = cube(of, p, t, c)[2] - peak
        strength = height * np.exp(-(u / np.where(u < 0.0, left, right))**2)
        return np.log(p) + fatigue * np.log(t) - strength

    def shape(p: Array, t: Array, c: Array) -> Array:
        closing = n * np.log(p) + np.log1p(ageing * np.log(t)) + warm * cube(of, p, t, c)[2]
        return np.log1p(grown(p, t, c)) - closing

    crush = Limit(placed(excess, of, draw.uniform(0.2, 0.55)), draw.uniform(0.01, 0.02))
    return World(of, shape, crush, **noise(draw))
