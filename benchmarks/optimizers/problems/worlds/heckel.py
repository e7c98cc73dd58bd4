"""Densification by plastic yield, until fragments lose contact.

ln(1/(1 - D)) = K P + A with relative density D, K = 1/(3 Y) (1/MPa), yield strength Y falling with
temperature and slowly with ln dwell (Heckel 1961, Trans. Metall. Soc. AIME 221, 671). Resistance
of the pore space by Archie (doi 10.2118/942054-G), R ~ D^-m + b porosity^n, times 1 + a
(P/P_crush)^k from fragments, which put the optimum inside.
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import World
from benchmarks.optimizers.problems.worlds.laws import (
    arrhenius,
    at,
    interphase,
    noise,
    overload,
    space,
)


def world(draw: np.random.Generator) -> World:
    """Yield strength, exponents, softening, and where crushing begins."""
    of = space(draw)
    middle = at(of, draw.uniform(0.3, 0.8), 0.5, 0.5)
    soften, ageing, start = draw.uniform(3.0, 12.0), draw.uniform(0.0, 0.25), draw.uniform(0.1, 0.5)
    m, n, b = draw.uniform(2.0, 5.0), draw.uniform(1.0, 2.5), draw.uniform(5.0, 40.0)
    a, k = draw.uniform(0.2, 1.5), draw.uniform(2.0, 6.0)
    crush = overload(draw, of, draw.uniform(0.12, 0.5), draw.uniform(0.02, 0.10))
    grown = interphase(draw, of, 2.0)

    def shape(p: Array, t: Array, c: Array) -> Array:
        faster = arrhenius(c, soften, middle[2]) + ageing * np.log(t / middle[1])
        porosity = np.exp(-start - 1.5 * p / middle[0] * np.exp(faster))
        contact = (1.0 - porosity)**-m + b * porosity**n + grown(p, t, c)
        return np.log(contact) + np.log1p(a * np.exp(k * crush.excess(p, t, c)))

    return World(of, shape, crush, **noise(draw))
