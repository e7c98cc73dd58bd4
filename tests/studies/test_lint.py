"""Each check finds what it is for, and is silent on sound tables."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.lint import (
    CHECKS,
    Findings,
    Options,
    Severity,
    Sheet,
    lint,
    lint_sheet,
    sheet_of,
)
from pressloop.studies.lint.finding import Finding, row_words
from pressloop.trials.errors import BadInput
from pressloop.views.study.words.lint import sentences
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow

PUBLISHED = Path(__file__).parents[2] / "examples" / "published"
PRESSURE, DWELL, WARM, R, SE = ("pressure_mpa", "dwell_s", "temperature_c", "resistance_ohm_cm2",
                                "resistance_se_ohm_cm2")
DIE_MM2 = 78.54


@cache
def sound(stacks: int = 32, lots: int = 1, seed: int = 1) -> Sheet:
    """A table of simulated stacks, each lot all over the space, without settings."""
    recipes = spread(stacks, seed)
    trials = [trial for k in range(lots) for trial in pressed(
        recipes[k::lots], seed=100 * seed + k, lot=f"L{k}", first=1 + 1000 * k)]
    cells = sheet_of(trials, "table", SPACE).cells
    return Sheet("table", cells.set_axis(range(2, len(cells) + 2)))


def changed(sheet: Sheet, column: str, rows: list[int], to: Callable[[float], object]) -> Sheet:
    """The same table with some cells changed."""
    cells = sheet.cells.copy()
    for row in rows:
        cells.loc[row, column] = str(to(float(cells.loc[row, column])))
    return replace(sheet, cells=cells)


def written(sheet: Sheet, column: str, rows: list[int], word: str) -> Sheet:
    """The same table with a text in some cells."""
    cells = sheet.cells.copy()
    cells.loc[rows, column] = word
    return replace(sheet, cells=cells)


def rows_of(sheet: Sheet) -> list[int]:
    return [int(row) for row in sheet.cells.index]


def intact(sheet: Sheet) -> list[int]:
    return [row for row in rows_of(sheet) if sheet.cells.loc[row, R]]


def bad(found: Findings) -> list[tuple[str, str, tuple[int, ...]]]:
    """All but the notes."""
    return [(f.check, f.column, f.rows) for f in found.found if f.severity is not Severity.NOTE]


def read(name: str) -> Sheet:
    with (PUBLISHED / name).open() as file:
        header, *rows = list(csv.reader(file))
    return Sheet(name, pd.DataFrame(rows, index=range(2, len(rows) + 2), columns=header,
                                    dtype=object))


@pytest.mark.parametrize("preset", ["reference", "fragile", "bare-foil"])
@pytest.mark.parametrize("seed", range(4))
def test_sound_tables_are_silent(preset: str, seed: int) -> None:
    recipes = spread(32, seed)
    one = pressed(recipes, preset, seed=seed)
    assert lint(StudyData("simulated", one, SPACE)).found == ()
    lots = [*pressed(recipes[::2], preset, seed=seed, lot="A"),
            *pressed(recipes[1::2], preset, seed=seed + 50, lot="B", first=101)]
    assert not bad(lint_sheet(replace(sheet_of(lots, "two lots", SPACE), space=None)))


def test_published_tables_have_their_true_findings_only() -> None:
    assert bad(lint_sheet(read("cronau2021_held97.csv"))) == []
    assert [f[0] for f in bad(lint_sheet(read("cronau2021.csv")))] == ["stack pressure"]
    space = Space((10.0, 450.0), (60.0, 60.0), (25.0, 25.0))
    assert bad(lint_sheet(replace(read("miss2026.csv"), space=space))) == []
    # The table of Miss 2026 has no dwell, which the paper does not tell.
    assert bad(lint_sheet(read("miss2026.csv"))) == [("headers", DWELL, ())]


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


def test_an_outlier_is_told_with_its_size_and_its_fit_error() -> None:
    row = intact(sound())[6]
    sheet = changed(changed(sound(), R, [row], lambda v: 4.0 * v), SE, [row], lambda v: 30.0 * v)
    one, = lint_sheet(sheet).found
    assert (one.rows, one.severity) == ((row,), Severity.WARNING)
    assert "times what its neighbours show" in one.seen
    assert "its fit error is 3 %, too small to explain it" in one.why


def test_outliers_of_a_long_table() -> None:
    sheet = sound(512, 2, 5)
    row = intact(sheet)[100]
    found = bad(lint_sheet(changed(sheet, R, [row], lambda v: 10.0 * v)))
    assert ("outliers", R, (row,)) in found
    assert len(found) == 1


@pytest.mark.parametrize(("word", "check"), [
    ("0", "impossible"), ("-3.2", "impossible"), ("9.9E37", "impossible"), ("high", "numbers"),
    ("44 ohm", "numbers"), ("inf", "numbers"),
])
def test_readings_that_are_none(word: str, check: str) -> None:
    row = intact(sound())[2]
    found = bad(lint_sheet(written(sound(), R, [row], word)))
    assert (check, R, (row,)) in found


def test_a_reading_out_of_range_is_a_bound_and_told() -> None:
    row = intact(sound())[2]
    told = lint_sheet(written(sound(), R, [row], "OL"))
    assert [(f.check, f.severity, f.rows) for f in told.found if f.column == R] == [
        ("numbers", Severity.NOTE, (row,))]


def test_errors_that_are_missing_or_zero() -> None:
    rows = intact(sound())[:2]
    assert ("errors", SE, tuple(rows)) in bad(lint_sheet(written(sound(), SE, rows, "")))
    assert ("errors", SE, tuple(rows)) in bad(lint_sheet(written(sound(), SE, rows, "0")))
    without = replace(sound(), cells=sound().cells.drop(columns=SE))
    assert [f.check for f in lint_sheet(without).found] == ["errors"]


def test_failures() -> None:
    row = intact(sound())[0]
    assert ("failures", R, (row,)) in bad(lint_sheet(written(sound(), "failure_mode", [row],
                                                            "crushed")))
    broken = written(written(sound(), R, [row], ""), "failure_mode", [row], "bust")
    assert bad(lint_sheet(broken)) == [("failures", "failure_mode", (row,))]
    lost = written(sound(), R, [row], "")
    assert ("empty", R, (row,)) in [(f.check, f.column, f.rows) for f in lint_sheet(lost).found]


def test_copies() -> None:
    sheet, cells = sound(), sound().cells
    row, last = intact(sheet)[0], rows_of(sheet)[-1]
    twice = pd.concat([cells, cells.loc[[row]].set_axis([last + 1])])
    assert bad(lint_sheet(replace(sheet, cells=twice))) == [("copies", "", (row, last + 1))]
    renamed = twice.copy()
    renamed.loc[last + 1, "stack"] = "another"
    assert bad(lint_sheet(replace(sheet, cells=renamed))) == [("copies", R, (row, last + 1))]
    leaked = renamed.copy()
    leaked.loc[last + 1, "lot"] = "L9"
    one, = lint_sheet(replace(sheet, cells=leaked)).found
    assert one.severity is Severity.ERROR and "two lots" in one.seen
    column = cells.assign(damage_index=cells[DWELL])
    assert ("copies", "damage_index", ()) in bad(lint_sheet(replace(sheet, cells=column)))


def test_a_stack_in_two_lots() -> None:
    sheet = sound(32, 2)
    one, other = (int(sheet.lots[name][0]) for name in ("L0", "L1"))
    found = bad(lint_sheet(written(sheet, "stack", [other], sheet.cells.loc[one, "stack"])))
    assert found == [("copies", "stack", (one, other))]


def test_equal_rounded_readings_of_replicates_are_no_copies() -> None:
    cells = pd.DataFrame({
        PRESSURE: ["200"] * 60 + ["300"] * 60, DWELL: "60", WARM: "25",
        R: [str(40 + k % 15) for k in range(120)], SE: "1"}, index=range(2, 122), dtype=object)
    names = cells.assign(stack=[f"s{k}" for k in range(120)])
    assert not [f for f in lint_sheet(Sheet("rounded", names)).found if f.check == "copies"]


def test_stack_pressures() -> None:
    rows = rows_of(sound())[:4]
    mixed = bad(lint_sheet(changed(sound(), "stack_pressure_mpa", [
        r for r in rows if r in intact(sound())], lambda v: 3.0 * v)))
    assert [f[0] for f in mixed] == ["stack pressure"]
    gone = replace(sound(), cells=sound().cells.drop(columns="stack_pressure_mpa"))
    assert [(f.check, f.severity) for f in lint_sheet(gone).found] == [
        ("stack pressure", Severity.NOTE)]


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


def test_a_check_that_stumbles_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbling(sheet: Sheet) -> Iterator[Finding]:
        raise ZeroDivisionError("float division")

    monkeypatch.setattr("pressloop.studies.lint.CHECKS", (stumbling, *CHECKS))
    told = lint_sheet(sound())
    assert bad(told) == [("stumbling", "", ())] and not told.serious
    assert "ZeroDivisionError: float division" in sentences(told)[1]
    assert "report" in told.found[0].remedy
    spoilt = lint_sheet(written(sound(), R, [intact(sound())[0]], "high"))
    assert spoilt.serious and len(spoilt.found) == 2


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


def test_tables_with_hardly_an_intact_stack() -> None:
    rows = intact(sound())
    for kept, words in ((0, "no intact stack"), (1, "1 intact stack only"),
                        (4, "4 intact stacks only")):
        failed = written(written(written(sound(), R, rows[kept:], ""), SE, rows[kept:], ""),
                         "failure_mode", rows[kept:], "crushed")
        told = [f for f in lint_sheet(failed).found if f.check == "intact"]
        assert [f.severity for f in told] == [Severity.WARNING]
        assert words in told[0].seen
    enough = written(written(sound(), R, rows[5:], ""), "failure_mode", rows[5:], "crushed")
    assert "intact" not in [f.check for f in lint_sheet(enough).found]


def test_order_constants_few_recipes_and_gaps() -> None:
    cells = sound().cells.sort_values(PRESSURE, key=lambda c: c.astype(float))
    ordered = replace(sound(), cells=cells.set_axis(sound().cells.index))
    assert [f.check for f in lint_sheet(ordered).found] == ["order"]
    fixed = replace(written(sound(), WARM, rows_of(sound()), "80"), space=SPACE)
    assert ("constant", WARM, ()) in bad(lint_sheet(fixed))
    few = replace(sound(), cells=sound().cells.iloc[:6])
    assert ("recipes", "", ()) in bad(lint_sheet(few))
    wide = replace(sound(), space=Space((50.0, 5000.0), (10.0, 1800.0), (25.0, 140.0)))
    narrow = cells[cells[PRESSURE].astype(float) < 150.0]
    assert ("coverage", PRESSURE, ()) in bad(lint_sheet(replace(wide, cells=narrow)))


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


def test_no_table_makes_it_stumble() -> None:
    for cells in (pd.DataFrame({"a": ["x"]}, index=[2], dtype=object),
                  pd.DataFrame({PRESSURE: [""], R: [""]}, index=[2], dtype=object),
                  pd.DataFrame({PRESSURE: ["-1"] * 9, DWELL: ["0"] * 9, WARM: ["-300"] * 9,
                                R: ["nan"] * 9, "lot": ["", "1", "2"] * 3}, index=range(2, 11),
                               dtype=object),
                  pd.DataFrame({PRESSURE: ["1e300"] * 9, R: ["1e-300"] * 9, SE: ["x"] * 9},
                               index=range(2, 11), dtype=object)):
        found = lint_sheet(Sheet("odd", cells))
        assert found.found and sentences(found)
        assert "could not be made" not in str(found.found)


@pytest.mark.parametrize("word", ["inf", "-1", "0", "1e300", "1e-300", "9.9E37", "x", ""])
def test_no_cell_makes_a_check_stumble(word: str) -> None:
    sheet = sound(32, 2)
    for column in (PRESSURE, DWELL, WARM, R, "lot", "failure_mode"):
        for rows in (intact(sheet)[:1], intact(sheet)[2:9]):
            found = lint_sheet(written(sheet, column, rows, word), Options(("order", "recipes")))
            assert "could not be made" not in str(found.found), (column, rows)


def test_a_check_can_be_left_out_by_its_name() -> None:
    gone = replace(sound(), cells=sound().cells.drop(columns=["lot"]))
    assert lint_sheet(gone, Options(("labels",))).found == ()
    with pytest.raises(BadInput, match="labels"):
        Options(("label",))
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)


def test_findings_are_sorted_and_told_in_a_row_each() -> None:
    found = lint_sheet(read("cronau2021.csv"))
    rows = found.tables()["findings"]
    assert [r["severity"] for r in rows] == sorted((r["severity"] for r in rows),
                                                   key=["error", "warning", "note"].index)
    assert not found.serious, "sound numbers at several stack pressures"
    first = sentences(found)[0]
    assert first.startswith("cronau2021.csv (31 rows): ") and "warning" in first
    assert row_words((3, 4, 5, 9)) == "rows 3 to 5, 9"
