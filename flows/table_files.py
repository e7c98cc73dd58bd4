"""A table of past presses as text cells, whatever file it comes in: CSV, Excel or Parquet."""

from __future__ import annotations

import codecs
import csv
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from trials.errors import BadInput

DELIMITERS = (",", ";", "\t")
FOREIGN = re.compile(r"[^\t\n\r -~\u00a0-\u00ff]|[^\0-~]{3}")
"""What a table in cp1252 hardly has: signs where DOS and Mac have letters, and three letters beyond
ASCII in a row, as in Cyrillic or Chinese."""
EXCEL, PARQUET = (".xlsx", ".xlsm"), (".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class Cells:
    """Header and rows as text ("" for an empty cell), each with its number as the file counts
    them: lines of a CSV and rows of a sheet, where the header has number 1; rows of a Parquet file
    from 1 on. Rows may have more or fewer cells than the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def cells_of(path: Path) -> Cells:
    """The table in a file. Raises BadInput for one that cannot be read or has no header."""
    kind = path.suffix.lower()
    if kind == ".xls":
        raise BadInput("table", path, "an .xlsx, a CSV or a Parquet file",
                       "Save it from Excel as .xlsx.")
    if kind in EXCEL:
        return _trimmed(_sheet(path), path)
    return _parquet(path) if kind in PARQUET else _trimmed(_lines(path), path)


def _lines(path: Path) -> Iterable[tuple[int, Sequence[str]]]:
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise BadInput("table", path, "a readable file", f"{error.strerror}.") from None
    if text is None:
        raise BadInput("table", path, "a text file in UTF-8",
                       "Its encoding cannot be told, or it is no text, so letters such as ä would "
                       "be read wrong. Save it again: in Excel as 'CSV UTF-8', in LibreOffice as "
                       "CSV with the character set UTF-8; or as .xlsx.")
    lines = text.splitlines()
    if not lines:
        return
    delimiter = max(DELIMITERS, key=lines[0].count)
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
        # In a table with other delimiters, a comma can only be a decimal one.
        point = number > 1 and delimiter != ","
        yield number, [c.strip().replace(",", ".") if point else c.strip() for c in cells]


def _decoded(raw: bytes) -> str | None:
    """Text in UTF-8, in UTF-16 that says so, or in what Excel writes as "CSV" in Western Europe;
    None for what may be anything else, as a wrong guess would change the names of lots."""
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" and FOREIGN.search(text):
            return None
        return None if "\0" in text else text
    return None


def _sheet(path: Path) -> Iterable[tuple[int, Sequence[str]]]:
    """The first sheet of a workbook, formulas as the values that were stored with them."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            rows = list(book.worksheets[0].iter_rows(values_only=True))
            book.close()
    except OSError as error:
        raise BadInput("table", path, "a readable file", f"{error.strerror}.") from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, ValueError) as error:
        raise BadInput("table", path, "an Excel workbook", f"{_short(error)}. Export it as CSV."
                       ) from None
    for number, row in enumerate(rows, start=1):
        yield number, [_text(value) for value in row]


def _parquet(path: Path) -> Cells:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except OSError as error:
        raise BadInput("table", path, "a readable file", f"{error.strerror or error}.") from None
    except (pyarrow.ArrowException, ValueError) as error:
        raise BadInput("table", path, "a Parquet file", f"{_short(error)}.") from None
    columns = [[_text(value) for value in column.to_pylist()] for column in table.columns]
    return _told(tuple(map(str, table.column_names)),
                 [(number, cells) for number, cells in enumerate(zip(*columns, strict=True), 1)],
                 path)


def _trimmed(rows: Iterable[tuple[int, Sequence[str]]], path: Path) -> Cells:
    """Without comments, empty rows, and the empty columns that sheets trail behind them."""
    found = list(rows)
    if not found or not any(found[0][1]):
        raise BadInput("table", path, "a header row and one row or more",
                       "The first row names the columns, such as pressure_mpa, dwell_s, "
                       "temperature_c.")
    header, kept = list(found[0][1]), [
        (number, list(cells)) for number, cells in found[1:]
        if any(cells) and not cells[0].startswith("#")]
    while header and not header[-1] and all(
            len(cells) < len(header) or not cells[len(header) - 1] for _, cells in kept):
        header.pop()
        kept = [(number, cells[:len(header)] if len(cells) == len(header) + 1 else cells)
                for number, cells in kept]
    return _told(tuple(header), kept, path)


def _told(header: tuple[str, ...], rows: Iterable[tuple[int, Sequence[str]]], path: Path) -> Cells:
    found = tuple((number, tuple(cells)) for number, cells in rows if any(cells))
    if not found:
        raise BadInput("table", path, "one row or more below the header", "Add past presses.")
    return Cells(header, found)


def _text(value: Any) -> str:
    """A cell as a CSV would have it: shortest text that reads back as the same number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (date,)):
        return value.isoformat()
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).strip()


def _short(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")
