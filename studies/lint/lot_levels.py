"""Lots whose resistances lie far off those of the others at the same recipes: another unit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student_t

from pressloop.studies.lint.exchanged import misplaced_in_part
from pressloop.studies.lint.finding import Finding, Severity, Sure
from pressloop.studies.lint.readings import MIXED_HELD, intact
from pressloop.studies.lint.sheet import HELD, RESISTANCE, Sheet
from pressloop.trials.wording import called

FEWEST = 3
"""Stacks of a lot from which on its level is told."""
MANY_LOTS = 200
"""Names beyond which the column is no lot any more, such as one name a stack."""
FAR, SURELY = math.log(2.0), math.log(1.5)
"""How far off a lot must lie for a word, and how far at least when chance is allowed for, in
logarithms. Sound lots differ by 0.1 to 0.3."""
BROKEN, BROKEN_SURELY = math.log(5.5), math.log(3.0)
"""The same for what no lot of materials can be."""
RARE, SELDOM = 3e-5, 1e-3
"""Share of sound lots that chance may show so far off: four standard deviations, more for few rows;
and less where the offset by itself is one that no chance makes."""
POWERS = (10.0, 100.0, 1000.0)
"""Factors of a unit that was mistaken or of a point that slipped."""
NEAR = 0.6
"""How near an offset must be to that of such a factor, in logarithms: lots differ by themselves."""
LOT_SD, ROUNDS, LEAST_SD = 3.0, 30, 0.03
SLOPES_SD = {"pressure_mpa": 1.5, "dwell_s": 0.5, "temperature_c": 1.5}
"""What is known of slopes of ln R before any stack: over ln P, over ln t, and over 50 degC. Where
lots and recipes cannot be told apart, it is what keeps the levels of lots open."""


@dataclass(frozen=True, slots=True)
class FarLot:
    """A lot that lies off `against`, the middle one of the lots, by `offset` in ln R.

    With a 95 % interval of +- `error`, and by `least` when chance is allowed for as never seen."""

    lot: str
    against: str
    rows: tuple[int, ...]
    offset: float
    error: float
    least: float

    @property
    def broken(self) -> bool:
        """True when no material makes so much of a difference."""
        return abs(self.offset) > BROKEN and self.least > BROKEN_SURELY

    @property
    def power(self) -> float:
        """The factor of a unit that would explain it, 0 where none does."""
        return next((f for f in POWERS if abs(abs(self.offset) - math.log(f)) < NEAR), 0.0)


def lot_levels(sheet: Sheet) -> Iterator[Finding]:
    """Lots in another unit of resistance."""
    lots = far_lots(sheet)
    # One of three lots or more that lies off is the odd one; of two, either may be.
    known = len(sheet.lots) > 2 and len(lots) == 1
    yield from (_finding(sheet, one, known) for one in lots)


def far_lots(sheet: Sheet) -> tuple[FarLot, ...]:
    """Lots whose level is far off, beyond what sound lots, chance and what is told beside do."""
    if len(sheet.lots) < 2 or sheet.set_points()["pressure_mpa"].isna().all():
        return ()
    points, read, lots = _rows(sheet)
    names, counts = np.unique(lots, return_counts=True)
    spare = len(read) - len(names) - points.shape[1]
    if not 2 <= len(names) <= MANY_LOTS or spare < FEWEST:
        return ()
    level, covariance = _levels(points, read, np.searchsorted(names, lots), len(names))
    middle = _middle(level, counts)
    found = []
    for k, name in enumerate(names):
        offset = float(level[k] - level[middle])
        variance = covariance[k, k] + covariance[middle, middle] - 2.0 * covariance[k, middle]
        sd = math.sqrt(max(float(variance), 0.0))
        rare = RARE if abs(offset) < BROKEN else SELDOM
        one = FarLot(str(name), str(names[middle]), tuple(map(int, sheet.lots[str(name)])), offset,
                     float(student_t.isf(0.025, spare)) * sd,
                     abs(offset) - float(student_t.isf(rare, spare)) * sd)
        if counts[k] >= FEWEST and abs(offset) > FAR and one.least > SURELY:
            found.append(one)
    return tuple(one for one in found if one.broken or not _explained(sheet, one))


def comparable(sheet: Sheet) -> Sheet:
    """The table without the rows of lots that have been told.

    They are one cause for many odd readings, and hide what is odd in the others."""
    far = {row for lot in far_lots(sheet) for row in lot.rows}
    return sheet.without(sorted(far | misplaced_in_part(sheet)))


def _rows(sheet: Sheet) -> tuple[Any, Any, Any]:
    """Terms of the recipes, shape (n, m), ln R and lot, of intact stacks with set points."""
    points = sheet.set_points().dropna(axis=1, how="all")
    fit = intact(sheet) & points.notna().all(axis=1) & (sheet.text("lot") != "")
    fit &= ~points.index.isin(misplaced_in_part(sheet))
    fit &= (points.drop(columns="temperature_c", errors="ignore") > 0).all(axis=1)
    # Such numbers are told by others, and would be too large for a square.
    fit &= (points.abs() < 1e6).all(axis=1)
    points = points[fit]
    terms = [term for name in points if points[name].nunique() > 1
             for term in _terms(name, points[name].to_numpy())]
    return (np.column_stack(terms) if terms else np.empty((len(points), 0)),
            np.log(sheet.numbers(RESISTANCE)[points.index].to_numpy()),
            sheet.text("lot")[points.index].to_numpy().astype(str))


def _terms(name: str, values: Any) -> list[Any]:
    """Columns for one set point, each scaled so that its slope is 0 +- 1 before any stack."""
    scaled = values / 50.0 if name == "temperature_c" else np.log(values)
    scaled = SLOPES_SD[name] * (scaled - np.median(scaled))
    # Resistance falls with pressure and rises again where stacks come apart.
    return [scaled, 0.5 * scaled**2] if name == "pressure_mpa" else [scaled]


def _levels(points: Any, read: Any, lots: Any, count: int) -> tuple[Any, Any]:
    """Level of each lot, shape (count,), and covariance.

    A linear model of ln R, in which rows that lie far off count for less (Huber)."""
    x = np.column_stack([np.eye(count)[lots], np.ones(len(read)), points])
    free = np.concatenate([np.full(count, LOT_SD**-2), [1e-6], np.ones(points.shape[1])])
    y, weight, sd = read - np.median(read), np.ones(len(read)), 0.3
    spare = math.sqrt(len(read) / (len(read) - np.linalg.matrix_rank(x)))
    for _ in range(ROUNDS):
        precision = (x.T * weight) @ x / sd**2 + np.diag(free)
        beta = np.linalg.solve(precision, (x.T * weight) @ y / sd**2)
        left = np.abs(y - x @ beta)
        before, sd = sd, max(1.4826 * spare * float(np.median(left)), LEAST_SD)
        if abs(sd / before - 1.0) < 1e-3:
            break
        weight = np.minimum(1.0, 1.5 * sd / np.maximum(left, 1e-12))
    return beta[:count], np.linalg.inv(precision)[:count, :count]


def _middle(level: Any, counts: Any) -> int:
    """The lot at the median of all stacks."""
    order = np.argsort(level, kind="stable")
    return int(order[np.searchsorted(np.cumsum(counts[order]), 0.5 * counts.sum())])


def _explained(sheet: Sheet, one: FarLot) -> bool:
    """Whether another stack pressure or a set point that nobody has kept may be the cause.

    The stack pressure during impedance; both are told by themselves."""
    held = sheet.numbers(HELD)
    mine, others = held[list(one.rows)].median(), held[sheet.lots[one.against]].median()
    otherwise = pd.notna(mine) and pd.notna(others) and abs(mine / others - 1.0) > MIXED_HELD
    return bool(otherwise or sheet.set_points().isna().all().any())


def _finding(sheet: Sheet, one: FarLot, known: bool) -> Finding:
    times = _times(one.offset)
    low, high = (math.exp(min(abs(one.offset) + by, 300.0)) for by in (-one.error, one.error))
    way = "times as much as" if one.offset > 0 else "times less than"
    mine, others = called("lot", one.lot), called("lot", one.against)
    seen = (f"{mine} reads {times} {way} {others} at the same recipes (from {low:.3g} to "
            f"{high:.3g} times)")
    check = ("Compare with the raw reading of one stack of each lot, and convert "
             + (mine if known else f"the wrong one, {mine} or {others},")
             + " to ohm cm2")
    if one.broken:
        factor = f"a factor near {one.power:g}" if one.power else "so large a factor"
        return Finding(
            "lots", Severity.ERROR, RESISTANCE, one.rows, seen,
            f"sound lots differ by 10 to 30 %; {factor} is another unit, such as milliohm or "
            "kiloohm for ohm, or a slipped decimal point", check + ".", Sure.LIKELY)
    return Finding(
        "lots", Severity.WARNING, RESISTANCE, one.rows, seen,
        "sound lots differ by 10 to 30 %, and chance does not explain the rest; "
        + (_area_words(sheet, one) or "the unit, the electrode area or the material may differ"),
        check + "; leave the lot out if it is another material.", Sure.POSSIBLE)


def _times(offset: float) -> str:
    return f"{math.exp(abs(offset)):.2g}" if abs(offset) < math.log(100.0) else \
        f"{math.exp(abs(offset)):.0f}"


def _area_words(sheet: Sheet, one: FarLot) -> str:
    for die, area in zip(sheet.dies_mm, sheet.dies_cm2, strict=True):
        if abs(abs(one.offset) - abs(math.log(area))) < max(one.error, 0.15):
            return (f"it is near the factor of a {die:g} mm electrode ({area:.3g} cm2), so one of "
                    "the two may be in ohm instead of ohm cm2")
    return ""
