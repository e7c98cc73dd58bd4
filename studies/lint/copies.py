"""Copies: rows, readings and columns that are there twice, and stacks that are in two lots."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import pi, sqrt

import numpy as np
import pandas as pd

from pressloop.optimizer.space import NAMES
from pressloop.studies.lint.finding import Finding, Severity, Sure, listed
from pressloop.studies.lint.sheet import DAMAGE, ERROR, HELD, RESISTANCE, Sheet, rows_where

BY_CHANCE = 0.2
"""Share of the equal readings that may be expected by chance, from rounding alone."""
SCATTER = 0.12
"""Relative scatter from stack to stack; facts: 5 to 17 % in a careful lab."""
TELLING = 3
"""Different values from which on two columns that agree are no coincidence."""


def rows_twice(sheet: Sheet) -> Iterator[Finding]:
    """Rows that are the same cell for cell."""
    again = sheet.cells.duplicated(keep=False)
    if again.any():
        yield Finding(
            "copies", Severity.ERROR, "", rows_where(again), f"{int(again.sum())} rows that are "
            "the same in every cell as another one", "a stack that is counted twice makes the "
            "scatter look small and its recipe well known",
            "Delete the copy; give replicates names of their own in a column 'stack'.")


def readings_twice(sheet: Sheet) -> Iterator[Finding]:
    """Stacks with other names, of one lot or two, that have the same readings to the last digit."""
    same = _equal_readings(sheet)
    if same.empty:
        return
    lot = sheet.text("lot")[same.index]
    across = lot.groupby(same).transform("nunique") > 1
    for rows, words, why in [
            (same.index[across], "of two lots", "a reading that was copied from one lot to the "
             "other makes lots look alike, and a test on the other lot no test"),
            (same.index[~across], "of one lot", "two stacks never read the same to the last digit: "
             "one was copied, or measured twice")]:
        if len(rows):
            yield Finding("copies", Severity.ERROR if "two" in words else Severity.WARNING,
                          RESISTANCE, tuple(int(r) for r in rows),
                          f"the same recipe and the same readings for {len(rows)} stacks {words}",
                          why, "Look them up in the lab's book; keep one of each.", Sure.LIKELY)


def stacks_twice(sheet: Sheet) -> Iterator[Finding]:
    """Names of stacks that are there more than once."""
    names = sheet.text("stack")
    again = (names != "") & names.duplicated(keep=False) & ~sheet.cells.duplicated(keep=False)
    lots = sheet.text("lot").where(sheet.text("lot") != "", "?")
    across = again & (lots.groupby(names).transform("nunique") > 1)
    if across.any():
        yield Finding("copies", Severity.ERROR, "stack", rows_where(across),
                      f"{listed([str(n) for n in names[across].unique()])} in more than one lot",
                      "a stack belongs to one lot; in two, it is known before it is predicted",
                      "Correct the lot, or the name of the stack.")
    if (inside := again & ~across).any():
        yield Finding("copies", Severity.WARNING, "stack", rows_where(inside),
                      f"{listed([str(n) for n in names[inside].unique()])} more than once",
                      "the second press of a stack starts from what the first one made of it, and "
                      "a second reading of it is no second stack",
                      "Keep the first press of each stack, or give each stack its own name.")


def columns_twice(sheet: Sheet) -> Iterator[Finding]:
    """Two columns with the same numbers."""
    for one, other in combinations(sheet.numeric, 2):
        a, b = sheet.numbers(one), sheet.numbers(other)
        both = a.notna() & b.notna()
        if a[both].nunique() < TELLING or both.sum() < 0.9 * max(a.notna().sum(), b.notna().sum()):
            continue
        if np.allclose(a[both], b[both], rtol=1e-9, atol=0.0):
            if RESISTANCE in (one, other) and "ohm" in str(one) and "ohm" in str(other):
                continue
            yield Finding("copies", Severity.ERROR if {one, other} <= _measured() else
                          Severity.WARNING, str(other), (), f"the same numbers as in {one}",
                          "two quantities never agree in every row: one column was copied over "
                          "the other", "Fill the right numbers in, or drop one column.",
                          Sure.LIKELY)


def _measured() -> set[str]:
    return {*NAMES, RESISTANCE, ERROR, DAMAGE}


def _equal_readings(sheet: Sheet) -> pd.Series:
    """A key for each row that shares recipe and readings with another one of another name.

    Empty where that many may do so by chance."""
    columns = [c for c in (*NAMES, HELD, RESISTANCE, ERROR, DAMAGE) if sheet.has(c)]
    values = sheet.numbers(RESISTANCE)
    known = sheet.cells[values.notna() & ~sheet.cells.duplicated(keep=False)]
    names = sheet.text("stack")[known.index]
    if not sheet.has(RESISTANCE) or known.empty or not sheet.has("pressure_mpa"):
        return pd.Series(dtype=object)
    key = _joined(sheet, columns).loc[known.index]
    again = key.duplicated(keep=False)
    # One stack with two rows is the other check's.
    again &= ~((names != "") & names.duplicated(keep=False))
    recipe = _joined(sheet, [c for c in NAMES if sheet.has(c)]).loc[known.index]
    if again.sum() < 2 or _by_chance(sheet.text(RESISTANCE)[known.index], recipe) > \
            BY_CHANCE * (again.sum() / 2):
        return pd.Series(dtype=object)
    return key[again]


def _joined(sheet: Sheet, columns: list[str]) -> pd.Series:
    """The cells of each row, one behind the other."""
    return pd.DataFrame({c: sheet.text(c) for c in columns}).agg("|".join, axis=1)


def _by_chance(text: pd.Series, recipe: pd.Series) -> float:
    """Pairs of one recipe that agree by rounding.

    Two readings with the scatter s fall into one step q of the last digit with q / (2 sqrt(pi)
    s)."""
    counts = recipe.value_counts()
    pairs = float((counts * (counts - 1) / 2).sum())
    decimals = text.str.partition(".")[2].str.len()
    step = 10.0 ** -float(decimals.max())
    spread = SCATTER * float(pd.to_numeric(text, errors="coerce").abs().median())
    return pairs * step / (2.0 * sqrt(pi) * spread) if spread > 0 else pairs
