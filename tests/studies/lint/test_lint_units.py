"""Other units, exchanged columns and slips of the decimal point are told, each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pressloop.optimizer.space import Space
from pressloop.studies.lint import Severity, lint_sheet, sheet_of
from tests.studies.lint.linted_tables import (
    DIE_MM2,
    DWELL,
    PRESSURE,
    WARM,
    R,
    bad,
    changed,
    intact,
    rows_of,
    sound,
    written,
)
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("space", [None, SPACE])
@pytest.mark.parametrize(("column", "words", "to"), [
    (PRESSURE, "tonnes on a die of 10 mm", lambda v: v * DIE_MM2 / 9806.65),
    (PRESSURE, "kN on a die of 10 mm", lambda v: v * DIE_MM2 / 1000.0),
    (PRESSURE, "bar", lambda v: 10.0 * v),
    (WARM, "K", lambda v: v + 273.15),
    (DWELL, "minutes", lambda v: v / 60.0),
    (DWELL, "hours", lambda v: v / 3600.0),
])
def test_other_units_are_told_and_nothing_else(
        column: str, words: str, to: Callable[[float], float], space: Space | None) -> None:
    sheet = replace(changed(sound(), column, rows_of(sound()), to), space=space)
    found = [f for f in lint_sheet(sheet).found if f.severity is not Severity.NOTE]
    assert [(f.check, f.column, f.rows) for f in found] == [("units", column, ())]
    assert words in found[0].why


def test_tonnes_are_read_over_the_die_of_the_settings() -> None:
    sheet = changed(sound(), PRESSURE, rows_of(sound()), lambda v: v * 132.73 / 9806.65)
    why = lint_sheet(replace(sheet, dies_mm=(13.0,))).found[0].why
    assert "tonnes on a die of 13 mm" in why


def test_one_lot_in_tonnes() -> None:
    sheet = sound(48, 3)
    lot = [int(row) for row in sheet.lots["L1"]]
    found = lint_sheet(changed(sheet, PRESSURE, lot, lambda v: v * DIE_MM2 / 9806.65))
    assert ("units", PRESSURE, tuple(lot)) in bad(found)


def test_ohm_beside_ohm_cm2_shows_that_the_area_was_left_out() -> None:
    cells = sound().cells.assign(resistance_ohm=sound().cells[R])
    assert ("units", R, tuple(intact(sound()))) in bad(lint_sheet(replace(sound(), cells=cells)))
    right = cells.assign(resistance_ohm=[v and str(float(v) / 0.785) for v in cells[R]])
    assert bad(lint_sheet(replace(sound(), cells=right))) == []


def test_a_lot_in_ohm_is_suspected_but_not_condemned() -> None:
    recipes = spread(128, 6)
    trials = [t for k in range(5) for t in pressed(recipes[k::5], seed=6, lot=f"L{k}",
                                                   first=1 + 100 * k)]
    sheet = sheet_of(trials, "five lots", SPACE)
    lot = [row for row in sheet.lots["L2"] if sheet.cells.loc[row, R]]
    before = {f.rows for f in lint_sheet(sheet).found if f.check == "area"}
    told = [f for f in lint_sheet(changed(sheet, R, lot, lambda v: v / 0.785)).found
            if f.check == "area"]
    assert before == set()
    assert [f.rows for f in told] == [tuple(int(r) for r in sheet.lots["L2"])]
    assert str(told[0].sure) == "possible"
    assert "10 mm electrode" in told[0].why and "this lot may be in ohm" in told[0].why


@pytest.mark.parametrize("space", [None, SPACE])
def test_exchanged_columns_and_exchanged_cells(space: Space | None) -> None:
    names = {PRESSURE: WARM, WARM: PRESSURE}
    whole = replace(sound(), cells=sound().cells.rename(columns=names), space=space)
    assert bad(lint_sheet(whole)) == [("exchanged", f"{PRESSURE}, {WARM}", ())]
    row = max(intact(sound()), key=lambda r: float(sound().cells.loc[r, PRESSURE]))
    cells = sound().cells.copy()
    cells.loc[row, [PRESSURE, WARM]] = cells.loc[row, [WARM, PRESSURE]].to_numpy()
    found = bad(lint_sheet(replace(sound(), cells=cells, space=space)))
    assert found == [("exchanged", f"{PRESSURE}, {WARM}", (row,))]


def test_single_rows_in_kelvin() -> None:
    rows = intact(sound())[:3]
    found = bad(lint_sheet(changed(sound(), WARM, rows, lambda v: v + 273.15)))
    assert found == [("units", WARM, tuple(rows))]


def test_slips_of_the_decimal_point() -> None:
    row = intact(sound())[6]
    found = bad(lint_sheet(replace(changed(sound(), PRESSURE, [row], lambda v: v / 100.0),
                                   space=SPACE)))
    assert found == [("decimal point", PRESSURE, (row,))]
    for factor in (0.1, 10.0, 100.0):
        told = lint_sheet(changed(sound(), R, [row], lambda v, by=factor: v * by)).found
        assert [(f.check, f.rows) for f in told] == [("outliers", (row,))], factor
        assert "decimal point" in told[0].why


@pytest.mark.parametrize("lots", [1, 2])
@pytest.mark.parametrize(("one", "other", "space"), [
    (DWELL, WARM, None), (DWELL, WARM, SPACE), (PRESSURE, DWELL, SPACE),
    (PRESSURE, WARM, None), (PRESSURE, WARM, SPACE)])
def test_two_columns_exchanged_are_one_finding(one: str, other: str, space: Space | None,
                                               lots: int) -> None:
    sheet = sound(32, lots)
    cells = sheet.cells.rename(columns={one: other, other: one})
    found = lint_sheet(replace(sheet, cells=cells, space=space))
    assert [(f[0], set(f[1].split(", ")), f[2]) for f in bad(found)] == [
        ("exchanged", {one, other}, ())]
    assert "273.15" not in str(found.found)


def test_columns_exchanged_in_a_lot() -> None:
    sheet = sound(64, 2)
    lot = [int(row) for row in sheet.lots["L1"]]
    cells = sheet.cells.copy()
    cells.loc[lot, [DWELL, WARM]] = cells.loc[lot, [WARM, DWELL]].to_numpy()
    cells.loc[rows_of(sheet)[0], DWELL] = ""
    found = bad(lint_sheet(replace(sheet, cells=cells, space=SPACE)))
    assert ("exchanged", f"{DWELL}, {WARM}", tuple(lot)) in found
    assert {f[0] for f in found} == {"exchanged", "empty"}


def test_pressure_and_dwell_of_a_row_exchanged_or_copied() -> None:
    sheet = replace(sound(), space=SPACE)
    cold, row = (next(r for r in intact(sheet) if low < float(sheet.cells.loc[r, WARM]) < high)
                 for low, high in ((26.0, 48.0), (60.0, 130.0)))
    exchanged = written(written(sheet, PRESSURE, [cold, row], "27"), DWELL, [cold, row], "369")
    found = [f for f in lint_sheet(exchanged).found if f.check == "exchanged"]
    assert {(f.column, f.rows) for f in found} == {
        (f"{PRESSURE}, {DWELL}", (cold,)), (f"{PRESSURE}, {WARM}", (row,))}
    assert all("Exchange the two cells" in f.remedy for f in found)
    doubtful, = [f for f in found if WARM in f.column]
    assert f"Or pressure and dwell are exchanged in row {row}." in doubtful.remedy
    either = written(written(sheet, PRESSURE, [row], "1500"), DWELL, [row], "100")
    told, = [f for f in lint_sheet(either).found if f.check == "decimal point"]
    assert f"Or pressure and dwell are exchanged in row {row}." in told.remedy
    copied = written(written(sheet, PRESSURE, [cold], "27"), DWELL, [cold], "27")
    assert ("copies", f"{PRESSURE}, {DWELL}", (cold,)) in bad(lint_sheet(copied))


def test_headers_in_other_units_name_the_known_column() -> None:
    cells = sound().cells.rename(columns={PRESSURE: "force_t", DWELL: "dwell_min",
                                          WARM: "temperature_k", R: "resistance_ohm"})
    told = {f.column: f for f in lint_sheet(replace(sound(), cells=cells)).found
            if f.check == "headers"}
    assert PRESSURE in told["force_t"].remedy and "124.9" in told["force_t"].remedy
    assert "multiply by 60" in told["dwell_min"].remedy
    assert "subtract 273.15" in told["temperature_k"].remedy
    assert "electrode area" in told["resistance_ohm"].remedy
    slip = lint_sheet(replace(sound(), cells=sound().cells.rename(columns={PRESSURE: "presure_mpa"})
                              )).found
    assert "presure_mpa" in slip[0].remedy
