"""One line to cells; what a cell is: a number, no reading, or text."""

from __future__ import annotations

import csv
import math
import re
from functools import cache

OVERLOAD = 1e24
"""From here on a number is a meter's word for no reading, in whatever unit: 9.9E37 and 9.91E37 of
SCPI, 999.9999E+28 of Hioki, 1E+30, 9.99E+99."""
WHITESPACE = " "
_NO_READING = re.compile(
    r"\*+|#+|\?+|[-\u2013\u2014]+|#(?:n/a|div/0!|value!|num!|null!|nv)|[<>]\s*[0-9].*|[ou]\.?f\.?|err(?:or)?|invalid|unbal(?:anced)?"
    r"|[+-]?(?:nan(?:\(ind\))?|inf(?:inity)?|\u221e|ov(?:er)?[\s-]?(?:lo?a?d|l|f|rng|range|flow)?|o\.?l"
    r"|n/?a|none|null|1[.,]#\w+)", re.IGNORECASE)
_GAP = "'\u2019 \u00a0\u2009\u202f_"
_NUMBER = re.compile(
    r"([+-]?)\s*"
    rf"([0-9]{{1,3}}(?:[{_GAP}][0-9]{{3}})+(?:[.,][0-9]*)?|[0-9][0-9.,]*|[.,][0-9]+)"
    r"(?:[eEdD]([+-]?[0-9]+))?"
    r"\s*([fpnu\u00b5\u03bcmkKMGT]?)"
    r"(?:Hz|Ohms?|ohms?|\u03a9|\u2126|deg|\u00b0|rad|F|H|S)?")
_PREFIX = {"": 1.0, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "\u00b5": 1e-6, "\u03bc": 1e-6,
           "m": 1e-3, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_MINUS = re.compile("[\u2212\u2013]")
_QUOTED = re.compile(r'(?:^|[,;\t])\s*"')


def cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line without blanks and enclosing quotes; `WHITESPACE` is any run of blanks.

    Empty cells at the end are dropped: instruments end rows and headers with a delimiter.
    """
    found = raw_cells(line, delimiter)
    while found and not found[-1]:
        found.pop()
    return found


def raw_cells(line: str, delimiter: str) -> list[str]:
    """As `cells`, with the empty cells at the end."""
    if delimiter == WHITESPACE:
        return [_bare(part) for part in line.split()]
    if _QUOTED.search(line):
        (parts,) = csv.reader([line.replace("\n", " ")], delimiter=delimiter,
                              skipinitialspace=True)
        return [part.strip() for part in parts]
    return [_bare(part) for part in line.split(delimiter)]


def _bare(cell: str) -> str:
    cell = cell.strip().removeprefix("=") if '="' in cell else cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        cell = cell[1:-1].strip()
    return cell


@cache
def _empty(cell: str) -> bool:
    return not cell or bool(_NO_READING.fullmatch(cell))


def parts(cell: str) -> tuple[str, str, str, str] | None:
    """Sign, digits with their marks, exponent and prefix of a number; None for other text."""
    match = _NUMBER.fullmatch(_MINUS.sub("-", cell.strip()))
    return None if match is None else (match[1], match[2], match[3] or "", match[4])


def number(cell: str, decimal: str = "", thousands: str = "") -> float | None:
    """The number in a cell: with a prefix (1.2k, 10m) and a unit, if they are there.

    `decimal` and `thousands` are the marks the file is written with; without them "." and "," are
    both decimal. An overload number, an overload word or an empty cell is NaN; None is other text.
    """
    cell = cell.strip()
    if _empty(cell):
        return math.nan
    found = parts(cell)
    if found is None:
        return None
    sign, digits, exponent, prefix = found
    digits = re.sub(f"[{_GAP}]", "", digits)
    if thousands:
        digits = digits.replace(thousands, "")
    digits = digits.replace(decimal or ",", ".")
    if digits.count(".") > 1 or "," in digits:
        return None
    value = float(f"{sign}{digits}e{exponent or 0}") * _PREFIX[prefix]
    return value if abs(value) < OVERLOAD else math.nan


def plain_number(cell: str) -> float | None:
    """As `number`, and None for NaN too: for header values."""
    value = number(cell)
    return None if value is None or math.isnan(value) else value


def is_number(cell: str) -> bool:
    """True for a cell with a number, or an overload number."""
    return parts(cell) is not None
