"""Fractions that add up: points and set points are brought to the sum that a rule asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.optimizer.parameter import NEAR, Parameter
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput

FINE = 1000
"""Steps into which a sum is parted where the settings give none."""
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Mixture:
    """Parameters whose values have one sum. Raises BadInput where they cannot have it."""

    where: str
    parts: tuple[Parameter, ...]
    total: float

    def __post_init__(self) -> None:
        for part in self.parts:
            if part.kinds or part.scale != "linear":
                raise BadInput(self.where, part.name, "fractions on a linear scale",
                               f"Give {part.name} bounds, and no other scale.")
        least, most = (sum(part.ends[end] for part in self.parts) for end in (0, 1))
        if not least - NEAR <= self.total <= most + NEAR:
            raise BadInput(self.where, self.total, f"between {least:g} and {most:g}, which is all "
                           "that these fractions can add up to", "Correct it, or their bounds.")
        if abs(self.total / self.step - round(self.total / self.step)) > NEAR:
            raise BadInput(self.where, self.total, f"a multiple of {self.step:g}, the step of its "
                           "fractions", "Fractions in such steps never add up to it.")

    @property
    def step(self) -> float:
        """In what the parts are rounded: one step for all, so that they add up."""
        given = [part.step for part in self.parts if part.step is not None]
        return max(given) if given else self.total / FINE

    def projected(self, values: FloatArray) -> FloatArray:
        """The nearest values (n, k) inside the bounds with this sum.

        Of every other row those in the same proportions, so that not all lie where a fraction is
        zero."""
        low, high = (np.array([getattr(p, end) for p in self.parts]) for end in ("low", "high"))
        share = values - low
        rest = max(self.total - float(low.sum()), 0.0)
        scaled = low + share * (rest / np.maximum(share.sum(1, keepdims=True), 1e-12))
        even = (np.arange(len(values)) % 2 == 0)[:, None]
        start = np.where(even, scaled, values)
        least, most = (low - start).min(1), (high - start).max(1)
        for _ in range(ROUNDS):
            middle = 0.5 * (least + most)
            over = (start + middle[:, None]).clip(low, high).sum(1) > self.total
            least, most = np.where(over, least, middle), np.where(over, middle, most)
        return np.asarray((start + 0.5 * (least + most)[:, None]).clip(low, high))

    def rounded(self, columns: Sequence[FloatArray]) -> list[list[float]]:
        """Values (n,) of each part in whole steps that add up."""
        asked = self.projected(np.stack(columns, axis=1))
        low, high = (np.array([p.ends[end] for p in self.parts]) for end in (0, 1))
        found = (np.round(asked / self.step) * self.step).clip(low, high)
        for _ in range(len(self.parts) + 1):
            lacks = np.round((self.total - found.sum(1)) / self.step)
            way = np.sign(lacks)[:, None] * self.step
            room = ((found + way >= low - NEAR) & (found + way <= high + NEAR))
            wish = np.where(room, (asked - found) * np.sign(way), -np.inf)
            at = wish.argmax(1)
            found[np.arange(len(found)), at] += way[:, 0] * room[np.arange(len(found)), at]
        return [np.round(column, 9).tolist() for column in found.T]
