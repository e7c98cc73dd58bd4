"""What to press next: history in, recipes out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType

import torch
from torch import Tensor

from optimizer import acquisitions, reasons
from optimizer.acquisitions import shipping_gain
from optimizer.beliefs import Beliefs, believe
from optimizer.caution import Caution
from optimizer.controls import control_slots, prove_controls
from optimizer.cost import Cost, heating_order
from optimizer.earlier import opening_size
from optimizer.objectives import Objective
from optimizer.pool import Pool, candidates, opening
from optimizer.reasons import CONTROL, REFERENCE, SPACE_FILLING
from optimizer.shipping import no_offset
from optimizer.space import Space
from optimizer.training import Origin
from trials.checks import not_negative
from trials.errors import BadInput
from trials.plugins import named_module
from trials.recipe import Recipe
from trials.trial import State, Trial

SMALLEST = 1e-12
"""Smallest gain whose logarithm is taken."""
NEAR = 0.03
"""Recipes closer than this in the unit cube are the same as long as neither has been read."""
AS_GOOD = 0.01
"""A replicate is taken where its value, a logarithm, is this close to the best: it tells of the
scatter of stacks as well."""


@dataclass(frozen=True, slots=True)
class Search:
    """How the search goes.

    start_with: stacks pressed by a space-filling design before the models take over, the
        reference recipe and controls included.
    acquisition: a file of `optimizer/acquisitions/`, or a dotted module name.
    control_every: every so many stacks, one is pressed by the reference recipe; 0 for none.
    Raises BadInput where there is no such acquisition: now, not after the first stacks.
    """

    start_with: int = 8
    acquisition: str = "shipping_gain"
    control_every: int = 0

    def __post_init__(self) -> None:
        not_negative("search.start_with", self.start_with)
        not_negative("search.control_every", self.control_every)
        _acquisition(self.acquisition)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A recipe, what it is for, what is believed of it (empty before there is data), and a sentence
    that says both.

    `beliefs` are of one more stack: `resistance_ohm_cm2` with its 95 % interval `low_ohm_cm2` to
    `high_ohm_cm2`, `p_crushed`, `p_failed`, `survival`, `acquisition` (the logarithm of what the
    search values it at), `expected_gain` (the relative fall of the shipped resistance).
    """

    recipe: Recipe
    purpose: str
    beliefs: dict[str, float] = field(default_factory=dict)
    reason: str = ""


