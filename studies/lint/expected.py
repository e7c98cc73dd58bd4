"""What the other rows of a table let one expect of each reading.

Up to MANY rows the project's own surrogate judges, which knows how resistance runs with pressure,
dwell and temperature. More rows are judged by boosted trees that predict each fifth of the table
from the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch

from pressloop.optimizer.history.training import Rows
from pressloop.optimizer.model_files import dataset
from pressloop.optimizer.physics_prior import of_log_resistance
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import NAMES, Space
from pressloop.studies.lint.readings import intact
from pressloop.studies.lint.sheet import ERROR, RESISTANCE, Sheet
from pressloop.surrogates import predict
from pressloop.surrogates.models import physics_gp, plain_gp
from pressloop.surrogates.models.physics_gp import PhysicsGP, left_out_density
from pressloop.trials.recipe import Recipe

MANY, FEW = 300, 6
"""Rows up to which the surrogate judges, and rows below which nobody can."""
LEAST_FACTOR = 1.5
"""A reading nearer to its neighbours is not worth a look."""
OUTLYING, SUSPECTS, MOST = 5.5, 3, 15
"""Standard deviations beyond which a row is contradicted, rows looked at in turn, and most of them.
"""
TREES_SD = 8.0
LOT_ROWS = 5
"""Stacks of a lot from which on its offset says much."""


@dataclass(frozen=True, eq=False)
class Expected:
    """ln of the resistance by row: what is read, and what the other rows let one expect; which
    rows are contradicted; and what is expected of other recipes."""

    read: pd.Series
    expected: pd.Series
    doubted: pd.Series
    of_recipes: Any
    points: pd.DataFrame


def expected(sheet: Sheet) -> Expected | None:
    """What the other rows let one expect of each; None where there are too few to judge."""
    points = sheet.set_points().dropna(axis=1, how="all")
    values = sheet.numbers(RESISTANCE)
    points = points[intact(sheet)].dropna()
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
    gp = _fit(rows[kept], space)

    def of_recipes(other: pd.DataFrame) -> Any:
        return _predict(gp, space.encode(_recipes(other, space)))[0]

    guess = _predict(gp, rows.x)[0]
    guess[kept] = rows.y[kept] - gp.left_out()[0].mean(0).numpy()
    return Expected(read, guess + offset, pd.Series(~kept, points.index), of_recipes, points)


def _undoubted(rows: Rows, space: Space) -> Any:
    """Which rows the others do not contradict, shape (n,). The row that is least expected is
    predicted by a surrogate that has never seen it, as a wild one makes the scatter look wide
    enough for itself; where it is contradicted it is taken out, and the next one is looked at."""
    kept = np.ones(rows.y.size, dtype=bool)
    while kept.sum() >= FEW and (~kept).sum() < MOST:
        here = np.flatnonzero(kept)
        density = left_out_density(_fit(rows[kept], space)).numpy()
        suspects = here[np.argsort(density, kind="stable")[:SUSPECTS]]
        far = [_deviations(rows, kept, int(row), space) for row in suspects]
        if max(far) < OUTLYING:
            break
        kept[suspects[int(np.argmax(far))]] = False
    return kept


def _deviations(rows: Rows, kept: Any, row: int, space: Space) -> float:
    """How many standard deviations a row is off what the others say of one more stack."""
    others = kept & (np.arange(rows.y.size) != row)
    gp = _fit(rows[others], space)
    mean, sd = _predict(gp, rows.x[row:row + 1])
    return float(abs(rows.y[row] - mean[0]) / math.sqrt(sd[0] ** 2 + rows.variance[row]))


def _fit(rows: Rows, space: Space) -> PhysicsGP:
    """Without the laws where they have no numbers, as for a dwell of 1e300 s."""
    prior = of_log_resistance(space, RiskLimits())
    try:
        return physics_gp.fit(dataset(rows), prior)
    except (RuntimeError, ValueError):
        return plain_gp.fit(dataset(rows), prior)


def _predict(gp: PhysicsGP, x: Any) -> tuple[Any, Any]:
    """Mean of ln R and standard deviation of one more stack."""
    at = torch.from_numpy(np.ascontiguousarray(x))
    with torch.no_grad():
        mean, sd = predict.moments(gp, at)
        return mean.numpy(), np.hypot(sd.numpy(), predict.scatter(gp, at).numpy())


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
