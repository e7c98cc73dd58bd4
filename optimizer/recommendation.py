"""The recipe to recommend, how sure that is, and which others are as good."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pressloop.optimizer.beliefs.belief import Expected
from pressloop.optimizer.candidates import spread
from pressloop.optimizer.decision_analysis import (
    DecisionAnalysis,
    decision_analysis,
    stacks_to_prove,
)
from pressloop.optimizer.incumbent import Offset, may_be_recommended
from pressloop.optimizer.models import Models
from pressloop.optimizer.notebook import recommendation_html
from pressloop.optimizer.objectives import measured
from pressloop.optimizer.objectives.measured import Choice
from pressloop.optimizer.objectives.pareto import Focus, Tradeoff
from pressloop.optimizer.parameter import METER, Parameter
from pressloop.optimizer.reasons import unused_intact
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import CORE, Recipe

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
    others: tuple[tuple[str, tuple[float, float] | tuple[str, ...]], ...] = ()
    """The same of every other variable by name: a range, or the kinds that are as good."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The recommended recipe against another one, without scatter from stack to stack."""

    recipe: Recipe
    resistance_ohm_cm2: float | None
    low_ohm_cm2: float | None
    high_ohm_cm2: float | None
    p_crushed: float
    p_failed: float
    p_recommended_is_better: float
    stacks_to_prove: int | None
    """Stacks of each recipe that would show the difference (80 % power, 5 %); None where there is
    none to show."""
    expected: tuple[Expected, ...] = ()
    """As of `Recommendation`."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to press from now on.

    `expected` tells every quantity that the objective measures, what is sought first. Of
    interfacial resistance `low`/`high` bound the recipe's own median with 95 %,
    `stack_low`/`stack_high` that of one more stack; None where another quantity is sought.
    `cautious` is False when no recipe meets the limits on failure: then it is the safest one, not
    the best. `intact` and `failed` count the stacks that were learned from, `earlier` those of them
    from earlier campaigns; `reference` is None where none was given or it lies off a fixed
    variable; `analysis` where it was not asked for. `front` holds the recipes among which a choice
    is left where the objective seeks several things at once, `choices` those where several
    quantities are measured. `laws` is how far the stacks follow the usual laws of pressing, the
    weight of the physics prior, None of a model that weighs none. `notes` tells of rows that were
    left out.
    """

    recipe: Recipe
    resistance_ohm_cm2: float | None
    low_ohm_cm2: float | None
    high_ohm_cm2: float | None
    stack_low_ohm_cm2: float | None
    stack_high_ohm_cm2: float | None
    p_crushed: float
    p_failed: float
    cautious: bool
    region: Region
    reference: Comparison | None
    intact: int
    failed: int
    analysis: DecisionAnalysis | None = None
    notes: tuple[str, ...] = ()
    front: tuple[Tradeoff, ...] = ()
    laws: float | None = None
    earlier: int = 0
    expected: tuple[Expected, ...] = ()
    choices: tuple[Choice, ...] = ()

    def _repr_html_(self) -> str:
        """A table, for notebooks."""
        return recommendation_html(self)


def _nothing_known(models: Models) -> BadInput:
    if unused := unused_intact(models):
        return BadInput("intact stacks that are learned from", 0, f"1 or more of the {unused} that "
                        "are known", "None was pressed where the space holds its fixed variables: "
                        "free these in [space], or press there.")
    return BadInput("intact stacks", 0, "1 or more",
                    "Press more stacks: nothing can be recommended from failures alone.")


def recommend(models: Models, *, analysis: bool = False) -> Recommendation:
    """The recipe that the objective recommends, never simply the best measured row.

    By default that with the best believed value that keeps to the limits on failure, averaged over
    the press's set-point error.

    `analysis` adds what it costs and what could change it. Pure and deterministic. Raises BadInput
    before the first intact stack.
    """
    if models.log_resistance is None:
        raise _nothing_known(models)
    best, cautious = models.incumbent
    recipe, reference = models.space.decode(best.numpy()), models.problem.reference
    expected, objective = models.expected(recipe), models.problem.objective
    return Recommendation(
        recipe=recipe, **of_resistance(expected[0]), expected=expected,
        choices=objective.choices(models, recipe) if isinstance(objective, measured.Focus) else (),
        p_crushed=float(models.crushing([recipe])[0]),
        p_failed=float(models.failing([recipe])[0]), cautious=cautious,
        region=_region(models, recipe, objective.offset),
        reference=None if reference is None or not models.space.comparable(reference)
        else _comparison(models, recipe, reference),
        intact=models.learned.intact, failed=models.learned.failed, earlier=models.learned.earlier,
        analysis=decision_analysis(models, recipe) if analysis else None,
        notes=models.notes, front=_front(models, recipe), laws=models.laws)


def of_resistance(expected: Expected) -> dict[str, float | None]:
    """What is expected, by the names that resistance has; None of another quantity."""
    told = {"resistance_ohm_cm2": expected.value, "low_ohm_cm2": expected.low,
            "high_ohm_cm2": expected.high, "stack_low_ohm_cm2": expected.stack_low,
            "stack_high_ohm_cm2": expected.stack_high}
    return {name: value if expected.quantity.is_resistance else None
            for name, value in told.items()}


