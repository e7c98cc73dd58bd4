"""Rows to points: a frequency with an impedance, or with the reason why there is none."""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pressloop.evaluation.readers._table import names as n
from pressloop.evaluation.readers._table.cells import number
from pressloop.evaluation.readers._table.columns import Column, Group
from pressloop.evaluation.readers._table.marks import Marks, marks_of
from pressloop.evaluation.readers._table.names import MODULUS, PHASE
from pressloop.evaluation.readers._table.pairs import PAIRS
from pressloop.evaluation.readers._table.rows import Row, Table, columns_of, where
from pressloop.trials.errors import BadInput
from pressloop.trials.wording import by_number, counted

_FLOAT = r"\s*([+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)\s*"
_POLAR = re.compile(rf"\({_FLOAT}dB,{_FLOAT}\u00b0\)")
_BOTH_PARTS = re.compile(rf"\(?{_FLOAT},{_FLOAT}\)?")
_RADIANS_AT_MOST = 1.6
_HZ = (1e-6, 1e12)


@dataclass(frozen=True, slots=True)
class Point:
    """One row: line, hertz, ohms (or ohm cm2) or None with the reason, and its cycle."""

    line: int
    frequency_hz: float
    impedance: complex | None
    reason: str = ""
    cycle: str = ""


def points_of(table: Table, group: Group, rows: Sequence[Row]) -> tuple[list[Point], list[str]]:
    """The points of one group of columns, and notes on rows that have none.

    Rows of 0 Hz (rest before or after the sweep), and rows without any value, are left out.
    Raises BadInput, naming the line, on a cell that is no number, on a frequency that cannot be,
    on mixed decimal marks, and on a phase of which nothing says whether it is in degrees.
    """
    marks = marks_of(table.source, columns_of(rows, [
        column for column in group.chosen() if column.role != n.COMPLEX]))
    for column in group.chosen():
        column.factor()
    _unit_of_phase(table.source, group, rows, marks)
    points, rest, empty = [], 0, 0
    for at, row in rows:
        values = [_value(table.source, at, column, row, marks) for column in group.chosen()]
        if all(math.isnan(value.real) for value in values) and not (
                group.frequency.name.log and values[0] == 0):
            empty += 1
            continue
        frequency = _frequency(where(table.source, at), group.frequency, row, values[0].real)
        if frequency == 0:
            rest += 1
            continue
        points.append(_point(group, at, row, frequency, values[1:]))
    notes = [_counted(rest, "of 0 Hz")] if rest else []
    if empty and len(table.groups) == 1:
        notes.append(_counted(empty, "without any value"))
    if marks.thousands:
        notes.append(f"{marks.thousands!r} was read as the mark between thousands")
    return points, notes


def _counted(count: int, what: str) -> str:
    return f"{counted(count, 'row')} {what} {by_number(count, 'was', 'were')} left out"


def _value(source: str, at: int, column: Column, row: list[str], marks: Marks) -> complex:
    cell = row[column.index]
    value: complex | None
    if column.role == n.COMPLEX:
        value = complex_cell(cell)
    else:
        value = number(cell, marks.decimal, marks.thousands)
    if value is None:
        raise BadInput(f"{where(source, at)}: {column.header}", cell, "a number",
                       "Correct or delete this row, or export the file again.")
    return value


def complex_cell(cell: str) -> complex | None:
    """A complex number such as (12.1-3.2j), 12.1 - 3.2i, 12.1,-3.2 or (21.9dB,-14.9 deg).

    None for other text."""
    if match := _POLAR.fullmatch(cell):
        return cmath.rect(10.0 ** min(float(match[1]) * n.DECIBEL, 300.0),
                          math.radians(float(match[2])))
    if match := _BOTH_PARTS.fullmatch(cell):
        return complex(float(match[1]), float(match[2]))
    try:
        return complex(cell.replace(" ", "").replace("i", "j").replace("*", ""))
    except ValueError:
        return None


def _frequency(at: str, column: Column, row: list[str], value: float) -> float:
    low, high = _HZ
    hertz = column.scaled(value).real
    if not (low <= hertz <= high or (hertz == 0 and not column.name.log)):
        raise BadInput(f"{at}: {column.header}", row[column.index] or "empty",
                       f"a frequency between {low:g} and {high:g} Hz",
                       "Check the unit in the header; correct or delete this row.")
    return hertz


def _point(group: Group, at: int, row: list[str], frequency: float,
           values: Sequence[complex]) -> Point:
    cycle = row[group.cycle.index] if group.cycle and group.cycle.index < len(row) else ""
    chosen = group.chosen()[1:]
    if lost := _no_reading(chosen, row, values):
        return Point(at, frequency, None, lost, cycle)
    scaled = [column.scaled(value) for column, value in zip(chosen, values, strict=True)]
    try:
        ohms = scaled[0] if len(scaled) == 1 else PAIRS[chosen[0].role, chosen[1].role](
            scaled[0].real, scaled[1].real, 2 * math.pi * frequency)
    except (ZeroDivisionError, OverflowError):
        ohms = complex(math.nan)
    if not (math.isfinite(ohms.real) and math.isfinite(ohms.imag)):
        return Point(at, frequency, None, "no impedance comes from "
                     + ", ".join(row[column.index] for column in chosen), cycle)
    return Point(at, frequency, ohms, "", cycle)


def _no_reading(chosen: Sequence[Column], row: list[str], values: Sequence[complex]) -> str:
    """Why a row has no impedance; empty where it has one."""
    lost = [f"{column.header} is {row[column.index] or 'empty'}"
            for column, value in zip(chosen, values, strict=True)
            if math.isnan(value.real) or math.isnan(value.imag)]
    if not lost and not any(column.name.log for column in chosen) and (
            not any(values) or (chosen[0].role == MODULUS and values[0] == 0)):
        return "the meter wrote 0 ohm"
    return ", ".join(lost)


def _unit_of_phase(source: str, group: Group, rows: Sequence[Row], marks: Marks) -> None:
    phase = group.second
    if phase is None or phase.role not in (PHASE, n.Y_PHASE) or phase.name.unit:
        return
    sizes = [abs(value) for _, row in rows
             if (value := number(row[phase.index], marks.decimal, marks.thousands)) is not None]
    if max((size for size in sizes if not math.isnan(size)), default=0.0) <= _RADIANS_AT_MOST:
        raise BadInput(f"{source}: column {phase.header}", "without unit", "deg or rad",
                       "Write the unit in the header, as in: phase/deg; or say it with --columns.")
