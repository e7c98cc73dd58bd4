"""The header line of a plain table: where it is and what parts its cells."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from evaluation.readers._cells import WHITESPACE, cells, is_number
from evaluation.readers._columns import FREQUENCY, Columns, columns, complete
from evaluation.readers._rows import Line, Table, numbered
from trials.errors import BadInput

_LOOKED_AT = 400
_WIDEST = 2000
_COMMENT = re.compile(r"\s*[#%]")


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A header line: its number, columns, width in cells, and delimiter."""

    line: int
    columns: Columns
    width: int
    delimiter: str


def find(lines: Sequence[Line]) -> Found | None:
    """The first line with all columns; else the first that names two of them, one a frequency."""
    partial = None
    for at, line in lines[:_LOOKED_AT]:
        for found in _readings(at, line[:_WIDEST]):
            if complete(found.columns):
                return found
            if partial is None and FREQUENCY in found.columns and found.width > 1:
                partial = found
    return partial


def table(text: str, source: str) -> Table:
    """The table of a text. Raises BadInput where no line names the columns."""
    lines = numbered(text)
    found = find(lines)
    if found is None:
        raise BadInput(source, "no header line", "a line that names frequency and impedance",
                       "Write one above the rows, as in: freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm.")
    below = [(at, line) for at, line in lines[found.line:]
             if line.strip() and not _COMMENT.match(line)]
    if below and _is_units_row(below[0][1], found):
        below = below[1:]
    return Table(source, found.columns, found.width, found.delimiter, below,
                 ended=text.endswith("\n"))


def above(table: Table, text: str) -> str:
    """The text above the first row of a table."""
    return "\n".join(text.split("\n")[:table.lines[0][0] - 1]) if table.lines else ""


def _readings(at: int, line: str) -> list[Found]:
    """The line read with every delimiter, the one that finds most columns first."""
    body = _COMMENT.sub("", line)
    read = []
    for delimiter in ("\t", ";", ",", WHITESPACE):
        names = _words(body) if delimiter == WHITESPACE else cells(body, delimiter)
        read.append(Found(at, columns(names), len(names), delimiter))
    return sorted(read, key=lambda found: -len(found.columns))


def _words(line: str) -> list[str]:
    """Words of a line; a unit in brackets belongs to the word before it."""
    return re.findall(r'"[^"]+"|\S+(?:\s+[(\[][^)\]]*[)\]])*', line)


def _is_units_row(line: str, found: Found) -> bool:
    row = cells(line, found.delimiter)
    return bool(row) and not any(is_number(cell) for cell in row) and any(
        cell.strip("()[]").lower() in ("hz", "ohm") for cell in row)
