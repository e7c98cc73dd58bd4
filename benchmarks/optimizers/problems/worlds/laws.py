"""What several worlds are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import qmc

from benchmarks.optimizers.problems.base import Array
from benchmarks.optimizers.problems.worlds.base import Field, Limit, constant
from pressloop.optimizer.space import NAMES, ZERO_C, Space

GAS = 8.314e-3
"""kJ/(mol K)."""
PRESSURES = ((20.0, 400.0), (50.0, 500.0), (10.0, 600.0), (30.0, 300.0))
DWELLS = ((5.0, 600.0), (10.0, 3600.0), (10.0, 1800.0), (20.0, 1200.0))
TEMPERATURES = ((20.0, 90.0), (25.0, 140.0), (25.0, 180.0), (40.0, 160.0))


def space(draw: np.random.Generator) -> Space:
    """Bounds as one laboratory or another would set them."""
    return Space(*(options[draw.integers(len(options))]
                   for options in (PRESSURES, DWELLS, TEMPERATURES)))


def settings(of: Space, x: Array) -> tuple[Array, Array, Array]:
    """Pressure (MPa), dwell (s), temperature (degC) at points (n, 3) of the unit cube."""
    return tuple(of.values(name, np.atleast_2d(x)) for name in NAMES)  # type: ignore[return-value]


def at(of: Space, u: float, v: float, w: float) -> tuple[float, float, float]:
    """As `settings`, of one point."""
    return tuple(float(s[0]) for s in settings(of, np.array([u, v, w])))  # type: ignore[return-value]


def cube(of: Space, p: Array, t: Array, c: Array) -> tuple[Array, Array, Array]:
    """Back to the unit cube: every shape (n,)."""
    scaled = (np.log(p), np.log(t), -1.0 / (np.asarray(c) + ZERO_C))
    low = (np.log(of.pressure_mpa[0]), np.log(of.dwell_s[0]),
           -1.0 / (of.temperature_c[0] + ZERO_C))
    return tuple((s - b) / of.span(n)  # type: ignore[return-value]
                 for s, b, n in zip(scaled, low, NAMES, strict=True))


def arrhenius(c: Array, energy: float, at_c: float) -> Array:
    """ln of how much faster than at `at_c` (degC) with an activation energy in kJ/mol."""
    return energy / GAS * (1.0 / (at_c + ZERO_C) - 1.0 / (np.asarray(c) + ZERO_C))


def loguniform(draw: np.random.Generator, low: float, high: float) -> float:
    """Evenly drawn on a logarithmic scale."""
    return float(np.exp(draw.uniform(np.log(low), np.log(high))))


def placed(excess: Field, of: Space, share: float) -> Field:
    """Shifted so that it is above 0 in that share of the unit cube."""
    found = excess(*settings(of, qmc.Sobol(3, rng=5).random(1024)))
    zero = float(np.quantile(found, 1.0 - share))
    return lambda p, t, c: excess(p, t, c) - zero


def overload(draw: np.random.Generator, of: Space, share: float, width: float,
             dwell: tuple[float, float] = (0.0, 0.1),
             warm: tuple[float, float] = (-0.5, 0.5)) -> Limit:
    """Crushed by pressure, in `share` of the cube.

    Strength falls with a power of dwell (static fatigue) and by the drawn ln over the range of
    temperature (negative: it rises)."""
    power, falls = draw.uniform(*dwell), draw.uniform(*warm)
    return Limit(placed(lambda p, t, c: np.log(p) + power * np.log(t)
                        + falls * cube(of, p, t, c)[2], of, share), width)


def interphase(draw: np.random.Generator, of: Space, most: float) -> Field:
    """Reaction layer that grows with the root of time (Wagner).

    Up to `most` at the hot, long end, as a share of the contact resistance."""
    energy, size = draw.uniform(40.0, 110.0), draw.uniform(0.0, most)
    _, longest, hottest = at(of, 1.0, 1.0, 1.0)
    return lambda p, t, c: size * np.sqrt(t / longest) * np.exp(
        0.5 * arrhenius(c, energy, hottest))


def noise(draw: np.random.Generator) -> dict[str, Any]:
    """Scatter, error of a reading and sharpness of damage, as one laboratory has them."""
    return {"scatter": constant(draw.uniform(0.04, 0.15)),
            "reading": loguniform(draw, 0.003, 0.02),
            "brittleness": loguniform(draw, 3.0, 20.0),
            "particles": int(loguniform(draw, 400.0, 4000.0))}
