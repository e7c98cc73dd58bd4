"""A stand-in for the press, made from a lab's stacks: what would have happened there?

Nobody knows the true resistance of a recipe, only what the stacks make likely. So each replay
draws one truth out of all those that agree with the stacks: hyperparameters and a joint sample of
the surface of ln R, and the same of f of each way to fail. The emulator's own error is inside the
result that way, as the truths differ where the stacks say little. Sampled at a few hundred points
and carried between them by the process itself (conditioning by kriging, Chiles 2012, doi
10.1002/9781118136188).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from pressloop.optimizer import physics_prior
from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.candidates import spread
from pressloop.optimizer.history.value_scale import ValueScale
from pressloop.optimizer.model_files import prior_of
from pressloop.optimizer.models import Models
from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.replay.ground_truth import usable
from pressloop.studies.replay.sampled_truth import DrawnTruth, Luck
from pressloop.studies.subsample import few_rows
from pressloop.surrogates.failures.threshold import ThresholdGP
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.surrogates.parts.stack_scatter import of_stacks, of_wrong_laws, surrogate_of
from pressloop.surrogates.surfaces import from_laws, from_rows, from_threshold
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import KNOWN_MODES, Failed, FailureMode, Intact
from pressloop.trials.trial import Trial

DEVIATIONS_FOR_95 = 1.96
MOST_ROWS = 200
"""Stacks that an emulator is fitted to: more make it dearer with their cube, and hardly better."""
FEWEST = 5
SAMPLED = 256
"""Points at which a surface is drawn."""
COUNTED = 1000.0
"""Particles that a damage index counts, where the stacks do not tell."""
USUALLY_BY_CHANCE, USUAL_WEIGHT = 0.03, 20
"""Share of stacks that fail whatever the recipe where nothing is known, and the number of stacks
that this assumption weighs as much as."""


@dataclass(frozen=True, slots=True)
class OwnError:
    """How well the emulator predicts each of its stacks from the others.

    `typical_percent` is the median error of one reading, `inside_95` the share of readings inside
    the stated 95 % interval, `stacks` how many were asked for.
    """

    typical_percent: float
    inside_95: float
    stacks: int


@dataclass(frozen=True, slots=True, eq=False)
class Emulator:
    """Everything that is needed to draw truths; nothing is fitted after construction.

    `models` are the default ones, whichever a campaign learns with, and without stacks where only
    general knowledge speaks."""

    models: Models
    luck: Luck
    error: OwnError | None
    fitted_to: int
    out_of: int

    def draw(self, seed: Sequence[int]) -> DrawnTruth:
        """One truth. The same seed draws the same."""
        torch.set_num_threads(1)
        draw = np.random.default_rng(list(seed))
        models, space, limits = self.models, self.models.space, self.models.limits
        z = spread(models.off.numel(), SAMPLED, 0)
        if models.log_resistance is None:
            resistance = from_laws(prior_of(models.problem, models.data.scale), models.off, draw, z)
            failures = {mode: from_threshold(physics_prior.of_failure(space, mode), draw, z)
                        for mode in KNOWN_MODES}
        else:
            resistance = from_rows(surrogate_of(models.log_resistance), models.off, draw, z)
            failures = {mode: from_rows(model, torch.zeros_like(models.off), draw, z)
                        for mode, model in models.failures.items()
                        if isinstance(model, ThresholdGP)}
        return DrawnTruth(space, limits, self.luck, resistance, failures, scale=models.data.scale)


def emulator_of(data: StudyData, *, seed: int = 0) -> Emulator:
    """Fits the emulator, to at most MOST_ROWS stacks, chosen by the seed.

    Raises BadInput with fewer than FEWEST intact stacks in the space."""
    known = usable(data.trials, data.space)
    intact = sum(isinstance(o := t.outcome, Intact) and o.reading(data.quantity.name) is not None
                 for t in known)
    if intact < FEWEST:
        raise BadInput("intact stacks", intact, f"{FEWEST} or more",
                       "There is too little to make a stand-in of the press from: press more "
                       "stacks, or plan without data.")
    rows = few_rows(known, data.space, MOST_ROWS, seed)
    models = fit_models(Problem(data.space, data.objective, limits=data.limits,
                                learn_conditions=False), rows)
    luck = Luck(_by_chance(models, rows), _reading(rows, models.data.scale),
                _counted(rows) if models.data.log_hazard.y.size else None)
    return Emulator(models, luck, own_error(surrogate_of(models.log_resistance)),
                    len(rows), len(known))


def known_before_data(space: Space, limits: RiskLimits, *, failed: float = USUALLY_BY_CHANCE,
                      objective: Objective | None = None) -> Emulator:
    """What general knowledge of pressing makes likely before there is any stack.

    `failed` is the share of stacks that fail by chance, and the scatter is `limits.stack_scatter`.
    """
    return Emulator(fit_models(Problem(space, objective or Objective(), limits=limits), ()),
                    Luck(failed, None, COUNTED), None, 0, 0)


def own_error(model: PhysicsGP) -> OwnError:
    """Of each row as the others predict it, averaged over the draws.

    Without what the process adds where its laws may be wrong, as the truths that are drawn are
    without it."""
    by_draw, variance = model.left_out()
    gap = by_draw.mean(0).abs()
    whole = variance.mean(0) + by_draw.var(0, unbiased=False)
    sd = (whole - of_wrong_laws(model, model.rows)).clamp_min(of_stacks(model)**2).sqrt()
    return OwnError(100.0 * math.expm1(float(gap.median())),
                    float((gap <= DEVIATIONS_FOR_95 * sd).double().mean()), gap.numel())


def _by_chance(models: Models, rows: Sequence[Trial]) -> float:
    """The share of stacks that failed although the recipe does not explain it.

    Few stacks leave it near the usual share."""
    failed = [isinstance(t.outcome, Failed) and t.outcome.mode is not FailureMode.CRUSHED
              for t in rows]
    expected = models.failing([t.recipe for t in rows])
    unexplained = max(float(np.sum(failed) - expected.sum()), 0.0)
    return (unexplained + USUALLY_BY_CHANCE * USUAL_WEIGHT) / (len(rows) + USUAL_WEIGHT)


def _reading(rows: Sequence[Trial], scale: ValueScale) -> float | None:
    name = scale.quantity.name
    stated = [math.sqrt(scale.variance(reading)) for t in rows
            if isinstance(o := t.outcome, Intact) and (reading := o.reading(name)) is not None
            and reading.standard_error is not None]
    return float(np.median(stated)) if stated else None


def _counted(rows: Sequence[Trial]) -> float:
    """Particles that would give the damage index the error that the stacks state."""
    stated = [d.index / d.standard_error**2 for t in rows
              if isinstance(o := t.outcome, (Intact, Failed)) and (d := o.damage) is not None
              and d.index > 0.0 and d.standard_error > 0.0]
    return float(np.median(stated)) if stated else COUNTED
