"""Readings of a quantity on the scale on which models learn.

Lower is better, and a difference of 0.05 is five percent, of the value itself or, on a linear
scale, of its usual size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.quantity import LOG, MAXIMISE, RESISTANCE, Measurement, Quantity

USUAL_SPREAD, ITS_ROWS = 0.5, 3.0
"""Standard deviation of readings before there are any, and the rows that this weighs as many as."""


@dataclass(frozen=True, slots=True)
class ValueScale:
    """z = ln y on a logarithmic scale, else y / size; negative where more is better.

    `spread` is the standard deviation of z that sizes what is believed before there is data.
    """

    quantity: Quantity = RESISTANCE
    size: float = 1.0
    spread: float = USUAL_SPREAD

    @property
    def log(self) -> bool:
        """True for a quantity that varies by factors."""
        return self.quantity.scale == LOG

    @property
    def sign(self) -> float:
        """-1 where more is better."""
        return -1.0 if self.quantity.goal == MAXIMISE else 1.0

    def z(self, value: float) -> float:
        """A value on the scale."""
        return self.sign * (float(np.log(value)) if self.log else value / self.size)

    def variance(self, reading: Measurement) -> float:
        """Variance of z by the standard error; 0 where only the learned scatter is known."""
        error = reading.standard_error or 0.0
        return (error / (reading.value if self.log else self.size)) ** 2

    def value(self, z: FloatArray) -> FloatArray:
        """Values at z, of any shape."""
        return np.asarray(np.exp(self.sign * z) if self.log else self.sign * z * self.size)

    def interval(self, median: Tensor, low: Tensor, high: Tensor
                 ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Median, lower and upper end as values, from those of z, each of shape (n,)."""
        ends = self.value(low.numpy()), self.value(high.numpy())
        return self.value(median.numpy()), *(ends if self.sign > 0 else ends[::-1])

    def gain(self, fall: float) -> float:
        """What a fall of z is worth: a fraction of the value, or of its usual size."""
        return float(-np.expm1(-fall)) if self.log and self.sign > 0 else (
            float(np.expm1(fall)) if self.log else fall)


OF_RESISTANCE = ValueScale()
"""That of the resistance: ln R."""


def value_scale(quantity: Quantity, readings: Sequence[Measurement]) -> ValueScale:
    """The scale for these readings, in any order.

    Raises BadInput for a reading that the scale of the quantity has no place for, or that is in
    another unit than the quantity."""
    for one in readings:
        if one.unit != quantity.unit:
            raise BadInput(f"{quantity.name} = {one.value:g}", one.unit or "without a unit",
                           f"in {quantity.unit or 'no unit'}, as [objective] says",
                           "Give the quantity the unit that its stacks are recorded in.")
        if quantity.scale == LOG and not one.value > 0.0:
            raise BadInput(quantity.name, one.value, "above 0, as its scale is logarithmic",
                           'Correct the reading, say failed_at if it stands for a failed stack, or '
                           'scale = "linear" in [objective].')
    values = np.sort([one.value for one in readings])
    if quantity.scale == LOG:
        return ValueScale(quantity, 1.0, spread_of(np.log(values)))
    size = max(float(abs(np.median(values))), float(np.std(values))) if values.size else 1.0
    size = size or 1.0
    return ValueScale(quantity, size, spread_of(values / size))


def spread_of(z: FloatArray) -> float:
    """Standard deviation of z (n,), that before there is data counted in."""
    own = float(np.var(z)) * z.size if z.size else 0.0
    return float(np.sqrt((own + USUAL_SPREAD**2 * ITS_ROWS) / (z.size + ITS_ROWS)))
