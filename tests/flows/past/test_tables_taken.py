"""What a table says it took: rows read, rows left out and why, how decimals were understood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_files import COLUMNS, SETTINGS, TABLE, table_of, write_settings, write_table

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.csv_text import delimiter_of
from pressloop.trials.tables.decimals import understood
from pressloop.trials.tables.files import cells_of
from pressloop.trials.tables.rows import Typed

Pressloop = Callable[..., Any]
NAMED = "stack," + COLUMNS
HASHES = ["s1,100,60,25,160", "#2,140,180,25,140", "s3,200,600,60,60", "#4,260,300,95,40"]


@pytest.mark.slow
def test_stacks_may_be_named_with_a_hash(pressloop: Pressloop, tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, table_of(HASHES, NAMED))
    found = pressloop("suggest", SETTINGS, "--data", TABLE, "--json").json
    assert found["rows"] == 4
    assert found["table"]["left_out"] == []
    assert "rows 3, 5 begin with #" in found["table"]["notes"][0]
    added = pressloop("import", SETTINGS, TABLE)
    assert "4 of 4 rows added" in added.out
    assert "4 rows read; none left out; decimal point; rows 3, 5 begin with #" in added.err
    assert pressloop("lint", TABLE, "--json").json["rows"] == 4


def test_comments_and_empty_rows_are_left_out_and_said(pressloop: Pressloop, tmp_path: Path
                                                       ) -> None:
    write_settings(tmp_path)
    rows = [HASHES[0], "# new die, polished", "", *HASHES[1:], "# the end", "", ""]
    write_table(tmp_path, table_of(rows, NAMED))
    answer = pressloop("import", SETTINGS, TABLE)
    assert "4 of 4 rows added" in answer.out
    assert "4 rows read; left out: rows 3, 8 (comment), row 4 (empty)" in answer.err
    assert pressloop("lint", TABLE, "--json").json["taken"]["left_out"] == [
        {"row": 3, "why": "comment"}, {"row": 4, "why": "empty"}, {"row": 8, "why": "comment"}]


def test_a_row_that_was_commented_out_is_not_taken_for_a_number(pressloop: Pressloop,
                                                                tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, table_of(["100,60,25,160", "#200,600,60,60", "300,120,80,38"]))
    pressloop("import", SETTINGS, TABLE).refused("row 3", "pressure_mpa", "#200")


def test_a_study_says_what_it_took_of_its_table(tmp_path: Path) -> None:
    from pressloop.flows.study.settings import SourceTable
    from pressloop.flows.study.sources import source_of

    write_settings(tmp_path)
    write_table(tmp_path, table_of([*HASHES[:2], "# a comment", *HASHES[2:]], NAMED))
    found = source_of(SourceTable(table=TABLE, settings=SETTINGS), tmp_path, 0)
    assert "4 rows read; left out: row 4 (comment)" in found.data.source


SEMICOLON = "stack;lot;pressure_mpa;dwell_s;temperature_c;resistance_ohm_cm2"


def german(*rows: str) -> str:
    return "\n".join([SEMICOLON, "s1;A,1;100;60;25;160", *rows]) + "\n"


@pytest.mark.parametrize(("rows", "words"), [
    (["s2;A,1;200;2,400;60;55"], ["dwell_s", "2,400 (row 3)", "2.400 or 2400"]),
    (["s2;A,1;200;600;60;5.500"], ["resistance_ohm_cm2", "5.500 (row 3)", "5.500 or 5500"]),
    (["s2;A;200;600;60;55,5", "s3;A;250;600;60;54.5"],
     ["resistance_ohm_cm2", "54.5 (row 4)", "55,5 (row 3)", "decimal point", "decimal comma"]),
    # The comma is the decimal mark of this table, so what is the point?
    (["s2;A;200;1.800;60;55,5"], ["dwell_s", "1.800 (row 3)", "1.800 or 1800"]),
    (["s2;A;200;600;60,5;1.234,5", "s3;A;200;600;60;1,234.5"],
     ["resistance_ohm_cm2", "1.234,5", "1,234.5"])])
@pytest.mark.parametrize("command", [("suggest", SETTINGS, "--data"), ("import", SETTINGS),
                                     ("lint",)])
def test_columns_that_can_be_read_in_two_ways_are_refused(
        command: tuple[str, ...], rows: list[str], words: list[str], pressloop: Pressloop,
        tmp_path: Path, nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, german(*rows))
    with nothing_changes():
        pressloop(*command, TABLE).refused(*words)


def test_designs_are_read_in_one_way_too(tmp_path: Path) -> None:
    from pressloop.flows.study.settings import read_design

    path = write_table(tmp_path, "pressure_mpa;dwell_s;temperature_c\n100;1,200;25\n")
    with pytest.raises(BadInput, match=r"dwell_s = 1,200 \(row 2\)"):
        read_design(path)
    path = write_table(tmp_path, "pressure_mpa;dwell_s;temperature_c\n100,5;1,200;25\n")
    assert read_design(path).recipes == ((100.5, 1.2, 25.0),)


def test_the_marks_of_a_table_settle_what_one_column_leaves_open(tmp_path: Path) -> None:
    found = cells_of(write_table(tmp_path, german("s2;A,1;200,5;600;60;1,234")))
    assert [cells for _, cells in found.rows] == [
        ("s1", "A,1", "100", "60", "25", "160"), ("s2", "A,1", "200.5", "600", "60", "1.234")]
    assert found.decimals == "decimal comma in pressure_mpa, resistance_ohm_cm2"


def test_marks_of_thousands_are_dropped_where_they_are_sure(tmp_path: Path) -> None:
    found = cells_of(write_table(tmp_path, german("s2;A;200;1.800;60;55", "s3;A;200;2.400,5;60;5")))
    assert [cells[3] for _, cells in found.rows] == ["60", "1800", "2400.5"]
    assert "marks of thousands dropped in dwell_s" in found.decimals


def test_a_point_between_commas_is_a_decimal_one(tmp_path: Path) -> None:
    found = cells_of(write_table(tmp_path, table_of(["100,60,25,1.234", "200,60,25,2.345"])))
    assert [cells[3] for _, cells in found.rows] == ["1.234", "2.345"]
    quoted = cells_of(write_table(tmp_path, table_of(['100,60,25,"59,5"', '200,60,25,"1,234"'])))
    assert [cells[3] for _, cells in quoted.rows] == ["59.5", "1.234"]


@given(st.data())
def test_a_number_is_read_as_it_was_meant_or_not_at_all(data: st.DataObject) -> None:
    """Whoever writes a table with one decimal mark, with or without marks of thousands."""
    mark = data.draw(st.sampled_from(".,"))
    other = "," if mark == "." else "."
    number = st.decimals(0, 99_999, places=data.draw(st.integers(0, 4)))
    columns = data.draw(st.lists(st.lists(number, min_size=3, max_size=3), min_size=1, max_size=3))
    grouped = data.draw(st.booleans())

    def written(value: Any) -> str:
        text = f"{value:,}" if grouped else str(value)
        return text.translate({ord("."): mark, ord(","): other})

    header = [f"x{i}" for i in range(len(columns))]
    rows = [(n, [written(v) for v in row]) for n, row in enumerate(zip(*columns, strict=True), 2)]
    found = understood(header, rows, comma_separated=False)
    for i, name in enumerate(header):
        if name not in found.ambiguous:
            assert [float(row[i]) for _, row in found.rows] == [float(v) for v in columns[i]]


def test_numbers_that_a_file_holds_as_numbers_are_certain() -> None:
    found = understood(["dwell_s"], [(2, [Typed("1.234")]), (3, [Typed("60")])],
                       comma_separated=False)
    assert [row[0] for _, row in found.rows] == ["1.234", "60"]
    assert not found.ambiguous


@pytest.mark.parametrize(("row", "words"), [
    ("1_00,60,25,160", ["row 5", "pressure_mpa", "1_00"]),
    ("150,60,25,1e-30", ["row 5", "resistance_ohm_cm2", "1e-30", "0.001"]),
    ("150,60,25,1e300", ["row 5", "resistance_ohm_cm2", "1e+300", "1e+09"]),
    (f"150,60,25,{'9' * 400}", ["row 5", "resistance_ohm_cm2", "finite"]),
    ('150,60,25,"160', ["row 5", "quotation"])])
def test_numbers_that_no_stack_has_are_refused(row: str, words: list[str], pressloop: Pressloop,
                                               tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, table_of(["100,60,25,161", "200,600,60,60", "300,120,80,38", row]))
    for command in (("import", SETTINGS), ("suggest", SETTINGS, "--data")):
        pressloop(*command, TABLE).refused(*words)


@pytest.mark.slow
def test_tables_beyond_every_bound_are_refused_at_once(pressloop: Pressloop, tmp_path: Path
                                                       ) -> None:
    write_table(tmp_path, table_of(["100,60,25,160"] * 100_001))
    pressloop("lint", TABLE).refused("rows", "at most 100000")
    write_table(tmp_path, table_of([",".join(["1"] * 1001)]))
    pressloop("lint", TABLE).refused("row 2", "1001 cells")
    write_table(tmp_path, table_of([f"100,60,25,{'x' * 10_001}"]))
    pressloop("lint", TABLE).refused("row 2", "10001 characters")
    write_table(tmp_path, table_of([f"100,60,25,{'x' * 140_000}"]))
    pressloop("lint", TABLE).refused("row 2", "131072 characters")
    with (tmp_path / TABLE).open("ab") as file:
        file.truncate(80_000_000)
    pressloop("lint", TABLE).refused("size", "80 MB", "64 MB")


@pytest.mark.parametrize("text, sign", [
    ("Entry,Title,P (MPa),t (s),T (°C),R (ohm cm2)\n"
     + "".join(f"e{i},A &amp; B; batch 7,{100 + i},60,25,{40 - i}\n" for i in range(9)), ","),
    ("Pressing, November\nP (MPa);t (s);T (°C);R (ohm cm2)\n"
     + "".join(f"{100 + i};60;25;{40 - i},5\n" for i in range(9)), ";"),
    ("P (MPa), set;t (s);T (°C);R (ohm cm2)\n"
     + "".join(f"{100 + i};60;25;{40 - i},5\n" for i in range(9)), ";")])
def test_what_parts_the_names_of_columns_stands_between_cells(text: str, sign: str) -> None:
    assert delimiter_of(text) == sign


def test_kinds_of_one_letter_are_no_names_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "loom.csv"
    path.write_text('"","breaks","wool","tension"\n' + "".join(
        f'"{i}",{20 + i},"{"AB"[i % 2]}","{"LMH"[i % 3]}"\n' for i in range(1, 10)), "utf-8")
    found = cells_of(path)
    assert list(found.header)[1:] == ["breaks", "wool", "tension"] and len(found.rows) == 9
