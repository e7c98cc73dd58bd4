"""What to press next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType

import torch
from botorch.acquisition import AcquisitionFunction
from torch import Tensor

from pressloop.optimizer import acquisitions, reasons
from pressloop.optimizer.acquisitions.knowledge_gradient import SMALLEST, KnowledgeGradient
from pressloop.optimizer.candidate_set import CandidateSet, candidates, promising, rounded_set
from pressloop.optimizer.cost import heating_order
from pressloop.optimizer.history.controls import control_slots
from pressloop.optimizer.history.earlier import opening_size
from pressloop.optimizer.initial_design import initial_design
from pressloop.optimizer.models import Models
from pressloop.optimizer.reasons import CONTROL, REFERENCE, SPACE_FILLING
from pressloop.surrogates.parts.fitted import seeded
from pressloop.trials.errors import BadInput
from pressloop.trials.plugins import named_module
from pressloop.trials.recipe import Recipe, Value
from pressloop.trials.trial import State

NEAR = 0.03
"""Recipes closer than this in the unit cube are the same as long as neither has been read."""
AS_GOOD = 0.01
"""A replicate is taken where its value, a logarithm, is this close to the best: it tells of the
scatter of stacks as well."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A recipe, what it is for, what is predicted of it, and a sentence that says both.

    The prediction is empty before there is data.

    `predicted` is of one more stack: `resistance_ohm_cm2` with its 95 % interval `low_ohm_cm2` to
    `high_ohm_cm2` (of another quantity NAME, NAME_low and NAME_high), `p_crushed`, `p_failed`,
    `survival`, `acquisition` (the logarithm of what the search values it at), `expected_gain` (the
    relative fall of the recommended recipe's resistance, or what improves another quantity).
    """

    recipe: Recipe
    purpose: str
    predicted: dict[str, float] = field(default_factory=dict)
    reason: str = ""


def propose(models: Models, count: int = 1, seed: int = 0) -> tuple[Proposal, ...]:
    """The next recipes to press, in the order in which the platens heat least.

    Pure and deterministic in the models' history (in any order) and seed. The first recipes are the
    problem's reference, where it lies in the space and has not been tried, and a space-filling
    design; after `search.start_with` trials, once there is an outcome, the acquisition chooses.
    Raises BadInput when count is below 1.
    """
    if not count >= 1:
        raise BadInput("count", count, "1 or more", "Ask for at least one recipe.")
    problem, history = models.problem, models.history
    known = [t.recipe for t in history if t.state not in (State.FAULTED, State.SETTLED)]
    controls = control_slots(len(known), count, problem.search.control_every)
    asked = _Asked(models, seed + len(history), _newest_temperature(models))
    others = [i for i, control in enumerate(controls) if not control]
    start_with = opening_size(problem.search.start_with, models.earlier, problem.space)
    first = (sum(len(known) + i < start_with for i in others) if models.data.largest
             else len(others))
    plan: dict[int, tuple[Recipe, str]] = {
        i: (problem.reference, CONTROL) for i, control in enumerate(controls)
        if control and problem.reference is not None}
    plan |= dict(zip(others, _opening(models, known, first, seed), strict=False))
    found = _described(asked, plan)
    found |= dict(zip(others[first:], _chosen(asked, plan, len(others) - first), strict=True))
    return _in_order([found[i] for i in range(count)], asked.from_c)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One call: what is believed, its seed, and the temperature that the platens come from."""

    models: Models
    seed: int
    from_c: float


def _newest_temperature(models: Models) -> float:
    """Of the platens that come next: those of this press, where presses have names."""
    press = models.origin[2] if models.origin is not None and len(models.origin) > 2 else None
    here = [t for t in models.history if press is None or t.press == press]
    newest = max(here, key=lambda t: (t.number, t.recipe.temperature_c), default=None)
    return models.problem.cost.room_c if newest is None else newest.recipe.temperature_c


def _opening(models: Models, known: Sequence[Recipe], count: int, seed: int
             ) -> list[tuple[Recipe, str]]:
    """The reference, unless it has been tried, then a design over the space."""
    first: list[tuple[Recipe, str]] = []
    reference = models.problem.reference
    if count and reference is not None and models.space.contains(reference) \
            and reference not in known:
        first.append((reference, REFERENCE))
    given = [*known, *(recipe for recipe, _ in first)]
    return first + [(r, SPACE_FILLING)
                    for r in initial_design(models, given, count - len(first), seed)]


def _described(asked: _Asked, plan: dict[int, tuple[Recipe, str]]) -> dict[int, Proposal]:
    """The proposals that no model chose."""
    models = asked.models
    worth: list[dict[str, float]] = [{} for _ in plan]
    if plan and models.log_resistance is not None:
        found = rounded_set(models, models.unit([recipe for recipe, _ in plan.values()]))
        values = _values(asked, found, models.pending, [asked.from_c], 0)
        of = {r: _worth(models, found, models.pending, values, i)
              for i, r in enumerate(found.recipes)}
        worth = [of.get(recipe, {}) for recipe, _ in plan.values()]
    return {i: _proposal(models, recipe, purpose, more)
            for (i, (recipe, purpose)), more in zip(plan.items(), worth, strict=True)}


def _chosen(asked: _Asked, plan: dict[int, tuple[Recipe, str]], count: int) -> list[Proposal]:
    """One after the other, each knowing those before it as pending."""
    models, chosen = asked.models, list[Proposal]()
    if count == 0:
        return chosen
    ahead = [recipe for recipe, _ in plan.values()]
    with seeded(asked.seed):
        found = promising(models, candidates(models, asked.seed))
    for turn in range(count):
        if turn == 1 and (one := _one_of_batch(models, chosen[0].recipe)):
            models = models.holding(one)
            asked = replace(asked, models=models)
            with seeded(asked.seed):
                found = promising(models, candidates(models, asked.seed))
        pending = torch.cat([models.pending, models.unit(ahead)])
        from_c = [asked.from_c, *(r.temperature_c for r in ahead)]
        values = _values(asked, found, pending, from_c, turn)
        best = _best(found, _apart(values, found.points, pending))
        worth = _worth(models, found, pending, values, best)
        purpose, recipe = reasons.purpose_of(models, found, best), found.recipes[best]
        chosen.append(_proposal(models, recipe, purpose, worth))
        ahead.append(recipe)
    return chosen


def _one_of_batch(models: Models, first: Recipe) -> dict[str, Value]:
    """What the rest of a batch shares with its first recipe."""
    return {name: value for name in models.problem.search.one_per_batch
            if (value := first.value(name)) is not None}


def _apart(values: Tensor, points: Tensor, pending: Tensor) -> Tensor:
    """The values without those of recipes that are under way, as far as there are others."""
    if not pending.shape[0]:
        return values
    apart = torch.cdist(points, pending).min(1).values > NEAR
    return values.where(apart, -torch.inf) if bool(apart.any()) else values


def _best(found: CandidateSet, values: Tensor) -> int:
    """Index of the best recipe; of one that has been tried where it is worth about as much."""
    of_tried = values.where(found.tried, -torch.inf)
    again = bool(found.tried.any()) and float(of_tried.max()) >= float(values.max()) - AS_GOOD
    return int((of_tried if again else values).argmax())


def _values(asked: _Asked, found: CandidateSet, pending: Tensor, from_c: Sequence[float], turn: int
            ) -> Tensor:
    """ln of the gain, held back where stacks may not survive or take long; shape (m,)."""
    models, cost = asked.models, asked.models.problem.cost
    with seeded(asked.seed + turn), torch.no_grad():
        value = _log_gain(models, found.points, pending, asked.seed + turn)
        value = value + models.limits.survival_exponent * found.risk.log_survival()
        if found.risk.miss is not None:
            kept = found.risk.log_good() - found.risk.log_survival()
            value = value + models.limits.survival_exponent * kept
    minutes = torch.from_numpy(cost.minutes(models.space, found.points.numpy(), from_c))
    return value - cost.weight * (minutes / minutes.median()).log() if cost.weight else value


def _log_gain(models: Models, points: Tensor, pending: Tensor, seed: int) -> Tensor:
    if models.log_resistance is not None \
            and (own := models.problem.objective.gain(models, points, pending)) is not None:
        return own.clamp_min(SMALLEST).log()
    value: Tensor = build(models, pending, seed)(points.unsqueeze(-2))
    return value


def build(models: Models, pending: Tensor, seed: int) -> AcquisitionFunction:
    """The acquisition that the search names.

    A file of `optimizer/acquisitions/` or a dotted module; before the first intact stack,
    `feasibility_first`. Raises BadInput where there is none. Pending points have shape (k, d).
    """
    name = ("feasibility_first" if models.log_resistance is None
            else models.problem.search.acquisition)
    return acquisition_module(name).build(models, pending, seed=seed)


def acquisition_module(name: str) -> ModuleType:
    """The module of that name. Raises BadInput where there is none, or it has no `build`."""
    return named_module("search.acquisition", name, acquisitions, "one",
                        "build(models, X_pending, *, seed)")


def _worth(models: Models, found: CandidateSet, pending: Tensor, values: Tensor, at: int
           ) -> dict[str, float]:
    """What the search says of the candidate with this index."""
    told = {"acquisition": float(values[at])}
    objective = models.problem.objective
    if models.log_resistance is not None and (objective.pressing or objective.by_value):
        here = found[torch.tensor([at])]
        fall = KnowledgeGradient(models, pending).fall(here.points).detach()
        told["expected_gain"] = models.data.scale.gain(
            float(fall * here.risk.log_survival().exp()))
    return told


def _proposal(models: Models, recipe: Recipe, purpose: str, more: dict[str, float]) -> Proposal:
    numbers = reasons.numbers_of(models, recipe)
    numbers |= more if numbers else {}
    return Proposal(recipe, purpose, numbers, reasons.sentence(
        purpose, numbers, models.notes, reasons.unused_intact(models),
        models.problem.objective.quantities))


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
