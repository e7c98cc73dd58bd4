"""A stand-in for the press, made from a lab's stacks: what would have happened there?

Nobody knows the true resistance of a recipe, only what the stacks make likely. So each replay
draws one truth out of all those that agree with the stacks: hyperparameters and a joint sample of
the surface of ln R, the same of the damage index, and one threshold for each way to fail. The
emulator's own error is inside the result that way, as the truths differ where the stacks say
little. Sampled at a few hundred points and carried between them by the process itself
(conditioning by kriging, Chiles 2012, doi 10.1002/9781118136188).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from optimizer import knowledge
from optimizer.beliefs import DEVIATIONS_FOR_95, Beliefs, believe
from optimizer.candidates import spread
from optimizer.caution import Caution
from optimizer.space import Space
from studies.data import StudyData
from studies.drawn_truth import DrawnTruth, Luck, Surface
from studies.few_rows import few_rows
from studies.laws import law_surface
from studies.stack_scatter import of_set_points, of_wrong_laws
from studies.truths import usable
from surrogates.monotone_labels import MonotoneLabels, fit_monotone_labels
from surrogates.pressing_gp import PressingGP
from trials.checks import FloatArray
from trials.errors import BadInput
from trials.outcome import Failed, FailureMode, Intact
from trials.trial import Trial

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
    """Everything that is needed to draw truths; nothing is fitted after construction. `beliefs` is
    without stacks where only general knowledge speaks."""

    beliefs: Beliefs
    luck: Luck
    error: OwnError | None
    fitted_to: int
    out_of: int

    def draw(self, seed: Sequence[int]) -> DrawnTruth:
        """One truth. The same seed draws the same."""
        torch.set_num_threads(1)
        draw = np.random.default_rng(list(seed))
        beliefs = self.beliefs
        space, caution, off = beliefs.space, beliefs.caution, beliefs.off
        hazard: Surface | None = None
        if beliefs.log_resistance is None:
            resistance = Surface(*law_surface(
                knowledge.of_log_resistance(space, caution), off, draw))
            hazard = Surface(*law_surface(knowledge.of_root_hazard(space), off, draw))
        else:
            resistance = drawn(beliefs.log_resistance, off, draw)
            if beliefs.limits:
                hazard = drawn(beliefs.limits[0].gp, off, draw)
        labels = {mode: _one_threshold(model, draw) for mode, model in beliefs.labels.items()}
        return DrawnTruth(space, caution, self.luck, resistance, hazard, labels)


def emulator_of(data: StudyData, *, seed: int = 0) -> Emulator:
    """Fits the emulator, to at most MOST_ROWS stacks, chosen by the seed. Raises BadInput with
    fewer than FEWEST intact stacks in the space."""
    known = usable(data.trials, data.space)
    intact = sum(isinstance(t.outcome, Intact) for t in known)
    if intact < FEWEST:
        raise BadInput("intact stacks", intact, f"{FEWEST} or more",
                       "There is too little to make a stand-in of the press from: press more "
                       "stacks, or plan without data.")
    rows = few_rows(known, data.space, MOST_ROWS, seed)
    beliefs = believe(rows, data.space, data.caution)
    assert beliefs.log_resistance is not None
    luck = Luck(_by_chance(beliefs, rows), _reading(rows), _counted(rows))
    return Emulator(beliefs, luck,
                    own_error(beliefs.log_resistance, beliefs.data.log_resistance.y),
                    len(rows), len(known))


def known_before_data(space: Space, caution: Caution, *, failed: float = USUALLY_BY_CHANCE
                      ) -> Emulator:
    """What general knowledge of pressing makes likely before there is any stack; `failed` is the
    share of stacks that fail by chance, and the scatter is `caution.stack_scatter`."""
    beliefs, free = believe((), space, caution), len(space.free)
    # Crushing is drawn from the law of the damage index; labels would only repeat it.
    crushed = fit_monotone_labels(
        torch.zeros(0, free, dtype=torch.float64), torch.zeros(0, dtype=torch.float64),
        knowledge.of_label(space, FailureMode.CRUSHED, indexed=True))
    beliefs = replace(beliefs, labels=beliefs.labels | {FailureMode.CRUSHED: crushed})
    return Emulator(beliefs, Luck(failed, None, COUNTED), None, 0, 0)


def own_error(gp: PressingGP, y: FloatArray) -> OwnError:
    """Leave-one-out residuals r_i = a_i / B_ii with variance 1 / B_ii, B the inverse of K + noise
    (Rasmussen 2006, eq. 5.12), averaged over the draws; without what the process adds where its
    laws may be wrong, as the truths that are drawn are without it."""
    inverse = torch.cholesky_inverse(gp.factor).diagonal(dim1=1, dim2=2)
    by_draw = gp.weights.squeeze(-1) / inverse
    residual = by_draw.mean(0)
    variance = (1.0 / inverse).mean(0) + by_draw.var(0, unbiased=False)
    sd = (variance - of_wrong_laws(gp, gp.x)).clamp_min(gp.scatter**2).sqrt()
    return OwnError(100.0 * math.expm1(float(residual.abs().median())),
                    float((residual.abs() <= DEVIATIONS_FOR_95 * sd).double().mean()), y.size)


def drawn(gp: PressingGP, off: Tensor, draw: np.random.Generator) -> Surface:
    """One of the functions that the process holds possible: one of its hyperparameter draws, then
    a joint sample under it."""
    one = _with_one_draw(gp, int(draw.integers(gp.draws.residual.shape[0])))
    z = spread(gp.x.shape[-1], SAMPLED, 0)
    covariance = one.covariance(z, z)
    covariance += (1e-8 + 1e-6 * covariance.diagonal().mean()) * torch.eye(SAMPLED)
    root = torch.linalg.cholesky(covariance)
    normal = torch.from_numpy(draw.standard_normal(SAMPLED))
    # f = m + C C_zz^-1 (f_z - m_z), and f_z - m_z is the root times the normal numbers.
    pull = torch.linalg.solve_triangular(root.T, normal.unsqueeze(1), upper=True).squeeze(1)
    return Surface(lambda x: one.predict(x)[0] + one.covariance(x, z) @ pull,
                   lambda x: _scatter_of_stacks(one, x, off))


def _scatter_of_stacks(gp: PressingGP, x: Tensor, off: Tensor) -> Tensor:
    """What stacks of one recipe scatter by: from stack to stack, and by set points that are missed.
    A stand-in that scattered by what is allowed for wrong laws as well would hand out lucky
    readings that no press gives."""
    return (gp.scatter**2 + of_set_points(gp, x, off)).sqrt()


def _with_one_draw(gp: PressingGP, at: int) -> PressingGP:
    index = torch.tensor([at])
    return PressingGP(
        prior=gp.prior, draws=gp.draws[index], x=gp.x, group=gp.group, shift=gp.shift,
        factor=gp.factor[index], weights=gp.weights[index], doubted=gp.doubted, effective=1.0,
        scatter=float(gp.draws.scatter[at]))


def _one_threshold(model: MonotoneLabels, draw: np.random.Generator) -> MonotoneLabels:
    at = torch.tensor([int(draw.integers(model.weights.shape[0]))])
    return replace(model, slopes=model.slopes[at], thresholds=model.thresholds[at],
                   widths=model.widths[at], weights=torch.ones(1, dtype=torch.float64))


def _by_chance(beliefs: Beliefs, rows: Sequence[Trial]) -> float:
    """The share of stacks that failed although the recipe does not explain it; few stacks leave it
    near the usual share."""
    failed = [isinstance(t.outcome, Failed) and t.outcome.mode is not FailureMode.CRUSHED
              for t in rows]
    expected = beliefs.failing([t.recipe for t in rows])
    unexplained = max(float(np.sum(failed) - expected.sum()), 0.0)
    return (unexplained + USUALLY_BY_CHANCE * USUAL_WEIGHT) / (len(rows) + USUAL_WEIGHT)


def _reading(rows: Sequence[Trial]) -> float | None:
    told = [o.resistance_se_ohm_cm2 / o.resistance_ohm_cm2 for t in rows
            if isinstance(o := t.outcome, Intact) and o.resistance_se_ohm_cm2 is not None]
    return float(np.median(told)) if told else None


def _counted(rows: Sequence[Trial]) -> float:
    """Particles that would give the damage index the error that the stacks state."""
    told = [d.index / d.standard_error**2 for t in rows
            if isinstance(o := t.outcome, (Intact, Failed)) and (d := o.damage) is not None
            and d.index > 0.0 and d.standard_error > 0.0]
    return float(np.median(told)) if told else COUNTED
