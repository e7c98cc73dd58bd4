"""A table of past presses as text cells, whatever file it comes in: CSV, Excel or Parquet.

Nothing is left out without a word: `Cells` says which rows were, and why, and how decimals were
understood. Columns of numbers have a decimal point here, whatever they have in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.csv_text import decoded, delimiter_of, text_rows
from pressloop.trials.tables.decimals import Ambiguous, understood
from pressloop.trials.tables.excel import sheet_rows
from pressloop.trials.tables.parquet import parquet_rows
from pressloop.trials.tables.rows import Row, bounded, prove_size

EXCEL, PARQUET = (".xlsx", ".xlsm"), (".parquet", ".pq")
COMMENT, EMPTY = "comment", "empty"


@dataclass(frozen=True, slots=True)
class Cells:
    """Header and rows as text ("" for an empty cell), each with its number as the file counts
    them: lines of a CSV and rows of a sheet, where the header has number 1; rows of a Parquet file
    from 1 on. Rows may have more or fewer cells than the header.

    `left_out` tells why a row is not among them; `ambiguous` are columns whose numbers can be read
    in two ways, which stand here as in the file; `notes` is what else a person should know.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    left_out: Mapping[int, str] = field(default_factory=dict)
    decimals: str = "decimal point"
    ambiguous: Mapping[str, Ambiguous] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def taken(self) -> dict[str, Any]:
        """What was taken of the file, as JSON values."""
        return {"rows": len(self.rows), "decimals": self.decimals, "notes": list(self.notes),
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

    def prove_read_one_way(self, names: Iterable[str], path: Path) -> None:
        """Raises BadInput for the first of these columns that can be read in two ways."""
        for name in names:
            if name in self.ambiguous:
                raise self.ambiguous[name].refusal(f"{path.name}: column {name}")


def cells_of(path: Path) -> Cells:
    """The table in a file. Raises BadInput for one that cannot be read, is larger than a table of
    past presses, or has no header."""
    kind = path.suffix.lower()
    if kind == ".xls":
        raise BadInput("table", path, "an .xlsx, a CSV or a Parquet file",
                       "Save it from Excel as .xlsx.")
    prove_size(path)
    if kind in PARQUET:
        header, rows = parquet_rows(path)
        return _told(header, rows, {}, path)
    if kind in EXCEL:
        found = sheet_rows(path)
        return _trimmed(found.rows, path, notes=found.notes)
    text = decoded(path)
    delimiter = delimiter_of(text)
    return _trimmed(list(bounded(text_rows(text, delimiter, path), path)), path,
                    comma_separated=delimiter == ",")


def _trimmed(found: Sequence[Row], path: Path, *, comma_separated: bool = False,
             notes: tuple[str, ...] = ()) -> Cells:
    """Without comments, empty rows, and the empty columns that sheets trail behind them."""
    if not found or not any(found[0][1]):
        raise BadInput("table", path, "a header row and one row or more",
                       "The first row names the columns, such as pressure_mpa, dwell_s, "
                       "temperature_c.")
    header, wide = list(found[0][1]), len(found[0][1])
    # Empty rows below the last filled one are no rows that anybody meant.
    last = max(number for number, cells in found if any(cells))
    why = {number: _why_left_out(cells, wide) for number, cells in found[1:] if number <= last}
    left_out = {number: reason for number, reason in why.items() if reason}
    kept = [(number, list(cells)) for number, cells in found[1:] if why.get(number) == ""]
    while header and not header[-1] and all(
            len(cells) < len(header) or not cells[len(header) - 1] for _, cells in kept):
        header.pop()
        kept = [(number, cells[:len(header)] if len(cells) == len(header) + 1 else cells)
                for number, cells in kept]
    return _told(tuple(header), kept, left_out, path, comma_separated=comma_separated, notes=notes)


def _why_left_out(cells: Sequence[str], wide: int) -> str:
    """Empty for a row of the table. One that begins with # is a comment if it fills its first cell
    only, or has not as many cells as the header: stacks may be named #1, #2."""
    if not any(cells):
        return EMPTY
    comment = cells[0].startswith("#") and (len(cells) != wide or not any(cells[1:]))
    return COMMENT if comment and wide > 1 else ""


def _told(header: tuple[str, ...], rows: Sequence[Row], left_out: Mapping[int, str], path: Path,
          *, comma_separated: bool = False, notes: tuple[str, ...] = ()) -> Cells:
    full = [(number, cells) for number, cells in rows if any(cells)]
    if not full:
        raise BadInput("table", path, "one row or more below the header", "Add past presses.")
    left_out = dict(left_out) | {number: EMPTY for number, cells in rows if not any(cells)}
    read = understood(header, full, comma_separated=comma_separated)
    named = [number for number, cells in full if cells[0].startswith("#")]
    if named:
        notes = (*notes, f"{_ranges(named)} begin{'s' * (len(named) == 1)} with # and count, as "
                 "they fill the columns")
    return Cells(header, tuple((number, tuple(cells)) for number, cells in read.rows),
                 dict(sorted(left_out.items())), read.words, read.ambiguous, notes)


def _ranges(numbers: Sequence[int]) -> str:
    """Row numbers, such as "rows 3, 5-9"."""
    runs = [[number for _, number in run] for _, run in groupby(
        enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    told = [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    shown = told if len(told) <= 12 else [*told[:10], "...", told[-1]]
    return f"row{'s' * (len(numbers) > 1)} {', '.join(shown)}"
