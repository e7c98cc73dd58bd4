"""Rows of a sheet of a workbook, formulas as the values that were stored with them."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.columns.layout import LOOKED_AT, has_header, on_its_side
from pressloop.trials.tables.marked_rows import MOST, MOST_COLUMNS, marked_rows
from pressloop.trials.tables.merged import spread
from pressloop.trials.tables.rows import InPercent, Row, Typed, bounded, short, text_of

MOST_UNPACKED = 400_000_000
"""Bytes of a workbook when unpacked: an archive of kilobytes may hold gigabytes."""
FEWEST_ROWS = FEWEST_NUMBERS = 2
"""Rows, and numbers in each, of a table whose names nobody knows."""
QUOTED = re.compile(r'"[^"]*"|\\.')
"""Parts of a number format that are shown as they stand."""
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of a sheet, and what a reader of the workbook should know of them."""

    rows: list[Row]
    notes: tuple[str, ...] = ()


def sheet_rows(path: Path) -> SheetRows:
    """Raises BadInput for a file that is no workbook, or is damaged.

    Also for one with a formula whose value was never stored."""
    try:
        with path.open("rb") as file:
            _prove_unpacked(file, path)
            # It warns of styles and extensions that have no say in what a cell holds.
            with warnings.catch_warnings(action="ignore"):
                return _read(file, path)
    except BadInput:
        raise
    except OSError as error:
        raise BadInput("table", path, "a readable file", f"{error.strerror or error}.") from None
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever damaged bytes mean
        raise BadInput("table", path, "an Excel workbook", f"{short(error)}. Export it as CSV."
                       ) from None


def _prove_unpacked(file: IO[bytes], path: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        size = sum(one.file_size for one in archive.infolist())
    if size > MOST_UNPACKED:
        raise BadInput(f"{path.name}: size when unpacked", f"{size / 1e6:.0f} MB",
                       f"at most {MOST_UNPACKED / 1e6:.0f} MB", "Export the sheet as CSV.")


def _read(file: IO[bytes], path: Path) -> SheetRows:
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=True)
    try:
        at = _place_of_table(book.worksheets)
        sheet = book.worksheets[at]
        rows = list(bounded(_rows(sheet), path))
        placed = sum(any(value is not None for value in row)
                     for row in sheet.iter_rows(values_only=True))
        marked = marked_rows(enumerate(islice(
            sheet.iter_rows(max_col=MOST_COLUMNS), MOST), start=1))
        with sheet._get_source() as source:
            merged = _prove_complete(source, placed, path)
        names = [one.title for one in book.worksheets]
    finally:
        book.close()
    nth = "the first" if at == 0 else f"sheet {at + 1}"
    told = (f"{nth} of {len(names)} sheets, {names[at]!r}, is read",) if len(names) > 1 else ()
    return SheetRows(spread(_padded(rows), merged), (*told, *marked))


def _place_of_table(sheets: Sequence[Any]) -> int:
    """The first sheet with a table of presses: a workbook may begin with a cover.

    Where no sheet has a header that is known, the first one with rows of numbers, or else the
    first."""
    numbers = list[int]()
    for at, sheet in enumerate(sheets):
        # The size that a sheet states may be older than its last rows.
        sheet.reset_dimensions()
        top = [(number, cells) for number, cells in islice(_rows(sheet), LOOKED_AT)]
        if has_header(top) or on_its_side(top):
            return at
        if sum(_has_numbers(cells) for _, cells in top) >= FEWEST_ROWS:
            numbers.append(at)
    return numbers[0] if numbers else 0


def _has_numbers(cells: Sequence[str]) -> bool:
    return sum(isinstance(cell, Typed) for cell in cells) >= FEWEST_NUMBERS


def _rows(sheet: Any) -> Iterator[Row]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells


def _text(cell: Any) -> str:
    """The text of a cell; that of a number that is shown in per cent says so."""
    value = cell.value
    text = text_of(value)
    shown = isinstance(value, int | float) and isinstance(text, Typed) and "%" in QUOTED.sub(
        "", cell.number_format or "")
    return InPercent(text) if shown else text


def _padded(rows: list[Row]) -> list[Row]:
    """Every row as wide as the widest: the file leaves out empty cells."""
    wide = max((len(cells) for _, cells in rows), default=0)
    return [(number, [*cells, *[""] * (wide - len(cells))]) for number, cells in rows]


def _prove_complete(source: IO[bytes], taken: int, path: Path) -> list[str]:
    """The sheet gone through again by itself.

    Every row with a value was taken, and no formula stands without a value, which would read as an
    empty cell. Returns its merged ranges, such as "B1:D1"."""
    filled, merged = 0, list[str]()
    for _, element in ElementTree.iterparse(source):
        if element.tag == f"{MAIN}mergeCell":
            merged.append(element.get("ref", ""))
        if element.tag != f"{MAIN}row":
            continue
        filled += any((cell.findtext(f"{MAIN}v") or "").strip() or _inline(cell)
                      for cell in element)
        for cell in element:
            # A formula whose value is the empty text is stored so.
            if (cell.find(f"{MAIN}f") is not None and not cell.findtext(f"{MAIN}v")
                    and cell.get("t") != "str"):
                raise BadInput(f"{path.name}: cell {cell.get('r', '')}", "a formula without a "
                               "stored value", "a value, or a formula that was calculated",
                               "Open and save it in Excel or LibreOffice, or export it as CSV.")
        element.clear()
    if filled > taken:
        raise BadInput(f"{path.name}: rows", f"{taken} that can be placed", f"the {filled} that "
                       "the sheet holds", "The workbook is damaged: save it again, or export it "
                       "as CSV.")
    return merged


def _inline(cell: ElementTree.Element) -> str:
    return "".join(cell.itertext()).strip() if cell.get("t") == "inlineStr" else ""
