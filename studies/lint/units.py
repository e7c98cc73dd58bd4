"""Units: tonnes, bar or kilonewton for MPa, kelvin for degC, minutes for seconds, ohm for ohm cm2.

A unit is suspected where most numbers lie outside the usual range (that of the settings, if there
are any) and one conversion brings nearly all of them inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from optimizer.space import NAMES
from studies.lint.finding import Finding, Severity, Sure
from studies.lint.sheet import RESISTANCE, USUAL, Sheet, rows_where

Convert = Callable[[pd.Series], pd.Series]
FEWEST = 3
"""Rows of a lot from which on its unit is looked at by itself."""
INSIDE, OUTSIDE = 0.95, 0.5
"""Share of rows inside after the conversion, and before it at most."""
SURELY_OUTSIDE = 0.1
UNITS = {"pressure_mpa": "MPa", "dwell_s": "s", "temperature_c": "degC"}
WHY = {
    "pressure_mpa": "presses show force or oil pressure; what counts is force over the area of "
                    "the die",
    "dwell_s": "a hold that is 60 times too short or too long moves every conclusion about time",
    "temperature_c": "platens of such presses run from room temperature to about 150 degC",
}


def set_point_units(sheet: Sheet) -> Iterator[Finding]:
    """Set points in another unit, for the whole column or a lot of it."""
    for name in NAMES:
        for rows, words in _suspected(sheet, name):
            whole = len(rows) == sheet.numbers(name).notna().sum()
            yield _finding(sheet, name, rows, words, whole)


def misread(sheet: Sheet) -> dict[str, tuple[int, ...]]:
    """Rows of each column whose unit is another one, by name of the column."""
    return {name: tuple(row for rows, _ in _suspected(sheet, name) for row in rows)
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


def _times(factor: float) -> Convert:
    return lambda values: values * factor


def _suspected(sheet: Sheet, name: str) -> Iterator[tuple[tuple[int, ...], list[str]]]:
    """Rows and the units they may have: the whole column, or else single lots of it."""
    values, convert = sheet.numbers(name).dropna(), _conversions(sheet, name)
    if values.empty:
        return
    if whole := _unit(values, sheet.usual(name), convert):
        yield _numbers(values), whole
        return
    for rows in sheet.lots.values() if len(sheet.lots) > 1 else ():
        mine = values[values.index.isin(rows)]
        if len(mine) >= FEWEST and (words := _unit(mine, sheet.usual(name), convert)):
            yield _numbers(mine), words


def _numbers(values: pd.Series) -> tuple[int, ...]:
    return tuple(int(row) for row in values.index)


def _unit(values: pd.Series, usual: tuple[float, float], convert: list[tuple[str, Convert]]
          ) -> list[str]:
    """Units that the numbers may have instead, the most common first; none if they look right."""
    if values.between(*usual).mean() > OUTSIDE:
        return []
    return [unit for unit, change in convert if change(values).between(*usual).mean() >= INSIDE]


def _finding(sheet: Sheet, name: str, rows: tuple[int, ...], units: list[str], whole: bool
             ) -> Finding:
    values = sheet.numbers(name)[list(rows)]
    low, high = USUAL[name] if sheet.space is None else getattr(sheet.space, name)
    outside = 1.0 - values.between(*sheet.usual(name)).mean()
    sure = outside >= 1.0 - SURELY_OUTSIDE
    known = "what such presses are set to" if sheet.space is None else "the settings' space"
    unit, words = UNITS[name], " or ".join(units[:2])
    of = "" if whole else f" of lot {sheet.text('lot')[rows[0]]}"
    return Finding(
        "units", Severity.ERROR if sure else Severity.WARNING, name, () if whole else rows,
        f"values{of} from {values.min():.4g} to {values.max():.4g}, where {known} is {low:g} to "
        f"{high:g} {unit}", f"these look like {words}; {WHY[name]}",
        f"Ask which unit was written down, and convert to {unit}"
        + (" with the area of your die." if "die" in words else "."),
        Sure.LIKELY if sure else Sure.POSSIBLE)
