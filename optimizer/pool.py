"""The recipes among which the next one is chosen, as the panel can set them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from optimizer.beliefs import Beliefs
from optimizer.candidates import WIDTHS, near, sobol, spread
from optimizer.objectives import Objective
from optimizer.space import Space
from trials.checks import FloatArray
from trials.recipe import Recipe

SPREAD, CLOUD = 768, 64
"""Candidates all over the cube, and in the clouds round those that matter."""
AHEAD, FEWEST = 8, 256
"""Points of the design looked at for each that is wanted, and in all at least."""
LEAST_DANGEROUS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Recipes, each once, and their points (m, d); `tried` (m,) marks those that have readings.
    `best` (d,) is what would be shipped now, None before the first intact stack."""

    recipes: tuple[Recipe, ...]
    points: Tensor
    tried: Tensor
    best: Tensor | None = None

    def __getitem__(self, index: Tensor) -> Pool:
        return replace(self, recipes=tuple(self.recipes[int(i)] for i in index),
                       points=self.points[index], tried=self.tried[index])


def candidates(beliefs: Beliefs, objective: Objective, seed: int) -> Pool:
    """Points all over the cube, the recipes tried, and clouds round the one that would be shipped
    and the best ones tried. Where none is believed to survive, the least dangerous ones."""
    points, best = [spread(len(beliefs.space.free), SPREAD, seed)], None
    if beliefs.log_resistance is not None:
        tried = torch.from_numpy(beliefs.data.log_resistance.x).clamp(0.0, 1.0)
        best, _ = objective.ship(beliefs)
        value = beliefs.log_resistance.predict(tried)[0] + objective.offset(beliefs, tried)
        centres = torch.cat([best.unsqueeze(0), tried[value.argsort()[:3]]])
        points += [tried, best.unsqueeze(0),
                   *(near(centres, width, CLOUD, seed) for width in WIDTHS)]
    # Rounded, so that what is believed of a recipe is believed of what will be pressed.
    recipes = _rounded(beliefs.space, torch.cat(points).numpy())
    known = _with_readings(beliefs)
    return _tolerable(beliefs, Pool(recipes, beliefs.unit(recipes),
                                    torch.tensor([r in known for r in recipes]), best))


def _with_readings(beliefs: Beliefs) -> frozenset[Recipe]:
    """The recipes of the space, rounded, whose resistance has been read."""
    x = beliefs.data.log_resistance.x
    inside = ((x >= -1e-9) & (x <= 1.0 + 1e-9)).all(axis=1)
    return frozenset(_rounded(beliefs.space, x[inside]))


def opening(beliefs: Beliefs, known: Iterable[Recipe], count: int, seed: int) -> list[Recipe]:
    """The next recipes of the Sobol sequence of this seed that are believed to survive, as the
    first stacks already tell where none does; where too few are, the least dangerous ones."""
    done, space = set(known), beliefs.space
    if count == 0:
        return []
    looked_at = max(FEWEST, AHEAD * (len(done) + count))
    recipes = _rounded(space, sobol(len(space.free), looked_at, seed))
    danger = _danger(beliefs, beliefs.unit(recipes))
    safe = (danger <= beliefs.caution.max_crush_probability_exploring).tolist()
    found = [r for r, survives in zip(recipes, safe, strict=True) if survives and r not in done]
    found = found[:count]
    rest = [recipes[i] for i in danger.argsort(stable=True).tolist() if recipes[i] not in found]
    found += [*(r for r in rest if r not in done), *rest][:count - len(found)]
    # A space of very few recipes is gone through again.
    return [found[i % len(found)] for i in range(count)]


def _rounded(space: Space, x: FloatArray) -> tuple[Recipe, ...]:
    return tuple(dict.fromkeys(space.decode(one) for one in x))


def _danger(beliefs: Beliefs, points: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.maximum(beliefs.crush_probability(points), beliefs.fail_probability(points))


def _tolerable(beliefs: Beliefs, pool: Pool) -> Pool:
    danger = _danger(beliefs, pool.points)
    allowed = (danger <= beliefs.caution.max_crush_probability_exploring).nonzero().squeeze(1)
    return pool[allowed if len(allowed) else danger.argsort()[:LEAST_DANGEROUS]]
