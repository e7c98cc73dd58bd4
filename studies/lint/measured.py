"""Tables of other measured quantities than the resistance: columns, numbers, failures, slips."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from pressloop.studies.lint.finding import Finding, Severity, Sure, listed
from pressloop.studies.lint.outliers import slipped_by
from pressloop.studies.lint.readings import bounds
from pressloop.studies.lint.sheet import MODE, Sheet, rows_where
from pressloop.trials.quantity import LOG, MAXIMISE, Quantity

FEWEST = 5
"""Readings below which little can be learned, and neighbours by which one is judged."""
FLOOR_ROWS = 3
"""Readings of one and the same extreme value from which on it looks like a mark, not a reading."""
SLIP, ALIKE = math.log(8.0), 0.35
"""How far off its neighbours a reading is looked at, and how alike they must be, in logarithms."""


PER_INPUT = 4
"""Rows for each input, and one more, from which on a reading has neighbours all round."""
UNUSUAL = 6.0
"""How many times the usual distance from its neighbours a reading must be off."""


def quantity_columns(sheet: Sheet) -> Iterator[Finding]:
    """Columns of parameters and quantities that the settings name and the table lacks."""
    for name in sheet.parameters:
        if not sheet.has(name):
            yield Finding(
                "headers", Severity.ERROR, name, (), "there is no such column",
                "the settings vary it ([space]), and the table does not tell it",
                f'Name its column in the settings: [table] {name} = "...".')
    for q in sheet.quantities:
        if not sheet.has(q.name):
            yield Finding(
                "headers", Severity.ERROR if q.sought else Severity.WARNING, q.name, (),
                "there is no such column", "it is what the settings seek ([objective])"
                if q.sought else "nothing is known of whether its limit is kept",
                f'Name its column in the settings: [table] {q.name} = "...".')


def quantity_numbers(sheet: Sheet) -> Iterator[Finding]:
    """Text where a number belongs, and values that the scale has no place for."""
    for q in sheet.quantities:
        text = sheet.text(q.name)
        values = sheet.numbers(q.name)
        bad = sheet.has(q.name) & (text != "") & ~np.isfinite(values)
        if (bound := bad & bounds(text)).any():
            bad &= ~bound
            yield Finding(
                "numbers", Severity.NOTE, q.name, rows_where(bound),
                f"reads {listed([repr(str(v)) for v in text[bound].unique()])}",
                "this is a bound and no reading, so it teaches no model",
                "Measure again in another range if these stacks matter.")
        if bad.any():
            yield Finding("numbers", Severity.ERROR, q.name, rows_where(bad),
                          f"reads {listed([repr(str(v)) for v in text[bad].unique()])}",
                          "this is no number", "Write the number, or leave the cell empty.")
        if q.scale == LOG and (low := values <= 0.0).any():
            yield Finding(
                "impossible", Severity.ERROR, q.name, rows_where(low),
                f"reads {listed([f'{v:g}' for v in values[low].unique()])}",
                "its scale is logarithmic, and this has no logarithm",
                f"If these stacks failed: [objective] failed_at = {values[low].max():g}; if the "
                'values are sound: scale = "linear".')
    for name in sheet.parameters:
        text = sheet.text(name)
        if sheet.has(name) and (lost := text == "").any() and not lost.all():
            yield Finding("empty", Severity.ERROR, name, rows_where(lost), "empty",
                          "a stack without this parameter is of no known recipe",
                          "Fill it in, drop the row, or give the parameter a default in [space].")


def quantity_failures(sheet: Sheet) -> Iterator[Finding]:
    """Failed stacks with a value, and values that look like a mark for a failure."""
    for q in sheet.quantities:
        if not q.sought:
            continue
        both = (sheet.text(MODE) != "") & (sheet.text(q.name) != "")
        if both.any():
            yield Finding("failures", Severity.ERROR, q.name, rows_where(both),
                          "a value for a stack that failed", "a number there, real or made up, "
                          "bends the model", "Empty the cell, or the failure if it was sound.")
        yield from _marks(sheet, q)


def _marks(sheet: Sheet, q: Quantity) -> Iterator[Finding]:
    values = sheet.numbers(q.name).dropna()
    if q.failed_at is not None or len(values) < FEWEST:
        return
    worst = values.min() if q.goal == MAXIMISE else values.max()
    at = values == worst
    rest = values[~at]
    if worst == 0.0 and int(at.sum()) >= FLOOR_ROWS and len(rest) and \
            abs(rest - worst).min() > 0.02 * (values.max() - values.min()):
        yield Finding(
            "failures", Severity.WARNING, q.name, rows_where(sheet.numbers(q.name) == worst),
            f"{int(at.sum())} rows read {worst:g}, and none lies near it",
            "if it is a mark of stacks that failed, models take it for a reading",
            f"If these failed: [objective] failed_at = {worst:g}.", Sure.POSSIBLE)


def quantity_readings(sheet: Sheet) -> Iterator[Finding]:
    """Too few readings, readings that never change, errors of zero, and slips of the point."""
    for q in sheet.quantities:
        values = sheet.numbers(q.name).dropna()
        if sheet.has(q.name) and q.sought and len(values) < FEWEST:
            yield Finding("intact", Severity.WARNING, q.name, (),
                          f"{len(values)} readings only", "too few to tell what a recipe does from "
                          "scatter", "Add more stacks.")
        if len(values) >= FLOOR_ROWS and values.nunique() == 1:
            yield Finding("constant", Severity.ERROR if q.sought else Severity.WARNING, q.name, (),
                          f"{values.iloc[0]:g} in every row", "stacks never read all alike: this "
                          "is a default or a copied cell", "Look where the numbers come from.")
        errors = sheet.numbers(f"{q.name}_se")
        if (zero := errors <= 0.0).any():
            yield Finding("errors", Severity.WARNING, f"{q.name}_se", rows_where(zero),
                          "zero or negative", "no reading is exact: a zero stands for an error "
                          "that was not worked out", "Leave the cell empty.")
        yield from _slips(sheet, q)


def _slips(sheet: Sheet, q: Quantity) -> Iterator[Finding]:
    """Readings a power of ten off neighbours that agree with one another, where few are so far off.

    Neighbours are stacks of the same kinds."""
    values = sheet.numbers(q.name)
    names = [n for n in (*sheet.numeric,) if n in sheet.parameters or n in sheet.set_points()]
    points = pd.DataFrame({n: sheet.numbers(n) for n in names})
    points = points.loc[:, points.nunique() > 1][values > 0.0].dropna()
    if points.empty:
        return
    kinds = [sheet.text(n)[points.index] for n in sheet.parameters if n not in sheet.numeric]
    log, scaled = np.log(values[points.index]), (points - points.mean()) / points.std()
    off = pd.concat([_off_neighbours(alike, log[alike.index])
                     for _, alike in (scaled.groupby(kinds) if kinds else [("", scaled)])])
    usual = 1.4826 * off["gap"].abs().median()
    for at, gap in off["gap"][off["alike"]].items():
        if abs(gap) > max(SLIP, UNUSUAL * usual) and slipped_by(gap) is not None:
            yield Finding(
                "outliers", Severity.WARNING, q.name, (int(at),),
                f"{values[at]:.4g}, where its neighbours read about "
                f"{math.exp(log[at] - gap):.4g}",
                "a decimal point may have slipped", "Look it up in the lab's book.", Sure.LIKELY)


def _off_neighbours(points: pd.DataFrame, log: pd.Series) -> pd.DataFrame:
    """How far each of n readings (n,) is from the median of its neighbours at points (n, d).

    And whether these are alike; no rows where there are too few for neighbours all round."""
    if len(points) < max(FEWEST + 1, PER_INPUT * (points.shape[1] + 1)):
        return pd.DataFrame({"gap": [], "alike": []}).astype({"gap": float, "alike": bool})
    read = log.to_numpy()
    _, near = cKDTree(points.to_numpy()).query(points.to_numpy(), k=FEWEST + 1)
    others = np.array([[j for j in row if j != i][:FEWEST] for i, row in enumerate(near)])
    middle = np.median(read[others], axis=1)
    spread = np.median(np.abs(read[others] - middle[:, None]), axis=1)
    return pd.DataFrame({"gap": read - middle, "alike": spread < ALIKE}, index=points.index)