def propose(history: Sequence[Trial], space: Space, *, caution: Caution | None = None,
            search: Search | None = None, reference: Recipe | None = None, count: int = 1,
            seed: int = 0, earlier: Sequence[Trial] = (), origin: Origin | None = None,
            objective: Objective | None = None, cost: Cost | None = None
            ) -> tuple[Proposal, ...]:
    """The next recipes to press, in the order in which the platens heat least.

    Pure and deterministic in history (in any order) and seed. The first recipes are `reference`,
    where it lies in the space and has not been tried, and a Sobol sequence; after
    `search.start_with` trials the models choose what serves the `objective` most. `earlier` and
    `origin` are as for `believe`. Raises BadInput when count is below 1, controls have no
    reference, or the objective cannot be had in this space.
    """
    if not count >= 1:
        raise BadInput("count", count, "1 or more", "Ask for at least one recipe.")
    search, objective, cost = search or Search(), objective or Objective(), cost or Cost()
    prove_controls(search.control_every, reference, space)
    objective.prove(space)
    known = [t.recipe for t in history if t.state not in (State.FAULTED, State.SETTLED)]
    controls = control_slots(len(known), count, search.control_every)
    beliefs = believe(history, space, caution or Caution(), earlier=earlier, origin=origin)
    asked = _Asked(beliefs, search, objective, cost, seed + len(history),
                   from_c=_newest_temperature(history, cost))
    others = [i for i, control in enumerate(controls) if not control]
    start_with = opening_size(search.start_with, earlier, space)
    first = sum(len(known) + i < start_with for i in others)
    plan: dict[int, tuple[Recipe, str]] = {
        i: (reference, CONTROL) for i, control in enumerate(controls)
        if control and reference is not None}
    plan |= dict(zip(others, _opening(beliefs, reference, known, first, seed), strict=False))
    found = _described(asked, plan)
    found |= dict(zip(others[first:], _chosen(asked, plan, len(others) - first), strict=True))
    return _in_order([found[i] for i in range(count)], asked.from_c)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One call: what is believed, what is sought, and where the platens come from."""

    beliefs: Beliefs
    search: Search
    objective: Objective
    cost: Cost
    seed: int
    from_c: float


def _newest_temperature(history: Sequence[Trial], cost: Cost) -> float:
    newest = max(history, key=lambda t: (t.number, t.recipe.temperature_c), default=None)
    return cost.room_c if newest is None else newest.recipe.temperature_c


def _opening(beliefs: Beliefs, reference: Recipe | None, known: Sequence[Recipe], count: int,
             seed: int) -> list[tuple[Recipe, str]]:
    """The reference, unless it has been tried, then a design over the space."""
    first: list[tuple[Recipe, str]] = []
    if count and reference is not None and beliefs.space.contains(reference) \
            and reference not in known:
        first.append((reference, REFERENCE))
    given = known if reference is None else [*known, reference]
    return first + [(r, SPACE_FILLING) for r in opening(beliefs, given, count - len(first), seed)]


def _described(asked: _Asked, plan: dict[int, tuple[Recipe, str]]) -> dict[int, Proposal]:
    """The proposals that no model chose."""
    worth: list[dict[str, float]] = [{} for _ in plan]
    if plan and asked.beliefs.log_resistance is not None:
        recipes = [recipe for recipe, _ in plan.values()]
        points = torch.cat([_pool(asked).points, asked.beliefs.unit(recipes)])
        pending = torch.from_numpy(asked.beliefs.data.pending)
        values = _values(asked, points, pending, [asked.from_c], 0)
        worth = [_worth(asked, points, pending, values, len(points) - len(recipes) + i)
                 for i in range(len(recipes))]
    return {i: _proposal(asked.beliefs, recipe, purpose, more)
            for (i, (recipe, purpose)), more in zip(plan.items(), worth, strict=True)}


def _chosen(asked: _Asked, plan: dict[int, tuple[Recipe, str]], count: int) -> list[Proposal]:
    """One after the other, each knowing those before it as pending."""
    beliefs, found = asked.beliefs, list[Proposal]()
    if count == 0:
        return found
    ahead = [recipe for recipe, _ in plan.values()]
    pool = _pool(asked)
    for turn in range(count):
        pending = torch.cat([torch.from_numpy(beliefs.data.pending), beliefs.unit(ahead)])
        from_c = [asked.from_c, *(r.temperature_c for r in ahead)]
        values = _values(asked, pool.points, pending, from_c, turn)
        best = _best(pool, _apart(values, pool.points, pending))
        purpose = reasons.purpose_of(beliefs, asked.objective, pool, best)
        found.append(_proposal(beliefs, pool.recipes[best], purpose,
                               _worth(asked, pool.points, pending, values, best)))
        ahead.append(pool.recipes[best])
    return found


def _pool(asked: _Asked) -> Pool:
    with _seeded(asked.seed):
        return candidates(asked.beliefs, asked.objective, asked.seed)


def _apart(values: Tensor, points: Tensor, pending: Tensor) -> Tensor:
    """The values without those of recipes that are under way, as far as there are others."""
    if not pending.shape[0]:
        return values
    apart = torch.cdist(points, pending).min(1).values > NEAR
    return values.where(apart, -torch.inf) if bool(apart.any()) else values


def _best(pool: Pool, values: Tensor) -> int:
    """Index of the best recipe; of one that has been tried where it is worth about as much."""
    of_tried = values.where(pool.tried, -torch.inf)
    again = bool(pool.tried.any()) and float(of_tried.max()) >= float(values.max()) - AS_GOOD
    return int((of_tried if again else values).argmax())


def _values(asked: _Asked, points: Tensor, pending: Tensor, from_c: Sequence[float], turn: int
            ) -> Tensor:
    """ln of the gain, held back where stacks may not survive or take long; shape (m,)."""
    beliefs, cost = asked.beliefs, asked.cost
    with _seeded(asked.seed + turn), torch.no_grad():
        value = _gain(asked, points, pending, asked.seed + turn).clamp_min(SMALLEST).log()
        value = value + beliefs.caution.exploring * beliefs.log_survival(points)
    minutes = torch.from_numpy(cost.minutes(beliefs.space, points.numpy(), from_c))
    return value - cost.weight * (minutes / minutes.median()).log() if cost.weight else value


def _gain(asked: _Asked, points: Tensor, pending: Tensor, seed: int) -> Tensor:
    beliefs, objective, name = asked.beliefs, asked.objective, asked.search.acquisition
    if beliefs.log_resistance is None:
        name = "survival_first"
    elif (own := objective.gain(beliefs, points, pending)) is not None:
        return own
    gain: Tensor = _acquisition(name).gain(beliefs, points, pending, objective.offset, seed)
    return gain


def _worth(asked: _Asked, points: Tensor, pending: Tensor, values: Tensor, at: int
           ) -> dict[str, float]:
    """What the search says of the point with this index."""
    told = {"acquisition": float(values[at])}
    if asked.beliefs.log_resistance is not None:
        plain = type(asked.objective).gain is Objective.gain
        fall = shipping_gain.gain_at(asked.beliefs, points, at, pending,
                                     asked.objective.offset if plain else no_offset)
        told["expected_gain"] = -math.expm1(-fall)
    return told


def _proposal(beliefs: Beliefs, recipe: Recipe, purpose: str, more: dict[str, float]) -> Proposal:
    numbers = reasons.numbers_of(beliefs, recipe)
    numbers |= more if numbers else {}
    return Proposal(recipe, purpose, numbers, reasons.sentence(purpose, numbers, beliefs.notes))


def _in_order(proposals: Sequence[Proposal], from_c: float) -> tuple[Proposal, ...]:
    """A batch as it heats least; the reference and controls keep their places."""
    found = list(proposals)
    free = [i for i, p in enumerate(found) if p.purpose not in (REFERENCE, CONTROL)]
    if free and free[0] > 0:
        from_c = found[free[0] - 1].recipe.temperature_c
    order = heating_order([found[i].recipe for i in free], from_c)
    for i, place in zip(free, order, strict=True):
        found[i] = proposals[free[place]]
    return tuple(found)


def _acquisition(name: str) -> ModuleType:
    return named_module("search.acquisition", name, acquisitions, "one",
                        "gain(beliefs, points, pending, offset_of, seed)")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Everything that draws inside, BoTorch's own pruning included, draws from this seed; the
    caller's random state is left alone."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # Replicates make BoTorch warn of a jitter that is smaller than any scatter.
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        yield
