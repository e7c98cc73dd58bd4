"""The first stacks: a space-filling design over what may survive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pressloop.optimizer.candidate_set import rounded, safest
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.models import Models
from pressloop.optimizer.space import Space
from pressloop.trials.recipe import Recipe

AHEAD, FEWEST = 8, 64
"""Points looked at for each that is wanted, and in all at least."""
INNER = 0.6
"""Share of each range, about its middle, over which the design spreads: few optima lie at the walls
of a space, and many stacks fail there."""
APART = 0.1
"""Distance in the unit cube of stacks that are pressed although they may not survive."""


def initial_design(models: Models, known: Sequence[Recipe], count: int, seed: int
                   ) -> list[Recipe]:
    """The next recipes of a maximin design, of those that are believed to survive.

    The middle of the space first, then each time the recipe that is farthest from all others
    (Johnson, Moore and Ylvisaker 1990, doi 10.1016/0378-3758(90)90122-B), of the Sobol points of
    this seed. The first stacks already tell where none survives; where too few are believed to, the
    least dangerous ones are taken."""
    if count == 0:
        return []
    done, space = set(known), models.space
    recipes = rounded(space, models.searched(_points(models, len(done) + count, seed)).numpy())
    danger = models.risk(models.unit(recipes)).danger()
    safe = (danger <= models.limits.max_crush_probability_exploring).tolist()
    found = _maximin(space, [r for r, survives in zip(recipes, safe, strict=True) if survives],
                     [r for r in known if space.comparable(r)], count)
    if len(found) < count:
        rest = safest(models, models.unit(recipes)).recipes
        new = [r for r in rest if r not in {*done, *found}]
        found += [*_apart(space, new, [*known, *found], count - len(found)), *new, *rest]
    # A space of very few recipes is gone through again.
    return [found[i % len(found)] for i in range(count)]


def _points(models: Models, wanted: int, seed: int) -> Tensor:
    """The middle of the cube, and Sobol points about it, shape (m, d)."""
    inputs, count = len(models.space.free), max(FEWEST, AHEAD * wanted)
    about = 0.5 + INNER * (torch.from_numpy(sobol(inputs, count, seed)) - 0.5)
    return torch.cat([torch.full((1, inputs), 0.5, dtype=torch.float64), about])


def _maximin(space: Space, offered: Sequence[Recipe], known: Sequence[Recipe], count: int
             ) -> list[Recipe]:
    """Up to `count` of those offered, each the farthest from those known and taken before it."""
    x, found, done = space.encode(offered), list[int](), set(known)
    nearest = np.full(len(offered), np.inf)
    for point in space.encode(known):
        nearest = np.minimum(nearest, np.linalg.norm(x - point, axis=1))
    nearest[[i for i, recipe in enumerate(offered) if recipe in done]] = 0.0
    while len(found) < count and nearest.any():
        # The first of equals: the middle where nothing is known.
        found.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(x - x[found[-1]], axis=1))
    return [offered[i] for i in found]


def _apart(space: Space, recipes: Sequence[Recipe], taken: Sequence[Recipe], count: int
           ) -> list[Recipe]:
    """The first so many of the recipes that are no neighbours of those taken or of one another."""
    found: list[Recipe] = []
    for recipe, x in zip(recipes, space.encode(recipes), strict=True):
        others = space.encode([*taken, *found])
        if len(found) < count and bool((np.linalg.norm(others - x, axis=1) > APART).all()):
            found.append(recipe)
    return found
