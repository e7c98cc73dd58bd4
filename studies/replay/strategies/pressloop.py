"""This project: models choose each batch, and the recipe to recommend."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.discrete_space import choose_among, recommend_among
from pressloop.optimizer.models import Models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.proposals import propose
from pressloop.studies.replay.strategies import Given
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

WORDS = "pressloop"


def ask(given: Given, history: Sequence[Trial], count: int) -> list[Recipe]:
    """As a campaign would; of a table, the most telling of the recipes that are left."""
    if given.menu:
        return list(choose_among(given.menu, given.problem, history, count=count, seed=given.seed,
                                 models=_models(given.problem, tuple(history))))
    models = _models(given.problem, tuple(history))
    return [p.recipe for p in propose(models, count, given.seed)]


def recommend(given: Given, history: Sequence[Trial]) -> Recipe | None:
    """As `pressloop recommend` would."""
    models = _models(given.problem, tuple(history))
    if models.log_resistance is None:
        return None
    if given.table:
        return recommend_among(models, given.table)
    return models.space.decode(models.incumbent[0].numpy())


@lru_cache(maxsize=1)
def _models(problem: Problem, history: tuple[Trial, ...]) -> Models:
    """Fitted once for each batch: what is recommended after one is what the next is chosen by."""
    return fit_models(problem, history)
