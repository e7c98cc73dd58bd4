"""`[table]` of the settings.

How a lab's sheet is read, where that is not left to the names of its columns. `pressloop table`
writes it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pressloop.flows.settings.tables import Table, as_tuple

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

    header_row: number of the row that names the columns; found when left out.
    piston_diameter_mm: of the piston of the press, where a gauge shows the pressure of its oil.
    ignore: headers of columns that are something else.
    accept: kinds of findings that `pressloop lint` calls errors, and that are known to be right.
    failure_words: words of the lab, and which of crushed, shorted, delaminated, failed (nobody
        knows how) and intact each of them is.
    """

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

    @property
    def columns(self) -> dict[str, ColumnTable]:
        """What is said of a quantity, by quantity."""
        return {quantity: found for key, quantity in QUANTITIES.items()
                if (found := getattr(self, key)) is not None}


AS_NAMED = HowTable()
"""Everything is left to the names of the columns."""
