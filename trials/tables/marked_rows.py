"""Rows of a workbook that a person marked by colour or struck through, which no cell tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

MOST = 5000
"""Rows that are looked at."""
MOST_COLUMNS = 50
"""Columns that are looked at."""
PLAIN = frozenset({"00000000", "FFFFFFFF", "00FFFFFF"})
"""No colour, and white."""
FEWEST_NUMBERS = 2
"""A row of stacks has so many numbers; a header has none."""
SHOWN = 8


def marked_rows(rows: Iterable[tuple[int, Sequence[Any]]]) -> tuple[str, ...]:
    """Sentences on the rows of stacks that are coloured unlike most others, or struck through.

    `rows` are their numbers and cells of openpyxl."""
    coloured, struck, every = list[int](), list[int](), 0
    for number, cells in rows:
        filled = [cell for cell in cells if cell.value is not None]
        if sum(isinstance(cell.value, int | float) for cell in filled) < FEWEST_NUMBERS:
            continue
        every += 1
        if 2 * sum(map(_is_coloured, filled)) > len(filled):
            coloured.append(number)
        if 2 * sum(bool(cell.font.strike) for cell in filled) > len(filled):
            struck.append(number)
    told = []
    if coloured and 2 * len(coloured) < every and not _is_pattern(coloured):
        told.append(f"{_rows(coloured)} coloured, which is not read: what it means has to stand in "
                    "a column")
    if struck:
        told.append(f"{_rows(struck)} struck through, and read all the same")
    return tuple(told)


def _is_pattern(numbers: Sequence[int]) -> bool:
    """Every second row, tinted to guide the eye."""
    return len(numbers) > 2 and {b - a for a, b in pairwise(numbers)} == {2}


def _is_coloured(cell: Any) -> bool:
    fill = cell.fill
    if fill is None or fill.fill_type is None:
        return False
    rgb = fill.fgColor.rgb
    # Colours of a theme have no such text.
    return not isinstance(rgb, str) or rgb not in PLAIN


def _rows(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:SHOWN]))
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return f"row{'s' * (len(numbers) > 1)} {shown}{more} {'are' if len(numbers) > 1 else 'is'}"
