"""What the lab did: the recipes of its own stacks, in the order in which they were pressed."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.studies.replay.strategies import Given, next_of
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "the lab's own order"


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """The next of the list. Raises BadInput where there is none."""
    if not given.listed:
        raise BadInput("strategies", "as_listed", "possible with a table of stacks only",
                       "Leave it out: there are no stacks in this space.")
    return next_of(given.listed, len(history), count)
