"""The recipe to ship, how sure that is, and which others are as good."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import qmc
from torch import Tensor

from optimizer.beliefs import Beliefs, believe
from optimizer.caution import Caution
from optimizer.space import Space
from trials.checks import FloatArray
from trials.errors import BadInput
from trials.outcome import Failed, Intact
from trials.recipe import Recipe
from trials.trial import Trial

CANDIDATES = 4096
RISK = 1.0
"""Standard deviations added to the mean, so that an untried recipe must promise more."""


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


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to ship.

    `low`/`high` bound the recipe's own median resistance with 95 %, `stack_low`/`stack_high` that
    of one more stack. `cautious` is False when no recipe meets the limits on failure: then it is
    the safest one, not the best. `intact` and `failed` count the stacks learned from; `reference`
    is None where none was given or it lies off a fixed variable.
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


def recommend(history: Sequence[Trial], space: Space, *, caution: Caution | None = None,
              reference: Recipe | None = None) -> Recommendation:
    """The recipe with the lowest believed resistance that keeps to the limits on failure,
    averaged over the press's set-point error. Never simply the best measured row.

    Pure, deterministic, blind to the order of history. Raises BadInput before the first intact
    stack.
    """
    if not any(isinstance(t.outcome, Intact) and space.comparable(t.recipe) for t in history):
        raise BadInput("intact stacks", 0, "1 or more",
                       "Press more stacks: nothing can be recommended from failures alone.")
    beliefs = believe(history, space, caution or Caution())
    best, cautious = _best(beliefs)
    recipe = space.decode(best.numpy())
    typical, stack = beliefs.resistance([recipe]), beliefs.resistance([recipe], new_stack=True)
    outcomes = [t.outcome for t in history if t.outcome is not None]
    return Recommendation(
        recipe=recipe, resistance_ohm_cm2=float(typical.median[0]),
        low_ohm_cm2=float(typical.low[0]), high_ohm_cm2=float(typical.high[0]),
        stack_low_ohm_cm2=float(stack.low[0]), stack_high_ohm_cm2=float(stack.high[0]),
        p_crushed=float(beliefs.crushing([recipe])[0]),
        p_failed=float(beliefs.failing([recipe])[0]), cautious=cautious,
        region=_region(beliefs, recipe),
        reference=None if reference is None or not space.comparable(reference)
        else _comparison(beliefs, recipe, reference),
        intact=sum(isinstance(o, Intact) for o in outcomes),
        failed=sum(isinstance(o, Failed) for o in outcomes))


def _candidates(inputs: int) -> Tensor:
    points = qmc.Sobol(inputs, scramble=True, rng=0).random(CANDIDATES)
    return torch.from_numpy(points)


def _best(beliefs: Beliefs) -> tuple[Tensor, bool]:
    """Best candidate, then the best of ever smaller neighbourhoods of it."""
    tried = torch.from_numpy(beliefs.data.log_resistance.x).clamp(0.0, 1.0)
    points = torch.cat([_candidates(tried.shape[-1]), tried])
    draw = qmc.Sobol(points.shape[-1], scramble=True, rng=1)
    best, cautious = _pick(beliefs, points)
    for width in (0.1, 0.03, 0.01):
        near = torch.from_numpy(draw.random(256) - 0.5) * 2.0 * width + best
        best, cautious = _pick(beliefs, torch.cat([near.clamp(0.0, 1.0), best.unsqueeze(0)]))
    return best, cautious


def _pick(beliefs: Beliefs, points: Tensor) -> tuple[Tensor, bool]:
    """The point of lowest robust resistance among those that keep the limits and are known as
    well as the tried ones; where none keeps the limits, the one most likely to survive."""
    cost, crush, fail = _robust(beliefs, points)
    limits = beliefs.caution
    allowed = (crush <= limits.max_crush_probability) & (fail <= limits.max_failure_probability)
    known = allowed & _known(beliefs, points)
    for choice in (known, allowed):
        if bool(choice.any()):
            return points[int(torch.where(choice, cost, torch.inf).argmin())], True
    return points[int(((1.0 - crush) * (1.0 - fail)).argmax())], False


def _known(beliefs: Beliefs, points: Tensor) -> Tensor:
    """Where resistance is no less certain than at the least certain tried recipe, shape (n,): what
    is shipped is no extrapolation."""
    assert beliefs.log_resistance is not None
    tried = torch.from_numpy(beliefs.data.log_resistance.x)
    limit = beliefs.log_resistance.predict(tried)[1].max()
    return beliefs.log_resistance.predict(points)[1] <= limit * (1.0 + 1e-6)


def _robust(beliefs: Beliefs, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log resistance (mean plus RISK standard deviations), crush and failure probability, each of
    shape (n,), averaged over the set-point error."""
    assert beliefs.log_resistance is not None
    shifts = _setpoint_error(beliefs)
    spread = (points.unsqueeze(1) + shifts).reshape(-1, points.shape[-1])
    with torch.no_grad():
        mean, sd = beliefs.log_resistance.predict(spread)
        values = (mean + RISK * sd, beliefs.crush_probability(spread),
                  beliefs.fail_probability(spread))
    cost, crush, fail = (v.reshape(points.shape[0], -1).mean(1) for v in values)
    return cost, crush, fail


