"""This project: models choose each batch, and the recipe to ship."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.among import choose_among, ship_among
from optimizer.beliefs import believe
from optimizer.objectives import Objective
from optimizer.proposals import propose
from studies.strategies import Given
from trials.outcome import Intact
from trials.recipe import Recipe
from trials.trial import Trial

WORDS = "pressloop"


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """As a campaign would; of a table, the most telling of the recipes that are left."""
    if given.menu:
        return list(choose_among(given.menu, history, given.space, caution=given.caution,
                                 count=count, seed=given.seed))
    return [p.recipe for p in propose(history, given.space, caution=given.caution, count=count,
                                      reference=given.reference, seed=given.seed)]


def ship(given: Given, history: Sequence[Trial]) -> Recipe | None:
    """As `pressloop recommend` would."""
    if not any(isinstance(t.outcome, Intact) for t in history):
        return None
    beliefs = believe(history, given.space, given.caution)
    if given.table:
        return ship_among(beliefs, given.table)
    return given.space.decode(Objective().ship(beliefs)[0].numpy())
