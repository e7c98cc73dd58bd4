"""What all kinds of tables share: numbered rows of text cells, and how large a table may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pressloop.trials.errors import BadInput

Row = tuple[int, Sequence[str]]
"""The number that the file gives the row, from 1 on, and its cells, "" for an empty one."""
MOST_BYTES = 64_000_000
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 100_000, 1000, 2_000_000
LONGEST_CELL = 10_000
SPLIT = "Split the file: a table of past presses has one row a stack."


class Typed(str):
    """A cell that the file holds as a number: its point is a decimal one, whoever wrote it."""

    __slots__ = ()


class Spread(Typed):
    """A cell that a merged one covers, with the text of that."""

    __slots__ = ()


class InPercent(Typed):
    """A number that a workbook shows in per cent, as it is kept: 0.04 for 4 %."""

    __slots__ = ()


def prove_size(path: Path) -> None:
    """Raises BadInput for a file that is missing or too large to be read at once."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadInput("table", path, "a readable file", f"{error.strerror}.") from None
    if size > MOST_BYTES:
        raise BadInput(f"{path.name}: size", f"{size / 1e6:.0f} MB",
                       f"at most {MOST_BYTES / 1e6:.0f} MB", SPLIT)


def bounded(rows: Iterable[Row], path: Path) -> Iterator[Row]:
    """The rows as they come.

    Raises BadInput at the first one that is beyond a bound; rows without a filled cell count for
    nothing, as sheets trail a million of them."""
    filled = cells_seen = 0
    for number, cells in rows:
        if any(cells):
            filled, cells_seen = filled + 1, cells_seen + len(cells)
            _prove_row(number, cells, path)
        prove_count("rows", filled - 1, MOST_ROWS, path)
        prove_count("cells", cells_seen, MOST_CELLS, path)
        yield number, cells


def prove_count(what: str, count: int, most: int, path: Path) -> None:
    """Raises BadInput for more rows, columns or cells than a table of past presses has."""
    if count > most:
        raise BadInput(f"{path.name}: {what}", f"more than {most}", f"at most {most}", SPLIT)


def _prove_row(number: int, cells: Sequence[str], path: Path) -> None:
    if len(cells) > MOST_COLUMNS:
        raise BadInput(f"{path.name} row {number}", f"{len(cells)} cells",
                       f"at most {MOST_COLUMNS}", "Delete the columns that are not needed.")
    longest = max(map(len, cells), default=0)
    if longest > LONGEST_CELL:
        raise BadInput(f"{path.name} row {number}", f"a cell of {longest} characters",
                       f"cells of at most {LONGEST_CELL} characters",
                       "Is a quotation mark missing, or is this no table?")


def text_of(value: Any) -> str:
    """A cell as a CSV would have it: shortest text that reads back as the same number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float, Decimal)):
        return Typed(_number(value))
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _number(value: int | float | Decimal) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    # Python refuses to write out an integer of many digits, which no float holds anyway.
    return "inf" if isinstance(value, int) and value.bit_length() > 1023 else str(value)


def short(error: Exception) -> str:
    """The first line of a library's message, without the full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")
