"""Lots in other units, lots that stand for a set point, and tables of several lots."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from pressloop.optimizer.space import Space
from pressloop.studies.lint import Severity, Sheet, lint_sheet
from tests.studies.lint.linted_tables import (
    DWELL,
    PRESSURE,
    SE,
    WARM,
    R,
    bad,
    changed,
    intact,
    rows_of,
    sound,
    written,
)
from tests.studies.stacks import SPACE

pytestmark = pytest.mark.slow


def test_lots_and_operators() -> None:
    rows = rows_of(sound())[:5]
    assert bad(lint_sheet(written(sound(), "lot", rows, ""))) == [("labels", "lot", tuple(rows))]
    gone = lint_sheet(replace(sound(), cells=sound().cells.drop(columns=["lot", "operator"])))
    assert [f.column for f in gone.found] == ["lot", "operator"]


def test_lots_that_stand_for_recipes() -> None:
    cells = pd.DataFrame({
        "stack": [f"s{k}" for k in range(12)], "lot": [f"L{k // 3}" for k in range(12)],
        "operator": "ana", PRESSURE: [str(100 + 50 * (k // 3)) for k in range(12)], DWELL: "60",
        WARM: "25", R: [str(90 - 3.1 * k) for k in range(12)]}, index=range(2, 14), dtype=object)
    found = lint_sheet(Sheet("lots", cells)).found
    assert ("confounded", Severity.WARNING) in [(f.check, f.severity) for f in found]
    shared = cells.copy()
    shared.loc[[2, 5, 8, 11], PRESSURE] = "140"
    assert "confounded" not in [f.check for f in lint_sheet(Sheet("lots", shared)).found]


@pytest.mark.parametrize("lots", [2, 3])
def test_empty_cells_and_unknown_headers_in_a_table_of_lots(lots: int) -> None:
    sheet = sound(32, lots)
    row, other = rows_of(sheet)[3:5]
    for column in (PRESSURE, DWELL, WARM):
        assert bad(lint_sheet(written(sheet, column, [row], ""))) == [("empty", column, (row,))]
        found = bad(lint_sheet(written(sheet, column, [row, other], "60 s")))
        assert found == [("numbers", column, (row, other))]
        renamed = replace(sheet, cells=sheet.cells.rename(columns={column: column.upper()}))
        assert [(f[0], f[1]) for f in bad(lint_sheet(renamed))] == [("headers", column.upper())]


@pytest.mark.parametrize("space", [None, SPACE])
@pytest.mark.parametrize(("lots", "factor"), [
    (2, 1000.0), (3, 1000.0), (3, 0.001), (3, 10.0), (3, 0.1), (3, 100.0)])
def test_a_lot_in_another_unit_of_resistance(lots: int, factor: float, space: Space | None
                                             ) -> None:
    sheet = replace(sound(64, lots), space=space)
    lot = [row for row in sheet.lots["L1"] if row in intact(sheet)]
    for column in (R, SE):
        sheet = changed(sheet, column, lot, lambda v: v * factor)
    one, = [f for f in lint_sheet(sheet).found if f.severity is not Severity.NOTE]
    assert (one.check, one.column, one.severity) == ("lots", R, Severity.ERROR)
    power = max(factor, 1.0 / factor)
    assert f"a factor near {power:g} is another unit" in one.why
    if lots == 3:
        assert one.rows == tuple(int(row) for row in sheet.lots["L1"])
        assert "convert lot L1 to" in one.remedy


def test_a_lot_that_reads_far_more_is_told_and_one_that_reads_30_percent_more_is_not() -> None:
    sheet = sound(128, 3)
    lot = [row for row in sheet.lots["L2"] if row in intact(sheet)]
    found = bad(lint_sheet(changed(sheet, R, lot, lambda v: 2.7 * v)))
    assert found == [("lots", R, tuple(int(row) for row in sheet.lots["L2"]))]
    assert not lint_sheet(changed(sheet, R, lot, lambda v: 2.7 * v)).serious
    for factor in (0.77, 1.3):
        mild = lint_sheet(changed(sheet, R, lot, lambda v, by=factor: v * by))
        assert bad(mild) == []


def test_an_outlier_is_seen_beside_a_lot_in_another_unit() -> None:
    sheet = sound(64, 3)
    lot = [row for row in sheet.lots["L1"] if row in intact(sheet)]
    row = next(row for row in sheet.lots["L0"] if row in intact(sheet))
    spoilt = changed(changed(sheet, R, lot, lambda v: 1000.0 * v), R, [row], lambda v: 10.0 * v)
    assert [(f[0], len(f[2])) for f in bad(lint_sheet(spoilt))] == [
        ("lots", len(sheet.lots["L1"])), ("outliers", 1)]


def test_a_lot_with_wrong_set_points_is_not_told_twice() -> None:
    sheet = sound(64, 3)
    lot = [int(row) for row in sheet.lots["L1"]]
    for column, to in ((PRESSURE, lambda v: 10.0 * v), (WARM, lambda v: v + 273.15)):
        found = bad(lint_sheet(replace(changed(sheet, column, lot, to), space=SPACE)))
        assert found == [("units", column, tuple(lot))]


@pytest.mark.parametrize(("column", "values"), [
    (PRESSURE, (100.0, 200.0, 300.0)), (DWELL, (30.0, 300.0, 1500.0)), (WARM, (25.0, 80.0, 130.0))])
def test_lots_that_stand_for_a_set_point(column: str, values: tuple[float, ...]) -> None:
    sheet = sound(48, 3)
    for lot, value in zip(("L0", "L1", "L2"), values, strict=True):
        sheet = changed(sheet, column, [int(row) for row in sheet.lots[lot]],
                        lambda v, to=value: to * (1.0 + 1e-4 * v))
    one, = [f for f in lint_sheet(sheet).found if f.check == "confounded"]
    assert (one.column, one.severity) == (column, Severity.WARNING)
    assert "cannot be told" in one.why and "L1" in one.seen
    shared = sheet
    for lot in ("L0", "L1", "L2"):
        shared = written(shared, column, [int(sheet.lots[lot][0])], str(values[1]))
    assert "confounded" not in [f.check for f in lint_sheet(shared).found]


def test_one_lot_that_stands_for_a_set_point() -> None:
    sheet = sound(48, 3)
    for lot, value in (("L0", "80"), ("L1", "80"), ("L2", "25")):
        sheet = written(sheet, WARM, [int(row) for row in sheet.lots[lot]], value)
    one, = [f for f in lint_sheet(sheet).found if f.check == "confounded"]
    assert one.severity is Severity.WARNING
    assert one.rows == tuple(int(row) for row in sheet.lots["L2"])
