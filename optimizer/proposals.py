"""What to press next: history in, recipes out."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from optimizer import acquisitions
from optimizer.beliefs import Beliefs, believe
from optimizer.candidates import WIDTHS, near, sobol, spread
from optimizer.caution import Caution
from optimizer.shipping import shipped
from optimizer.space import Space
from optimizer.training import Origin
from trials.checks import not_negative
from trials.errors import BadInput
from trials.plugins import named_module
from trials.recipe import Recipe
from trials.trial import State, Trial

SPREAD, CLOUD = 768, 64
"""Candidates all over the cube, and in the clouds round those that matter."""
AHEAD = 8
"""Points of the design looked at for each that is wanted."""
SMALLEST = 1e-12
"""Smallest gain whose logarithm is taken."""


@dataclass(frozen=True, slots=True)
class Search:
    """How the search goes.

    start_with: stacks pressed by a space-filling design before the models take over, the
        reference recipe included.
    acquisition: a file of `optimizer/acquisitions/`, or a dotted module name.
    Raises BadInput where there is no such acquisition: now, not after the first stacks.
    """

    start_with: int = 8
    acquisition: str = "shipping_gain"

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
            seed: int = 0, earlier: Sequence[Trial] = (), origin: Origin | None = None
            ) -> tuple[Proposal, ...]:
    """The next recipes to press.

    Pure and deterministic in history (in any order) and seed. The first recipes are `reference`,
    where it lies in the space and has not been tried, and a Sobol sequence; after
    `search.start_with` trials the models choose. `earlier` and `origin` are as for `believe`.
    Raises BadInput when count is below 1.
    """
    if not count >= 1:
        raise BadInput("count", count, "1 or more", "Ask for at least one recipe.")
    caution, search = caution or Caution(), search or Search()
    known = [t.recipe for t in history if t.state not in (State.FAULTED, State.SETTLED)]
    started = len(history)
    opening = max(0, min(count, search.start_with - len(known)))
    beliefs = believe(history, space, caution, earlier=earlier, origin=origin)
    first = _opening(beliefs, reference, known, started, opening, seed)
    if opening == count:
        return first
    ahead = space.encode([p.recipe for p in first])
    chosen = _chosen(beliefs, search, ahead, count - opening, seed + started)
    return (*first, *(_described(beliefs, recipe) for recipe in chosen))


def _opening(beliefs: Beliefs, reference: Recipe | None, known: Sequence[Recipe], started: int,
             count: int, seed: int) -> tuple[Proposal, ...]:
    """The reference, unless it has been tried, then those points of the Sobol sequence of this seed
    that are believed to survive, as the first stacks already tell where none does."""
    first: list[Proposal] = []
    space, skipped = beliefs.space, started
    if reference is not None and space.contains(reference):
        skipped -= 1
        if reference not in known:
            first.append(Proposal(reference, "reference"))
    wanted = count - len(first)
    if wanted <= 0:
        return tuple(first[:count])
    points = torch.from_numpy(sobol(len(space.free), AHEAD * (max(skipped, 0) + wanted), seed))
    with torch.no_grad():
        crush, fail = beliefs.crush_probability(points), beliefs.fail_probability(points)
    limit = beliefs.caution.max_crush_probability_exploring
    likely = torch.maximum(crush, fail) <= limit
    new = [space.decode(x.numpy()) for x in points[likely]]
    new = [r for r in new if r not in known][:wanted]
    new += [space.decode(x.numpy()) for x in points[skipped:skipped + wanted - len(new)]]
    return (*first, *(Proposal(r, "space-filling") for r in new))


def _chosen(beliefs: Beliefs, search: Search, ahead: np.ndarray, count: int, seed: int
            ) -> list[Recipe]:
    """One after the other, each knowing those before it as pending."""
    name = search.acquisition if beliefs.log_resistance is not None else "survival_first"
    module = _acquisition(name)
    pending = torch.from_numpy(np.concatenate([beliefs.data.pending, ahead]))
    recipes: list[Recipe] = []
    with _seeded(seed):
        points = _candidates(beliefs, seed)
        for i in range(count):
            x = _best(beliefs, module, points, pending, seed + i)
            recipes.append(beliefs.space.decode(x.numpy()))
            pending = torch.cat([pending, x.unsqueeze(0)])
    return recipes


def _candidates(beliefs: Beliefs, seed: int) -> Tensor:
    """Points all over the cube, the recipes tried, and clouds round the one that would be shipped
    and the best ones tried. Where none is believed to survive, the least dangerous ones."""
    points = [spread(len(beliefs.space.free), SPREAD, seed)]
    if beliefs.log_resistance is not None:
        tried = torch.from_numpy(beliefs.data.log_resistance.x).clamp(0.0, 1.0)
        best, _ = shipped(beliefs)
        good = beliefs.log_resistance.predict(tried)[0].argsort()[:3]
        centres = torch.cat([best.unsqueeze(0), tried[good]])
        points += [tried, best.unsqueeze(0),
                   *(near(centres, width, CLOUD, seed) for width in WIDTHS)]
    return _tolerable(beliefs, torch.cat(points))


def _tolerable(beliefs: Beliefs, points: Tensor) -> Tensor:
    limit = beliefs.caution.max_crush_probability_exploring
    with torch.no_grad():
        danger = torch.maximum(beliefs.crush_probability(points), beliefs.fail_probability(points))
    allowed = danger <= limit
    return points[allowed] if bool(allowed.any()) else points[danger.argsort()[:8]]


def _best(beliefs: Beliefs, module: ModuleType, points: Tensor, pending: Tensor, seed: int
          ) -> Tensor:
    """The best candidate, or the best of the cloud round it, shape (d,)."""
    best = points[int(_value(beliefs, module, points, pending, seed).argmax())].unsqueeze(0)
    return best.squeeze(0)


def _value(beliefs: Beliefs, module: ModuleType, points: Tensor, pending: Tensor, seed: int
           ) -> Tensor:
    """ln of the gain, held back where stacks may not survive; shape (m,)."""
    offset = torch.zeros(points.shape[0], dtype=torch.float64)
    gain = module.gain(beliefs, points, pending, offset, seed).clamp_min(SMALLEST)
    with torch.no_grad():
        return gain.log() + beliefs.caution.exploring * beliefs.log_survival(points)


def _acquisition(name: str) -> ModuleType:
    return named_module("search.acquisition", name, acquisitions, "one",
                        "gain(beliefs, points, pending, offset, seed)")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Everything that draws inside, BoTorch's own pruning included, draws from this seed; the
    caller's random state is left alone."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # Replicates make BoTorch warn of a jitter that is smaller than any scatter.
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        yield


def _described(beliefs: Beliefs, recipe: Recipe) -> Proposal:
    numbers = {"p_crushed": float(beliefs.crushing([recipe])[0]),
               "p_failed": float(beliefs.failing([recipe])[0])}
    if beliefs.log_resistance is None:
        return Proposal(recipe, "find an intact stack", numbers)
    expected = beliefs.resistance([recipe], new_stack=True)
    numbers |= {"resistance_ohm_cm2": float(expected.median[0]), "low_ohm_cm2": float(
        expected.low[0]), "high_ohm_cm2": float(expected.high[0])}
    return Proposal(recipe, "improve", numbers)
