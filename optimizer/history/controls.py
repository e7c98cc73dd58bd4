"""Controls: the reference recipe again every so many stacks, to tell drift from progress.

Whether a stack is a control follows from its position in the history alone, so that a campaign that
is started again keeps the rate.
"""

from __future__ import annotations

from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe


def control_slots(done: int, count: int, every: int) -> list[bool]:
    """Which of the next `count` stacks are controls when `done` stacks came before.

    Every `every`-th of the campaign; none where `every` is 0."""
    return [every > 0 and (done + i) % every == 0 for i in range(1, count + 1)]


def prove_controls(every: int, reference: Recipe | None, space: Space) -> None:
    """Raises BadInput where controls are wanted and there is no recipe for them in the space."""
    if every == 0:
        return
    if reference is None:
        raise BadInput("search.control_every", every, "0 without a [reference]",
                       "Give the recipe the lab uses now as [reference], or set it to 0.")
    if not space.contains(reference):
        raise BadInput("search.control_every", every, "0 while [reference] is outside of [space]",
                       f"Widen the space to hold {reference}, or set it to 0.")
