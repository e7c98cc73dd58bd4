"""Set points that cannot be meant as they stand: exchanged with another column, in kelvin, or with
a slipped point. Each cell gets one explanation, the likeliest first, and none where the whole
column has another unit."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from optimizer.space import NAMES
from studies.lint.finding import Finding, Severity, Sure
from studies.lint.sheet import USUAL, Sheet, rows_where
from studies.lint.units import misread
from studies.wording import CALLED

BEARABLE = {"pressure_mpa": (5.0, 1200.0), "dwell_s": (1.0, 36000.0),
            "temperature_c": (-20.0, 200.0)}
"""What a set point can be at all."""
PRESSED, WARMED, HELD = "pressure_mpa", "temperature_c", "dwell_s"
APART = 2.5
"""Factor by which a slipped value stands away from the others; without settings, and where it is
bearable, its square root more often."""
SLIPS = (10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)
ALL, SOME = 0.95, 0.7
"""Share of rows that make sense when two columns are exchanged, and at most so as they stand."""


def odd_set_points(sheet: Sheet) -> Iterator[Finding]:
    """Rows whose set points make sense only when something is put right."""
    if sheet.has(PRESSED, WARMED) and exchanged_columns(sheet):
        yield _exchanged(sheet, PRESSED, WARMED, tuple(map(int, sheet.cells.index)), whole=True)
        return
    taken: set[int] = {row for rows in misread(sheet).values() for row in rows}
    swaps = set(_swapped_rows(sheet, PRESSED, WARMED)) - taken
    kelvin = set(_kelvin_rows(sheet)) - taken
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


def exchanged_columns(sheet: Sheet) -> bool:
    """Whether pressure and temperature stand under each other's header."""
    a, b = sheet.numbers(PRESSED), sheet.numbers(WARMED)
    both = a.notna() & b.notna()
    fits = b.between(*_near(sheet, PRESSED)) & a.between(*_near(sheet, WARMED))
    stands = a.between(*_near(sheet, PRESSED)) & b.between(*_near(sheet, WARMED))
    return bool(both.sum() >= 3 and fits[both].mean() >= ALL and stands[both].mean() <= SOME)


def _exchanged(sheet: Sheet, one: str, other: str, rows: tuple[int, ...], whole: bool = False
               ) -> Finding:
    a, b = (sheet.numbers(n)[list(rows)] for n in (one, other))
    worst = (b / a).idxmax() if other == WARMED else rows[0]
    sure = {one, other} == {PRESSED, WARMED}
    return Finding(
        "exchanged", Severity.ERROR if sure else Severity.WARNING, f"{one}, {other}",
        () if whole else rows, f"{CALLED[one]} {a[worst]:g} with {CALLED[other]} {b[worst]:g}"
        + (f", and the like in {len(rows)} rows" if len(rows) > 1 else ""),
        f"the numbers make sense the other way round: the {CALLED[one]} is one of a "
        f"{CALLED[other]} and the {CALLED[other]} one of a {CALLED[one]}",
        "Exchange the two headers." if whole else "Exchange the two cells if the lab's book says "
        "so.", Sure.LIKELY if sure else Sure.POSSIBLE)


def _kelvin(sheet: Sheet, rows: tuple[int, ...]) -> Finding:
    values = sheet.numbers(WARMED)
    return Finding("units", Severity.ERROR, WARMED, rows, f"{values[rows[0]]:g} among values of "
                   f"{values.drop(list(rows)).median():g}", "these look like kelvin",
                   "Subtract 273.15 in these rows.", Sure.LIKELY)


def _slip(sheet: Sheet, name: str, rows: tuple[int, ...]) -> Finding:
    values = sheet.numbers(name).dropna()
    others = values.drop(list(rows))
    value = values[rows[0]]
    impossible = not _possible(values, sheet, name)[rows[0]]
    return Finding(
        "decimal point", Severity.ERROR if impossible else Severity.WARNING, name, rows,
        f"{value:g} among values from {others.min():g} to {others.max():g}",
        f"{value * _factor(value, others, name):g} would be one of them: a point or comma has "
        "slipped, or a zero was lost", "Correct the cell if the lab's book says so.",
        Sure.LIKELY if impossible else Sure.POSSIBLE)


def _swapped_rows(sheet: Sheet, one: str, other: str) -> tuple[int, ...]:
    if not sheet.has(one, other):
        return ()
    a, b = sheet.numbers(one), sheet.numbers(other)
    fits = b.between(*_near(sheet, one)) & a.between(*_near(sheet, other))
    possible = _possible(a, sheet, one) & _possible(b, sheet, other)
    return rows_where(fits & a.notna() & b.notna() & ~possible)


def _kelvin_rows(sheet: Sheet) -> tuple[int, ...]:
    values = sheet.numbers(WARMED)
    low, high = sheet.usual(WARMED)
    return rows_where((values > max(high, 200.0))
                      & (values - 273.15).between(max(low - 10.0, 0.0), high))


def _slipped_rows(sheet: Sheet, name: str) -> list[int]:
    """Few rows that 10, 100 or 1000 brings among the others, from which they stand apart."""
    values = sheet.numbers(name).dropna()
    usual = sheet.usual(name) if sheet.space is not None else USUAL[name]
    odd = ~values.between(0.98 * usual[0], 1.02 * usual[1])
    found = [int(str(row)) for row, value in values[odd].items()
             if _factor(value, values[~odd], name)
             and (not _possible(values, sheet, name)[row]
                  or _factor(value, values.drop(row), name, APART**1.5))]
    return found if len(values) >= 5 and len(found) <= max(1, 0.1 * len(values)) else []


def _possible(values: pd.Series, sheet: Sheet, name: str) -> pd.Series:
    """Whether a set point can be meant as it stands: in the settings' space, or bearable at all."""
    return values.between(*(BEARABLE[name] if sheet.space is None else _near(sheet, name)))


def _near(sheet: Sheet, name: str) -> tuple[float, float]:
    low, high = sheet.usual(name)
    return 0.98 * low, 1.02 * high


def _factor(value: float, others: pd.Series, name: str, apart: float = APART) -> float:
    """The factor that brings the value among the others, 0 where there is none or where it does
    not stand apart from them."""
    if others.empty:
        return 0.0
    low, high = others.min(), others.max()
    if name != WARMED and low / apart <= value <= high * apart:
        return 0.0
    return next((f for f in SLIPS if low <= value * f <= high), 0.0)