def _front(models: Models, recipe: Recipe) -> tuple[Tradeoff, ...]:
    """Of an objective that has one, the recommended recipe among them.

    Empty for the others, and where no recipe keeps the limits on failure."""
    objective = models.problem.objective
    if not isinstance(objective, Focus) or not (front := objective.front(models)):
        return ()
    if all(t.recipe != recipe for t in front):
        front += objective.tradeoffs(models, [recipe])
    return tuple(sorted(front, key=lambda t: t.resistance_ohm_cm2))


def _as_good(models: Models, points: Tensor, best_log: float, offset_of: Offset
             ) -> tuple[Tensor, Tensor]:
    """Which points keep the limits and are more likely than not as good, and how likely."""
    with torch.no_grad():
        mean, sd = models.moments(points)
        bar = best_log + math.log1p(models.limits.tolerance)
        chance = torch.special.ndtr((bar - mean - offset_of(models, points))
                                    / sd.clamp_min(1e-6))
    allowed = torch.from_numpy(models.space.allowed(points.numpy()))
    return may_be_recommended(models, points) & allowed & (chance >= 0.5), chance


def _region(models: Models, recipe: Recipe, offset_of: Offset) -> Region:
    space = models.space
    at = torch.from_numpy(space.encode([recipe]))
    best_log = models.data.scale.z(float(models.value([recipe]).median[0])) + float(
        offset_of(models, at)[0])
    points = models.searched(spread(at.shape[-1], CANDIDATES, 0))
    good, chance = _as_good(models, points, best_log, offset_of)
    found = {p.name: _along(models, p, recipe, at, best_log, offset_of)
             for p in space.parameters if p.set_by != METER}
    share = float(good.double().mean()) if len(good) else 0.0
    return Region(**{name: found.pop(name) for name in CORE},  # type: ignore[arg-type]
                  share=share, probability=float(chance[good].mean()) if share > 0 else 0.5,
                  others=tuple(found.items()))


def _along(models: Models, of: Parameter, recipe: Recipe, at: Tensor, best_log: float,
           offset_of: Offset) -> tuple[float, float] | tuple[str, ...]:
    """What is as good of one variable, the others at the recipe."""
    value, space = recipe.value(of.name), models.space
    fixed = of.name not in space.free or of.name in dict(space.held)
    if of.kinds or isinstance(value, str) or value is None:
        return (str(value),) if fixed else _kinds(models, of, at, best_log, offset_of)
    if fixed:
        return (value, value)
    low, high = _range(models, of.name, at, best_log, offset_of)
    return (min(low, value), max(high, value))


def _kinds(models: Models, of: Parameter, at: Tensor, best_log: float, offset_of: Offset
           ) -> tuple[str, ...]:
    """The kinds that are as good, that of the recipe among them."""
    index = models.space.free.index(of.name)
    line = at.repeat(len(of.kinds), 1)
    line[:, index] = torch.linspace(0.0, 1.0, len(of.kinds), dtype=torch.float64)
    good = _as_good(models, line, best_log, offset_of)[0]
    good[(line[:, index] - at[0, index]).abs().argmin()] = True
    return tuple(kind for kind, as_good in zip(of.kinds, good.tolist(), strict=True) if as_good)


def _range(models: Models, name: str, at: Tensor, best_log: float, offset_of: Offset
           ) -> tuple[float, float]:
    """The unbroken stretch around the recipe along one variable."""
    index = models.space.free.index(name)
    line = at.repeat(201, 1)
    line[:, index] = torch.linspace(0.0, 1.0, 201, dtype=torch.float64)
    good = _as_good(models, line, best_log, offset_of)[0].numpy()
    centre = round(float(at[0, index]) * 200)
    low = _reach(good[:centre + 1][::-1])
    high = _reach(good[centre:])
    ends = [models.space.decode(line[i].numpy()) for i in (centre - low, centre + high)]
    return float(ends[0].value(name) or 0.0), float(ends[1].value(name) or 0.0)


def _reach(good: FloatArray) -> int:
    """How many steps from the start stay good."""
    bad = np.flatnonzero(~np.asarray(good, dtype=bool)[1:])
    return int(bad[0]) if bad.size else len(good) - 1


def _comparison(models: Models, recipe: Recipe, other: Recipe) -> Comparison:
    """Difference of the two under the joint posterior."""
    x = models.unit([recipe, other])
    mean, _ = models.moments(x)
    covariance = models.covariance(x, x)
    variance = covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1]
    gap = float(mean[1] - mean[0]) / math.sqrt(max(float(variance), 1e-12))
    there, objective = models.expected(other), models.problem.objective
    better = float(0.5 * (1.0 + math.erf(gap / math.sqrt(2.0))))
    if several := isinstance(objective, measured.Focus) and not objective.by_value:
        better = objective.p_better(models, recipe, other)
    resistance = of_resistance(there[0])
    return Comparison(
        recipe=other, resistance_ohm_cm2=resistance["resistance_ohm_cm2"],
        low_ohm_cm2=resistance["low_ohm_cm2"], high_ohm_cm2=resistance["high_ohm_cm2"],
        expected=there, p_crushed=float(models.crushing([other])[0]),
        p_failed=float(models.failing([other])[0]),
        p_recommended_is_better=better,
        stacks_to_prove=None if several else stacks_to_prove(
            float(mean[1] - mean[0]), float(models.stack_scatter(x).mean().detach())))
