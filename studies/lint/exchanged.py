"""Set points that stand under each other's header, in every row or in those of a lot.

A pair is suspected where its numbers make sense the other way round, and many do not as they
stand. It is one cause for many odd cells, so it is looked for before single rows are explained.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pressloop.studies.lint.sheet import Sheet
from pressloop.studies.lint.units import in_kelvin, misread, unit_of

PRESSED, WARMED, HELD = "pressure_mpa", "temperature_c", "dwell_s"
PAIRS = ((PRESSED, WARMED), (HELD, WARMED), (PRESSED, HELD))
BEARABLE = {"pressure_mpa": (5.0, 1200.0), "dwell_s": (1.0, 36000.0),
            "temperature_c": (-20.0, 200.0)}
"""What a set point can be at all."""
ALL, MANY, UNBEARABLE = 0.95, 0.3, 0.1
"""Share of rows that make sense when two columns are exchanged; share that must not as they stand,
and where some cannot be meant at all, share of those."""
FEWEST = 3
"""Odd rows from which on a whole column is suspected."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two columns whose numbers are exchanged in these rows; `lot` is "" for the whole table.

    `sure` is True where the numbers cannot be meant as they stand."""

    one: str
    other: str
    rows: tuple[int, ...]
    lot: str
    sure: bool


def exchanges(sheet: Sheet) -> tuple[Exchange, ...]:
    """Pairs of columns that are exchanged: in the whole table, or else in single lots."""
    every = pd.Index(sheet.cells.index)
    for one, other in PAIRS:
        if _suspected(sheet, one, other, every):
            return (_exchange(sheet, one, other, every, ""),)
    return tuple(_exchange(sheet, *pair, sheet.lots[lot], lot) for lot, pair in _in_lots(sheet))


def _in_lots(sheet: Sheet) -> list[tuple[str, tuple[str, str]]]:
    """Lots in which a pair is exchanged while it makes sense as it stands in all others."""
    for one, other in PAIRS if len(sheet.lots) > 1 else ():
        odd = _odd(sheet, one, other, pd.Index(sheet.cells.index)).any(axis=1)
        suspects = sorted(set(sheet.text("lot")[odd.index[odd]]))
        if 0 < len(suspects) < len(sheet.lots) and all(
                name in sheet.lots and _suspected(sheet, one, other, sheet.lots[name])
                for name in suspects):
            return [(name, (one, other)) for name in suspects]
    return []


def fits_exchanged(sheet: Sheet, one: str, other: str, rows: pd.Index) -> bool:
    """Whether nearly all numbers of two columns make sense the other way round."""
    a, b = _both(sheet, one, other, rows)
    return bool((b.between(*near(sheet, one)) & a.between(*near(sheet, other))).mean() >= ALL)


def misplaced(sheet: Sheet) -> dict[str, set[int]]:
    """Rows of each set point whose numbers are those of another unit or of another column."""
    found = {name: set(rows) for name, rows in misread(sheet).items()}
    for one in exchanges(sheet):
        for name in (one.one, one.other):
            found[name] |= set(one.rows)
    return found


def misplaced_in_part(sheet: Sheet) -> set[int]:
    """Rows with such a number in a column whose others are right.

    A column that is wrong as a whole still compares rows with each other."""
    return {row for name, rows in misplaced(sheet).items()
            if len(rows) < sheet.numbers(name).notna().sum() for row in rows}


def near(sheet: Sheet, name: str) -> tuple[float, float]:
    """Where a set point is to be expected, with a little beside it."""
    low, high = sheet.usual(name)
    return 0.98 * low, 1.02 * high


def possible(values: pd.Series, sheet: Sheet, name: str) -> pd.Series:
    """Whether a set point can be meant as it stands: in the settings' space, or bearable at all."""
    return values.between(*(near(sheet, name) if sheet.searched(name) else BEARABLE[name]))


def _exchange(sheet: Sheet, one: str, other: str, rows: pd.Index, lot: str) -> Exchange:
    sure = {one, other} == {PRESSED, WARMED} or any(
        not sheet.numbers(name)[rows].dropna().between(*BEARABLE[name]).all()
        for name in (one, other))
    return Exchange(one, other, tuple(int(row) for row in rows), lot, sure)


def _suspected(sheet: Sheet, one: str, other: str, rows: pd.Index) -> bool:
    if not sheet.has(one, other):
        return False
    a, b = _both(sheet, one, other, rows)
    if len(a) < FEWEST or not fits_exchanged(sheet, one, other, rows):
        return False
    odd = _odd(sheet, one, other, rows)
    unbearable = ~(a.between(*BEARABLE[one]) & b.between(*BEARABLE[other]))
    share = odd.any(axis=1).mean()
    if odd.any(axis=1).sum() < FEWEST or (
            share < MANY and (unbearable.sum() < FEWEST or unbearable.mean() < UNBEARABLE)):
        return False
    return not _in_another_unit(sheet, odd)


def _both(sheet: Sheet, one: str, other: str, rows: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Numbers of two columns in the rows that have both."""
    found = pd.DataFrame({n: sheet.numbers(n)[rows] for n in (one, other)}).dropna()
    return found[one], found[other]


def _odd(sheet: Sheet, one: str, other: str, rows: pd.Index) -> pd.DataFrame:
    """Which numbers of two columns do not fit there, in the rows that have both.

    A dwell has so wide a range that one outside of the usual one says little; a pressure beside a
    temperature says more."""
    narrow = {one, other} == {PRESSED, WARMED}
    return pd.DataFrame({name: ~(values.between(*near(sheet, name)) if narrow
                                 else possible(values, sheet, name))
                         for name, values in zip((one, other), _both(sheet, one, other, rows),
                                                 strict=True)})


def _in_another_unit(sheet: Sheet, odd: pd.DataFrame) -> bool:
    """Whether one column alone is odd, and another unit would do for it.

    The simpler cause, as numbers seldom come to make sense by a conversion that is not theirs."""
    names = [name for name in odd if odd[name].any()]
    if len(names) != 1:
        return False
    name, = names
    values = sheet.numbers(name)[odd.index]
    return bool(unit_of(sheet, name, values)) or (
        name == WARMED and bool(in_kelvin(sheet, values[odd[name]]).all()))
