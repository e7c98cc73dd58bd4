"""Lines of a table to rows of cells: which lines are rows, and the marks of a file that is cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from pressloop.evaluation.readers._table.cells import (
    WHITESPACE,
    cells,
    is_number,
    number,
    raw_cells,
)
from pressloop.evaluation.readers._table.columns import Column, Group
from pressloop.trials.errors import BadInput
from pressloop.trials.wording import by_number, counted

_COMMENT = re.compile(r"\s*(?:[#%;]|//)")
_SHOWN = 40
_LOOKED_AT = 200
_TOLERATED = 0.02
Line = tuple[int, str]
Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Groups of columns and the numbered lines below their header, which names `width` columns.

    `promised` is the number of rows the file announces, `ended` whether the last line of the file
    has a line end, `short_rows` whether this format is known to leave out the last columns.
    """

    source: str
    groups: Sequence[Group]
    width: int
    delimiter: str
    lines: Sequence[Line]
    promised: int | None = None
    ended: bool = True
    short_rows: bool = False
    label: str = ""
    notes: tuple[str, ...] = field(default=())

    def chosen(self) -> list[Column]:
        """Every column that a spectrum comes from."""
        return [column for group in self.groups for column in group.chosen()]

    def needed(self) -> int:
        """How many cells a row must have."""
        return max(group.needed() for group in self.groups)


def numbered(text: str) -> list[Line]:
    """The lines of a text with their numbers, the first line being 1."""
    return list(enumerate(text.split("\n"), start=1))


def where(source: str, at: int) -> str:
    """A line, for a message."""
    return f"{source} line {at}"


def rows_of(table: Table) -> tuple[list[Row], list[str]]:
    """The rows, each as wide as the table, and notes on what was left out.

    Raises BadInput, naming the line, on a row that is cut, on rows that have other columns than
    the header, and on a number of rows other than the promised one.
    """
    split = [(at, line, cells(line, table.delimiter)) for at, line in table.lines
             if line.strip() and not _COMMENT.match(line)]
    width, shift, notes = _fitted(table, [row for _, _, row in split])
    rows: list[Row] = []
    foreign: list[Line] = []
    for at, line, row in split:
        if _is_foreign(table, row, width, shift):
            foreign.append((at, line))
        else:
            rows.append((at, _row(table, at, line, row, width)[shift:]))
    _all_there(table, rows)
    return rows, notes + _told(foreign)


def _fitted(table: Table, split: Sequence[list[str]]) -> tuple[int, int, list[str]]:
    """Width of the rows and how many leading cells have no name.

    Also a note where either differs from the header. Raises BadInput where nothing tells which
    column is which."""
    index = table.groups[0].frequency.index
    if table.delimiter != WHITESPACE and all(len(raw_cells(line, table.delimiter)) == table.width
                                             for _, line in table.lines[:_LOOKED_AT]):
        return table.width, 0, []
    widths = Counter(len(row) for row in split if index < len(row) and is_number(row[index]))
    width = max(widths, key=lambda one: (widths[one], one), default=table.width)
    if width == table.width or widths[width] < 0.5 * len(split) or len(split) < 3:
        return table.width, 0, []
    rows = [row for row in split if len(row) == width]
    if width == table.width + 1 and _counts_up([row[0] for row in rows]):
        return width, 1, ["the first cell of every row, the row number, has no name"]
    if width < table.width and table.needed() <= width and (
            _checked(table.groups[0], rows, width, unseen=table.short_rows)):
        return width, 0, [f"the header names {table.width} columns, the rows have {width}: the "
                          "last names were left out"]
    if table.needed() > width and widths[width] < len(split):
        return table.width, 0, []
    raise BadInput(f"{table.source}: columns of the rows", width,
                   f"{table.width} columns, as the header has",
                   "Which column is which is not known: say it, as in --columns f,re,-im.")


def _counts_up(column: list[str]) -> bool:
    values = [number(cell) for cell in column]
    first = values[0]
    return first is not None and all(value == first + place for place, value in enumerate(values))


