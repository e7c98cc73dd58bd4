"""One line to cells, one cell to a number or to the reason why there is none."""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_NO_READING = re.compile(
    r"\*+|#+|-{2,}|[+-]?(?:nan(?:\(ind\))?|inf(?:inity)?|ov(?:er)?(?:lo?a?d|f|rng|flow)?|o\.?l"
    r"|n/?a|none|null|1[.,]#\w+)", re.IGNORECASE)
OVERLOAD_OHM = 9e37
"""SCPI instruments write 9.9E37 for overload and 9.91E37 for not a number."""
WHITESPACE = " "
_MINUS = re.compile("[\u2212\u2013]")


def cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line without blanks and enclosing quotes; `WHITESPACE` is any run of blanks.

    Empty cells at the end are dropped: instruments end rows and headers with a delimiter.
    """
    parts = line.split() if delimiter == WHITESPACE else line.split(delimiter)
    found = [_bare(part) for part in parts]
    while found and not found[-1]:
        found.pop()
    return found


def _bare(cell: str) -> str:
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        cell = cell[1:-1].strip()
    return cell


def number(cell: str) -> float | None:
    """The number in a cell, with "." or "," as decimal mark; None where it is not a number.

    An overload number, an overload word or an empty cell is NaN.
    """
    cell = _MINUS.sub("-", cell.strip())
    if not cell or _NO_READING.fullmatch(cell):
        return math.nan
    if not _NUMBER.fullmatch(cell):
        return None
    value = float(cell.replace(",", "."))
    return value if abs(value) < OVERLOAD_OHM else math.nan


def plain_number(cell: str) -> float | None:
    """As `number`, and None for NaN too: for header values."""
    value = number(cell)
    return None if value is None or math.isnan(value) else value


def decimal_mark(cell: str) -> str:
    """The decimal mark a number is written with: ".", "," or nothing."""
    if not _NUMBER.fullmatch(_MINUS.sub("-", cell.strip())):
        return ""
    return "," if "," in cell else "." if "." in cell else ""


def is_number(cell: str) -> bool:
    """True for a cell with a number, or an overload number."""
    return bool(_NUMBER.fullmatch(_MINUS.sub("-", cell.strip())))
