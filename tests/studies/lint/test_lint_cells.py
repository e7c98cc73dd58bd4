"""Readings, errors, failures and copies: what cannot be so is told with its rows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

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

pytestmark = pytest.mark.slow


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
