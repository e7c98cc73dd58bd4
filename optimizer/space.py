"""The space in which recipes are searched, and its unit cube."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pressloop.trials.checks import FloatArray, number, positive
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe

ZERO_C = 273.15
NAMES = ("pressure_mpa", "dwell_s", "temperature_c")
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Space:
    """Lowest and highest set points; equal bounds fix a variable.

    In the unit cube pressure and dwell run with their logarithm and temperature with -1/T, the
    scales on which contact closing and creep are smooth. Raises BadInput on bounds that are not in
    order or a pressure or dwell of zero or less.
    """

    pressure_mpa: Bounds
    dwell_s: Bounds
    temperature_c: Bounds

    def __post_init__(self) -> None:
        for name in NAMES:
            low, high = getattr(self, name)
            check = number if name == "temperature_c" else positive
            if not check(f"space.{name}", low) <= check(f"space.{name}", high):
                raise BadInput(f"space.{name}", [low, high], "low, then high", "Swap them.")
        if not self.free:
            raise BadInput("space", "all variables fixed", "free in one variable or more",
                           "Give at least one variable two different bounds.")

    @property
    def free(self) -> tuple[str, ...]:
        """Variables that may vary."""
        return tuple(n for n in NAMES if getattr(self, n)[0] < getattr(self, n)[1])

    def encode(self, recipes: Iterable[Recipe]) -> FloatArray:
        """Unit-cube coordinates, shape (n, number of free variables); outside the space they
        leave [0, 1]."""
        found = list(recipes)
        columns = [(_scaled_all(name, np.array([getattr(r, name) for r in found], dtype=np.float64))
                    - _scaled(name, getattr(self, name)[0])) / self.span(name)
                   for name in self.free]
        return np.stack(columns, axis=-1).reshape(len(found), len(self.free))

    def decode(self, x: FloatArray) -> Recipe:
        """The recipe of one point of the unit cube, rounded as a panel can be set (0.1 MPa, 1 s,
        0.1 degC) but never across a bound."""
        return self.decode_all(np.asarray(x, dtype=np.float64).reshape(1, -1))[0]

    def decode_all(self, x: FloatArray) -> tuple[Recipe, ...]:
        """As `decode`, of points (n, d)."""
        columns = []
        for name, step in zip(NAMES, (0.1, 1.0, 0.1), strict=True):
            low, high = getattr(self, name)
            rounded = np.round(np.round(self.values(name, x) / step) * step, 1)
            columns.append(rounded.clip(low, high).tolist())
        return tuple(Recipe(*row) for row in zip(*columns, strict=True))

    def values(self, name: str, x: FloatArray) -> FloatArray:
        """Set points of one variable at points x (n, d) of the unit cube, unrounded, shape (n,)."""
        if name not in self.free:
            return np.full(len(x), getattr(self, name)[0], dtype=np.float64)
        low = _scaled(name, getattr(self, name)[0])
        scaled = low + x[:, self.free.index(name)] * self.span(name)
        return np.asarray(-1.0 / scaled - ZERO_C if name == "temperature_c" else np.exp(scaled))

    def contains(self, recipe: Recipe) -> bool:
        """True when every set point is within bounds, fixed ones included."""
        return all(low <= getattr(recipe, name) <= high
                   for name in NAMES for low, high in [getattr(self, name)])

    def comparable(self, recipe: Recipe) -> bool:
        """True when the recipe agrees with every fixed variable: elsewhere it says nothing about
        this space, as its coordinates leave the difference out."""
        return all(abs(getattr(recipe, name) - low) <= 1e-6 * max(abs(low), 1.0)
                   for name in NAMES for low, high in [getattr(self, name)] if low == high)

    def span(self, name: str) -> float:
        """Length of a variable's range on its scale: ln(MPa), ln(s), 1/K."""
        low, high = (_scaled(name, bound) for bound in getattr(self, name))
        return high - low

    def distance(self, name: str, value: float) -> float:
        """How far the low bound of a variable lies above `value`, on its scale."""
        return _scaled(name, getattr(self, name)[0]) - _scaled(name, value)

    def per_unit(self, name: str, at: Recipe, step: float) -> float:
        """Length in the unit cube of a small `step` of one variable at a recipe."""
        if name not in self.free:
            return 0.0
        value = getattr(at, name)
        return self._unit(name, value + step) - self._unit(name, value)

    def _unit(self, name: str, value: float) -> float:
        return -self.distance(name, value) / self.span(name)


def _scaled(name: str, value: float) -> float:
    return float(_scaled_all(name, np.asarray(value, dtype=np.float64)))


def _scaled_all(name: str, values: FloatArray) -> FloatArray:
    return np.asarray(-1.0 / (values + ZERO_C) if name == "temperature_c" else np.log(values))
