"""Merged cells of a workbook: what stands in one is said of every cell that it covers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pressloop.trials.tables.rows import MOST_CELLS, Row, Spread

RANGE = re.compile(r"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)")


def spread(rows: Sequence[Row], merged: Sequence[str]) -> list[Row]:
    """The rows with every merged range filled with its first cell.

    Cells that are filled so are `Spread`, as a reading of one stack is not one of its
    neighbours."""
    cells = {number: list(found) for number, found in rows}
    for ref in merged:
        match = RANGE.fullmatch(ref)
        if match is None:
            continue
        left, top, right, bottom = (
            _column(match[1]), int(match[2]), _column(match[3]), int(match[4]))
        if top not in cells or left >= len(cells[top]) \
                or (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
            continue
        first = cells[top][left]
        text = Spread(first)
        for number in range(top, bottom + 1):
            for at in range(left, min(right + 1, len(cells.get(number, ())))):
                if (number, at) != (top, left) and first:
                    cells[number][at] = text
    return list(cells.items())


def _column(letters: str) -> int:
    """Its place, from 0 on."""
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1
