"""Lots that lie off the others by the area of an electrode."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from pressloop.studies.lint.expected import expected
from pressloop.studies.lint.finding import Finding, Severity, Sure
from pressloop.studies.lint.lot_levels import comparable
from pressloop.studies.lint.sheet import RESISTANCE, Sheet
from pressloop.studies.outliers import LOT_ROWS
from pressloop.trials.wording import called

MANY_LOTS = 4
"""Lots from which on the offset of one says much."""
CLEAR, NEAR, ALIKE = 0.18, 0.05, 0.10
"""An offset worth a word, how near it must be to that of an area, and how far apart the other lots
may be for it to stand out, in logarithms."""


def lot_areas(sheet: Sheet) -> Iterator[Finding]:
    """Lots whose resistances are off by the factor of an electrode area: ohm, not ohm cm2."""
    sheet = comparable(sheet)
    found = expected(replace(sheet, cells=sheet.cells.drop(columns=["lot", "operator"],
                                                           errors="ignore")))
    if found is None or len(sheet.lots) < 2:
        return
    gap = (found.read - found.expected)[~found.doubted]
    mine = {lot: gap[gap.index.isin(rows)] for lot, rows in sheet.lots.items()}
    mine = {lot: values for lot, values in mine.items() if len(values) >= LOT_ROWS}
    for lot, values in mine.items():
        others = pd.concat([v for name, v in mine.items() if name != lot] or [gap.iloc[:0]])
        if len(others) < LOT_ROWS:
            continue
        offset = float(values.median() - others.median())
        error = 1.25 * math.hypot(*(_spread(v) / math.sqrt(len(v)) for v in (values, others)))
        middles = [float(v.median()) for name, v in mine.items() if name != lot]
        alike = len(mine) >= MANY_LOTS and max(middles) - min(middles) < ALIKE
        yield from _area_finding(sheet, lot, offset, error, alike)


def _spread(values: pd.Series) -> float:
    """Standard deviation, from the median distance: few far ones do not count."""
    return 1.4826 * float((values - values.median()).abs().median())


def _area_finding(sheet: Sheet, lot: str, offset: float, error: float, stands_out: bool
                  ) -> Iterator[Finding]:
    if not abs(offset) > max(CLEAR, 3.0 * error) or error > NEAR:
        return
    for die, area in zip(sheet.dies_mm, sheet.dies_cm2, strict=True):
        if abs(abs(offset) - abs(math.log(area))) < NEAR:
            # A reading in ohm is that in ohm cm2 over the area.
            in_ohm = (offset > 0) == (area < 1.0)
            yield Finding(
                "area", Severity.WARNING if stands_out else Severity.NOTE, RESISTANCE,
                tuple(int(r) for r in sheet.lots[lot]),
                f"{called('lot', lot)} reads {100.0 * math.expm1(offset):+.0f} % "
                f"(± {100.0 * 2.0 * error:.0f}) against the others at the same recipes",
                f"that is the factor of a {die:g} mm electrode ({area:.3g} cm2): "
                + ("this lot may be in ohm" if in_ohm else "the other lots may be in ohm")
                + " instead of ohm cm2; another powder or another hand may do as much",
                "Compare with the raw ohms of one stack of each lot.", Sure.POSSIBLE)
            return
