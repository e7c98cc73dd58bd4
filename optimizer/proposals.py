"""What to press next: history in, recipes out."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from botorch.optim import optimize_acqf
from scipy.stats import qmc
from torch import Tensor

from optimizer.beliefs import Beliefs, believe
from optimizer.caution import Caution
from optimizer.space import Space
from trials.errors import BadInput
from trials.recipe import Recipe
from trials.trial import State, Trial

RESTARTS, RAW = 4, 128


@dataclass(frozen=True, slots=True)
class Search:
    """How the search goes.

    start_with: stacks pressed by a space-filling design before the models take over, the
        reference recipe included.
    acquisition: a file of `optimizer/acquisitions/`, or a dotted module name.
    """

    start_with: int = 8
    acquisition: str = "cautious_improvement"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A recipe, what it is for, and what is believed of it (empty before there are models)."""

    recipe: Recipe
    purpose: str
    beliefs: dict[str, float] = field(default_factory=dict)


def propose(history: Sequence[Trial], space: Space, *, caution: Caution | None = None,
            search: Search | None = None, reference: Recipe | None = None, count: int = 1,
            seed: int = 0) -> tuple[Proposal, ...]:
    """The next recipes to press.

    Pure and deterministic in history (in any order) and seed. The first recipes are `reference`,
    where it lies in the space, and a Sobol sequence; after `search.start_with` trials the models
    choose. Raises BadInput when count is below 1.
    """
    if not count >= 1:
        raise BadInput("count", count, "1 or more", "Ask for at least one recipe.")
    caution, search = caution or Caution(), search or Search()
    known = len([t for t in history if t.state not in (State.FAULTED, State.SETTLED)])
    started = len(history)
    opening = max(0, min(count, search.start_with - known))
    first = [_opening(space, reference, started + i, seed) for i in range(opening)]
    if opening == count:
        return tuple(first)
    beliefs = believe(history, space, caution)
    ahead = space.encode([p.recipe for p in first])
    chosen = _chosen(beliefs, search, ahead, count - opening, seed + started)
    return (*first, *(_described(beliefs, recipe) for recipe in chosen))


def _opening(space: Space, reference: Recipe | None, index: int, seed: int) -> Proposal:
    """The reference first, then the Sobol sequence of this seed."""
    if reference is not None and space.contains(reference):
        if index == 0:
            return Proposal(reference, "reference")
        index -= 1
    with warnings.catch_warnings():
        # The balance of a Sobol sequence matters less here than that it can be continued.
        warnings.simplefilter("ignore", UserWarning)
        points = qmc.Sobol(len(space.free), scramble=True, rng=seed).random(index + 1)
    return Proposal(space.decode(points[index]), "space-filling")


def _chosen(beliefs: Beliefs, search: Search, ahead: np.ndarray, count: int, seed: int
            ) -> list[Recipe]:
    """One after the other, each knowing those before it as pending."""
    name = search.acquisition if beliefs.log_resistance is not None else "survival_first"
    module = importlib.import_module(name if "." in name else f"optimizer.acquisitions.{name}")
    pending = torch.from_numpy(np.concatenate([beliefs.data.pending, ahead]))
    recipes: list[Recipe] = []
    for i in range(count):
        x = _best(module.acquisition(beliefs, pending, seed + i), pending.shape[-1], seed + i)
        recipes.append(beliefs.space.decode(x.numpy()))
        pending = torch.cat([pending, x.unsqueeze(0)])
    return recipes


def _best(function: torch.nn.Module, inputs: int, seed: int) -> Tensor:
    """The maximiser over the unit cube, shape (d,)."""
    bounds = torch.stack([torch.zeros(inputs), torch.ones(inputs)]).double()
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        found, _ = optimize_acqf(function, bounds, q=1, num_restarts=RESTARTS, raw_samples=RAW,
                                 options={"seed": seed, "maxiter": 100})
    return found.detach().squeeze(0)


def _described(beliefs: Beliefs, recipe: Recipe) -> Proposal:
    numbers = {"p_crushed": float(beliefs.crushing([recipe])[0]),
               "p_failed": float(beliefs.failing([recipe])[0])}
    if beliefs.log_resistance is None:
        return Proposal(recipe, "find an intact stack", numbers)
    expected = beliefs.resistance([recipe], new_stack=True)
    numbers |= {"resistance_ohm_cm2": float(expected.median[0]), "low_ohm_cm2": float(
        expected.low[0]), "high_ohm_cm2": float(expected.high[0])}
    return Proposal(recipe, "improve", numbers)


