"""A table of past presses as text cells, whatever file it comes in: CSV, Excel, JSON or Parquet.

Nothing is left out without a word: `Cells` says which rows were, and why, and how decimals were
understood. Columns of numbers have a decimal point here, whatever they have in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.columns.layout import (
    Layout,
    beside_totals,
    is_number,
    is_other_header,
    is_text,
    layout,
    on_its_side,
    turned,
    why_no_stack,
)
from pressloop.trials.tables.csv_text import decoded, delimiter_of, text_rows, with_delimiters
from pressloop.trials.tables.decimals import Ambiguous, understood
from pressloop.trials.tables.excel import sheet_rows
from pressloop.trials.tables.json_rows import json_rows
from pressloop.trials.tables.parquet import parquet_rows
from pressloop.trials.tables.per_cent import as_shown
from pressloop.trials.tables.rows import Row, bounded, prove_size
from pressloop.trials.wording import counted

EXCEL, PARQUET, JSON = (".xlsx", ".xlsm"), (".parquet", ".pq"), (".json",)
OTHER_SHEETS = (".xls", ".xlsb", ".ods", ".numbers")
COMMENT, EMPTY, TOTALS = "comment", "empty", "totals"


@dataclass(frozen=True, slots=True)
class Cells:
    """Header and rows as text ("" for an empty cell), each with its number as the file counts them.

    Lines of a CSV and rows of a sheet, where the header has number 1; rows of a Parquet file from 1
    on. Rows may have more or fewer cells than the header.

    `left_out` tells why a row is not among them; `ambiguous` are columns whose numbers can be read
    in two ways, which stand here as in the file; `notes` is what else a person should know.
    `units` are those of a row of units below the header, "" for none; `marks` the decimal marks of
    columns, by place; `columns` says how columns under other names or in other units were
    understood, a line each; `titles` are texts round the table, a row each; `header_row` is where
    that stands, None for the first row.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    left_out: Mapping[int, str] = field(default_factory=dict)
    decimals: str = "decimal point"
    ambiguous: Mapping[str, Ambiguous] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    header_row: int | None = None

    @property
    def taken(self) -> dict[str, Any]:
        """What was taken of the file, as JSON values."""
        return {"rows": len(self.rows), "decimals": self.decimals, "notes": list(self.notes),
                "columns": list(self.columns),
                "left_out": [{"row": row, "why": why} for row, why in self.left_out.items()]}

    @property
    def words(self) -> str:
        """The same in one line."""
        by_why = groupby(sorted(self.left_out, key=lambda row: (self.left_out[row], row)),
                         key=self.left_out.__getitem__)
        out = [f"{_ranges(list(rows))} ({why})" for why, rows in by_why]
        return "; ".join([f"{len(self.rows)} row{'s' * (len(self.rows) != 1)} read",
                          f"left out: {', '.join(out)}" if out else "none left out",
                          self.decimals, *self.notes])

    def named(self, path: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
        """Number of each row, where it stands in words, and its cells by column.

        Raises BadInput for a row with more or fewer cells than the header."""
        for number, cells in self.rows:
            where = f"{path.name} row {number}"
            if len(cells) != len(self.header):
                raise BadInput(where, counted(len(cells), "cell"),
                               f"{counted(len(self.header), 'cell')}, as in the header",
                               "The row may be cut off, or a decimal comma splits a number.")
            yield number, where, dict(zip(self.header, cells, strict=True))

    def prove_read_one_way(self, names: Iterable[str], path: Path) -> None:
        """Raises BadInput for the first of these columns that can be read in two ways."""
        for name in names:
            if name in self.ambiguous:
                raise self.ambiguous[name].refusal(f"{path.name}: column {name}")


def cells_of(path: Path, header_row: int | None = None) -> Cells:
    """The table in a file.

    `header_row` is the number of the row that names the columns, where that is known. Raises
    BadInput for one that cannot be read, is larger than a table of past presses, or has no
    header."""
    kind = path.suffix.lower()
    if kind in OTHER_SHEETS:
        raise BadInput("table", path, "an .xlsx, a CSV, a JSON or a Parquet file",
                       "Save it as .xlsx, from Excel or LibreOffice.")
    prove_size(path)
    if kind in PARQUET:
        header, rows = parquet_rows(path)
        return _told(Layout(header, ("",) * len(header), 0, {}), rows, {}, path)
    if kind in JSON:
        header, rows = json_rows(path)
        return _told(Layout(header, ("",) * len(header), 0, {}), rows, {}, path)
    if kind in EXCEL:
        found = sheet_rows(path)
        return _trimmed(found.rows, path, header_row, notes=found.notes)
    raw, older = decoded(path)
    text = with_delimiters(raw)
    delimiter = delimiter_of(text)
    return _trimmed(list(bounded(text_rows(text, delimiter, path), path)), path, header_row,
                    comma_separated=delimiter == ",",
                    notes=(f"read in the old encoding {older}",) if older else ())


def _trimmed(found: Sequence[Row], path: Path, header_row: int | None, *,
             comma_separated: bool = False, notes: tuple[str, ...] = ()) -> Cells:
    """Without titles, comments, totals, empty rows, and columns that are empty."""
    if not any(any(cells) for _, cells in found):
        raise BadInput("table", path, "a header row and one row or more",
                       "The first row names the columns, such as pressure_mpa, dwell_s, "
                       "temperature_c.")
    if header_row is None and on_its_side(found):
        found = turned(found)
        notes = (*notes, "the table stands on its side, a column a stack: rows are numbered as its "
                 "columns")
    laid = layout(found, header_row)
    body, wide = found[laid.first:], len(laid.header)
    # Empty rows below the last filled one are no rows that anybody meant.
    last = max(number for number, cells in found if any(cells))
    why = {number: _why_left_out(cells, laid.header) for number, cells in body if number <= last}
    _spread_totals(body, laid.header, why)
    if second := next((number for number, cells in body if not why.get(number)
                       and is_other_header(cells, laid.header)), None):
        raise BadInput(f"{path.name} row {second}", "other names of columns than in row "
                       f"{laid.number}", "one table a sheet",
                       "Put the rows below it into a file of their own.")
    left_out = laid.left_out | {number: reason for number, reason in why.items() if reason}
    kept = [(number, list(cells)) for number, cells in body if why.get(number) == ""]
    if laid.number > found[0][0] or len(laid.left_out) > 0:
        notes = (*notes, f"row {laid.number} names the columns")
    return _told(_without_empty(laid, kept, wide), kept, left_out, path,
                 comma_separated=comma_separated, notes=notes,
                 titles=tuple(" ".join(cell for cell in dict.fromkeys(cells) if cell)
                              for number, cells in found
                              if left_out.get(number, EMPTY) not in (EMPTY, TOTALS)))


def _spread_totals(body: Sequence[Row], header: Sequence[str], why: dict[int, str]) -> None:
    """Rows such as Max and Min beside one of totals are totals too."""
    for rows in (body, body[::-1]):
        before = ""
        for number, cells in rows:
            if before == TOTALS and beside_totals(cells, header):
                why[number] = TOTALS
            before = why.get(number, "") if any(cells) else before


def _without_empty(laid: Layout, kept: list[tuple[int, list[str]]], wide: int) -> Layout:
    """Drops columns without a name and without a cell, in place.

    Other columns without a name get their place for one."""
    empty = {at for at in range(wide) if not laid.header[at] and all(
        at >= len(cells) or not cells[at] for _, cells in kept)}
    # A row that is one cell longer than the rest by a trailing comma has nothing in it.
    for place, (number, cells) in enumerate(kept):
        if len(cells) == wide + 1 and not cells[-1] and wide - 1 in empty:
            kept[place] = (number, cells := cells[:-1])
        kept[place] = (number, [cell for at, cell in enumerate(cells)
                                if at not in empty or at >= wide])
    names = [name or f"(column {at + 1})" for at, name in enumerate(laid.header)]
    return replace(laid, header=tuple(n for at, n in enumerate(names) if at not in empty),
                   units=tuple(u for at, u in enumerate(laid.units) if at not in empty))


def _why_left_out(cells: Sequence[str], header: Sequence[str]) -> str:
    """Empty for a row of the table.

    One that begins with # is a comment if it fills its first cell only, or has not as many cells as
    the header: stacks may be named #1, #2."""
    if not any(cells):
        return EMPTY
    comment = cells[0].startswith("#") and (len(cells) != len(header) or not any(cells[1:]))
    return COMMENT if comment and len(header) > 1 else why_no_stack(cells, header)


def _told(laid: Layout, rows: Sequence[Row], left_out: Mapping[int, str], path: Path,
          *, comma_separated: bool = False, notes: tuple[str, ...] = (),
          titles: tuple[str, ...] = ()) -> Cells:
    full = [(number, cells) for number, cells in rows if any(cells)]
    if not full:
        raise BadInput("table", path, "one row or more below the header", "Add past presses.")
    units, full = as_shown(laid.header, laid.units, full)
    left_out = dict(left_out) | {number: EMPTY for number, cells in rows if not any(cells)}
    text = {at for at, name in enumerate(laid.header) if is_text(name)}
    numbers = {at for at, name in enumerate(laid.header) if is_number(name)}
    read = understood(laid.header, full, comma_separated=comma_separated, text=text,
                      numbers=numbers)
    named = [number for number, cells in full if cells[0].startswith("#")]
    if named:
        notes = (*notes, f"{_ranges(named)} begin{'s' * (len(named) == 1)} with # and count, as "
                 "they fill the columns")
    return Cells(laid.header, tuple((number, tuple(cells)) for number, cells in read.rows),
                 dict(sorted(left_out.items())), read.words, read.ambiguous, notes, units,
                 read.marks, titles=titles, header_row=laid.number if laid.number > 1 else None)


def _ranges(numbers: Sequence[int]) -> str:
    """Row numbers, such as "rows 3, 5-9"."""
    runs = [[number for _, number in run] for _, run in groupby(
        enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    told = [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    shown = told if len(told) <= 12 else [*told[:10], "...", told[-1]]
    return f"row{'s' * (len(numbers) > 1)} {', '.join(shown)}"
