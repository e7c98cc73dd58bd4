"""`[table]` of the settings.

How a lab's sheet is read, where that is not left to the names of its columns. `pressloop table`
writes it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pressloop.flows.settings.tables import STRICT, Table, as_tuple, readable
from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.quantity import Quantity

Texts = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


class ColumnTable(Table):
    """One column, or several readings of the same stack, and the unit of its numbers.

    The header alone, as a text, is a column whose unit its name tells.

    column: the header of the column.
    columns: headers of several readings of the same stack, of which the mean counts.
    unit: of the numbers, such as bar or min; what the header says when left out.
    """

    column: str | None = None
    columns: Texts = ()
    unit: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The headers that are named."""
        return (*self.columns, *((self.column,) if self.column else ()))


def _as_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _named(key: str, value: Any) -> ColumnTable:
    try:
        return ColumnTable.model_validate(_as_column(value))
    except ValidationError as error:
        found = readable(error, "[table]", ColumnTable)
        raise BadInput(f"table.{key}", found.value, 'a column, such as "Print speed (mm/s)" or '
                       '{ column = "Print speed", unit = "mm/s" }', "Correct it.") from None


Column = Annotated[ColumnTable | None, BeforeValidator(_as_column)]
QUANTITIES = {
    "pressure_mpa": "pressure_mpa", "dwell_s": "dwell_s", "temperature_c": "temperature_c",
    "resistance_ohm_cm2": "resistance_ohm_cm2", "resistance_se_ohm_cm2": "resistance_se_ohm_cm2",
    "failure_mode": "failure_mode", "damage_index": "damage_index",
    "stack_pressure_mpa": "stack_pressure_mpa", "stack": "stack", "lot": "lot",
    "operator": "operator", "area_cm2": "electrode area", "diameter_mm": "electrode diameter",
    "die_diameter_mm": "die diameter", "thickness_mm": "thickness", "conductivity": "conductivity",
    "oil_pressure": "oil pressure"}
"""Quantity by key."""


class HowTable(Table):
    """`[table]`: how a lab's sheet is read, where that is not left to the names of its columns.

    Named parameters of [space] and measured quantities of [objective] (`NAME`, and `NAME_se` for
    its standard error) stand here by their names too.

    header_row: number of the row that names the columns; found when left out.
    piston_diameter_mm: of the piston of the press, where a gauge shows the pressure of its oil.
    ignore: headers of columns that are something else.
    accept: kinds of findings that `pressloop lint` calls errors, and that are known to be right.
    failure_words: words of the lab, and which of crushed, shorted, delaminated, failed (nobody
        knows how) and intact each of them is.
    """

    model_config = ConfigDict(**{**STRICT, "extra": "allow"})
    header_row: int | None = Field(default=None, ge=1)
    piston_diameter_mm: float | None = Field(default=None, gt=0)
    ignore: Texts = ()
    accept: Texts = ()
    failure_words: dict[str, str] = Field(default_factory=dict)
    pressure_mpa: Column = None
    dwell_s: Column = None
    temperature_c: Column = None
    resistance_ohm_cm2: Column = None
    resistance_se_ohm_cm2: Column = None
    failure_mode: Column = None
    damage_index: Column = None
    stack_pressure_mpa: Column = None
    stack: Column = None
    lot: Column = None
    operator: Column = None
    area_cm2: Column = None
    diameter_mm: Column = None
    die_diameter_mm: Column = None
    thickness_mm: Column = None
    conductivity: Column = None
    oil_pressure: Column = None

    @model_validator(mode="before")
    @classmethod
    def _with_named(cls, values: Any) -> Any:
        """Columns of parameters and measured quantities as such."""
        if not isinstance(values, Mapping):
            return values
        return {key: value if key in cls.model_fields or isinstance(value, ColumnTable)
                else _named(key, value) for key, value in values.items()}

    @property
    def named(self) -> dict[str, ColumnTable]:
        """What is said of columns by the names of parameters and measured quantities."""
        return dict(self.model_extra or {})

    @property
    def by_key(self) -> dict[str, ColumnTable]:
        """Everything that is said of a column, by its key."""
        own = {key: found for key in QUANTITIES if (found := getattr(self, key)) is not None}
        return own | self.named

    def without(self, keys: Sequence[str]) -> HowTable:
        """The same but for keys that these settings mean something else by."""
        taken = [key for key in keys if key in QUANTITIES and getattr(self, key) is not None]
        return self.model_copy(update=dict.fromkeys(taken)) if taken else self

    @property
    def columns(self) -> dict[str, ColumnTable]:
        """What is said of a quantity, by quantity."""
        return {quantity: found for key, quantity in QUANTITIES.items()
                if (found := getattr(self, key)) is not None}


AS_NAMED = HowTable()
"""Everything is left to the names of the columns."""


def prove_columns(table: HowTable, space: Space, measured: Sequence[Quantity]) -> None:
    """Names of [table] beside the known ones are parameters or measured quantities.

    Raises BadInput."""
    quantities = [q.name for q in measured]
    known = [*(p.name for p in space.others), *quantities,
             *(f"{name}_se" for name in quantities)]
    for name, said in table.named.items():
        if name not in known:
            near = difflib.get_close_matches(name, [*QUANTITIES, *known], 1)
            raise BadInput(f"table.{name}", ", ".join(said.names) or said.unit or "", "a key that "
                           "pressloop knows, a parameter of [space] or a quantity of [objective]",
                           f"Did you mean {near[0]}?" if near else "Remove it.")
