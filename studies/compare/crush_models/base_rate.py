"""The share of crushed stacks, whatever the recipe: what a model must beat to be worth anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pressloop.studies.compare.crush_models import Stacks
from pressloop.trials.checks import FloatArray

TITLE = "share of crushed stacks"


@dataclass(frozen=True, slots=True)
class Share:
    """One probability for all recipes."""

    value: float

    def probability(self, x: FloatArray) -> FloatArray:
        """The same everywhere."""
        return np.full(len(x), self.value)


def fit(stacks: Stacks) -> Share:
    """(k + 1/2)/(n + 1), which is never 0 or 1 (Jeffreys)."""
    return Share(float((stacks.crushed.sum() + 0.5) / (stacks.crushed.size + 1.0)))
