"""What the stacks make us believe of one quantity, in its own unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from botorch.models.model import Model
from torch import Tensor

from pressloop.optimizer.history.training import Rows
from pressloop.optimizer.history.value_scale import ValueScale
from pressloop.surrogates import predict
from pressloop.trials.checks import FloatArray
from pressloop.trials.quantity import Quantity

SURE = 1e-6
"""Smallest standard deviation that is divided by."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Median, lower and upper end of a 95 % interval, each of shape (n,)."""

    median: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Expected:
    """One quantity of one recipe, in its unit.

    The recipe's own median with its 95 % interval, and that of one more stack. `p_kept` is the
    chance that the recipe keeps the limits of a quantity that has some, else None."""

    quantity: Quantity
    value: float
    low: float
    high: float
    stack_low: float
    stack_high: float
    p_kept: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """A quantity, its readings on the scale of the models, and the model that was fitted to them.

    None before there is a reading."""

    scale: ValueScale
    rows: Rows
    model: Model | None

    @property
    def quantity(self) -> Quantity:
        """Which quantity it is."""
        return self.scale.quantity

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of z (`ValueScale`) at points (m, d), shape (m,) each."""
        assert self.model is not None
        with torch.no_grad():
            return predict.moments(self.model, x)

    def interval(self, x: Tensor, more: Tensor | None = None) -> Interval:
        """Values at points (n, d); `more` is the scatter of one stack, None for the recipe."""
        assert self.model is not None
        with torch.no_grad():
            found = predict.interval(self.model, x, more)
        return Interval(*self.scale.interval(*found))

    def expected(self, x: Tensor, off: Tensor) -> Expected | None:
        """Of the one point x (1, d); `off` is the set-point error (d,). None without a model."""
        if self.model is None:
            return None
        recipe, stack = self.interval(x), self.interval(x, predict.scatter(self.model, x, off))
        kept = None if self.quantity.sought else float(self.keeps(x)[0])
        return Expected(self.quantity, float(recipe.median[0]), float(recipe.low[0]),
                        float(recipe.high[0]), float(stack.low[0]), float(stack.high[0]), kept)

    def keeps(self, x: Tensor) -> Tensor:
        """Probability that recipes (m, d) keep the limits of the quantity, shape (m,).

        1 where it has none or nothing is known of it."""
        ends = self.ends()
        if self.model is None or self.quantity.sought or ends is None:
            return x.new_ones(x.shape[0])
        mean, sd = self.moments(x)
        low, high = ends
        sd = sd.clamp_min(SURE)
        below = torch.special.ndtr((high - mean) / sd) if high < math.inf else torch.ones_like(mean)
        above = torch.special.ndtr((low - mean) / sd) if low > -math.inf else torch.zeros_like(mean)
        return (below - above).clamp(0.0, 1.0)

    def ends(self) -> tuple[float, float] | None:
        """The target, range or limits of the quantity on the scale, infinite where open.

        None of one that is better the less, or the more, there is of it."""
        q = self.quantity
        if q.directed:
            return None
        if q.target is not None:
            return self.scale.z(q.target), self.scale.z(q.target)
        return (-math.inf if q.low is None else self.scale.z(q.low),
                math.inf if q.high is None else self.scale.z(q.high))

    def loss(self, mean: Tensor, sd: Tensor) -> Tensor:
        """Expected distance from what is wanted, on the scale, of normal z (m,).

        From the target or the nearer end of the range; z itself where less is better."""
        ends = self.ends()
        if ends is None:
            return mean
        sd = sd.clamp_min(SURE)
        parts = [predict.expected_improvement(gap, sd) for end, gap in ((ends[0], ends[0] - mean),
                                                   (ends[1], mean - ends[1])) if math.isfinite(end)]
        return torch.stack(parts).sum(0)
