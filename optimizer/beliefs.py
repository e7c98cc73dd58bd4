"""What the history makes us believe about recipes: resistance and the ways to fail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from optimizer import knowledge
from optimizer.caution import Caution
from optimizer.earlier import useful_rows
from optimizer.fitting import Fitted, fitted
from optimizer.setpoint import input_sd
from optimizer.space import Space
from optimizer.training import Origin, Rows, Training, latest_origin, training
from surrogates.last_few import LastFew
from surrogates.monotone_labels import MonotoneLabels, fit_monotone_labels
from surrogates.pressing_gp import PressingGP
from trials.checks import FloatArray
from trials.outcome import FailureMode
from trials.recipe import Recipe
from trials.trial import Trial

DEVIATIONS_FOR_95 = 1.96
"""The posterior averages over its hyperparameters, so that a normal interval needs no widening."""
WHOLE = 1e-9
"""Smallest probability of survival whose logarithm is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Median, lower and upper end of a 95 % interval, each of shape (n,)."""

    median: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A measured quantity that a sound stack keeps below a limit; beyond it, it is crushed."""

    gp: PressingGP
    highest: float

    def broken(self, x: Tensor, off: Tensor) -> Tensor:
        """Probability that one more stack is beyond the limit, on unit-cube coordinates (..., d);
        differentiable. `off` (d,) is the set-point error."""
        mean, sd = self.gp.moments(x)
        spread = (sd**2 + self.gp.scatter_with(x, off) ** 2).sqrt()
        return 1.0 - torch.special.ndtr((self.highest - mean) / spread)


@dataclass(frozen=True, slots=True, eq=False)
class Risk:
    """Probabilities that one more stack is crushed, and that it shorts or delaminates because of
    the recipe; each of the shape of the points asked for."""

    crush: Tensor
    fail: Tensor

    def log_survival(self) -> Tensor:
        """ln of the probability of survival; never -inf."""
        return ((1.0 - self.crush).clamp_min(WHOLE).log()
                + (1.0 - self.fail).clamp_min(WHOLE).log())


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Posteriors over the unit cube of a space. Pure: nothing is learned after construction.

    `notes` tells, in a sentence each, where a fit fell back or rows were left out.
    """

    space: Space
    caution: Caution
    data: Training
    log_resistance: PressingGP | None
    limits: tuple[Limit, ...]
    labels: dict[FailureMode, MonotoneLabels]
    notes: tuple[str, ...] = ()
    _risks: LastFew = field(default_factory=LastFew, init=False, repr=False)

    def resistance(self, recipes: Sequence[Recipe], *, new_stack: bool = False) -> Interval:
        """Interfacial resistance in ohm cm2: of the recipe itself, or of one more stack pressed
        by it. Raises ValueError before the first intact stack."""
        if self.log_resistance is None:
            raise ValueError("no intact stack yet: nothing is believed about resistance")
        x = self.unit(recipes)
        mean, sd = (m.numpy() for m in self.log_resistance.predict(x))
        if new_stack:
            sd = np.hypot(sd, self.stack_scatter(x).numpy())
        half = DEVIATIONS_FOR_95 * sd
        return Interval(np.exp(mean), np.exp(mean - half), np.exp(mean + half))

    def stack_scatter(self, x: Tensor) -> Tensor:
        """Standard deviation of ln R from stack to stack at points (m, d): what is learned, and
        what the set-point error makes of a slope, which is why stacks scatter more near the knee.
        """
        assert self.log_resistance is not None
        return self.log_resistance.scatter_with(x, self.off)

    @property
    def off(self) -> Tensor:
        """Set-point error of each free variable in the unit cube, shape (d,)."""
        return torch.from_numpy(input_sd(self.space, self.caution))

    def crushing(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack is crushed, shape (n,)."""
        with torch.no_grad():
            return np.asarray(self.crush_probability(self.unit(recipes)).numpy())

    def failing(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack shorts or delaminates because of the recipe, (n,)."""
        with torch.no_grad():
            return np.asarray(self.fail_probability(self.unit(recipes)).numpy())

    def survival(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack survives the recipe, shape (n,)."""
        return np.asarray((1.0 - self.crushing(recipes)) * (1.0 - self.failing(recipes)))

    def crush_probability(self, x: Tensor) -> Tensor:
        """As `crushing`, on unit-cube coordinates (..., d)."""
        whole = 1.0 - self.labels[FailureMode.CRUSHED].probability(x)
        for limit in self.limits:
            whole = whole * (1.0 - limit.broken(x, self.off))
        return 1.0 - whole

    def fail_probability(self, x: Tensor) -> Tensor:
        """As `failing`, on unit-cube coordinates (..., d)."""
        whole = [1.0 - self.labels[mode].probability(x)
                 for mode in (FailureMode.SHORTED, FailureMode.DELAMINATED)]
        return 1.0 - whole[0] * whole[1]

    def risk(self, x: Tensor) -> Risk:
        """Both probabilities on unit-cube coordinates (..., d), without a gradient."""
        return self._risks.of(x, self._risk)

    def _risk(self, x: Tensor) -> Risk:
        with torch.no_grad():
            return Risk(self.crush_probability(x), self.fail_probability(x))

    def danger(self, x: Tensor) -> Tensor:
        """The larger of both, (..., d) to (...)."""
        risk = self.risk(x)
        return torch.maximum(risk.crush, risk.fail)

    def log_survival(self, x: Tensor) -> Tensor:
        """As that of `risk`, (..., d) to (...)."""
        return self.risk(x).log_survival()

    def unit(self, recipes: Sequence[Recipe]) -> Tensor:
        """Coordinates of recipes in the unit cube, shape (n, d)."""
        return torch.from_numpy(self.space.encode(recipes))


def believe(history: Sequence[Trial], space: Space, caution: Caution, *,
            earlier: Sequence[Trial] = (), origin: Origin | None = None) -> Beliefs:
    """Fits every model that the history can feed. Deterministic, and blind to its order.

    `earlier` are trials of other campaigns. `origin` (lot, operator) is where the next stacks come
    from, by default where the newest stack of the history came from; what all stacks of another
    origin have in common is learned as theirs.
    """
    origin = origin or latest_origin(history) or latest_origin(earlier)
    data = training([*history, *earlier], space, origin)
    off = input_sd(space, caution)
    prior = knowledge.of_log_resistance(space, caution)
    rows, note = useful_rows(data.log_resistance, prior, off)
    data = replace(data, log_resistance=rows)
    resistance = fitted(rows, prior, off, "log resistance")
    prior = knowledge.of_root_hazard(space)
    rows, other = useful_rows(data.root_hazard, prior, off, "the damage index", explained=False)
    data = replace(data, root_hazard=rows)
    hazard = fitted(rows, prior, off, "the damage index")
    limit = math.sqrt(-math.log1p(-caution.crushed_above))
    return Beliefs(
        space=space, caution=caution, data=data,
        log_resistance=None if resistance is None else resistance.gp,
        limits=() if hazard is None else (Limit(hazard.gp, limit),),
        labels={mode: _label_model(data, space, mode) for mode in FailureMode},
        notes=tuple(n for n in (note, other, _note(resistance), _note(hazard)) if n))


def _note(found: Fitted | None) -> str:
    return "" if found is None else found.note


def _label_model(data: Training, space: Space, mode: FailureMode) -> MonotoneLabels:
    rows: Rows = data.labels[mode]
    prior = knowledge.of_label(space, mode, indexed=data.root_hazard.y.size > 0)
    return fit_monotone_labels(torch.from_numpy(rows.x), torch.from_numpy(rows.y), prior)
