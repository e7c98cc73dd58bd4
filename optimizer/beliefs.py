"""What the history makes us believe about recipes: resistance and the ways to fail."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from optimizer.caution import Caution
from optimizer.space import Space
from optimizer.training import Rows, Training, training
from surrogates.monotone_labels import MonotoneLabels, ThresholdPrior, fit_monotone_labels
from surrogates.noisy_gp import NoisyGP, Typical, fit_noisy_gp
from trials.checks import FloatArray
from trials.outcome import FailureMode
from trials.recipe import Recipe
from trials.trial import Trial

LOG_SPREAD, LOG_RISE, LOG_RISE_SD = 0.5, -0.3, 0.3
"""Typical spread of log resistance over a space, and how much it rises from the lowest to the
highest pressure: contacts close, though crushing may undo that."""
ROOT_SPREAD, ROOT_SCATTER, ROOT_RISE = 0.2, 0.02, 0.6
"""The same of the root of the damage index, its scatter from stack to stack, and how much it
rises from the lowest to the highest pressure: more pressure never un-crushes."""
FITTED = 3
"""Hyperparameters fitted beside one length scale per input: scatter, level and trend."""
FEWEST_FREE = 4
"""Degrees of freedom that the priors are worth when there are hardly any rows."""
HELPS = {"dwell_s": (0.15, 0.15), "temperature_c": (0.4, 0.3)}
"""Slope of dwell and temperature relative to pressure where both close contacts: mean, sd."""
SIDE = {"dwell_s": (0.05, 0.05), "temperature_c": (-0.2, 0.2)}
"""The same where pressure breaks things: heat softens the electrolyte and shields particles."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Median, lower and upper end of a 95 % interval, each of shape (n,)."""

    median: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Posteriors over the unit cube of a space. Pure: nothing is learned after construction."""

    space: Space
    caution: Caution
    data: Training
    log_resistance: NoisyGP | None
    root_damage: NoisyGP | None
    labels: dict[FailureMode, MonotoneLabels]

    def resistance(self, recipes: Sequence[Recipe], *, new_stack: bool = False) -> Interval:
        """Interfacial resistance in ohm cm2: of the recipe itself, or of one more stack pressed
        by it. Raises ValueError before the first intact stack."""
        if self.log_resistance is None:
            raise ValueError("no intact stack yet: nothing is believed about resistance")
        mean, sd = (m.numpy() for m in self.log_resistance.predict(self._unit(recipes)))
        if new_stack:
            sd = np.hypot(sd, self.log_resistance.scatter)
        half = self.deviations_for_95 * sd
        return Interval(np.exp(mean), np.exp(mean - half), np.exp(mean + half))

    @property
    def deviations_for_95(self) -> float:
        """Posterior standard deviations on either side of a 95 % interval.

        The posterior takes its hyperparameters for known. As in linear regression with p fitted
        parameters, n rows leave n - p degrees of freedom: Student's quantile times
        sqrt(n/(n - p)).
        """
        rows = self.data.log_resistance.y.size
        free = max(rows - len(self.space.free) - FITTED, FEWEST_FREE)
        return float(stats.t.ppf(0.975, free)) * max(1.0, rows / free) ** 0.5

    def crushing(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack is crushed, shape (n,)."""
        with torch.no_grad():
            return np.asarray(self.crush_probability(self._unit(recipes)).numpy())

    def failing(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack shorts or delaminates because of the recipe, (n,)."""
        with torch.no_grad():
            return np.asarray(self.fail_probability(self._unit(recipes)).numpy())

    def survival(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack survives the recipe, shape (n,)."""
        return np.asarray((1.0 - self.crushing(recipes)) * (1.0 - self.failing(recipes)))

    def crush_probability(self, x: Tensor) -> Tensor:
        """As `crushing`, on unit-cube coordinates (..., d); differentiable."""
        by_label = self.labels[FailureMode.CRUSHED].probability(x)
        if self.root_damage is None:
            return by_label
        mean, sd = self.root_damage.moments(x)
        limit = math.sqrt(self.caution.crushed_above)
        spread = (sd**2 + self.root_damage.scatter**2).sqrt()
        return 1.0 - torch.special.ndtr((limit - mean) / spread) * (1.0 - by_label)

    def fail_probability(self, x: Tensor) -> Tensor:
        """As `failing`, on unit-cube coordinates (..., d); differentiable."""
        whole = [1.0 - self.labels[mode].probability(x)
                 for mode in (FailureMode.SHORTED, FailureMode.DELAMINATED)]
        return 1.0 - whole[0] * whole[1]

    def log_survival(self, x: Tensor) -> Tensor:
        """ln of the probability of survival, (..., d) to (...); differentiable, never -inf."""
        crush, fail = self.crush_probability(x), self.fail_probability(x)
        return (1.0 - crush).clamp_min(1e-9).log() + (1.0 - fail).clamp_min(1e-9).log()

    def _unit(self, recipes: Sequence[Recipe]) -> Tensor:
        return torch.from_numpy(self.space.encode(recipes))


def believe(history: Iterable[Trial], space: Space, caution: Caution) -> Beliefs:
    """Fits every model that the history can feed. Deterministic, and blind to its order."""
    data = training(history, space)
    # More threads than these small matrices can use make everything slower.
    torch.set_num_threads(1)
    resistance, damage = _typical(space, caution)
    return Beliefs(
        space=space, caution=caution, data=data,
        log_resistance=_gp(data.log_resistance, resistance),
        root_damage=_gp(data.root_damage, damage),
        labels={mode: _label_model(data, space, mode) for mode in FailureMode})


def _typical(space: Space, caution: Caution) -> tuple[Typical, Typical]:
    """What is known of log resistance and of the root of the damage index before any data."""
    resistance = Typical(LOG_SPREAD, caution.stack_scatter)
    damage = Typical(ROOT_SPREAD, ROOT_SCATTER)
    if space.free[0] != "pressure_mpa":
        return resistance, damage
    return (replace(resistance, rise=LOG_RISE, rise_sd=LOG_RISE_SD),
            replace(damage, rise=ROOT_RISE, rise_sd=0.5 * ROOT_RISE, always_rises=True))


def _gp(rows: Rows, typical: Typical) -> NoisyGP | None:
    if rows.y.size == 0:
        return None
    x, y, variance = (torch.from_numpy(a) for a in (rows.x, rows.y, rows.variance))
    return fit_noisy_gp(x, y, variance, typical)


def _label_model(data: Training, space: Space, mode: FailureMode) -> MonotoneLabels:
    rows = data.labels[mode]
    return fit_monotone_labels(torch.from_numpy(rows.x), torch.from_numpy(rows.y),
                               _prior(space, mode, data))


def _prior(space: Space, mode: FailureMode, data: Training) -> ThresholdPrior:
    """More pressure crushes and shorts; less pressure, dwell and heat delaminate."""
    rising = mode is not FailureMode.DELAMINATED
    slopes = SIDE if rising else HELPS
    others = [slopes[name] for name in space.free[1:]]
    indexed = mode is FailureMode.CRUSHED and data.root_damage.y.size > 0
    mean = 1.3 if rising else -0.25
    # Where the trace gives a damage index, labels only repeat it: leave them out of the way.
    return ThresholdPrior(
        rising=rising, threshold_mean=3.0 if indexed else mean, threshold_sd=0.35,
        slope_mean=tuple(m for m, _ in others), slope_sd=tuple(s for _, s in others))