def _setpoint_error(beliefs: Beliefs) -> Tensor:
    """Shifts in the unit cube, shape (k, d): centre and both sides of each variable that the press
    sets with an error, at sqrt(3/2) standard deviations so that the mean square is kept."""
    space, limits = beliefs.space, beliefs.caution
    middle = Recipe(*(0.5 * sum(getattr(space, n)) for n in (
        "pressure_mpa", "dwell_s", "temperature_c")))
    steps = {"pressure_mpa": limits.pressure_error * middle.pressure_mpa,
             "temperature_c": limits.temperature_error_c}
    shifts = [torch.zeros(len(space.free), dtype=torch.float64)]
    for i, name in enumerate(space.free):
        if name in steps:
            size = math.sqrt(1.5) * space.per_unit(name, middle, steps[name])
            for sign in (-1.0, 1.0):
                shift = torch.zeros(len(space.free), dtype=torch.float64)
                shift[i] = sign * size
                shifts.append(shift)
    return torch.stack(shifts)


def _as_good(beliefs: Beliefs, points: Tensor, best_log: float) -> tuple[Tensor, Tensor]:
    """Which points keep the limits and are more likely than not as good, and how likely."""
    assert beliefs.log_resistance is not None
    with torch.no_grad():
        mean, sd = beliefs.log_resistance.predict(points)
        bar = best_log + math.log1p(beliefs.caution.tolerance)
        chance = torch.special.ndtr((bar - mean) / sd.clamp_min(1e-6))
        limits = beliefs.caution
        allowed = ((beliefs.crush_probability(points) <= limits.max_crush_probability)
                   & (beliefs.fail_probability(points) <= limits.max_failure_probability))
    return allowed & (chance >= 0.5), chance


def _region(beliefs: Beliefs, recipe: Recipe) -> Region:
    space = beliefs.space
    at = torch.from_numpy(space.encode([recipe]))
    best_log = math.log(float(beliefs.resistance([recipe]).median[0]))
    good, chance = _as_good(beliefs, _candidates(at.shape[-1]), best_log)
    ranges = {}
    for name in ("pressure_mpa", "dwell_s", "temperature_c"):
        value = getattr(recipe, name)
        ranges[name] = (value, value)
        if name in space.free:
            low, high = _range(beliefs, name, at, best_log)
            ranges[name] = (min(low, value), max(high, value))
    share = float(good.double().mean())
    return Region(**ranges, share=share,
                  probability=float(chance[good].mean()) if share > 0 else 0.5)


def _range(beliefs: Beliefs, name: str, at: Tensor, best_log: float) -> tuple[float, float]:
    """The unbroken stretch around the recipe along one variable."""
    index = beliefs.space.free.index(name)
    line = at.repeat(201, 1)
    line[:, index] = torch.linspace(0.0, 1.0, 201, dtype=torch.float64)
    good = _as_good(beliefs, line, best_log)[0].numpy()
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
    model = beliefs.log_resistance
    x = torch.from_numpy(beliefs.space.encode([recipe, other]))
    with torch.no_grad():
        posterior = model.model.posterior(x)
        mean = posterior.mean.squeeze(-1) * model.scale
        covariance = posterior.covariance_matrix * model.scale**2
    variance = covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1]
    gap = float(mean[1] - mean[0]) / math.sqrt(max(float(variance), 1e-12))
    middle = math.log(float(beliefs.resistance([other]).median[0]))
    half = beliefs.deviations_for_95 * math.sqrt(max(float(covariance[1, 1]), 0.0))
    return Comparison(
        recipe=other, resistance_ohm_cm2=math.exp(middle), low_ohm_cm2=math.exp(middle - half),
        high_ohm_cm2=math.exp(middle + half), p_crushed=float(beliefs.crushing([other])[0]),
        p_failed=float(beliefs.failing([other])[0]),
        p_recommended_is_better=float(0.5 * (1.0 + math.erf(gap / math.sqrt(2.0)))))
