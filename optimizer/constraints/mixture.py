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
        rest, fine = self.total - sum(p.low for p in self.parts if p.fixed), min(self.steps)
        if abs(rest / fine - round(rest / fine)) > NEAR:
            raise BadInput(self.where, self.total, f"a multiple of {fine:g}, the finest step of "
                           "its fractions, and what is fixed of them",
                           "Fractions in such steps never add up to it.")

    @property
    def steps(self) -> FloatArray:
        """In what each part is rounded, shape (k,): its own step, else the finest of the others."""
        given = [part.step for part in self.parts if part.step is not None and not part.fixed]
        fine = min(given) if given else self.total / FINE
        return np.array([fine if part.step is None else part.step for part in self.parts])

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
        steps = self.steps
        found = (np.round(asked / steps) * steps).clip(low, high)
        for _ in range(ROUNDS):
            lacks = self.total - found.sum(1)[:, None]
            way = np.sign(lacks) * steps
            room = (found + way >= low - NEAR) & (found + way <= high + NEAR) & (
                steps <= np.abs(lacks) + NEAR * steps)
            if not room.any():
                break
            wish = np.where(room, (asked - found) * np.sign(lacks), -np.inf)
            at, rows = wish.argmax(1), np.arange(len(found))
            found[rows, at] += way[rows, at] * room[rows, at]
        return [np.round(column, 9).tolist() for column in found.T]
