"""What one variable does: curves, average changes, and what the laws of pressing came to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pressloop.optimizer.models import Models
from pressloop.optimizer.physics_prior import GAS_CONSTANT
from pressloop.optimizer.space import NAMES, Space
from pressloop.studies.sensitivity.posterior_samples import Grid, averaged
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.trials.checks import FloatArray
from pressloop.trials.recipe import Recipe

STEP = {"pressure_mpa": "per doubling", "dwell_s": "per doubling", "temperature_c": "per 10 °C"}
CELLS = 41
LEFT_OVER, WHOLE = "what the laws leave over", "resistance, without laws"
"""What a length scale is of."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Resistance in ohm cm2 over one variable, median and 95 % interval, each (k,).

    `averaged` over the others (a geometric mean), or with the others held at the recommended
    recipe, where `p_crushed` is known as well."""

    variable: str
    averaged: bool
    x: FloatArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    p_crushed: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """By which fraction resistance changes per step of a variable, with a 95 % interval.

    Averaged over a part of its range (`whole`, `lower half`, `upper half`) and over the others."""

    variable: str
    part: str
    step: str
    change: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LawValue:
    """A number of a law.

    An exponent, or an activation energy in kJ/mol, with its 95 % interval, beside what is known
    before there is data; or a length scale, as a factor of the variable (in degC for temperature),
    of LEFT_OVER, or of WHOLE where no laws are used."""

    law: str
    variable: str
    quantity: str
    value: float
    low: float
    high: float
    known: float
    known_sd: float


def averaged_curves(values: FloatArray, of: Grid, space: Space) -> tuple[Curve, ...]:
    """Of drawn functions of ln R, shape (count, points), each variable in turn."""
    f, every = values.reshape(-1, *of.shape), range(len(of.shape))
    curves = []
    for i, name in enumerate(space.free):
        line = averaged(f, of, [j for j in every if j != i]).reshape(len(f), -1)
        ends = np.exp(np.quantile(line, (0.5, 0.025, 0.975), axis=0))
        curves.append(Curve(name, True, _values(space, name, of.axes[i]), *ends))
    return tuple(curves)


def curves_through(models: Models, at: Recipe) -> tuple[Curve, ...]:
    """Each free variable, the others as in the recipe."""
    space, curves = models.space, []
    for name in space.free:
        x = _values(space, name, np.linspace(0.0, 1.0, CELLS))
        recipes = [at.changed(**{name: float(v)}) for v in x]
        found = models.resistance(recipes)
        curves.append(Curve(name, False, x, found.median, found.low, found.high,
                            models.crushing(recipes)))
    return tuple(curves)


def changes(values: FloatArray, of: Grid, space: Space) -> tuple[Effect, ...]:
    """Slopes of drawn functions, by least squares over each part of each range.

    `values` has shape (draws, points of the grid)."""
    f, every, found = values.reshape(-1, *of.shape), range(len(of.shape)), []
    for i, name in enumerate(space.free):
        line = averaged(f, of, [j for j in every if j != i]).reshape(len(f), -1)
        v = _values(space, name, of.axes[i])
        steps = v / 10.0 if name == "temperature_c" else np.log2(v)
        for part, inside in (("whole", of.axes[i] >= 0.0), ("lower half", of.axes[i] <= 0.5),
                             ("upper half", of.axes[i] >= 0.5)):
            w = of.weights[i][inside] / of.weights[i][inside].sum()
            centred = w * (steps[inside] - w @ steps[inside])
            slope = line[:, inside] @ centred / (centred @ steps[inside])
            found.append(Effect(name, part, STEP[name], *(
                float(np.expm1(q)) for q in np.quantile(slope, (0.5, 0.025, 0.975)))))
    return tuple(found)


def laws(model: PhysicsGP, space: Space) -> tuple[LawValue, ...]:
    """What the hyperparameters of ln R came to under one hypothesis.

    Intervals by Student's t, as draws are few. A process without laws has length scales only."""
    found, slopes = [], model.draws.slopes.numpy()
    for j, (law, term) in enumerate(zip(("closing of contacts", "reaction layer"),
                                        model.prior.terms, strict=False)):
        for i, name in enumerate(space.free):
            scale = _scale(space, name)
            ends = _by_t(scale * slopes[:, j, i])
            found.append(LawValue(law, name, "activation energy (kJ/mol)"
                                  if name == "temperature_c" else "exponent", *ends,
                                  scale * term.slopes[i], abs(scale) * term.slope_sd[i]))
    lawful = bool(model.prior.terms)
    known, sd = model.prior.length if lawful else model.prior.plain_length
    of = LEFT_OVER if lawful else WHOLE
    for i, name in enumerate(space.free):
        ends = _by_t(np.log(model.draws.lengths[:, i].numpy()))
        value, low, high, usual = (_length(space, name, math.exp(v))
                                   for v in (*ends, math.log(known)))
        found.append(LawValue(of, name, "length scale (°C)"
                              if name == "temperature_c" else "length scale (factor)",
                              value, low, high, usual, sd))
    return tuple(found)


def left_over(model: PhysicsGP) -> float:
    """Typical size in ln R of what the laws miss."""
    return float(model.draws.residual.median())


def _scale(space: Space, name: str) -> float:
    """From the slope of a term in the unit cube to an exponent, or to kJ/mol."""
    per_unit = 1.0 / space.span(name)
    return (GAS_CONSTANT * per_unit / 1000.0 if name == "temperature_c" else -per_unit)


def _length(space: Space, name: str, length: float) -> float:
    """A length in the unit cube as a factor, or in degC about the middle of the range."""
    if name != "temperature_c":
        return math.exp(min(length * space.span(name), 50.0))
    kelvin = float(_values(space, name, np.array([0.5]))[0]) + 273.15
    return length * space.span(name) * kelvin**2


def _by_t(draws: FloatArray) -> tuple[float, float, float]:
    """Mean and 95 % interval of one more draw."""
    count, mean = len(draws), float(draws.mean())
    half = float(stats.t.ppf(0.975, count - 1) * draws.std(ddof=1) * math.sqrt(1.0 + 1.0 / count))
    return mean, mean - half, mean + half


def _values(space: Space, name: str, unit: Sequence[float] | FloatArray) -> FloatArray:
    points = np.full((len(unit), len(space.free)), 0.5)
    points[:, space.free.index(name)] = unit
    return space.values(name, points)


def middle(space: Space) -> Recipe:
    """The recipe in the middle of the space."""
    low, high = (Recipe(*(getattr(space, n)[end] for n in NAMES)) for end in (0, 1))
    return space.decode(0.5 * (space.encode([low]) + space.encode([high]))[0])
