"""The recipes among which the next one is chosen, as the panel can set them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from optimizer.beliefs import Beliefs
from optimizer.candidates import WIDTHS, near, sobol, spread
from optimizer.objectives import Objective
from optimizer.shipping import losses
from optimizer.space import Space
from trials.checks import FloatArray
from trials.recipe import Recipe

SPREAD, CLOUD = 512, 48
"""Candidates all over the cube, and in the clouds round those that matter."""
AHEAD, FEWEST = 8, 256
"""Points of the design looked at for each that is wanted, and in all at least."""
LEAST_DANGEROUS = 8
APART = 0.1
"""Distance in the unit cube of stacks that are pressed although they may not survive."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Recipes, each once, and their points (m, d); `tried` (m,) marks those that have readings.
    `best` (d,) is what would be shipped now, None before the first intact stack."""

    recipes: tuple[Recipe, ...]
    points: Tensor
    tried: Tensor
    best: Tensor | None = None

    def __getitem__(self, index: Tensor | slice) -> Pool:
        kept = torch.arange(len(self.recipes))[index].tolist()
        return replace(self, recipes=tuple(self.recipes[i] for i in kept),
                       points=self.points[kept], tried=self.tried[kept])


def candidates(beliefs: Beliefs, objective: Objective, seed: int) -> Pool:
    """Points all over the cube, the recipes tried, and clouds round the one that would be shipped
    and the best ones tried. Where none is believed to survive, the least dangerous ones."""
    points, best = [spread(len(beliefs.space.free), SPREAD, seed)], None
    if beliefs.log_resistance is not None:
        tried = torch.from_numpy(beliefs.data.log_resistance.x).clamp(0.0, 1.0)
        best, _ = objective.ship(beliefs)
        value = (beliefs.log_resistance.predict(tried)[0] + losses(beliefs, tried)
                 + objective.offset(beliefs, tried))
        centres = torch.cat([best.unsqueeze(0), tried[value.argsort()[:3]]])
        points += [tried, best.unsqueeze(0),
                   *(near(centres, width, CLOUD, seed) for width in WIDTHS)]
    return _tolerable(beliefs, replace(_pool(beliefs, torch.cat(points)), best=best))


def _with_readings(beliefs: Beliefs) -> frozenset[Recipe]:
    """The recipes of the space, rounded, whose resistance has been read."""
    x = beliefs.data.log_resistance.x
    inside = ((x >= -1e-9) & (x <= 1.0 + 1e-9)).all(axis=1)
    return frozenset(_rounded(beliefs.space, x[inside]))


def opening(beliefs: Beliefs, known: Sequence[Recipe], count: int, seed: int) -> list[Recipe]:
    """The next recipes of the Sobol sequence of this seed that are believed to survive, as the
    first stacks already tell where none does; where too few are, the least dangerous ones."""
    done, space = set(known), beliefs.space
    if count == 0:
        return []
    looked_at = max(FEWEST, AHEAD * (len(done) + count))
    recipes = _rounded(space, sobol(len(space.free), looked_at, seed))
    danger = beliefs.danger(beliefs.unit(recipes))
    safe = (danger <= beliefs.caution.max_crush_probability_exploring).tolist()
    found = [r for r, survives in zip(recipes, safe, strict=True) if survives and r not in done]
    if len(found) < count:
        rest = _safest(beliefs, beliefs.unit(recipes)).recipes
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


def _rounded(space: Space, x: FloatArray) -> tuple[Recipe, ...]:
    return tuple(dict.fromkeys(space.decode_all(x)))


def _tolerable(beliefs: Beliefs, pool: Pool) -> Pool:
    danger = beliefs.danger(pool.points)
    allowed = (danger <= beliefs.caution.max_crush_probability_exploring).nonzero().squeeze(1)
    if len(allowed):
        return pool[allowed]
    return replace(_safest(beliefs, pool.points)[:LEAST_DANGEROUS], best=pool.best)


def _safest(beliefs: Beliefs, points: Tensor) -> Pool:
    """Points and ever smaller neighbourhoods of the least dangerous one, least dangerous first."""
    for turn, width in enumerate((0.3, *WIDTHS)):
        least = points[beliefs.danger(points).argmin()].unsqueeze(0)
        points = torch.cat([points, near(least, width, 2 * CLOUD, turn)])
    pool = _pool(beliefs, points)
    return pool[beliefs.danger(pool.points).argsort(stable=True)]


def _pool(beliefs: Beliefs, points: Tensor) -> Pool:
    """Rounded, so that what is believed of a recipe is believed of what will be pressed."""
    recipes = _rounded(beliefs.space, points.numpy())
    known = _with_readings(beliefs)
    return Pool(recipes, beliefs.unit(recipes), torch.tensor([r in known for r in recipes]))
