"""What is measured of a stack and what is wanted of it: a name, a unit, a scale and a goal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pressloop.trials.checks import not_negative, number, text
from pressloop.trials.errors import BadInput

LINEAR, LOG = "linear", "log"
SCALES = (LINEAR, LOG)
MINIMISE, MAXIMISE, TARGET, RANGE, LIMIT = "minimise", "maximise", "target", "range", "limit"
GOALS = (MINIMISE, MAXIMISE, TARGET, RANGE, LIMIT)
DIRECTED = (MINIMISE, MAXIMISE)
"""Goals by which less, or more, is always better."""
RESISTANCE_NAME, RESISTANCE_UNIT = "resistance_ohm_cm2", "ohm cm2"
NAME = re.compile(r"[A-Za-z]\w{0,59}")


@dataclass(frozen=True, slots=True)
class Measurement:
    """A reading of one quantity, in `unit`; the standard error is None where none was given."""

    name: str
    value: float
    standard_error: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        text("measured quantity", self.name)
        number(self.name, self.value)
        if self.standard_error is not None:
            not_negative(f"{self.name}_se", self.standard_error)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that stacks are measured by.

    scale: `log` where it is positive by definition and varies by factors, else `linear`.
    goal: `minimise`, `maximise`, `target` (as near to `target` as can be), `range` (from `low` to
        `high`, all of it alike), or `limit`: not sought, but no lower than `low` and no higher than
        `high`, either of which may be None.
    failed_at: a value that stands for a failed stack, together with all that is worse; None where
        none does.

    Raises BadInput for a name that is no column's, or numbers that the goal does not go with.
    """

    name: str
    unit: str = ""
    scale: str = LINEAR
    goal: str = MINIMISE
    target: float | None = None
    low: float | None = None
    high: float | None = None
    failed_at: float | None = None

    def __post_init__(self) -> None:
        where = f"objective.{self.name}"
        if not NAME.fullmatch(self.name):
            raise BadInput("objective.measured", self.name, "a name of letters, digits and _, such "
                           "as conductivity", "Rename it: it is also the column of a table.")
        for key, value, known in (("scale", self.scale, SCALES), ("goal", self.goal, GOALS)):
            if value not in known:
                raise BadInput(f"{where}.{key}", value, f"one of {', '.join(known)}", "Name one.")
        self._prove_numbers(where)

    def _prove_numbers(self, where: str) -> None:
        ends = {"target": self.target, "low": self.low, "high": self.high}
        for key, value in ends.items():
            if value is not None:
                number(f"{where}.{key}", value)
                if self.scale == LOG and not value > 0.0:
                    raise BadInput(f"{where}.{key}", value, "above 0 on a logarithmic scale",
                                   'Correct it, or say scale = "linear".')
        if (self.target is None) == (self.goal == TARGET):
            raise BadInput(f"{where}.target", "missing" if self.target is None else self.target,
                           'given with goal = "target", and only then', "Correct the goal.")
        bounded = self.goal in (RANGE, LIMIT)
        given = [v for v in (self.low, self.high) if v is not None]
        if (given and not bounded) or (bounded and len(given) < 1 + (self.goal == RANGE)):
            raise BadInput(f"{where}.goal", self.goal, '"range" with from and to, or at_least or '
                           "at_most alone", "Correct the one or the other.")
        if len(given) > 1 and not given[0] < given[1]:
            raise BadInput(where, given, "the lower end, then the higher one", "Swap them.")

    @property
    def directed(self) -> bool:
        """True where less, or more, is always better."""
        return self.goal in DIRECTED

    @property
    def sought(self) -> bool:
        """True for what is looked for, False for what only has a limit."""
        return self.goal != LIMIT

    @property
    def is_resistance(self) -> bool:
        """True for the interfacial resistance, which readings of a spectrum tell."""
        return self.name == RESISTANCE_NAME

    def failed(self, value: float) -> bool:
        """True for a value that stands for a failed stack."""
        if self.failed_at is None:
            return False
        if self.goal == MAXIMISE:
            return value <= self.failed_at
        return value >= self.failed_at if self.goal == MINIMISE else value == self.failed_at

    def miss(self, value: float) -> float:
        """What is lower, the nearer a value is to what is wanted.

        The value itself where less is better, its negative where more is, else the distance from
        target, range or limits."""
        if self.goal == MAXIMISE:
            return -value
        if self.goal == MINIMISE:
            return value
        low, high = (self.low, self.high) if self.target is None else (self.target, self.target)
        return max(0.0 if low is None else low - value, 0.0 if high is None else value - high, 0.0)

    def wanted(self) -> str:
        """The goal in words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.goal == TARGET:
            return f"as near to {self.target:g}{unit} as can be"
        if self.goal == RANGE:
            return f"from {self.low:g} to {self.high:g}{unit}"
        if self.goal == LIMIT:
            return " and ".join(
                f"{word} {end:g}{unit}" for word, end in (("at least", self.low),
                                                          ("at most", self.high))
                if end is not None)
        return "as low as can be" if self.goal == MINIMISE else "as high as can be"


RESISTANCE = Quantity(RESISTANCE_NAME, RESISTANCE_UNIT, LOG)
"""The interfacial resistance, as low as can be: what a campaign seeks unless it says otherwise."""
