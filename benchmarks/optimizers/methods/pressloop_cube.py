"""This project on problems that are no press: its surrogate, its limits, its acquisition and its
rule of what is shipped, without anything that is known of pressing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchmarks.optimizers.methods.base import Rows
from benchmarks.optimizers.problems.base import Array
from optimizer.acquisitions import better_than_shipped, survival_first
from optimizer.beliefs import Beliefs, Limit
from optimizer.candidates import WIDTHS, near, sobol, spread
from optimizer.caution import Caution
from optimizer.fitting import fitted
from optimizer.shipping import no_offset, shipped
from optimizer.training import Rows as TrainingRows
from optimizer.training import Training
from surrogates.monotone_labels import MonotoneLabels, ThresholdPrior, fit_monotone_labels
from surrogates.pressing_gp import Prior
from trials.outcome import FailureMode

START, POINTS, CLOUD = 6, 1024, 96
STEPS = (0.1, 0.05, 0.03, 0.015)
"""Widths of the clouds in which the best candidate is followed."""
FREE_TO_BREAK = Caution(exploring=0.5, max_crush_probability_exploring=0.95, losses=0.0)
"""A limit of these problems costs nothing where it is broken in the search, and is kept or broken
by a recipe, not by one stack in so many."""
STACKS, MEASURED = (0.12, 0.4), (1e-3, 0.1)
"""Median and spread (ln) of the scatter that is expected on top of the stated standard errors: of
the value from stack to stack, and of limits, whose standard errors say it all."""


@dataclass(frozen=True, slots=True)
class Cube:
    """A space whose recipes are the points of the unit cube themselves."""

    inputs: int

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(f"x{i}" for i in range(self.inputs))

    def encode(self, points: list[Array]) -> Array:
        """The points, shape (n, inputs)."""
        return np.array(points, dtype=float).reshape(len(points), self.inputs)

    def decode(self, x: Array) -> Array:
        """The point itself."""
        return x


class CubeBeliefs(Beliefs):
    """Beliefs without set-point error."""

    @property
    def off(self) -> Tensor:
        """None."""
        return torch.zeros(len(self.space.free), dtype=torch.float64)


class PressLoopCube(Rows):
    """Starts with a Sobol design, as in a press."""

    def ask(self, count: int) -> list[Array]:
        """One batch, each point knowing those before it as pending."""
        done = len(self.rows)
        beliefs = self._beliefs()
        start = self._opening(beliefs, max(0, min(count, START - done)))
        if len(start) == count:
            return start
        points, chosen = self._candidates(beliefs, done), start
        for _ in range(count - len(start)):
            pending = torch.from_numpy(np.array(chosen).reshape(-1, self.problem.dim))
            chosen.append(_best(beliefs, points, pending, self.seed + done).numpy())
        return chosen

    def _opening(self, beliefs: Beliefs, count: int) -> list[Array]:
        """The next points of a Sobol design, passing over those that are believed to fail as far
        as there are others."""
        points = torch.from_numpy(sobol(self.problem.dim, 64, self.seed))[len(self.rows):]
        with torch.no_grad():
            danger = beliefs.crush_probability(points)
        limit = beliefs.caution.max_crush_probability_exploring
        order = torch.where(danger <= limit, 0.0, danger).argsort(stable=True)
        return list(points[order[:count].sort().values].numpy())

    def recommend(self) -> Array | None:
        """What would be shipped; None before the first value."""
        return shipped(self._beliefs())[0].numpy() if self.intact else None

    def _candidates(self, beliefs: Beliefs, done: int) -> Tensor:
        points = [spread(self.problem.dim, POINTS, self.seed + done)]
        if beliefs.log_resistance is not None:
            tried = torch.from_numpy(beliefs.data.log_resistance.x)
            with torch.no_grad():
                value = beliefs.log_resistance.predict(tried)[0] - beliefs.log_survival(tried)
            good = value.argsort()[:3]
            centres = torch.cat([shipped(beliefs)[0].unsqueeze(0), tried[good]])
            points += [tried, centres, *(near(centres, w, CLOUD, done) for w in WIDTHS)]
        return torch.cat(points)

    def _beliefs(self) -> Beliefs:
        values = [(x, np.log(o.value), o.value_se**2) for x, o in self.intact]
        told = _rows(values)
        limits = {name: _rows([(x, o.measured[name].number, o.measured[name].se**2)
                               for x, o in self.rows if name in o.measured])
                  for name in self.problem.limits}
        none = _rows([], self.problem.dim)
        data = Training(log_resistance=told, root_hazard=none, log_nonuniformity=none,
                        labels=dict.fromkeys(FailureMode, none),
                        pending=np.zeros((0, self.problem.dim)))
        off = np.zeros(self.problem.dim)
        value = fitted(told, _prior(told.y, self.problem.dim, *STACKS), off, "the value")
        found = {name: fitted(rows, _prior(rows.y, self.problem.dim, *MEASURED), off, name)
                 for name, rows in limits.items()}
        return CubeBeliefs(
            space=Cube(self.problem.dim), caution=FREE_TO_BREAK, data=data,  # type: ignore[arg-type]
            log_resistance=None if value is None else value.gp,
            limits=tuple(Limit(one.gp, self.problem.limits[name])
                         for name, one in found.items() if one is not None),
            labels={mode: _never(self.problem.dim) for mode in FailureMode})


def _best(beliefs: Beliefs, points: Tensor, pending: Tensor, seed: int) -> Tensor:
    """The best candidates, followed by the best of ever smaller clouds round them."""
    for turn, width in enumerate(STEPS):
        order = _value(beliefs, points, pending, seed).argsort(descending=True)
        best = points[order[:3 if turn == 0 else 1]]
        points = torch.cat([near(best, width, CLOUD, turn), best])
    return points[int(_value(beliefs, points, pending, seed).argmax())]


def _value(beliefs: Beliefs, points: Tensor, pending: Tensor, seed: int) -> Tensor:
    module = survival_first if beliefs.log_resistance is None else better_than_shipped
    with torch.no_grad():
        gain = module.gain(beliefs, points, pending, no_offset, seed).clamp_min(1e-12).log()
        crush = beliefs.crush_probability(points)
        value = gain + beliefs.caution.exploring * beliefs.log_survival(points)
    tolerable = crush <= beliefs.caution.max_crush_probability_exploring
    return value if not bool(tolerable.any()) else torch.where(tolerable, value, -torch.inf)


def _prior(y: Array, inputs: int, scatter: float, factor: float) -> Prior:
    """A plain process of the size that the rows show. Length scales grow with the diagonal of the
    cube (Hvarfner 2024, doi 10.48550/arXiv.2402.02229)."""
    size = max(float(np.std(y)), 1e-3) if y.size > 2 else 1.0
    return Prior(residual=(size, 0.8), length=(1.5 * inputs**0.5, 0.8), scatter=(scatter, factor),
                 level_sd=3.0 * size)


def _rows(found: list[tuple[Array, float, float]], inputs: int = 0) -> TrainingRows:
    x = np.array([f[0] for f in found], dtype=float).reshape(len(found), -1 if found else inputs)
    y, variance = (np.array([f[i] for f in found], dtype=float) for i in (1, 2))
    return TrainingRows(x, y, variance, np.zeros(len(found), dtype=np.int64))


def _never(inputs: int) -> MonotoneLabels:
    """A failure that never happens: these problems have measured limits only."""
    prior = ThresholdPrior(rising=True, threshold_mean=1e3, threshold_sd=1e-3,
                           slope_mean=(0.0,) * (inputs - 1), slope_sd=(0.0,) * (inputs - 1))
    return fit_monotone_labels(torch.zeros(0, inputs, dtype=torch.float64),
                               torch.zeros(0, dtype=torch.float64), prior)
