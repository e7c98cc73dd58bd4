"""Readings that the others contradict, each with the slip that would explain it; and lots that lie
off the others by the area of an electrode.

Up to MANY rows the project's own surrogate judges, which knows how resistance runs with pressure,
dwell and temperature. More rows are judged by boosted trees that predict each fifth of the table
from the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch

from optimizer.caution import Caution
from optimizer.fitting import fitted
from optimizer.knowledge import of_log_resistance
from optimizer.setpoint import input_sd
from optimizer.space import NAMES, Space
from optimizer.training import Rows
from studies.lint.finding import Finding, Severity, Sure
from studies.lint.readings import OVERFLOW
from studies.lint.sheet import ERROR, HELD, RESISTANCE, Sheet
from surrogates.pressing_gp import PressingGP, left_out_density
from trials.recipe import Recipe

MANY, FEW = 300, 6
"""Rows up to which the surrogate judges, and rows below which nobody can."""
LEAST_FACTOR, LEAST_ABOVE = 1.5, 3.0
"""A reading nearer to its neighbours than the first is not worth a look. Above them it takes the
second, unless a slip explains it: stacks that have come apart in part read up to 2.6 times more."""
OUTLYING, SUSPECTS, MOST = 5.0, 3, 15
"""Standard deviations beyond which a row is contradicted, rows looked at in turn, and most of them.
"""
TREES_SD = 8.0
SHOWN = 10
"""Outliers with a finding of their own; more of them are one finding together."""
EXPLAINED = 0.45
"""How near a corrected reading must come, in logarithms."""
LOT_ROWS, MANY_LOTS = 5, 4
"""Stacks of a lot, and lots, from which on the offset of one says much."""
CLEAR, NEAR, ALIKE = 0.18, 0.05, 0.10
"""An offset worth a word, how near it must be to that of an area, and how far apart the other lots
may be for it to stand out, in logarithms."""


@dataclass(frozen=True, eq=False)
class Expected:
    """ln of the resistance by row: what is read, and what the other rows let one expect; which
    rows are contradicted; and what is expected of other recipes."""

    read: pd.Series
    expected: pd.Series
    doubted: pd.Series
    of_recipes: Any
    points: pd.DataFrame


def outliers(sheet: Sheet) -> Iterator[Finding]:
    """Readings that the others contradict."""
    found = expected(sheet)
    if found is None:
        return
    gap = found.read - found.expected
    rows = [row for row in gap.index[found.doubted] if _worth_a_look(found, row, gap[row])]
    rows.sort(key=lambda row: -abs(gap[row]))
    for row in rows[:SHOWN]:
        yield _outlier(sheet, found, row, gap[row])
    if len(rows) > SHOWN:
        yield Finding("outliers", Severity.WARNING, RESISTANCE, tuple(rows[SHOWN:]),
                      "further readings that the others contradict", "so many are no chance: a "
                      "lot, a die or a unit may have changed among them", "Look what these rows "
                      "have in common.", Sure.LIKELY)


def _worth_a_look(found: Expected, row: int, gap: float) -> bool:
    if abs(gap) < math.log(LEAST_FACTOR):
        return False
    return gap < 0.0 or gap > math.log(LEAST_ABOVE) or _slip(found, row, gap) != ""


def lot_areas(sheet: Sheet) -> Iterator[Finding]:
    """Lots whose resistances are off by the factor of an electrode area: ohm, not ohm cm2."""
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


def expected(sheet: Sheet) -> Expected | None:
    """What the other rows let one expect of each; None where there are too few to judge."""
    points = sheet.set_points().dropna(axis=1, how="all")
    values = sheet.numbers(RESISTANCE)
    fit = (values > 0) & (values < OVERFLOW) & (sheet.text("failure_mode") == "")
    points = points[fit].dropna()
    points = points[(points.drop(columns="temperature_c", errors="ignore") > 0).all(axis=1)]
    if len(points) < FEW or points.empty or "pressure_mpa" not in points:
        return None
    space = _space_of(points)
    if space is None:
        return None
    read = np.log(values[points.index])
    return (_by_surrogate if len(points) <= MANY else _by_trees)(sheet, points, read, space)


def _space_of(points: pd.DataFrame) -> Space | None:
    """The box of all presses; a set point that is nowhere told stands at 25 degC or 60 s."""
    told = {"pressure_mpa": (100.0, 100.0), "dwell_s": (60.0, 60.0), "temperature_c": (25.0, 25.0)}
    bounds = told | {n: (float(points[n].min()), float(points[n].max())) for n in points}
    if bounds["temperature_c"][0] < -200.0 or all(low == high for low, high in bounds.values()):
        return None
    return Space(**bounds)


def _recipes(points: pd.DataFrame, space: Space) -> list[Recipe]:
    columns = [points[n] if n in points else np.full(len(points), getattr(space, n)[0])
               for n in NAMES]
    return [Recipe(*map(float, row)) for row in zip(*columns, strict=True)]


def _by_surrogate(sheet: Sheet, points: pd.DataFrame, read: pd.Series, space: Space) -> Expected:
    errors = (sheet.numbers(ERROR)[points.index] / np.exp(read)).clip(0.0, 1.0).fillna(0.0)
    rows = Rows(space.encode(_recipes(points, space)), read.to_numpy(), errors.to_numpy() ** 2,
                np.zeros(len(read), dtype=np.int64))
    origin = (sheet.text("lot") + "|" + sheet.text("operator"))[points.index]
    offset = pd.Series(0.0, points.index)
    if origin.nunique() > 1:
        # Each lot is judged within its own: what lots differ by is no outlier.
        by_lot = (read - _predict(_fit(rows, space), rows.x)[0]).groupby(origin)
        size = by_lot.transform("size")
        offset = by_lot.transform("median") * size / (size + LOT_ROWS)
        rows = replace(rows, y=(read - offset).to_numpy())
    kept = _undoubted(rows, space)
    gp = _fit(_of(rows, kept), space)

    def of_recipes(other: pd.DataFrame) -> Any:
        return _predict(gp, space.encode(_recipes(other, space)))[0]

    return Expected(read, _predict(gp, rows.x)[0] + offset, pd.Series(~kept, points.index),
                    of_recipes, points)


def _undoubted(rows: Rows, space: Space) -> Any:
    """Which rows the others do not contradict, shape (n,). The row that is least expected is
    predicted by a surrogate that has never seen it, as a wild one makes the scatter look wide
    enough for itself; where it is contradicted it is taken out, and the next one is looked at."""
    kept = np.ones(rows.y.size, dtype=bool)
    while kept.sum() >= FEW and (~kept).sum() < MOST:
        here = np.flatnonzero(kept)
        density = left_out_density(_fit(_of(rows, kept), space)).numpy()
        suspects = here[np.argsort(density, kind="stable")[:SUSPECTS]]
        far = [_deviations(rows, kept, int(row), space) for row in suspects]
        if max(far) < OUTLYING:
            break
        kept[suspects[int(np.argmax(far))]] = False
    return kept


def _deviations(rows: Rows, kept: Any, row: int, space: Space) -> float:
    """How many standard deviations a row is off what the others say of one more stack."""
    others = kept & (np.arange(rows.y.size) != row)
    gp = _fit(_of(rows, others), space)
    mean, sd = _predict(gp, rows.x[row:row + 1])
    return float(abs(rows.y[row] - mean[0]) / math.sqrt(sd[0] ** 2 + rows.variance[row]))


def _fit(rows: Rows, space: Space) -> PressingGP:
    caution = Caution()
    found = fitted(rows, of_log_resistance(space, caution), input_sd(space, caution),
                   "log resistance")
    assert found is not None
    return found.gp


def _predict(gp: PressingGP, x: Any) -> tuple[Any, Any]:
    """Mean of ln R and standard deviation of one more stack."""
    at = torch.from_numpy(np.ascontiguousarray(x))
    mean, sd = gp.predict(at)
    return mean.numpy(), np.hypot(sd.numpy(), gp.scatter_at(at).numpy())


def _of(rows: Rows, which: Any) -> Rows:
    return Rows(rows.x[which], rows.y[which], rows.variance[which], rows.group[which])


def _by_trees(sheet: Sheet, points: pd.DataFrame, read: pd.Series, space: Space) -> Expected:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.model_selection import KFold, cross_val_predict

    def inputs(other: pd.DataFrame, lots: Any) -> Any:
        return np.column_stack([space.encode(_recipes(other, space)), lots])

    lots = pd.factorize(sheet.text("lot")[points.index])[0]
    model = HistGradientBoostingRegressor(loss="absolute_error", random_state=0,
                                          categorical_features=[len(space.free)]
                                          if lots.max() < 200 else None)
    x = inputs(points, lots)
    guess = pd.Series(cross_val_predict(model, x, read, cv=KFold(5, shuffle=True, random_state=0)),
                      points.index)
    gap = (read - guess).abs()
    doubted = gap > max(TREES_SD * 1.48 * float(gap.median()), math.log(LEAST_FACTOR))
    model.fit(x, read)
    return Expected(read, guess, doubted,
                    lambda other: model.predict(inputs(other, np.zeros(len(other)))), points)


def _outlier(sheet: Sheet, found: Expected, row: int, gap: float) -> Finding:
    factor = math.exp(abs(gap))
    times = f"{factor:.1f} times" if factor < 20 else f"{factor:.0f} times"
    way = f"{times} what its neighbours show" if gap > 0 else \
        f"{times} below what its neighbours show"
    seen = (f"{math.exp(found.read[row]):.3g} ohm cm2, {way} "
            f"(about {math.exp(found.expected[row]):.3g})")
    error, held = sheet.numbers(ERROR)[row], sheet.numbers(HELD)
    reasons = []
    if error > 0:
        share = 100.0 * error / math.exp(found.read[row])
        reasons.append(f"its fit error is {share:.2g} %" + (
            ", too small to explain it" if math.log1p(share / 100.0) < 0.5 * abs(gap) else ""))
    if held.notna().any() and abs(held[row] / held.median() - 1.0) > 0.1:
        reasons.append(f"it was held at {held[row]:g} MPa, the others at {held.median():g} MPa")
    slip = _slip(found, row, gap)
    if slip:
        reasons.append(slip)
    return Finding("outliers", Severity.ERROR if slip else Severity.WARNING, RESISTANCE,
                   (int(row),), seen, "; ".join(reasons) or "no slip of the pen explains it",
                   "Look at its spectrum and the lab's book; correct the cell, or leave the row "
                   "out if the stack was not sound. A model gives it little weight meanwhile.",
                   Sure.LIKELY)


def _slip(found: Expected, row: int, gap: float) -> str:
    """The slip of the pen that would make the reading what is expected; "" where none would."""
    for factor in (10.0, 100.0, 1000.0):
        if abs(abs(gap) - math.log(factor)) < EXPLAINED:
            return f"a decimal point that slipped by a factor of {factor:g} would explain it"
    points, here = found.points, found.points.loc[[row]]
    tried = []
    if {"pressure_mpa", "temperature_c"} <= set(points):
        tried.append(("pressure and temperature exchanged", here.rename(
            columns={"pressure_mpa": "temperature_c", "temperature_c": "pressure_mpa"})))
    for name, factor in (("pressure_mpa", 10.0), ("pressure_mpa", 0.1), ("dwell_s", 60.0)):
        if name in points:
            words = f"{name} {'times' if factor > 1 else 'over'} {max(factor, 1 / factor):g}"
            tried.append((words, here.assign(**{name: here[name] * factor})))
    for words, other in tried:
        inside = all(points[n].drop(row).min() <= other[n].iloc[0] <= points[n].drop(row).max()
                     for n in other)
        if inside and abs(found.read[row] - float(found.of_recipes(other)[0])) < min(
                EXPLAINED, 0.3 * abs(gap)):
            return f"{words} would explain it"
    return ""


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
                f"lot {lot} reads {100.0 * math.expm1(offset):+.0f} % "
                f"(± {100.0 * 2.0 * error:.0f}) against the others at the same recipes",
                f"that is the factor of a {die:g} mm electrode ({area:.3g} cm2): "
                + ("this lot may be in ohm" if in_ohm else "the other lots may be in ohm")
                + " instead of ohm cm2; another powder or another hand may do as much",
                "Compare with the raw ohms of one stack of each lot.", Sure.POSSIBLE)
            return
