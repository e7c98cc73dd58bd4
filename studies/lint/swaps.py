"""Set points that cannot be meant as they stand.

Exchanged with another column, in kelvin, with a slipped point, or copied from beside. Each cell
gets one explanation, the likeliest first, and none where a whole column has another unit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from pressloop.optimizer.space import NAMES
from pressloop.studies.lint.exchanged import (
    BEARABLE,
    HELD,
    PRESSED,
    WARMED,
    Exchange,
    exchanges,
    fits_exchanged,
    misplaced,
    near,
    possible,
)
from pressloop.studies.lint.finding import Finding, Severity, Sure, row_words
from pressloop.studies.lint.sheet import USUAL, Sheet, rows_where
from pressloop.studies.lint.units import in_kelvin
from pressloop.trials.wording import CALLED, called

APART = 2.5
"""Factor by which a slipped value stands away from the others; without settings, and where it is
bearable, its square root more often."""
SLIPS = (10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)


def odd_set_points(sheet: Sheet) -> Iterator[Finding]:
    """Rows whose set points make sense only when something is put right."""
    found = exchanges(sheet)
    yield from (_columns(sheet, one) for one in found)
    if any(not one.lot for one in found):
        return
    taken: set[int] = {row for rows in misplaced(sheet).values() for row in rows}
    swaps = set(_swapped_rows(sheet, PRESSED, WARMED)) - taken
    kelvin = set(rows_where(in_kelvin(sheet, sheet.numbers(WARMED)))) - taken
    # Where some rows can only be kelvin, those that may be either are most likely kelvin too.
    first = [("kelvin", kelvin), ("swap", swaps)] if kelvin - swaps else [("swap", swaps)]
    for what, rows in first:
        left = tuple(sorted(rows - taken))
        if left:
            yield _kelvin(sheet, left) if what == "kelvin" else _exchanged(
                sheet, PRESSED, WARMED, left)
        taken |= rows
    for name in NAMES:
        slipped = [row for row in _slipped_rows(sheet, name) if row not in taken]
        if slipped:
            yield _slip(sheet, name, tuple(slipped))
        taken |= set(slipped)
    for one, other in ((PRESSED, HELD), (HELD, WARMED)):
        rows = set(_swapped_rows(sheet, one, other)) - taken
        if rows:
            yield _exchanged(sheet, one, other, tuple(sorted(rows)))
        taken |= rows
    for one, other in combinations(NAMES, 2):
        rows = set(_equal_rows(sheet, one, other)) - taken
        if rows:
            yield _copied(sheet, one, other, tuple(sorted(rows)))
        taken |= rows


def _columns(sheet: Sheet, found: Exchange) -> Finding:
    """Two columns that are exchanged, in the whole table or in a lot."""
    one, other, rows = found.one, found.other, list(found.rows)
    a, b = (sheet.numbers(name)[rows].dropna() for name in (one, other))
    of = f" of {called('lot', found.lot)}" if found.lot else ""
    return Finding(
        "exchanged", Severity.ERROR if found.sure else Severity.WARNING, f"{one}, {other}",
        found.rows if found.lot else (),
        f"{CALLED[one]}{of} from {a.min():g} to {a.max():g}, {CALLED[other]}{of} from "
        f"{b.min():g} to {b.max():g}",
        f"the numbers make sense the other way round: those under {one} look like those of a "
        f"{CALLED[other]} and those under {other} like those of a {CALLED[one]}",
        "Exchange the two columns in the rows of this lot if the lab's book says so." if found.lot
        else "Exchange the two headers if the lab's book says so.",
        Sure.LIKELY if found.sure else Sure.POSSIBLE)


def _exchanged(sheet: Sheet, one: str, other: str, rows: tuple[int, ...]) -> Finding:
    a, b = (sheet.numbers(n)[list(rows)] for n in (one, other))
    worst = (b / a).idxmax() if other == WARMED else rows[0]
    sure = {one, other} == {PRESSED, WARMED}
    return Finding(
        "exchanged", Severity.ERROR if sure else Severity.WARNING, f"{one}, {other}", rows,
        f"{CALLED[one]} {a[worst]:g} with {CALLED[other]} {b[worst]:g}"
        + (f", and the like in {len(rows)} rows" if len(rows) > 1 else ""),
        f"the numbers make sense the other way round: the {CALLED[one]} is one of a "
        f"{CALLED[other]} and the {CALLED[other]} one of a {CALLED[one]}",
        "Exchange the two cells if the lab's book says so."
        + (_or_exchanged(sheet, one, rows) if sure else "") + (
            f" All {sheet.row_word}s would make sense so: look first whether the two headers are "
            "exchanged." if fits_exchanged(sheet, one, other, sheet.cells.index) else ""),
        Sure.LIKELY if sure else Sure.POSSIBLE)


def _kelvin(sheet: Sheet, rows: tuple[int, ...]) -> Finding:
    values = sheet.numbers(WARMED)
    return Finding("units", Severity.ERROR, WARMED, rows, f"{values[rows[0]]:g} among values of "
                   f"{values.drop(list(rows)).median():g}", "these look like kelvin",
                   "Subtract 273.15 in these rows if the lab's book says so."
                   + _or_exchanged(sheet, WARMED, rows), Sure.LIKELY)


def _slip(sheet: Sheet, name: str, rows: tuple[int, ...]) -> Finding:
    values = sheet.numbers(name).dropna()
    others = values.drop(list(rows))
    value = values[rows[0]]
    # The past may lie outside of what is searched now: only what no press does is an error.
    impossible = not BEARABLE[name][0] <= value <= BEARABLE[name][1]
    return Finding(
        "decimal point", Severity.ERROR if impossible else Severity.WARNING, name, rows,
        f"{value:g} among values from {others.min():g} to {others.max():g}",
        f"{value * _factor(value, others, name):g} would be one of them: a point or comma has "
        "slipped, or a zero was lost", "Correct the cell if the lab's book says so."
        + _or_exchanged(sheet, name, rows), Sure.LIKELY if impossible else Sure.POSSIBLE)


def _or_exchanged(sheet: Sheet, name: str, rows: tuple[int, ...]) -> str:
    """The other explanation of odd cells, where the dwell beside would do; "" where it does not."""
    one, other = (HELD, name) if name == WARMED else (PRESSED, HELD)
    also = sorted(set(rows) & set(_swapped_rows(sheet, one, other)))
    return (f" Or {CALLED[one]} and {CALLED[other]} are exchanged in "
            f"{row_words(also, sheet.row_word)}."
            if also else "")


def _copied(sheet: Sheet, one: str, other: str, rows: tuple[int, ...]) -> Finding:
    """Equal cells beside each other, one of which cannot be meant."""
    values = sheet.numbers(one)[list(rows)]
    return Finding(
        "copies", Severity.WARNING, f"{one}, {other}", rows,
        f"the same number, {values.iloc[0]:g}, for {CALLED[one]} and {CALLED[other]}, one of which "
        f"it does not fit", "one cell was copied over the other",
        "Fill the right number in from the lab's book, or drop the row.", Sure.POSSIBLE)


def _equal_rows(sheet: Sheet, one: str, other: str) -> tuple[int, ...]:
    """The row with the same number in two columns, where it does not fit into one of them.

    More rows of this kind, or a number that is often there, may be chance."""
    a, b = sheet.numbers(one), sheet.numbers(other)
    odd = ~(possible(a, sheet, one) & possible(b, sheet, other)) & a.notna() & b.notna()
    rows = rows_where(odd & (a == b))
    often = max(2, int(0.05 * len(sheet)))
    rare = all((column == a[row]).sum() <= often for row in rows for column in (a, b))
    return rows if odd.sum() == 1 and rare else ()


def _swapped_rows(sheet: Sheet, one: str, other: str) -> tuple[int, ...]:
    if not sheet.has(one, other):
        return ()
    a, b = sheet.numbers(one), sheet.numbers(other)
    fits = b.between(*near(sheet, one)) & a.between(*near(sheet, other))
    meant = possible(a, sheet, one) & possible(b, sheet, other)
    return rows_where(fits & a.notna() & b.notna() & ~meant)


def _slipped_rows(sheet: Sheet, name: str) -> list[int]:
    """Few rows that 10, 100 or 1000 brings among the others, from which they stand apart."""
    values = sheet.numbers(name).dropna()
    usual = sheet.usual(name) if sheet.space is not None else USUAL[name]
    odd = ~values.between(0.98 * usual[0], 1.02 * usual[1])
    found = [int(str(row)) for row, value in values[odd].items()
             if _factor(value, values[~odd], name)
             and (not possible(values, sheet, name)[row]
                  or _factor(value, values.drop(row), name, APART**1.5))]
    return found if len(values) >= 5 and len(found) <= max(1, 0.1 * len(values)) else []


def _factor(value: float, others: pd.Series, name: str, apart: float = APART) -> float:
    """The factor that brings the value among the others.

    0 where there is none or where it does not stand apart from them."""
    if others.empty:
        return 0.0
    low, high = others.min(), others.max()
    if name != WARMED and low / apart <= value <= high * apart:
        return 0.0
    return next((f for f in SLIPS if low <= value * f <= high), 0.0)
