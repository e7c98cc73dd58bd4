"""What makes one recipe better than another: a folder of objectives, one file each.

The file name is the name in the settings (`[objective] focus = "stability"`); a dotted name is a
module outside this project. A file has a class `Focus`, an `Objective` whose fields are the other
keys of the table, hashable ones. Resistance is what stacks tell, so an objective is told in its
units:

- `offset`: what is added to ln R at each point before the lowest is recommended. Enough for most.
- `gain`: what one more stack is worth, where an offset cannot say it; None leaves that to the
  acquisition that the search names.
- `recommend`: the recipe to recommend.
- `quantities`: what stacks are measured by, the first of them that which the models of the search
  learn; resistance alone unless an objective says otherwise.
- `prove`: refuses a space in which the objective cannot be had.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressloop.optimizer.cost import Cost
from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.plugins import named_module
from pressloop.trials.quantity import RESISTANCE, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from pressloop.optimizer.models import Models

DEFAULT = "conductivity"


@dataclass(frozen=True, kw_only=True)
class Objective:
    """Lowest resistance; the others build on it. `cost` says what a stack takes."""

    cost: Cost = field(default_factory=Cost)

    def prove(self, space: Space) -> None:
        """Raises BadInput where no recipe of the space can do."""

    def offset(self, models: Models, points: Tensor) -> Tensor:
        """Added to ln R at points (m, d), in ln(ohm cm2), shape (m,)."""
        return points.new_zeros(points.shape[0])

    def gain(self, models: Models, points: Tensor, pending: Tensor) -> Tensor | None:
        """What one more stack at each of points (m, d) is worth, shape (m,).

        While those at pending (k, d) are under way."""
        return None

    def recommend(self, models: Models) -> tuple[Tensor, bool]:
        """The point to recommend now, shape (d,), and whether it keeps the limits on failure."""
        from pressloop.optimizer.incumbent import incumbent

        return incumbent(models, self.offset)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What stacks are measured by; the first is what the search looks at."""
        return (RESISTANCE,)

    @property
    def quantity(self) -> Quantity:
        """What the search looks at."""
        return self.quantities[0]

    @property
    def pressing(self) -> bool:
        """True where what is known of pressed contacts is known of this quantity."""
        return self.quantity.is_resistance

    @property
    def by_value(self) -> bool:
        """True where a recipe is worth its value, and perhaps something known on top."""
        return type(self).gain is Objective.gain


def named_objective(focus: str = DEFAULT, options: Mapping[str, Any] | None = None,
                    cost: Cost | None = None) -> Objective:
    """The objective of that name with its options, as the settings give them.

    Raises BadInput for a name that is none, an option it does not have or one that is missing.
    """
    from pressloop.optimizer import objectives

    options = options or {}
    kind = named_module("objective.focus", focus, objectives, "one", "Focus(**options)").Focus
    known = {name: p for name, p in inspect.signature(kind).parameters.items() if name != "cost"}
    for name, value in options.items():
        if name not in known:
            raise BadInput(f"objective.{name}", value, f"an option that {focus} has",
                           f"It has {', '.join(known)}." if known else "It has none: remove it.")
    for name, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and name not in options:
            raise BadInput(f"objective.{name}", "missing", f'present with focus = "{focus}"',
                           "Add the key.")
    made: Objective = kind(cost=cost or Cost(), **options)
    return made
