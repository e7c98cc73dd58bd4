"""`[space]` and `[constraints]` of a settings file: variables of a recipe, rules between them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from pressloop.flows.settings.tables import STRICT, Table, as_tuple, readable
from pressloop.flows.settings.units import known_unit
from pressloop.optimizer.constraints.rules import Rule
from pressloop.optimizer.parameter import PERSON, PRESS, Parameter
from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import CORE, RATES
from pressloop.trials.tables.columns.layout import PRODUCT_NAMES
from pressloop.trials.tables.columns.names import HELD

NOMINAL = {"pressure_mpa": 1.0, "dwell_s": 1.0, "temperature_c": 25.0}
"""What stands in a recipe for what is no part of the process; it says nothing, and is not shown."""
SIMILAR = 0.8
"""How alike two names are where one is taken for the other misspelt."""


def _as_range(value: Any) -> Any:
    return (value, value) if isinstance(value, (int, float)) else (
        tuple(value) if isinstance(value, list) else value)


Range = Annotated[tuple[float, float], BeforeValidator(_as_range)]
"""[low, high], or one number for a variable that is fixed."""


class SteppedTable(Table):
    """`[space.pressure_mpa]`: a variable in full, such as `{ low = 50, high = 500, step = 5 }`.

    low: the lowest value.
    high: the highest value.
    step: set points are multiples of it; the press's own when left out.
    """

    low: float
    high: float
    step: float | None = None


class ParameterTable(Table):
    """`[space.NAME]`: any other process parameter, by a name of the lab's: bounds, or kinds.

    One number or one text is fixed, two numbers are bounds, and texts are kinds.

    low: the lowest value.
    high: the highest value.
    kinds: what it may be, where it is no number; then without bounds and step.
    step: set points are multiples of it.
    integer: whether it is a whole number.
    scale: on which it is searched; logarithmic for rates of the press when left out, else linear.
    unit: shown beside the value.
    set_by: who sets it; the press sets `ramp_mpa_per_s` and `release_mpa_per_s` when left out, and
        a person all others.
    default: what it was wherever a stack does not say it.
    """

    low: float | None = None
    high: float | None = None
    kinds: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    step: float | None = None
    integer: bool = False
    scale: Literal["linear", "log", "reciprocal_temperature"] | None = None
    unit: str = ""
    set_by: Literal["press", "person", "stack"] | None = None
    default: float | str | None = None


class SpaceTable(Table):
    """`[space]`: where recipes are searched; other process parameters stand here by their names.

    pressure_mpa: pressure of the secondary press, [low, high], or one number for a fixed one. Left
        out, as the next two, where it is no part of the process; then there is no [press].
    dwell_s: how long it is held, in the same way.
    temperature_c: temperature of the platens, in the same way.
    steps: steps of these three by their names, as `step` in their own tables.
    """

    model_config = ConfigDict(**{**STRICT, "extra": "allow"})
    pressure_mpa: Range | None = None
    dwell_s: Range | None = None
    temperature_c: Range | None = None
    steps: dict[str, float] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _parted(cls, values: Any) -> Any:
        """Tables of core variables as bounds, and their steps."""
        if not isinstance(values, Mapping):
            return values
        found, steps = dict(values), dict(values.get("steps") or {})
        for name in CORE:
            if isinstance(found.get(name), Mapping):
                table = _validated(SteppedTable, found[name], name)
                found[name] = [table.low, table.high]
                if table.step is not None:
                    steps[name] = table.step
        return {**found, "steps": steps} if steps else found

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        return {name: value for name, value in found.items() if value is not None}

    @property
    def absent(self) -> tuple[str, ...]:
        """Which of pressure, dwell and temperature are no part of the process."""
        return tuple(name for name in CORE if getattr(self, name) is None)

    def space(self, constraints: Mapping[str, str]) -> Space:
        """The space with these rules. Raises BadInput."""
        others = tuple(parameter_of(name, value)
                       for name, value in (self.model_extra or {}).items())
        for name, text in constraints.items():
            if not isinstance(text, str):
                raise BadInput(f"constraints.{name}", text, "a rule in quotes",
                               'Write it like "pressure_mpa <= 300 if temperature_c > 100".')
        pressure, dwell, temperature = (getattr(self, name) or (value, value)
                                        for name, value in NOMINAL.items())
        return Space(pressure, dwell, temperature, others, tuple(sorted(self.steps.items())),
                     rules=tuple(Rule(name, text) for name, text in constraints.items()),
                     absent=self.absent)


def parameter_of(name: str, value: Any) -> Parameter:
    """A process parameter as the settings give it.

    A number or a kind that is fixed, a list of two bounds or of kinds, or a table. Raises
    BadInput."""
    near = difflib.get_close_matches(name, (*CORE, *RATES), 1, SIMILAR)
    if near and name not in (near[0], HELD):
        raise BadInput(f"space.{name}", value, "a name unlike those of other variables",
                       f"Did you mean {near[0]}?")
    if name in PRODUCT_NAMES - {*CORE, HELD}:
        raise BadInput(f"space.{name}", name, "the name of something that a recipe sets",
                       "It is a column that tables of stacks have for something else: rename it, "
                       f"as {name}_set.")
    by = PRESS if name in RATES else PERSON
    if isinstance(value, str):
        return Parameter(name, kinds=(value,), set_by=by)
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(one, str) for one in value):
            return Parameter(name, kinds=tuple(value), set_by=by)
        if len(value) != 2:
            raise BadInput(f"space.{name}", value, "two bounds, or a list of kinds",
                           "Write it like [0, 5] or [\"bare-SUS\", \"MoS2-SUS\"].")
        return Parameter(name, value[0], value[1], scale="log" if name in RATES else "linear",
                         set_by=by)
    if not isinstance(value, Mapping):
        return Parameter(name, value, value, set_by=by)
    return _from_table(name, _validated(ParameterTable, value, name), by)


def _from_table(name: str, table: ParameterTable, by: str) -> Parameter:
    if bool(table.kinds) == (table.low is not None or table.high is not None):
        raise BadInput(f"space.{name}", "kinds and bounds" if table.kinds else "neither",
                       "either kinds or low and high", "Give one of the two.")
    if not table.kinds and (table.low is None or table.high is None):
        lacks = "low" if table.low is None else "high"
        raise BadInput(f"space.{name}.{lacks}", "missing", "present", "Add the key.")
    if table.kinds and (table.step is not None or table.integer):
        raise BadInput(f"space.{name}.step", table.step, "left out beside kinds", "Remove it.")
    if table.integer and table.step not in (None, 1.0):
        raise BadInput(f"space.{name}.step", table.step, "1 or left out with integer = true",
                       "Remove one of the two.")
    scale = table.scale or ("log" if name in RATES else "linear")
    return Parameter(name, table.low or 0.0, table.high or 0.0, table.kinds, scale,
                     1.0 if table.integer else table.step, unit=_unit(name, table.unit),
                     set_by=table.set_by or by, default=table.default)


def _unit(name: str, unit: str) -> str:
    return known_unit(f"space.{name}.unit", unit)


def _validated(kind: Any, value: Any, name: str) -> Any:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        found = readable(error, "[space]", kind)
        raise BadInput(f"space.{name}.{found.name}", found.value, found.bound,
                       found.remedy) from None
