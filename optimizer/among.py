"""Choosing where only some recipes can be had: those of a table, or those a lab offers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from optimizer.acquisitions import shipping_gain, survival_first
from optimizer.beliefs import Beliefs, believe
from optimizer.candidates import sobol
from optimizer.caution import Caution
from optimizer.proposals import SMALLEST, Search
from optimizer.shipping import losses, may_be_shipped, no_offset, robust
from optimizer.space import Space
from trials.errors import BadInput
from trials.recipe import Recipe
from trials.trial import Trial

MOST = 1024
"""Recipes looked at; of more, evenly taken ones."""
ROBUST = 64


def choose_among(recipes: Sequence[Recipe], history: Sequence[Trial], space: Space, *,
                 caution: Caution | None = None, count: int = 1, seed: int = 0
                 ) -> tuple[Recipe, ...]:
    """The next recipes to press, each of them one of `recipes` and none twice; fewer than `count`
    where there are fewer. As `propose`: first those nearest to a Sobol sequence, then those whose
    stacks improve what is shipped most. Raises BadInput where there are no recipes.
    """
    offered = list(dict.fromkeys(recipes))
    if not offered:
        raise BadInput("recipes", "none", "one or more", "Offer a recipe to choose.")
    opening = max(min(Search().start_with - len(history), count), 0)
    found = _spread_among(offered, space, len(history), opening, seed)
    rest = [r for r in offered if r not in found]
    if len(found) < count and rest:
        beliefs = believe(history, space, caution or Caution())
        found += _telling(beliefs, rest, found, min(count - len(found), len(rest)))
    return tuple(found)


def ship_among(beliefs: Beliefs, recipes: Sequence[Recipe]) -> Recipe:
    """As `shipped`, of these recipes: the lowest resistance with the losses counted among those
    that keep the limits, the one most likely to survive where none does."""
    offered = list(dict.fromkeys(recipes))
    points = beliefs.unit(offered)
    allowed = may_be_shipped(beliefs, points).nonzero().squeeze(1)
    if not len(allowed):
        return offered[int(beliefs.log_survival(points).argmax())]
    assert beliefs.log_resistance is not None
    mean, sd = beliefs.log_resistance.predict(points[allowed])
    few = allowed[(mean + sd + losses(beliefs, points[allowed])).argsort()[:ROBUST]]
    value = robust(beliefs, points[few]) + losses(beliefs, points[few])
    return offered[int(few[value.argmin()])]


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


def _telling(beliefs: Beliefs, offered: Sequence[Recipe], ahead: Sequence[Recipe], count: int
             ) -> list[Recipe]:
    """One after the other, each knowing those before it as under way."""
    step = -(-len(offered) // MOST)
    offered, found = list(offered[::step]), list[Recipe]()
    points = beliefs.unit(offered)
    danger = beliefs.danger(points)
    worst = max(beliefs.caution.max_crush_probability_exploring, float(danger.min()))
    with torch.no_grad():
        safe = (beliefs.caution.exploring * beliefs.log_survival(points)).where(
            danger <= worst, -torch.inf)
    for _ in range(min(count, len(offered))):
        pending = torch.cat([torch.from_numpy(beliefs.data.pending),
                             beliefs.unit([*ahead, *found])])
        ways = survival_first if beliefs.log_resistance is None else shipping_gain
        with torch.no_grad():
            value = ways.gain(beliefs, points, pending, no_offset, 0).clamp_min(SMALLEST).log()
        value = value + safe
        value[[offered.index(r) for r in found]] = -torch.inf
        found.append(offered[int(value.argmax())])
    return list(dict.fromkeys(found))
