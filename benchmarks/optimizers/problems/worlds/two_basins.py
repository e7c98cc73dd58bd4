"""Two ways to bond: a wide cold basin, and a narrow warm one that is two to three times better.

ln R = -d1 exp(-r1^2/2) - d2 exp(-r2^2/2), r the distance from each centre in widths, on the scales
ln P, ln t, -1/T as shares of their ranges. Cold flow works almost anywhere; wetting by a phase that
softens works in a window of temperature only, and needs its pressure and time (compare transient
liquid phases, German, Suri & Park 2009, doi 10.1007/s10853-008-3008-0).
"""

from __future__ import annotations

import numpy as np

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Limit, World
from benchmarks.optimizers.problems.worlds.laws import cube, noise, overload, settings, space


def world(draw: np.random.Generator) -> World:
    """Both centres, widths and depths; the warm basin lies clear of crushing."""
    of = space(draw)
    cold = np.array([draw.uniform(0.2, 0.8), draw.uniform(0.2, 0.8), draw.uniform(0.05, 0.35)])
    warm = np.array([draw.uniform(0.1, 0.6), draw.uniform(0.1, 0.9), draw.uniform(0.65, 0.95)])
    wide, narrow = draw.uniform(0.3, 0.5, 3), draw.uniform(0.10, 0.18, 3)
    shallow = draw.uniform(0.5, 1.2)
    deep = shallow + np.log(draw.uniform(2.0, 3.0))
    width = draw.uniform(0.02, 0.08)
    crush = overload(draw, of, draw.uniform(0.1, 0.4), width)
    reached = float(crush.excess(*settings(of, warm))[0]) + 3.0 * width
    clear = Limit(lambda p, t, c: crush.excess(p, t, c) - max(reached, 0.0), width)

    def shape(p: Array, t: Array, c: Array) -> Array:
        x = np.stack(cube(of, p, t, c), axis=-1)
        r1, r2 = (x - cold) / wide, (x - warm) / narrow
        return (-shallow * np.exp(-0.5 * (r1**2).sum(-1))
                - deep * np.exp(-0.5 * (r2**2).sum(-1)))

    return World(of, shape, clear, **noise(draw))
