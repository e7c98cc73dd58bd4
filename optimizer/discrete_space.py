"""Choosing where only some recipes can be had: those of a table, or those a lab offers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.incumbent import losses, robust, within_limits
from pressloop.optimizer.models import Models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.proposals import build
from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

MOST = 1024
"""Recipes looked at; of more, evenly taken ones."""
ROBUST = 64


def choose_among(recipes: Sequence[Recipe], problem: Problem, history: Sequence[Trial], *,
                 count: int = 1, seed: int = 0, models: Models | None = None
                 ) -> tuple[Recipe, ...]:
    """The next recipes to press, each of them one of `recipes` and none twice.

    Fewer than `count` where there are fewer. As `propose`: first those nearest to a Sobol sequence,
    then those whose stacks improve what is recommended most. `models` are those of this history,
    fitted here where they are not given. Raises BadInput where there are no recipes.
    """
    offered = list(dict.fromkeys(recipes))
    if not offered:
        raise BadInput("recipes", "none", "one or more", "Offer a recipe to choose.")
    opening = max(min(problem.search.start_with - len(history), count), 0)
    found = _spread_among(offered, problem.space, len(history), opening, seed)
    rest = [r for r in offered if r not in found]
    if len(found) < count and rest:
        found += _telling(models or fit_models(problem, history), rest, found,
                          min(count - len(found), len(rest)), seed)
    return tuple(found)


def recommend_among(models: Models, recipes: Sequence[Recipe]) -> Recipe:
    """As the incumbent, of these recipes.

    The lowest resistance with the losses counted among those that keep the limits, the one most
    likely to survive where none does."""
    offered = list(dict.fromkeys(recipes))
    points = models.unit(offered)
    risk = models.risk(points)
    allowed = within_limits(models, risk).nonzero().squeeze(1)
    if not len(allowed):
        return offered[int(risk.log_survival().argmax())]
    mean, sd = models.moments(points[allowed])
    lost = losses(models, risk[allowed])
    few = (mean + sd + lost).argsort()[:ROBUST]
    value = robust(models, points[allowed[few]]) + lost[few]
    return offered[int(allowed[few][value.argmin()])]


def _spread_among(offered: Sequence[Recipe], space: Space, done: int, count: int, seed: int
                  ) -> list[Recipe]:
    """The recipe nearest to each of the next points of a Sobol sequence, none twice."""
    x, found = space.encode(offered), list[int]()
    for point in sobol(len(space.free), done + count, seed)[done:]:
        away = np.linalg.norm(x - point, axis=1)
        away[found] = np.inf
        if np.isfinite(away).any():
            found.append(int(away.argmin()))
    return [offered[i] for i in found]


def _telling(models: Models, offered: Sequence[Recipe], ahead: Sequence[Recipe], count: int,
             seed: int) -> list[Recipe]:
    """One after the other, each knowing those before it as under way."""
    step = -(-len(offered) // MOST)
    offered, found = list(offered[::step]), list[Recipe]()
    points = models.unit(offered)
    risk = models.risk(points)
    danger = risk.danger()
    worst = max(models.limits.max_crush_probability_exploring, float(danger.min()))
    safe = (models.limits.survival_exponent * risk.log_survival()).where(
        danger <= worst, -torch.inf)
    for _ in range(min(count, len(offered))):
        pending = torch.cat([models.pending, models.unit([*ahead, *found])])
        with torch.no_grad():
            value = build(models, pending, seed)(points.unsqueeze(-2)) + safe
        value[[offered.index(r) for r in found]] = -torch.inf
        found.append(offered[int(value.argmax())])
    return list(dict.fromkeys(found))
