"""Elastic contacts that adhere, and spring back when they had no time to.

Area of contact ~ (P + P_adhesion)^(2/3), constriction R ~ area^(-1/2) of every contact (Hertz;
Johnson, Kendall & Roberts 1971, doi 10.1098/rspa.1971.0141), divided by the bonded share
1 - exp(-(t/tau(T))^b). Elastic energy not bonded in time tears the layers apart on release:
delaminated where ln(P/P0) exceeds s ln(1 + t/tau(T)). A reaction layer grows in long dwells.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import (
    arrhenius,
    at,
    interphase,
    noise,
    overload,
    placed,
    space,
)


def world(draw: np.random.Generator) -> World:
    """Adhesion, bonding time and energy, and shares of the cube that crush and come apart."""
    of = space(draw)
    adhesion, tau, warm = at(of, draw.uniform(0.0, 0.4), *draw.uniform(0.2, 0.7, 2))
    energy, b = draw.uniform(15.0, 60.0), draw.uniform(0.25, 0.8)
    stick, grown = draw.uniform(0.2, 0.8), interphase(draw, of, 10.0)
    crush = overload(draw, of, draw.uniform(0.05, 0.25), draw.uniform(0.02, 0.10))

    def age(t: Array, c: Array) -> Array:
        return t / tau * np.exp(arrhenius(c, energy, warm))

    def shape(p: Array, t: Array, c: Array) -> Array:
        bonded = -np.expm1(-age(t, c)**b)
        area = (2.0 / 3.0) * np.log(p + adhesion)
        return np.log(np.exp(-0.5 * area) / bonded + 0.1 * grown(p, t, c))

    torn = placed(lambda p, t, c: np.log(p) - stick * np.log1p(age(t, c)), of,
                  draw.uniform(0.08, 0.3))
    return World(of, shape, crush, delamination=Limit(torn, draw.uniform(0.03, 0.15)),
                 **noise(draw))
