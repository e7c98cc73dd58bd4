"""What the recipe leaves of ln R: the part that lots, operators and stacks make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from pressloop.optimizer import physics_prior
from pressloop.optimizer.history.training import Origin, Rows, origin_of, training
from pressloop.optimizer.model_files import dataset
from pressloop.optimizer.setpoint import input_sd
from pressloop.studies.data import StudyData
from pressloop.surrogates import predict
from pressloop.surrogates.models import physics_gp
from pressloop.surrogates.models.physics_gp import OUTLYING, PhysicsGP
from pressloop.surrogates.parts.stack_scatter import of_set_points, of_stacks, of_wrong_laws
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial

FEWEST = 6
"""Stacks from which on what is left is taken apart."""
TOGETHER = 0.5
"""Share of a variable's variance that lies between groups, or goes along with another variable,
from which on both are said to vary together."""
DOUBTED, ROOM = 0.5, 2.0
"""Allowance for wrong laws, relative to the scatter that the lab expects, beyond which stacks do
not tell the scatter; and by which its variance is multiplied there."""
SMALLEST_SHARE = 1e-9
"""Of the largest eigenvalue of a covariance: smaller ones are rounding."""


@dataclass(frozen=True, slots=True)
class Residual:
    """ln R of one stack less what the other stacks let expect.

    `known` is the variance that is no scatter from stack to stack: of the reading, and of set
    points that are missed."""

    trial: Trial
    value: float
    known: float


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """What the recipe leaves of ln R of n stacks.

    For each draw of hyperparameters: the gap to the laws (n,), and features (n, r) whose products
    are the covariance that recipes make."""

    residuals: tuple[Residual, ...]
    draws: tuple[tuple[FloatArray, FloatArray], ...]


def what_is_left(data: StudyData, fit_on: Sequence[Trial], *, lawless: bool = False) -> Left:
    """Of each intact stack, by a surrogate that learned from `fit_on`.

    All rows are alike for it. `lawless` says that a process without laws predicts these stacks
    better."""
    seen = [t for t in fit_on if isinstance(t.outcome, Intact) and data.space.comparable(t.recipe)]
    rows = _rows(data, seen)
    gp = _surrogate(data, rows)
    # The order of training is its own, so that each row finds its stack by its reading.
    left = {_reading(rows, i): value for i, value in enumerate(_left_out(gp))}
    known_trials = sorted({t.number: t for t in (*seen, *data.intact)
                           if data.space.comparable(t.recipe)}.values(), key=lambda t: t.number)
    one_by_one = [_rows(data, [t]) for t in known_trials]
    x = torch.from_numpy(np.concatenate([one.x for one in one_by_one]))
    y = np.array([float(one.y[0]) for one in one_by_one])
    with torch.no_grad():
        mean, sd = (v.numpy() for v in predict.moments(gp, x))
    off = torch.from_numpy(input_sd(data.space, data.limits))
    known = of_set_points(gp, x, off).numpy()
    if not lawless:
        known = known + _doubtful(gp, data, x)
    found = []
    for i, (trial, one) in enumerate(zip(known_trials, one_by_one, strict=True)):
        value = y[i] - float(mean[i])
        variance = float(known[i] + one.variance[0])
        far = abs(value) > OUTLYING * float(np.sqrt(of_stacks(gp)**2 + variance + sd[i]**2))
        value, far = left.get(_reading(one, 0), (value, far))
        # A spoilt stack keeps only as much weight as its distance allows, as in the surrogate.
        found.append(Residual(trial, value, max(variance, value**2) if far else variance))
    # How resistance bends with the recipe is learned with offsets of lots and operators beside it,
    # as what they do would otherwise be taken for bends, and bends for less scatter.
    usual = Counter(origin_of(t) for t in seen).most_common(1)[0][0]
    apart = _surrogate(data, _rows(data, seen, usual))
    return Left(tuple(found), _processes(apart, x, y))


def _rows(data: StudyData, trials: Sequence[Trial], origin: Origin | None = None) -> Rows:
    return training(trials, data.space, data.limits.crushed_above, origin).log_resistance


def _surrogate(data: StudyData, rows: Rows) -> PhysicsGP:
    """A process that takes all that the laws miss for the recipe's doing."""
    # How far the laws may be wrong is no scatter: all stacks of a recipe are off by the same.
    prior = physics_prior.of_log_resistance(data.space, data.limits)
    return physics_gp.fit(dataset(rows), replace(prior, misfit=0.0, own=(1e-6, 0.0)))


def _doubtful(gp: PhysicsGP, data: StudyData, x: torch.Tensor) -> FloatArray:
    """Variance that keeps stacks from telling the scatter, shape (n,).

    Where the laws are large they may be so wrong that it would be taken for scatter. There it is
    made so large that the other stacks tell it; elsewhere there is none, as what is subtracted
    makes scatter too small."""
    prior = physics_prior.of_log_resistance(data.space, data.limits)
    missed = of_wrong_laws(gp, x, prior)
    doubted = missed.sqrt() > DOUBTED * data.limits.stack_scatter
    return np.where(doubted.numpy(), ROOM * missed.numpy(), 0.0)


def _reading(rows: Rows, at: int) -> tuple[float, ...]:
    return (*rows.x[at].tolist(), float(rows.y[at]), float(rows.variance[at]))


def _left_out(gp: PhysicsGP) -> list[tuple[float, bool]]:
    """Residual of each row as the others predict it, and whether it is doubted."""
    value = gp.left_out()[0].mean(0)
    return list(zip(value.tolist(), gp.doubted.tolist(), strict=True))


def _processes(gp: PhysicsGP, x: torch.Tensor, y: FloatArray
               ) -> tuple[tuple[FloatArray, FloatArray], ...]:
    """Each draw of the process as it is before any row, over points x (n, d).

    The gap of y to its mean, and features, from the rows that the surrogate learned from."""
    rows, found = gp.rows[:, :-1], []
    with torch.no_grad():
        of_rows, (means, cross) = gp.before(rows, rows)[1].numpy(), gp.before(x, rows)
    for covariance, mean, onto in zip(of_rows, means.numpy(), cross.numpy(), strict=True):
        size, axes = np.linalg.eigh(covariance)
        kept = size > SMALLEST_SHARE * size.max()
        found.append((y - mean, onto @ (axes[:, kept] / np.sqrt(size[kept]))))
    return tuple(found)
