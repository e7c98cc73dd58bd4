"""Yardsticks: simple ways to predict whether one more stack is crushed that campaigns cannot use,
one file each. What campaigns can use is in `surrogates/failures/` and compared beside them.

A file has `TITLE`, what a person calls it; and `fit(stacks)`, which learns from `Stacks` and gives
a `Fitted`. It raises ValueError with a reason where the stacks do not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pressloop.trials.checks import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Stacks:
    """Stacks of which it is known whether they were crushed: `crushed` (n,) is 1 or 0, `x` (n, d)
    their recipes in the unit cube."""

    x: FloatArray
    crushed: FloatArray


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
