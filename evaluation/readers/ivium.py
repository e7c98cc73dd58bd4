"""Ivium data files (.idf, .ids): text between control characters.

"Title=" names a scan; below "primary_data" stand the number of columns (3), the number of points,
and rows of Z1, Z2 (real and imaginary part in ohms) and frequency (Hz).
"""

from __future__ import annotations

import re

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.cells import WHITESPACE, is_number
from pressloop.evaluation.readers._table.columns import columns, required
from pressloop.evaluation.readers._table.rows import Line, Table, numbered
from pressloop.evaluation.readers._table.sweeps import sweeps_of_all
from pressloop.trials.errors import BadInput

SUFFIXES = (".idf", ".ids")
_ORDER = ("Z1/ohm", "Z2/ohm", "freq/Hz")


def recognises(text: str) -> bool:
    """True for a text with a line primary_data."""
    return bool(re.search(r"^\W*primary_data\s*$", text, re.MULTILINE))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """Every scan with three columns. Raises BadInput on a scan that is cut, or without rows."""
    lines = numbered(text)
    found, title = [], ""
    for place, (_, line) in enumerate(lines):
        word = line.strip()
        if word.startswith("Title="):
            title = word.removeprefix("Title=").strip()
        elif re.fullmatch(r"\W*primary_data", word):
            found.append(_table(lines, place, source, title, ended=text.endswith("\n")))
    several = len(found) > 1
    return sweeps_of_all(table if several else _unnamed(table) for table in found)


def _table(lines: list[Line], place: int, source: str, title: str, *, ended: bool) -> Table:
    below = [(at, line) for at, line in lines[place + 1:] if line.strip()]
    width, count = (_whole(line) for _, line in (*below[:2], (0, ""), (0, ""))[:2])
    if width != len(_ORDER) or not count:
        raise BadInput(f"{source} line {lines[place][0]}: columns of primary_data", width,
                       "3, of an impedance scan", "Give the file of an impedance measurement.")
    rows = below[2:2 + count]
    rows = [(at, line) for at, line in rows if is_number(line.split()[0])]
    return Table(source, required(columns(_ORDER), source), len(_ORDER), WHITESPACE, rows, count,
                 ended or len(below) > 2 + count, label=title)


def _whole(line: str) -> int:
    return int(line) if re.fullmatch(r"\s*[0-9]{1,7}\s*", line) else 0


def _unnamed(table: Table) -> Table:
    return Table(table.source, table.groups, table.width, table.delimiter, table.lines,
                 table.promised, table.ended)
