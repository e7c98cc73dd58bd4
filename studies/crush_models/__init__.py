"""Ways to predict whether one more stack is crushed: a folder of models, one file each.

A file has `TITLE`, what a person calls it; and `fit(stacks, space, caution)`, which learns from
`Stacks` and gives a `Fitted`. It raises ValueError with a reason where the stacks do not do.
`CUBIC = True` says that its cost grows with the cube of the stacks, `TRIALS = True` that it asks
for whole trials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimizer.training import Origin
from trials.checks import FloatArray
from trials.trial import Trial


@dataclass(frozen=True, slots=True, eq=False)
class Stacks:
    """Stacks of which it is known whether they were crushed: `crushed` (n,) is 1 or 0, `x` (n, d)
    their recipes in the unit cube; `trials` is empty unless the model asks for them. `origin` is
    where the stacks come from that are predicted."""

    trials: tuple[Trial, ...]
    x: FloatArray
    crushed: FloatArray
    origin: Origin


class Fitted(Protocol):
    """A model that has learned."""

    def probability(self, x: FloatArray) -> FloatArray:
        """That one more stack is crushed, at x (n, d), shape (n,)."""
        ...


def both_kinds(stacks: Stacks) -> None:
    """Raises ValueError where none, or all, of the stacks were crushed."""
    if len(np.unique(stacks.crushed)) < 2:
        which = "all" if stacks.crushed.any() else "none"
        raise ValueError(f"it needs crushed and whole stacks to learn from; {which} were crushed")
