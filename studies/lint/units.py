"""Units: tonnes, bar or kilonewton for MPa, kelvin for degC, minutes for seconds, ohm for ohm cm2.

A unit is suspected where most numbers lie outside the usual range (that of the settings, if there
are any) and one conversion brings nearly all of them inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from pressloop.optimizer.space import NAMES
from pressloop.studies.lint.finding import Finding, Severity
from pressloop.studies.lint.sheet import RESISTANCE, Sheet, rows_where

Convert = Callable[[pd.Series], pd.Series]
FEWEST = 3
"""Rows of a lot from which on its unit is looked at by itself."""
INSIDE, OUTSIDE = 0.95, 0.5
"""Share of rows inside after the conversion, and before it at most."""


def misread(sheet: Sheet) -> dict[str, tuple[int, ...]]:
    """Rows of each column whose unit is another one, by name of the column."""
    return {name: tuple(row for rows, _ in suspected(sheet, name) for row in rows)
            for name in NAMES}


def _conversions(sheet: Sheet, name: str) -> list[tuple[str, Convert]]:
    """Units that are written down instead, the most common first. P[MPa] = 12486 F[t] / D[mm]^2."""
    if name == "temperature_c":
        return [("K", lambda t: t - 273.15), ("degF", lambda t: (t - 32.0) / 1.8)]
    if name == "dwell_s":
        return [("minutes", _times(60.0)), ("hours", _times(3600.0)), ("ms", _times(1e-3))]
    by_force = [(f"{unit} on a die of {die:g} mm", _times(newton / (100.0 * area)))
                for unit, newton in (("tonnes", 9806.65), ("kN", 1000.0))
                for die, area in zip(sheet.dies_mm, sheet.dies_cm2, strict=True)]
    return [*by_force, ("bar", _times(0.1)), ("psi", _times(6.895e-3)), ("kPa", _times(1e-3)),
            ("GPa", _times(1e3))]


def resistance_beside(sheet: Sheet) -> Iterator[Finding]:
    """Another column of resistances in ohm that shows whether the area was applied."""
    values = sheet.numbers(RESISTANCE)
    for name in sheet.numeric:
        words = str(name).lower()
        if name == RESISTANCE or "ohm" not in words or "cm2" in words or "se" in words.split("_"):
            continue
        ratio = (values / sheet.numbers(name)).replace([np.inf, -np.inf], np.nan).dropna()
        if len(ratio) < FEWEST or not abs(ratio.median() - 1.0) < 1e-3:
            continue
        rows = rows_where((values / sheet.numbers(name) - 1.0).abs() < 1e-3)
        yield Finding(
            "units", Severity.ERROR, RESISTANCE, rows, f"the same numbers as in {name}",
            "a resistance in ohm cm2 is the reading in ohm times the electrode area; here the area "
            "was left out", f"Multiply {name} by the area (10 mm: 0.785 cm2, 13 mm: 1.327 cm2).")


def in_kelvin(sheet: Sheet, values: pd.Series) -> pd.Series:
    """Which temperatures are too high for degC and right as kelvin."""
    low, high = sheet.usual("temperature_c")
    return (values > max(high, 200.0)) & (values - 273.15).between(max(low - 10.0, 0.0), high)


def _times(factor: float) -> Convert:
    return lambda values: values * factor


def suspected(sheet: Sheet, name: str) -> Iterator[tuple[tuple[int, ...], list[str]]]:
    """Rows and the units they may have: the whole column, or else single lots of it."""
    values = sheet.numbers(name).dropna()
    if values.empty:
        return
    if whole := unit_of(sheet, name, values):
        yield _numbers(values), whole
        return
    for rows in sheet.lots.values() if len(sheet.lots) > 1 else ():
        mine = values[values.index.isin(rows)]
        if len(mine) >= FEWEST and (words := unit_of(sheet, name, mine)):
            yield _numbers(mine), words


def _numbers(values: pd.Series) -> tuple[int, ...]:
    return tuple(int(row) for row in values.index)


def unit_of(sheet: Sheet, name: str, values: pd.Series) -> list[str]:
    """Units that the numbers may have instead, the most common first; none if they look right."""
    usual = sheet.usual(name)
    if values.between(*usual).mean() > OUTSIDE:
        return []
    return [unit for unit, change in _conversions(sheet, name)
            if change(values).between(*usual).mean() >= INSIDE]
