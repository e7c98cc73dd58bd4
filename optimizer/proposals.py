"""What to press next: history in, recipes out."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import torch
from botorch.optim import optimize_acqf
from scipy.stats import qmc
from torch import Tensor

from optimizer import acquisitions
from optimizer.beliefs import Beliefs, believe
from optimizer.caution import Caution
from optimizer.space import Space
from trials.checks import FloatArray, not_negative
from trials.errors import BadInput
from trials.plugins import named_module
from trials.recipe import Recipe
from trials.trial import State, Trial

RESTARTS, RAW = 4, 128


@dataclass(frozen=True, slots=True)
class Search:
    """How the search goes.

    start_with: stacks pressed by a space-filling design before the models take over, the
        reference recipe included.
    acquisition: a file of `optimizer/acquisitions/`, or a dotted module name.
    Raises BadInput where there is no such acquisition: now, not after the first stacks.
    """

    start_with: int = 8
    acquisition: str = "cautious_improvement"

    def __post_init__(self) -> None:
        not_negative("search.start_with", self.start_with)
        _acquisition(self.acquisition)


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
    where it lies in the space and has not been tried, and a Sobol sequence; after
    `search.start_with` trials the models choose. Raises BadInput when count is below 1.
    """
    if not count >= 1:
        raise BadInput("count", count, "1 or more", "Ask for at least one recipe.")
    caution, search = caution or Caution(), search or Search()
    known = [t.recipe for t in history if t.state not in (State.FAULTED, State.SETTLED)]
    started = len(history)
    opening = max(0, min(count, search.start_with - len(known)))
    first = _opening(space, reference, known, started, opening, seed)
    if opening == count:
        return first
    beliefs = believe(history, space, caution)
    ahead = space.encode([p.recipe for p in first])
    chosen = _chosen(beliefs, search, ahead, count - opening, seed + started)
    return (*first, *(_described(beliefs, recipe) for recipe in chosen))


def _opening(space: Space, reference: Recipe | None, known: Sequence[Recipe], started: int,
             count: int, seed: int) -> tuple[Proposal, ...]:
    """The reference, unless it has been tried, then the Sobol sequence of this seed."""
    first: list[Proposal] = []
    begin = started
    if reference is not None and space.contains(reference):
        begin -= 1
        if reference not in known:
            first.append(Proposal(reference, "reference"))
    points = _sobol(len(space.free), begin + count, seed)[begin + len(first):]
    return (*first, *(Proposal(space.decode(x), "space-filling") for x in points))[:count]


def _sobol(inputs: int, count: int, seed: int) -> FloatArray:
    """The first points of a scrambled Sobol sequence, shape (count, inputs)."""
    with warnings.catch_warnings():
        # The balance of a Sobol sequence matters less here than that it can be continued.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(qmc.Sobol(inputs, scramble=True, rng=seed).random(max(count, 0)))


def _chosen(beliefs: Beliefs, search: Search, ahead: np.ndarray, count: int, seed: int
            ) -> list[Recipe]:
    """One after the other, each knowing those before it as pending."""
    name = search.acquisition if beliefs.log_resistance is not None else "survival_first"
    module = _acquisition(name)
    pending = torch.from_numpy(np.concatenate([beliefs.data.pending, ahead]))
    recipes: list[Recipe] = []
    for i in range(count):
        with _seeded(seed + i):
            x = _best(module.acquisition(beliefs, pending, seed + i), pending.shape[-1], seed + i)
        recipes.append(beliefs.space.decode(x.numpy()))
        pending = torch.cat([pending, x.unsqueeze(0)])
    return recipes


def _acquisition(name: str) -> ModuleType:
    return named_module("search.acquisition", name, acquisitions, "one",
                        "acquisition(beliefs, pending, seed)")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Everything that draws inside, BoTorch's own pruning included, draws from this seed; the
    caller's random state is left alone."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # Replicates make BoTorch warn of a jitter that is smaller than any scatter.
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        yield


def _best(function: torch.nn.Module, inputs: int, seed: int) -> Tensor:
    """The maximiser over the unit cube, shape (d,)."""
    bounds = torch.stack([torch.zeros(inputs), torch.ones(inputs)]).double()
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
