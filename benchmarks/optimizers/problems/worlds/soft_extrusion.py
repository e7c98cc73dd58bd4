"""A soft layer that is squeezed out, thinner and better until the electrodes touch.

Squeeze flow between platens, h^-2 = h0^-2 + c P t / eta(T) (Stefan 1874; Bird, Armstrong &
Hassager, Dynamics of Polymeric Liquids, 1987, with P^n for a liquid that thins by shear). R ~ h +
contact; shorted where h falls below the height of the asperities. A long plateau towards the
cliff: thinner gains little at its end.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import (
    arrhenius,
    at,
    noise,
    overload,
    placed,
    space,
)


def world(draw: np.random.Generator) -> World:
    """Where the layer begins to flow, its energy and exponent, and where it is too thin."""
    of = space(draw)
    p0, t0, c0 = at(of, *draw.uniform(0.1, 0.5, 3))
    n, energy = draw.uniform(1.0, 2.5), draw.uniform(20.0, 80.0)
    contact, power = draw.uniform(0.05, 0.4), draw.uniform(0.0, 0.3)

    def thinner(p: Array, t: Array, c: Array) -> Array:
        flow = n * np.log(p / p0) + np.log(t / t0) + arrhenius(c, energy, c0)
        return 0.5 * np.logaddexp(0.0, flow)

    def shape(p: Array, t: Array, c: Array) -> Array:
        return np.log(np.exp(-thinner(p, t, c)) + contact * (p / p0)**-power)

    short = Limit(placed(thinner, of, draw.uniform(0.1, 0.4)), draw.uniform(0.03, 0.15))
    crush = overload(draw, of, draw.uniform(0.02, 0.2), draw.uniform(0.02, 0.08))
    return World(of, shape, crush, short, **noise(draw))
