"""Which variables matter, and whether the readings make physical sense.

Variables are pressure, dwell, temperature, lot, operator and stack pressure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.model_files import dataset
from pressloop.optimizer.models import Models
from pressloop.optimizer.physics_prior import of_log_resistance
from pressloop.optimizer.problem import Problem, SurrogateChoice
from pressloop.studies.data import StudyData
from pressloop.studies.executor import Each, one_by_one
from pressloop.studies.sensitivity.effects import (
    Curve,
    Effect,
    LawValue,
    averaged_curves,
    changes,
    curves_through,
    laws,
    left_over,
)
from pressloop.studies.sensitivity.held_pressure import HeldPressure, held_pressure
from pressloop.studies.sensitivity.physics_checks import CheckedRule, Odd, odd_rows, sanity
from pressloop.studies.sensitivity.posterior_samples import drawn, grid
from pressloop.studies.sensitivity.residuals import what_is_left
from pressloop.studies.sensitivity.sobol_indices import LASTING, SobolIndex, shares, typical_factor
from pressloop.studies.sensitivity.variance_components import (
    GroupDifference,
    GroupSpread,
    scatter_of,
)
from pressloop.studies.subsample import few_rows
from pressloop.surrogates.models import physics_gp
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.trials.checks import within
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

FEWEST = 3
"""Intact stacks below which nothing is said."""
DOUBTED = 0.05
"""Weight of the laws of pressing below which they are not used: the rows, each left out, are
predicted so much better without them."""
LEAST_PART = 0.05
"""Of the space: where stacks fail in less of it, or last in less, it is not looked at by itself."""


@dataclass(frozen=True, slots=True)
class Options:
    """Keys of the study's `[sensitivity]` table.

    most_rows: stacks that the models learn from where there are more; cost grows with the cube.
    draws: functions that are drawn to find intervals.
    smallest_effect: wrong change of resistance per doubling (or per 10 degC) that is too small to
        be flagged, a fraction.
    false_alarms: share of sound tables in which some check may be raised all the same.
    """

    most_rows: int = 200
    draws: int = 400
    smallest_effect: float = 0.01
    false_alarms: float = 0.05

    def __post_init__(self) -> None:
        within("sensitivity.most_rows", self.most_rows, 10, 1000, "It counts stacks.")
        within("sensitivity.draws", self.draws, 40, 10_000, "It counts draws.")
        within("sensitivity.smallest_effect", self.smallest_effect, 0.0, 0.5, "It is a fraction.")
        within("sensitivity.false_alarms", self.false_alarms, 0.001, 0.5, "It is a fraction.")


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What matters.

    `told` counts intact and failed stacks, `intact` those with a resistance in this space, `used`
    are those that the models learned from. `recipe` is the one that would be recommended, `models`
    what was learned, both None where too few stacks are intact. `typical_factor` is how far
    resistance varies over the space (a factor, one standard deviation), `scatter` from stack to
    stack of one recipe, lot and operator (of ln R, with a 95 % interval), `failing` the share of
    the space where stacks fail more often than not, `unvaried` the free variables that the rows
    hardly vary, `left_over` what the laws of pressing miss (of ln R).
    """

    told: int
    intact: int
    used: tuple[Trial, ...]
    models: Models | None = None
    recipe: Recipe | None = None
    cautious: bool = True
    shares: tuple[SobolIndex, ...] = ()
    typical_factor: float = 1.0
    scatter: float = 0.0
    scatter_low: float = 0.0
    scatter_high: float = 0.0
    left_over: float = 0.0
    lawless: bool = False
    """True where a model without laws predicts these stacks better, and is used."""
    failing: float = 0.0
    unvaried: tuple[str, ...] = ()
    curves: tuple[Curve, ...] = ()
    changes: tuple[Effect, ...] = ()
    laws: tuple[LawValue, ...] = ()
    groups: tuple[GroupSpread, ...] = ()
    differences: tuple[GroupDifference, ...] = ()
    single: tuple[str, ...] = ()
    """Kinds of groups of which there is one only."""
    same_groups: bool = False
    """True where every lot has its own operator, so that neither can be told from the other."""
    held: HeldPressure | None = None
    checks: tuple[CheckedRule, ...] = ()
    odd: tuple[Odd, ...] = ()
    row_word: str = "trial"

    @property
    def flags(self) -> tuple[CheckedRule, ...]:
        """Checks that the readings contradict."""
        return tuple(c for c in self.checks if c.flagged)

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """Tidy rows for Parquet."""
        return {
            "shares": [asdict(one) for one in self.shares],
            "changes": [asdict(one) for one in self.changes],
            "curves": [row for curve in self.curves for row in _points(curve)],
            "laws": [asdict(one) for one in self.laws],
            "groups": [asdict(one) | {"together": ", ".join(one.together)}
                                   for one in self.groups],
            "group_differences": [asdict(one) for one in self.differences],
            "stack_pressure": [] if self.held is None else [
                asdict(self.held) | {"together": ", ".join(self.held.together)}],
            "checks": [_check(one) for one in self.checks],
            "odd_rows": [asdict(one) for one in self.odd],
        }


