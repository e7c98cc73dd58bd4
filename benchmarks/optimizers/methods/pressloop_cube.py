"""This project on problems that are no press.

Its process without the laws of pressing, one more for each measured limit, its incumbent and an
acquisition that may break limits in the search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from botorch.models.model import Model
from torch import Tensor

from benchmarks.optimizers.methods.base import Rows
from benchmarks.optimizers.problems.base import Array
from pressloop.optimizer import Problem, RiskLimits
from pressloop.optimizer.acquisitions import incumbent_improvement
from pressloop.optimizer.candidates import WIDTHS, near, spread
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.history.training import Rows as TrainingRows
from pressloop.optimizer.history.training import Training
from pressloop.optimizer.model_files import dataset
from pressloop.optimizer.models import Models
from pressloop.surrogates import predict
from pressloop.surrogates.models import plain_gp
from pressloop.surrogates.parts.prior import Prior
from pressloop.trials.outcome import FailureMode

START, POINTS, CLOUD = 6, 1024, 96
STEPS = (0.1, 0.05, 0.03, 0.015)
"""Widths of the clouds in which the best candidate is followed."""
FREE_TO_BREAK = RiskLimits(survival_exponent=0.5, max_crush_probability_exploring=0.95, losses=0.0)
"""A limit of these problems costs nothing where it is broken in the search, and is kept or broken
by a recipe, not by one stack in so many."""
STACKS, MEASURED = (0.12, 0.4), (1e-3, 0.1)
"""Median and spread (ln) of the scatter that is expected on top of the stated standard errors: of
the value from stack to stack, and of limits, whose standard errors say it all."""


@dataclass(frozen=True, slots=True)
class Cube:
    """A space whose recipes are the points of the unit cube themselves."""

    inputs: int
    rules: tuple[()] = ()
    held: tuple[()] = ()
    others: tuple[()] = ()
    steps: tuple[()] = ()
    parameters: tuple[()] = ()

    @property
    def kinds(self) -> tuple[int, ...]:
        """No input has kinds."""
        return (0,) * self.inputs

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(f"x{i}" for i in range(self.inputs))


@dataclass(frozen=True, eq=False)
class CubeModels(Models):
    """Models without set-point error.

    `broken` has a model of each measured limit and the highest number that keeps it."""

    broken: tuple[tuple[Model, float], ...] = ()

    @property
    def off(self) -> Tensor:
        """None."""
        return torch.zeros(len(self.space.free), dtype=torch.float64)

    def crush_probability(self, x: Tensor) -> Tensor:
        """Probability that a limit is broken at points (m, d), shape (m,)."""
        kept = x.new_ones(x.shape[0])
        for model, limit in self.broken:
            mean, sd = predict.moments(model, x)
            kept = kept * torch.special.ndtr((limit - mean) / sd)
        return 1.0 - kept


class PressLoopCube(Rows):
    """Starts with a Sobol design, as in a press."""

    def ask(self, count: int) -> list[Array]:
        """One batch, each point knowing those before it as pending."""
        done = len(self.rows)
        models = self._models()
        first = count if models.log_resistance is None else max(0, min(count, START - done))
        chosen = self._opening(models, first)
        if len(chosen) == count:
            return chosen
        points = self._candidates(models, done)
        for _ in range(count - len(chosen)):
            pending = torch.from_numpy(np.array(chosen).reshape(-1, self.problem.dim))
            chosen.append(_best(models, points, pending).numpy())
        return chosen

    def recommend(self) -> Array | None:
        """The incumbent; None before the first value."""
        models = self._models()
        return None if models.log_resistance is None else models.incumbent[0].numpy()

    def _opening(self, models: Models, count: int) -> list[Array]:
        """The next points of a Sobol design.

        Those that are predicted to fail are passed over as far as there are others."""
        points = torch.from_numpy(sobol(self.problem.dim, 64, self.seed))[len(self.rows):]
        danger = models.risk(points).crush
        limit = models.limits.max_crush_probability_exploring
        order = torch.where(danger <= limit, 0.0, danger).argsort(stable=True)
        return list(points[order[:count].sort().values].numpy())

    def _candidates(self, models: Models, done: int) -> Tensor:
        tried = torch.from_numpy(models.data.log_resistance.x)
        value = models.moments(tried)[0] - models.risk(tried).log_survival()
        centres = torch.cat([models.incumbent[0].unsqueeze(0), tried[value.argsort()[:3]]])
        return torch.cat([spread(self.problem.dim, POINTS, self.seed + done), tried, centres,
                          *(near(centres, width, CLOUD, done) for width in WIDTHS)])

    def _models(self) -> CubeModels:
        dim = self.problem.dim
        value = _rows([(x, np.log(o.value), o.value_se**2) for x, o in self.intact], dim)
        none = value.none
        limited = {name: _rows([(x, o.measured[name].number, o.measured[name].se**2)
                                for x, o in self.rows if name in o.measured], dim)
                   for name in self.problem.limits}
        return CubeModels(
            problem=Problem(Cube(dim), limits=FREE_TO_BREAK),  # type: ignore[arg-type]
            history=(), earlier=(),
            data=Training(value, none, dict.fromkeys(FailureMode, none), none.x, none),
            log_resistance=_fitted(value, *STACKS) if value.y.size else None, failures={},
            broken=tuple((_fitted(rows, *MEASURED), self.problem.limits[name])
                         for name, rows in limited.items() if rows.y.size))


def _fitted(rows: TrainingRows, scatter: float, factor: float) -> Model:
    """A plain process of the size that the rows show.

    Length scales grow with the diagonal of the cube (Hvarfner 2024, doi
    10.48550/arXiv.2402.02229)."""
    size = max(float(np.std(rows.y)), 1e-3) if rows.y.size > 2 else 1.0
    return plain_gp.fit(dataset(rows), Prior(
        plain_residual=(size, 0.8), plain_length=(1.5 * rows.x.shape[1]**0.5, 0.8),
        scatter=(scatter, factor), level_sd=3.0 * size))


def _best(models: Models, points: Tensor, pending: Tensor) -> Tensor:
    """The best candidates, followed by the best of ever smaller clouds round them."""
    for turn, width in enumerate(STEPS):
        order = _value(models, points, pending).argsort(descending=True)
        best = points[order[:3 if turn == 0 else 1]]
        points = torch.cat([near(best, width, CLOUD, turn), best])
    return points[int(_value(models, points, pending).argmax())]


def _value(models: Models, points: Tensor, pending: Tensor) -> Tensor:
    """ln of the gain, held back where limits may be broken, shape (m,)."""
    risk = models.risk(points)
    with torch.no_grad():
        gain = incumbent_improvement.build(models, pending)(points.unsqueeze(-2))
    value = gain + models.limits.survival_exponent * risk.log_survival()
    tolerable = risk.crush <= models.limits.max_crush_probability_exploring
    return value.where(tolerable, -torch.inf) if bool(tolerable.any()) else value


def _rows(found: list[tuple[Array, float, float]], inputs: int) -> TrainingRows:
    x = np.array([f[0] for f in found], dtype=float).reshape(len(found), inputs)
    y, variance = (np.array([f[i] for f in found], dtype=float) for i in (1, 2))
    return TrainingRows(x, y, variance, np.zeros(len(found), dtype=np.int64))
