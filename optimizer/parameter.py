"""One process parameter of a space: its bounds or kinds, its scale, its steps, and who sets it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pressloop.trials.checks import FloatArray, number, positive, text
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Value

ZERO_C = 273.15
SCALES = ("linear", "log", "reciprocal_temperature")
PRESS, PERSON, STACK = "press", "person", "stack"
SET_BY = (PRESS, PERSON, STACK)
METER = "meter"
"""Says a parameter that comes with the reading: models know it, recipes do not have it."""
NEAR = 1e-6
"""Share of a value, or of a step, within which two set points are the same."""
HELD_WITHIN = 0.01
"""Share by which a machine may round a set point for it to count as held."""
KIND, LONGEST = re.compile(r"[\w \-.,/+%()#°]+"), 60
"""What a kind may be called: it stands in tables, rules and pages."""
LOG_REMEDY = 'No logarithm is taken of 0 and less: raise it, or say scale = "linear".'
DIGITS = 3
"""Significant digits of a set point that has neither a step nor a panel of its own."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A quantity that a campaign varies; `low` equal to `high`, or a single kind, fixes it.

    kinds: names of what cannot be measured, such as collectors; then there are no bounds.
    scale: on which it is smooth: linear, log, or reciprocal_temperature (-1/T, of degC).
    step: set points are its multiples; None where any can be set.
    panel: how finely it is set where there is no step; None for three significant digits.
    set_by: press, person, stack for what the stack is made of, or meter for what comes with the
        reading and is in no recipe.
    default: what it was wherever a recipe does not say it; None where that is not known.

    On the unit interval a number runs with its scale, and kinds lie at even distances; what is
    between two kinds is the nearer one. Raises BadInput on bounds that are not in order or that
    hold no multiple of the step.
    """

    name: str
    low: float = 0.0
    high: float = 0.0
    kinds: tuple[str, ...] = ()
    scale: str = "linear"
    step: float | None = None
    panel: float | None = None
    unit: str = ""
    set_by: str = PERSON
    default: Value | None = None

    def __post_init__(self) -> None:
        where = f"space.{self.name}"
        if not re.fullmatch(r"[A-Za-z]\w{0,59}", self.name):
            raise BadInput(where, self.name, "a name of letters, digits and _, such as rest_s",
                           "Rename it: it is also the column of a table.")
        for key, value, known in (("scale", self.scale, SCALES),
                                  ("set_by", self.set_by, (*SET_BY, METER))):
            if value not in known:
                raise BadInput(f"{where}.{key}", value, f"one of {', '.join(known)}", "Name one.")
        if self.kinds:
            self._prove_kinds(where)
            return
        low, high = (number(where, self.low), number(where, self.high)) if (
            self.scale != "log") else (positive(where, value, LOG_REMEDY)
                                       for value in (self.low, self.high))
        if not low <= high:
            raise BadInput(where, [self.low, self.high], "low, then high", "Swap them.")
        if self.scale == "reciprocal_temperature" and not low > -ZERO_C:
            raise BadInput(where, low, f"above {-ZERO_C}", "It is a temperature in degC.")
        if self.step is not None:
            self._prove_step(where, positive(f"{where}.step", self.step))
        if self.default is not None:
            number(f"{where}.default", self.default)

    def _prove_kinds(self, where: str) -> None:
        for kind in self.kinds:
            text(where, kind)
            if len(kind) > LONGEST or not KIND.fullmatch(kind):
                raise BadInput(where, kind, f"a name of at most {LONGEST} letters, digits, spaces "
                               "and - _ . , / + % ( ) #", "Name the kind otherwise.")
        if len(set(self.kinds)) < len(self.kinds):
            raise BadInput(where, ", ".join(self.kinds), "kinds of different names",
                           "Drop the one that is there twice.")
        if self.default is not None and self.default not in self.kinds:
            raise BadInput(f"{where}.default", self.default, f"one of {', '.join(self.kinds)}",
                           "Name one of the kinds.")

    def _prove_step(self, where: str, step: float) -> None:
        lowest, highest = self.ends
        if not lowest <= highest:
            inside = f"{self.low:g}" if self.fixed else f"{self.low:g} to {self.high:g}"
            raise BadInput(f"{where}.step", step, f"such that a multiple of it lies in {inside}",
                           f"The nearest ones are {highest:g} and {lowest:g}.")

    @property
    def fixed(self) -> bool:
        """True where it does not vary."""
        return len(self.kinds) == 1 or (not self.kinds and not self.low < self.high)

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest set point that can be held inside the bounds."""
        if self.step is None:
            return self.low, self.high
        return (math.ceil(self.low / self.step - NEAR) * self.step,
                math.floor(self.high / self.step + NEAR) * self.step)

    @property
    def span(self) -> float:
        """Length of its range on its scale."""
        return self.scaled(self.high) - self.scaled(self.low)

    def scaled(self, value: float) -> float:
        """A number on its scale."""
        return float(self._scaled(np.asarray(value, dtype=np.float64)))

    def unit_values(self, values: Sequence[Value | None]) -> FloatArray:
        """Coordinates of values, (n,): outside of the bounds they leave [0, 1].

        NaN where a value is not told, or of a kind that is not known."""
        told = [self.default if value is None else value for value in values]
        if self.kinds:
            last = max(len(self.kinds) - 1, 1)
            return np.array([self.kinds.index(v) / last if isinstance(v, str) and v in self.kinds
                             else np.nan for v in told], dtype=np.float64)
        numbers = np.array([np.nan if v is None or isinstance(v, str) else v for v in told],
                           dtype=np.float64)
        return (self._scaled(numbers) - self.scaled(self.low)) / self.span

    def numbers(self, x: FloatArray) -> FloatArray:
        """Set points at coordinates x (n,), unrounded."""
        scaled = self.scaled(self.low) + x * self.span
        if self.scale == "linear":
            return np.asarray(scaled)
        return np.asarray(np.exp(scaled) if self.scale == "log" else -1.0 / scaled - ZERO_C)

    def kinds_at(self, x: FloatArray) -> list[str]:
        """The kinds at coordinates x (n,)."""
        last = len(self.kinds) - 1
        return [self.kinds[i] for i in np.clip(np.rint(x * last), 0, last).astype(int)]

    def rounded(self, values: FloatArray) -> list[float]:
        """Numbers (n,) as they can be set, never across a bound."""
        if self.step is not None:
            lowest, highest = self.ends
            steps = np.round(values / self.step)
            found: list[float] = np.round((steps * self.step).clip(lowest, highest), 9).tolist()
            return found
        if self.panel is not None:
            kept: list[float] = np.round(np.round(values / self.panel) * self.panel, 1).clip(
                self.low, self.high).tolist()
            return kept
        return [min(max(float(f"{v:.{DIGITS}g}"), self.low), self.high) for v in values.tolist()]

    def settings_at(self, x: FloatArray) -> list[Value]:
        """Set points at coordinates x (n,), as they can be set."""
        return [*self.kinds_at(x)] if self.kinds else [*self.rounded(self.numbers(x))]

    def constant(self) -> Value:
        """The one set point of a fixed parameter."""
        return self.kinds[0] if self.kinds else float(self.low)

    def holds(self, value: Value | None) -> bool:
        """True for a value of its own kind, inside the bounds, that can be set."""
        if self.kinds or isinstance(value, str) or value is None:
            return value in self.kinds
        return self.low <= value <= self.high and self.on_step(value)

    def on_step(self, value: float) -> bool:
        """True where the value is a multiple of the step, or where there is no step.

        Within what a machine may round."""
        if self.step is None:
            return True
        off = abs(value - round(value / self.step) * self.step)
        return off <= max(NEAR * self.step, HELD_WITHIN * abs(value))

    def agrees(self, value: Value | None) -> bool:
        """True unless it is fixed at another value than this one, or cannot be told."""
        value = self.default if value is None else value
        if self.kinds or isinstance(value, str) or value is None:
            return value in self.kinds
        return not self.fixed or same_value(value, self.low)

    def over(self, values: Sequence[Value]) -> Parameter:
        """The same with bounds, or kinds, that hold these values too, and no steps."""
        if self.kinds:
            more = sorted({v for v in values if isinstance(v, str)} - set(self.kinds))
            return replace(self, kinds=(*self.kinds, *more))
        known = [v for v in values if not isinstance(v, str)]
        return replace(self, low=min(self.low, *known), high=max(self.high, *known), step=None)

    def told(self) -> str:
        """What it may be, in words."""
        if self.kinds:
            return ", ".join(self.kinds)
        unit = f" {self.unit}" if self.unit else ""
        if self.fixed:
            return f"{self.low:g}{unit}, fixed"
        steps = f", in steps of {self.step:g}" if self.step is not None else ""
        return f"{self.low:g} to {self.high:g}{unit}{steps}"

    def _scaled(self, values: FloatArray) -> FloatArray:
        if self.scale == "linear":
            return np.asarray(values)
        return np.asarray(np.log(values) if self.scale == "log" else -1.0 / (values + ZERO_C))


def same_value(value: Value | None, other: Value) -> bool:
    """True for the same kind, or for numbers that no panel tells apart."""
    if isinstance(value, str) or isinstance(other, str) or value is None:
        return value == other
    return abs(value - other) <= NEAR * max(abs(other), 1.0)