def _points(curve: Curve) -> list[dict[str, object]]:
    crushed = np.full(len(curve.x), np.nan) if curve.p_crushed is None else curve.p_crushed
    return [{"variable": curve.variable, "averaged": curve.averaged, "value": float(x),
             "resistance_ohm_cm2": float(m), "low_ohm_cm2": float(a), "high_ohm_cm2": float(b),
             "p_crushed": None if np.isnan(p) else float(p)}
            for x, m, a, b, p in zip(curve.x, curve.median, curve.low, curve.high, crushed,
                                     strict=True)]


def _check(one: CheckedRule) -> dict[str, object]:
    look = one.look
    return {"check": look.name, "rule": look.rule, "where": look.where, "quantity": look.quantity,
            "variable": look.variable, "stacks": one.stacks, "slope_per_step": one.slope,
            "low": one.low, "high": one.high, "flagged": one.flagged,
            "rows": ", ".join(map(str, one.rows)), "gone_without_them": one.cured,
            "cannot_be_told": one.why_not}


def sensitivity(data: StudyData, options: Options, *, seed: int = 0, each: Each = one_by_one
                ) -> Findings:
    """What matters for these stacks; three jobs of some seconds each.

    Deterministic in data, options and seed."""
    used = few_rows(data.trials, data.space, options.most_rows, seed)
    stacks = len(data.intact) + len(data.failed)
    intact = sum(data.space.comparable(t.recipe) for t in data.intact)
    found = Findings(stacks, intact, used, row_word=data.row_word)
    if intact >= FEWEST:
        whole = replace(data, trials=tuple(t for t in data.intact))
        few = replace(data, trials=used)
        done = list(each(_done, [_Job("shares", few, used, options, seed),
                                 _Job("sanity", few, used, options, seed),
                                 _Job("groups", whole, used, options, seed)], "what matters"))
        found = replace(found, **{k: v for part in done for k, v in part.items()})
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    part: str
    data: StudyData
    used: tuple[Trial, ...]
    options: Options
    seed: int


def _done(job: _Job) -> dict[str, Any]:
    """The fields of Findings that a job fills."""
    return {"shares": _shares, "sanity": _sanity, "groups": _groups}[job.part](job)


def _shares(job: _Job) -> dict[str, Any]:
    space = job.data.space
    models, lawless = _learned(job)
    best, cautious = models.incumbent
    recipe = space.decode(best.numpy())
    cube = grid([(0.0, 1.0)] * len(space.free))
    values = drawn(models.resistance_model, cube.points, job.options.draws, job.seed)
    x = models.data.log_resistance.x
    lasting = models.survival(space.decode_all(cube.points)) >= 0.5
    found = shares(values, cube, space.free)
    if LEAST_PART < lasting.mean() < 1.0 - LEAST_PART:
        found += shares(values, cube, space.free, LASTING, lasting)
    alone = _one_hypothesis(models, lawless)
    return {
        "models": models, "recipe": recipe, "cautious": cautious,
        "shares": found, "typical_factor": typical_factor(values, cube),
        "left_over": left_over(alone), "failing": float(1.0 - lasting.mean()),
        "unvaried": tuple(n for i, n in enumerate(space.free) if np.ptp(x[:, i]) < 0.1),
        "curves": (*curves_through(models, recipe), *averaged_curves(values, cube, space)),
        "changes": changes(values, cube, space), "lawless": lawless,
        "laws": laws(alone, space)}


def _learned(job: _Job) -> tuple[Models, bool]:
    """What the default models make of the stacks, and whether they do without the laws.

    Those were told for other stacks, or far from these pressures."""
    problem = Problem(job.data.space, limits=job.data.limits, learn_conditions=False)
    models = fit_models(problem, job.used)
    if models.laws is None or models.laws >= DOUBTED:
        return models, False
    return fit_models(replace(problem, surrogate=SurrogateChoice(laws=False)), job.used), True


def _one_hypothesis(models: Models, lawless: bool) -> PhysicsGP:
    """The process of ln R if the laws hold for sure, or if they do not."""
    prior = of_log_resistance(models.space, models.limits, laws=not lawless)
    return physics_gp.fit(dataset(models.data.log_resistance), replace(prior, laws=1.0))


def _sanity(job: _Job) -> dict[str, Any]:
    models, _ = _learned(job)
    return {"checks": sanity(job.data, job.used, models, least=job.options.smallest_effect,
                             false_alarms=job.options.false_alarms),
            "odd": odd_rows(job.data, job.used)}


def _groups(job: _Job) -> dict[str, Any]:
    _, lawless = _learned(job)
    left = what_is_left(job.data, job.used, lawless=lawless)
    stacks = [r.trial.stack for r in left.residuals]
    names = {"lot": [one.lot for one in stacks], "operator": [one.operator for one in stacks]}
    found = scatter_of(left, names, job.data)
    pairs = set(zip(*names.values(), strict=True))
    several = all(len(set(given)) > 1 for given in names.values())
    scatter, low, high = found.within
    return {"scatter": scatter, "scatter_low": low, "scatter_high": high,
            "groups": found.groups, "differences": found.differences,
            "single": tuple(kind for kind, given in names.items() if len(set(given)) == 1),
            "same_groups": several and all(len(set(given)) == len(pairs)
                                           for given in names.values()),
            "held": held_pressure(left.residuals, job.data)}
