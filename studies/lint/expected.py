"""What the other rows of a table let one expect of each reading.

Up to MANY rows the project's own surrogate judges, which knows how resistance runs with pressure,
dwell and temperature. More rows are judged by boosted trees that predict each fifth of the table
from the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pressloop.optimizer.history.training import Rows
from pressloop.optimizer.physics_prior import of_log_resistance
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import NAMES, Space
from pressloop.studies.lint.readings import intact
from pressloop.studies.lint.sheet import ERROR, RESISTANCE, Sheet
from pressloop.studies.outliers import FEW, judged, predicted
from pressloop.trials.recipe import Recipe

MANY = 300
"""Rows up to which the surrogate judges."""
LEAST_FACTOR = 1.5
"""A reading nearer to its neighbours is not worth a look."""
TREES_SD = 8.0


@dataclass(frozen=True, eq=False)
class Expected:
    """ln of the resistance by row: what is read, and what the other rows let one expect.

    Which rows are contradicted; and what is expected of other recipes."""

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
    origin = (sheet.text("lot") + "|" + sheet.text("operator"))[points.index]
    rows = Rows(space.encode(_recipes(points, space)), read.to_numpy(), errors.to_numpy() ** 2,
                pd.factorize(origin)[0].astype(np.int64))
    found = judged(rows, of_log_resistance(space, RiskLimits()))
    return Expected(read, pd.Series(found.expected, points.index),
                    pd.Series(found.doubted, points.index),
                    lambda other: predicted(found.gp, space.encode(_recipes(other, space)))[0],
                    points)


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