def _checked(group: Group, rows: Sequence[Sequence[str]], width: int, *, unseen: bool) -> bool:
    """True where a column |Z| agrees with both parts: then the columns have not moved.

    `unseen` is the answer where no such column is there."""
    if group.modulus is None or group.modulus.index >= width:
        return unseen
    return disagreement(group, rows) < _TOLERATED


def disagreement(group: Group, rows: Sequence[Sequence[str]]) -> float:
    """Median relative difference of |Z| and the size of the two parts, 0 where not known."""
    if group.modulus is None or group.second is None:
        return 0.0
    away = []
    for row in rows:
        if group.modulus.index < len(row):
            size, real, imaginary = (number(row[column.index]) for column in
                                     (group.modulus, group.first, group.second))
            if size and real is not None and imaginary is not None:
                away.append(abs(abs(complex(real * group.first.factor(),
                                            imaginary * group.second.factor()))
                                / group.modulus.scaled(size).real - 1))
    return median(away) if away else 0.0


def _is_foreign(table: Table, row: list[str], width: int, shift: int) -> bool:
    """A line of text: no cell that counts is a number."""
    if len(row) == 1 < width and not is_number(row[0]):
        return True
    cells_that_count = [row[column.index + shift] for column in table.chosen()
                        if column.index + shift < len(row)]
    text = [cell for cell in cells_that_count if number(cell) is None]
    first = table.groups[0].frequency.index + shift
    starts_with_text = first < len(row) and number(row[first]) is None
    if len(row) == width:
        return bool(text) and not any(is_number(cell) for cell in cells_that_count)
    return starts_with_text


def _row(table: Table, at: int, line: str, row: list[str], width: int) -> list[str]:
    if len(row) == width:
        return row
    if len(row) > width:
        raise BadInput(where(table.source, at), counted(len(row), "column"),
                       f"{counted(width, 'column')}, as the other rows have",
                       "A mark between thousands that also parts columns? Export without it.")
    if len(raw_cells(line, table.delimiter)) >= width or (table.delimiter in "\t;," and (
            line.rstrip(" ").endswith(table.delimiter))):
        return row + [""] * (width - len(row))
    if len(table.groups) > 1 and any(group.needed() == len(row) for group in table.groups):
        return row + [""] * (width - len(row))
    raise BadInput(where(table.source, at), counted(len(row), "column"),
                   f"{counted(width, 'column')}, as the other rows have",
                   "This row is cut: export or copy the file again, or delete the row.")


def _told(foreign: Sequence[Line]) -> list[str]:
    if not foreign:
        return []
    shown = foreign[0][1].strip()
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."
    count = (f"{counted(len(foreign), 'line')} of text "
             f"{by_number(len(foreign), 'was', 'were')}")
    return [f"{count} left out, line {foreign[0][0]}: {shown!r}"]


def _all_there(table: Table, rows: Sequence[Row]) -> None:
    if table.promised is not None and len(rows) != table.promised:
        last = rows[-1][0] if rows else 0
        raise BadInput(where(table.source, last), f"{counted(len(rows), 'row')} up to here",
                       f"{counted(table.promised, 'row')}, as the header says",
                       "The sweep was stopped or the file is cut: export or measure it again, or "
                       "read the rows that are there with --columns.")
    if table.ended or len(rows) <= 1 or rows[-1][0] != table.lines[-1][0]:
        return
    at, last_row = rows[-1]
    end = len(last_row) - 1
    if any(column.index == end for column in table.chosen()) and _digits(last_row[end]) < median(
            _digits(row[end]) for _, row in rows[:-1]):
        raise BadInput(where(table.source, at), last_row[end], "a whole number and a line end",
                       "The file ends within this row: export it again, or add the line end.")


def _digits(cell: str) -> int:
    return len(re.sub("[^0-9]", "", cell.lstrip("+-0.,")))


def columns_of(rows: Sequence[Row], chosen: Sequence[Column]) -> Iterator[tuple[int, str]]:
    """Every cell of the chosen columns with the number of its line."""
    for at, row in rows:
        for column in chosen:
            yield at, row[column.index]
