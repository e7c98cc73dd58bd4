"""What a stack costs, in minutes of the press and of hands, and the order that heats least.

minutes = preparation + measurement + dwell/60 + |T - T before| / rate, with the timings that labs
report for solid-state cells: 25 min to load and spread, 15 min to take out and measure, steel dies
heated at 3 to 5 degC/min. A change of temperature costs more than a change of pressure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray, not_negative, number, positive
from pressloop.trials.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stack takes, in minutes; the settings file's `[cost]` table has the same keys.

    preparation_min, measurement_min: what every stack takes besides pressing (assumed).
    heating_c_per_min: how fast the platens heat and cool.
    room_c: temperature of the platens before the first stack.
    weight: 0 counts stacks, whatever they take; 1 seeks the most gain per minute.
    """

    preparation_min: float = 25.0
    measurement_min: float = 15.0
    heating_c_per_min: float = 4.0
    room_c: float = 25.0
    weight: float = 0.0

    def __post_init__(self) -> None:
        for name in ("preparation_min", "measurement_min", "weight"):
            not_negative(f"cost.{name}", getattr(self, name))
        positive("cost.heating_c_per_min", self.heating_c_per_min)
        number("cost.room_c", self.room_c)

    def minutes(self, space: Space, x: FloatArray, from_c: Sequence[float]) -> FloatArray:
        """Of one more stack at each of points x (n, d) of the unit cube, shape (n,).

        The platens come from the nearest of the temperatures `from_c`, as a batch is put in
        order."""
        temperature = space.values("temperature_c", x)
        away = np.abs(temperature[:, None] - np.asarray(from_c, dtype=np.float64)).min(1)
        return self._standing(space, x) + away / self.heating_c_per_min

    def cycle(self, space: Space, x: FloatArray) -> FloatArray:
        """Of a stack pressed for itself: heated from the room and cooled again, shape (n,)."""
        away = np.abs(space.values("temperature_c", x) - self.room_c)
        return self._standing(space, x) + 2.0 * away / self.heating_c_per_min

    def _standing(self, space: Space, x: FloatArray) -> FloatArray:
        return np.asarray(self.preparation_min + self.measurement_min
                          + space.values("dwell_s", x) / 60.0)


def heating_order(recipes: Sequence[Recipe], from_c: float) -> list[int]:
    """The order of recipes in which the platens heat and cool least, coming from `from_c`.

    To the nearer end of their temperatures, then straight to the other. Equal ones keep their
    order."""
    if not recipes:
        return []
    at = [r.temperature_c for r in recipes]
    rising = abs(min(at) - from_c) <= abs(max(at) - from_c)
    return sorted(range(len(at)), key=lambda i: at[i] if rising else -at[i])
