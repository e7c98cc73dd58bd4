"""The recipe to ship, how sure that is, and which others are as good."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from optimizer.beliefs import Beliefs, believe
from optimizer.candidates import spread
from optimizer.caution import Caution
from optimizer.objectives import Objective
from optimizer.objectives.pareto import Focus, Tradeoff
from optimizer.second_thoughts import SecondThoughts, second_thoughts, stacks_to_prove
from optimizer.shipping import Offset, may_be_shipped
from optimizer.space import Space
from optimizer.training import Origin
from trials.checks import FloatArray
from trials.errors import BadInput
from trials.outcome import Failed, Intact
from trials.recipe import Recipe
from trials.trial import Trial

CANDIDATES = 2048


@dataclass(frozen=True, slots=True)
class Region:
    """Recipes as good as the best within the tolerance.

    Ranges hold one variable at a time, the others at the recommended recipe; `share` is the part
    of the whole space, `probability` the mean chance that a recipe in it really is as good.
    """

    pressure_mpa: tuple[float, float]
    dwell_s: tuple[float, float]
    temperature_c: tuple[float, float]
    share: float
    probability: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The recommended recipe against another one, without scatter from stack to stack."""

    recipe: Recipe
    resistance_ohm_cm2: float
    low_ohm_cm2: float
    high_ohm_cm2: float
    p_crushed: float
    p_failed: float
    p_recommended_is_better: float
    stacks_to_prove: int | None
    """Stacks of each recipe that would show the difference (80 % power, 5 %); None where there is
    none to show."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to ship.

    `low`/`high` bound the recipe's own median resistance with 95 %, `stack_low`/`stack_high` that
    of one more stack. `cautious` is False when no recipe meets the limits on failure: then it is
    the safest one, not the best. `intact` and `failed` count the stacks learned from; `reference`
    is None where none was given or it lies off a fixed variable; `thoughts` where they were not
    asked for. `front` holds the recipes among which a choice is left where the objective seeks
    several things at once. `notes` tells where a fit fell back or rows were left out.
    """

    recipe: Recipe
    resistance_ohm_cm2: float
    low_ohm_cm2: float
    high_ohm_cm2: float
    stack_low_ohm_cm2: float
    stack_high_ohm_cm2: float
    p_crushed: float
    p_failed: float
    cautious: bool
    region: Region
    reference: Comparison | None
    intact: int
    failed: int
    thoughts: SecondThoughts | None = None
    notes: tuple[str, ...] = ()
    front: tuple[Tradeoff, ...] = ()


def recommend(history: Sequence[Trial], space: Space, *, caution: Caution | None = None,
              reference: Recipe | None = None, earlier: Sequence[Trial] = (),
              origin: Origin | None = None, thoughts: bool = False,
              objective: Objective | None = None) -> Recommendation:
    """The recipe that the objective would ship, by default that with the lowest believed resistance
    that keeps to the limits on failure, averaged over the press's set-point error. Never simply the
    best measured row.

    `thoughts` adds what it costs and what could change it. Pure, deterministic, blind to the order
    of history. Raises BadInput before the first intact stack.
    """
    if not any(isinstance(t.outcome, Intact) and space.comparable(t.recipe)
               for t in (*history, *earlier)):
        raise BadInput("intact stacks", 0, "1 or more",
                       "Press more stacks: nothing can be recommended from failures alone.")
    beliefs = believe(history, space, caution or Caution(), earlier=earlier, origin=origin)
    objective = objective or Objective()
    best, cautious = objective.ship(beliefs)
    recipe = space.decode(best.numpy())
    typical, stack = beliefs.resistance([recipe]), beliefs.resistance([recipe], new_stack=True)
    outcomes = [t.outcome for t in history if t.outcome is not None]
    return Recommendation(
        recipe=recipe, resistance_ohm_cm2=float(typical.median[0]),
        low_ohm_cm2=float(typical.low[0]), high_ohm_cm2=float(typical.high[0]),
        stack_low_ohm_cm2=float(stack.low[0]), stack_high_ohm_cm2=float(stack.high[0]),
        p_crushed=float(beliefs.crushing([recipe])[0]),
        p_failed=float(beliefs.failing([recipe])[0]), cautious=cautious,
        region=_region(beliefs, recipe, objective.offset),
        reference=None if reference is None or not space.comparable(reference)
        else _comparison(beliefs, recipe, reference),
        intact=sum(isinstance(o, Intact) for o in outcomes),
        failed=sum(isinstance(o, Failed) for o in outcomes),
        thoughts=second_thoughts(beliefs, recipe, objective.offset) if thoughts else None,
        notes=beliefs.notes, front=_front(beliefs, objective, recipe))


