"""Rows of a table to a `RawSweep`: numbers, missing points, and the marks of a truncated file."""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from evaluation.readers._cells import WHITESPACE, cells, decimal_mark, is_number, number
from evaluation.readers._columns import (
    FREQUENCY,
    IMAGINARY,
    MODULUS,
    PHASE,
    REAL,
    Column,
    Columns,
    required,
)
from evaluation.readers._sweep import RawSweep
from trials.errors import BadInput
from trials.spectrum import MissingPoint

_AGAIN = "The file is cut or damaged: export or copy it again."
_RADIANS_AT_MOST = 1.6
_HZ = (1e-6, 1e12)
Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the numbered lines below it. `promised` is the row count the file announces,
    `ended` whether the last line of the file has a line end."""

    source: str
    columns: Columns
    width: int
    delimiter: str
    lines: Sequence[Line]
    promised: int | None = None
    ended: bool = True


def numbered(text: str) -> list[Line]:
    """The lines of a text with their numbers, the first line being 1."""
    return list(enumerate(text.split("\n"), start=1))


def delimiter_of(line: str) -> str:
    """Tab, semicolon, comma or `WHITESPACE`, for a line of numbers of either decimal mark."""
    for mark in ("\t", ";"):
        if mark in line.strip():
            return mark
    words = line.split()
    loose = len(words) > 1 and not any(word.endswith(",") for word in words)
    return WHITESPACE if loose or "," not in line else ","


def sweep_of(table: Table) -> RawSweep:
    """The sweep in a table; rows of 0 Hz (rest before the sweep) are left out.

    Raises BadInput, naming the line, on a row that is cut, a cell that is no number, mixed decimal
    marks, and a number of rows other than the promised one.
    """
    chosen = _chosen(required(table.columns, table.source))
    rows = [(at, _row(table, at, line)) for at, line in table.lines if line.strip()]
    _all_there(table, chosen, rows)
    _one_decimal_mark(table.source, chosen, rows)
    factors = [column.factor() for column in chosen]
    _unit_of_phase(table.source, chosen, rows)
    points: list[tuple[float, complex]] = []
    missing: list[MissingPoint] = []
    for at, row in rows:
        values = [factor * _value(table.source, at, column, row)
                  for column, factor in zip(chosen, factors, strict=True)]
        frequency = _frequency(_where(table.source, at), chosen[0], row, values[0])
        if frequency == 0:
            continue
        if reason := _no_reading(chosen[1:], row, values[1:]):
            missing.append(MissingPoint(frequency, f"{_where(table.source, at)}: {reason}"))
        else:
            points.append((frequency, _ohms(chosen[1], values[1], values[2])))
    notes = ("rows of 0 Hz were left out",) if len(points) + len(missing) < len(rows) else ()
    return RawSweep(table.source, np.array([f for f, _ in points], dtype=np.float64),
                    np.array([z for _, z in points], dtype=np.complex128),
                    imaginary=chosen[2].header, missing=tuple(missing), notes=notes)


def _chosen(found: Columns) -> tuple[Column, Column, Column]:
    both = REAL in found and IMAGINARY in found
    pair = (REAL, IMAGINARY) if both else (MODULUS, PHASE)
    return found[FREQUENCY], found[pair[0]], found[pair[1]]


def _where(source: str, at: int) -> str:
    return f"{source} line {at}"


def _row(table: Table, at: int, line: str) -> list[str]:
    row = cells(line, table.delimiter)
    if len(row) != table.width:
        raise BadInput(_where(table.source, at), f"{len(row)} columns",
                       f"{table.width} columns, as the header has", _AGAIN)
    return row


def _value(source: str, at: int, column: Column, row: list[str]) -> float:
    value = number(row[column.index])
    if value is None:
        raise BadInput(f"{_where(source, at)}: {column.header}", row[column.index], "a number",
                       _AGAIN)
    return value


def _frequency(where: str, column: Column, row: list[str], value: float) -> float:
    low, high = _HZ
    if value != 0 and not low <= value <= high:
        raise BadInput(f"{where}: {column.header}", row[column.index] or "empty",
                       f"a frequency between {low:g} and {high:g} Hz", "Check the unit. " + _AGAIN)
    return value


def _no_reading(chosen: Sequence[Column], row: list[str], values: Sequence[float]) -> str:
    """Why a row has no impedance; empty where it has one."""
    lost = [f"{column.header} is {row[column.index] or 'empty'}"
            for column, value in zip(chosen, values, strict=True) if math.isnan(value)]
    if not lost and (not any(values) or (chosen[0].role == MODULUS and values[0] == 0)):
        return "the meter wrote 0 ohm"
    return ", ".join(lost)


def _ohms(column: Column, first: float, second: float) -> complex:
    return cmath.rect(first, second) if column.role == MODULUS else complex(first, second)


def _all_there(table: Table, chosen: Sequence[Column], rows: list[tuple[int, list[str]]]) -> None:
    if table.promised is not None and len(rows) != table.promised:
        last = rows[-1][0] if rows else 0
        raise BadInput(_where(table.source, last), f"{len(rows)} rows up to here",
                       f"{table.promised} rows, as the header says",
                       "The sweep was stopped or the file is cut: export or measure it again.")
    if table.ended or len(rows) <= 1:
        return
    end = table.width - 1
    at, last_row = rows[-1]
    if any(column.index == end for column in chosen) and _digits(last_row[end]) < median(
            _digits(row[end]) for _, row in rows[:-1]):
        raise BadInput(_where(table.source, at), last_row[end], "a whole number and a line end",
                       "The file ends within this row: export it again, or add the line end.")


def _digits(cell: str) -> int:
    return len(re.sub("[^0-9]", "", cell.lstrip("+-0.,")))


def _one_decimal_mark(source: str, chosen: Iterable[Column],
                      rows: list[tuple[int, list[str]]]) -> None:
    indices, first = [column.index for column in chosen], ""
    for at, row in rows:
        for mark in filter(None, (decimal_mark(row[index]) for index in indices)):
            first = first or mark
            if mark != first:
                raise BadInput(_where(source, at), f"decimal marks {first} and {mark}",
                               "one decimal mark in all columns",
                               "Export without a mark between thousands.")


def _unit_of_phase(source: str, chosen: Sequence[Column],
                   rows: list[tuple[int, list[str]]]) -> None:
    phase = chosen[2]
    if phase.role != PHASE or phase.unit:
        return
    sizes = [abs(value) for _, row in rows if (value := number(row[phase.index])) is not None]
    if max((size for size in sizes if not math.isnan(size)), default=0.0) <= _RADIANS_AT_MOST:
        raise BadInput(f"{source}: column {phase.header}", "without unit", "deg or rad",
                       "Write the unit in the header, as in: phase/deg.")


def find_number(pattern: str, text: str) -> float | None:
    """The number in group 1 of the first match (case ignored), None where there is none."""
    match = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    cell = match[1].rstrip(".,") if match else ""
    value = number(cell) if is_number(cell) else None
    return None if value is None or math.isnan(value) else value
