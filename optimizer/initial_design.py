"""The first stacks: a space-filling design over what may survive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from pressloop.optimizer.candidate_set import rounded, safest
from pressloop.optimizer.candidates import sobol
from pressloop.optimizer.models import Models
from pressloop.optimizer.space import Space
from pressloop.trials.recipe import Recipe

AHEAD, FEWEST = 8, 256
"""Points of the design looked at for each that is wanted, and in all at least."""
APART = 0.1
"""Distance in the unit cube of stacks that are pressed although they may not survive."""


def initial_design(models: Models, known: Sequence[Recipe], count: int, seed: int
                   ) -> list[Recipe]:
    """The next recipes of the Sobol sequence of this seed that are believed to survive.

    The first stacks already tell where none does; where too few are, the least dangerous ones."""
    done, space = set(known), models.space
    if count == 0:
        return []
    looked_at = max(FEWEST, AHEAD * (len(done) + count))
    points = models.searched(torch.from_numpy(sobol(len(space.free), looked_at, seed)))
    recipes = rounded(space, points.numpy())
    danger = models.risk(models.unit(recipes)).danger()
    safe = (danger <= models.limits.max_crush_probability_exploring).tolist()
    found = [r for r, survives in zip(recipes, safe, strict=True) if survives and r not in done]
    if len(found) < count:
        rest = safest(models, models.unit(recipes)).recipes
        new = [r for r in rest if r not in {*done, *found}]
        found += [*_apart(space, new, [*known, *found], count - len(found)), *new, *rest]
    # A space of very few recipes is gone through again.
    return [found[i % len(found)] for i in range(count)]


def _apart(space: Space, recipes: Sequence[Recipe], taken: Sequence[Recipe], count: int
           ) -> list[Recipe]:
    """The first so many of the recipes that are no neighbours of those taken or of one another."""
    found: list[Recipe] = []
    for recipe, x in zip(recipes, space.encode(recipes), strict=True):
        others = space.encode([*taken, *found])
        if len(found) < count and bool((np.linalg.norm(others - x, axis=1) > APART).all()):
            found.append(recipe)
    return found