def _front(beliefs: Beliefs, objective: Objective, recipe: Recipe) -> tuple[Tradeoff, ...]:
    """Of an objective that has one, the recommended recipe among them; empty for the others, and
    where no recipe keeps the limits on failure."""
    if not isinstance(objective, Focus) or not (front := objective.front(beliefs)):
        return ()
    if all(t.recipe != recipe for t in front):
        front += objective.tradeoffs(beliefs, [recipe])
    return tuple(sorted(front, key=lambda t: t.resistance_ohm_cm2))


def _as_good(beliefs: Beliefs, points: Tensor, best_log: float, offset_of: Offset
             ) -> tuple[Tensor, Tensor]:
    """Which points keep the limits and are more likely than not as good, and how likely."""
    assert beliefs.log_resistance is not None
    with torch.no_grad():
        mean, sd = beliefs.log_resistance.predict(points)
        bar = best_log + math.log1p(beliefs.caution.tolerance)
        chance = torch.special.ndtr((bar - mean - offset_of(beliefs, points))
                                    / sd.clamp_min(1e-6))
    return may_be_shipped(beliefs, points) & (chance >= 0.5), chance


def _region(beliefs: Beliefs, recipe: Recipe, offset_of: Offset) -> Region:
    space = beliefs.space
    at = torch.from_numpy(space.encode([recipe]))
    best_log = math.log(float(beliefs.resistance([recipe]).median[0])) + float(
        offset_of(beliefs, at)[0])
    good, chance = _as_good(beliefs, spread(at.shape[-1], CANDIDATES, 0), best_log, offset_of)
    ranges = {}
    for name in ("pressure_mpa", "dwell_s", "temperature_c"):
        value = getattr(recipe, name)
        ranges[name] = (value, value)
        if name in space.free:
            low, high = _range(beliefs, name, at, best_log, offset_of)
            ranges[name] = (min(low, value), max(high, value))
    share = float(good.double().mean())
    return Region(**ranges, share=share,
                  probability=float(chance[good].mean()) if share > 0 else 0.5)


def _range(beliefs: Beliefs, name: str, at: Tensor, best_log: float, offset_of: Offset
           ) -> tuple[float, float]:
    """The unbroken stretch around the recipe along one variable."""
    index = beliefs.space.free.index(name)
    line = at.repeat(201, 1)
    line[:, index] = torch.linspace(0.0, 1.0, 201, dtype=torch.float64)
    good = _as_good(beliefs, line, best_log, offset_of)[0].numpy()
    centre = round(float(at[0, index]) * 200)
    low = _reach(good[:centre + 1][::-1])
    high = _reach(good[centre:])
    ends = [beliefs.space.decode(line[i].numpy()) for i in (centre - low, centre + high)]
    return getattr(ends[0], name), getattr(ends[1], name)


def _reach(good: FloatArray) -> int:
    """How many steps from the start stay good."""
    bad = np.flatnonzero(~np.asarray(good, dtype=bool)[1:])
    return int(bad[0]) if bad.size else len(good) - 1


def _comparison(beliefs: Beliefs, recipe: Recipe, other: Recipe) -> Comparison:
    """Difference of the two under the joint posterior."""
    assert beliefs.log_resistance is not None
    gp, x = beliefs.log_resistance, beliefs.unit([recipe, other])
    mean, _ = gp.predict(x)
    covariance = gp.covariance(x, x)
    variance = covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1]
    gap = float(mean[1] - mean[0]) / math.sqrt(max(float(variance), 1e-12))
    there = beliefs.resistance([other])
    return Comparison(
        recipe=other, resistance_ohm_cm2=float(there.median[0]),
        low_ohm_cm2=float(there.low[0]), high_ohm_cm2=float(there.high[0]),
        p_crushed=float(beliefs.crushing([other])[0]),
        p_failed=float(beliefs.failing([other])[0]),
        p_recommended_is_better=float(0.5 * (1.0 + math.erf(gap / math.sqrt(2.0)))),
        stacks_to_prove=stacks_to_prove(float(mean[1] - mean[0]), gp.scatter))
