"""Numbers that a workbook shows in per cent, and keeps as shares of 1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from pressloop.trials.tables.columns.headings import heading
from pressloop.trials.tables.columns.units import SHARE, units_of
from pressloop.trials.tables.rows import InPercent, Row, Typed

IN_PERCENT = re.compile(r"%|\b(percent|per cent|prozent|pct|pour cent|por ciento)\b", re.IGNORECASE)
SHARES = "10^2 %"
"""The unit of numbers that are kept as shares of 1."""


def as_shown(header: Sequence[str], units: Sequence[str], rows: Sequence[Row]
             ) -> tuple[tuple[str, ...], list[Row]]:
    """Units below the header, and the rows, for a table some of whose numbers show in per cent.

    Where a column is in per cent by its header, its numbers are those that are shown. One without
    any unit is said to be in shares, and keeps its numbers."""
    told = [*units, *[""] * (len(header) - len(units))]
    shown = {at for _, cells in rows for at, cell in enumerate(cells)
             if at < len(header) and isinstance(cell, InPercent)}
    stated = {at for at in shown if IN_PERCENT.search(f"{header[at]} {told[at]}") or SHARE in (
        {**heading(header[at]).units, **units_of(told[at])})}
    for at in shown - stated:
        numbers = [cells[at] for _, cells in rows if at < len(cells) and isinstance(
            cells[at], Typed) and cells[at]]
        if not told[at] and not heading(header[at]).units and all(
                isinstance(cell, InPercent) for cell in numbers):
            told[at] = SHARES
    return tuple(told) if shown else tuple(units), [
        (number, [_times_100(cell) if at in stated and isinstance(cell, InPercent) else cell
                  for at, cell in enumerate(cells)]) for number, cells in rows]


def _times_100(cell: str) -> str:
    """To 12 digits, as binary arithmetic leaves 0.07 as 0.07000000000000001."""
    return Typed(f"{float(Decimal(cell) * 100):.12g}")
