"""`[objective]` of a settings file: a focus, or quantities that stacks are measured by."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pressloop.flows.settings.campaign_tables import Name
from pressloop.flows.settings.tables import STRICT, Table, readable
from pressloop.flows.settings.units import known_unit, varies_by_factors
from pressloop.optimizer.objectives import DEFAULT
from pressloop.trials.errors import BadInput
from pressloop.trials.quantity import (
    LIMIT,
    LINEAR,
    LOG,
    RANGE,
    RESISTANCE_NAME,
    RESISTANCE_UNIT,
    TARGET,
    Quantity,
)

FOCUS = "measured"


class QuantityTable(Table):
    """A measured quantity, which is a column of the table, or what a person enters for each stack.

    With `measured = "NAME"` the same keys stand in `[objective]` itself.

    goal: `minimise`, `maximise`, `target` or `range`; left out beside at_least or at_most.
    target: the value that is wanted, with goal = "target".
    from_: lower end of what is wanted, with goal = "range".
    to: its higher end.
    at_least: a limit that is kept while other quantities are sought.
    at_most: the same from above.
    unit: of the values, shown beside them; a column in another unit is converted.
    scale: `log` where values vary by factors and are above 0, else `linear`; that which the unit
        suggests when left out.
    failed_at: a value that stands for a failed stack, with all that is worse: no number of those
        reaches a model.
    """

    model_config = ConfigDict(**STRICT, populate_by_name=True)
    goal: Literal["minimise", "maximise", "target", "range", "minimize", "maximize"] | None = None
    target: float | None = None
    from_: float | None = Field(default=None, alias="from")
    to: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""
    scale: Literal["linear", "log"] | None = None
    failed_at: float | None = None

    def quantity(self, name: str) -> Quantity:
        """The quantity of this name. Raises BadInput."""
        where = f"objective.{name}"
        limited = self.at_least is not None or self.at_most is not None
        ranged = self.from_ is not None or self.to is not None
        if self.goal is None and not limited:
            raise BadInput(f"{where}.goal", "missing", "minimise, maximise, target or range, or "
                           "a limit (at_least, at_most) in its place", "Say what is wanted.")
        if self.goal is not None and limited:
            raise BadInput(f"{where}.at_least" if self.at_least is not None else
                           f"{where}.at_most", "beside a goal", "left out beside a goal",
                           'Take one of the two away; goal = "range" has from and to.')
        if (self.goal == RANGE and (self.from_ is None or self.to is None)) or (
                self.goal != RANGE and ranged):
            raise BadInput(f"{where}.from", "with to" if ranged else "missing",
                           'given with to and goal = "range", and only then', "Correct the goal.")
        low, high = (self.from_, self.to) if ranged else (self.at_least, self.at_most)
        goal = (self.goal or LIMIT).replace("ize", "ise")
        resistance = name == RESISTANCE_NAME
        if resistance and self.unit not in ("", RESISTANCE_UNIT):
            raise BadInput(f"{where}.unit", self.unit, f"{RESISTANCE_UNIT}, or left out",
                           "The name says the unit.")
        unit = RESISTANCE_UNIT if resistance else known_unit(f"{where}.unit", self.unit)
        return Quantity(name, unit, self._scale(name, unit, goal, low),
                        goal, self.target, low, high, self.failed_at)

    def _scale(self, name: str, unit: str, goal: str, low: float | None) -> str:
        """Logarithmic where values are above 0 by what they are, and vary by factors."""
        if self.scale is not None:
            return self.scale
        ends = (self.target if goal == TARGET else low, self.failed_at)
        if any(end is not None and end < 0.0 for end in ends):
            return LINEAR
        return LOG if name == RESISTANCE_NAME or varies_by_factors(unit) else LINEAR


class ObjectiveTable(BaseModel):
    """`[objective]`: what makes one recipe better than another.

    A focus with the options that it checks itself, or `measured`, the name of a quantity, with the
    keys of `[objective.measured.NAME]`, or several quantities as such tables.

    focus: a file of `optimizer/objectives/`, or a dotted module name; left out beside `measured`.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    focus: Name = DEFAULT

    @property
    def given(self) -> dict[str, Any]:
        """The keys beside the focus."""
        return dict(self.model_extra or {})

    @property
    def named(self) -> str:
        """The focus; that of measured quantities where some are named. Raises BadInput for two."""
        if FOCUS in self.given and self.focus not in (DEFAULT, FOCUS):
            raise BadInput("objective.focus", self.focus, "left out beside measured",
                           "It seeks resistance: take one of the two away.")
        return FOCUS if FOCUS in self.given else self.focus

    @property
    def options(self) -> dict[str, Any]:
        """The objective's own keys, measured quantities as such."""
        if self.named != FOCUS:
            return self.given
        return {FOCUS: self.quantities}

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Quantities that are measured, () where none is named. Raises BadInput."""
        rest = self.given
        measured = rest.pop(FOCUS, None)
        if measured is None:
            return ()
        if isinstance(measured, str):
            return (_quantity(measured.strip(), rest),)
        if not isinstance(measured, Mapping) or not measured:
            raise BadInput("objective.measured", measured, "the name of a quantity, or tables "
                           "[objective.measured.NAME]", 'Write it like measured = "conductivity".')
        for name, value in rest.items():
            raise BadInput(f"objective.{name}", value, "in the table of one of the quantities",
                           f"Write it below [objective.measured.{next(iter(measured))}].")
        return tuple(_quantity(name, values) for name, values in measured.items())


def _quantity(name: str, values: Any) -> Quantity:
    if not isinstance(values, Mapping):
        raise BadInput(f"objective.measured.{name}", values, "a table with a goal",
                       'Write it like { goal = "maximise", unit = "S/cm" }.')
    if name != RESISTANCE_NAME and difflib.get_close_matches(name, [RESISTANCE_NAME], 1, 0.9):
        raise BadInput("objective.measured", name, "a name unlike that of the resistance",
                       f"Did you mean {RESISTANCE_NAME}?")
    # A whole number of the file is a number like any other.
    plain = {key: float(v) if type(v) is int else v for key, v in values.items()}
    try:
        return QuantityTable.model_validate(plain).quantity(name)
    except ValidationError as error:
        found = readable(error, "[objective]", QuantityTable)
        raise BadInput(f"objective.{name}.{found.name}", found.value, found.bound,
                       found.remedy) from None
