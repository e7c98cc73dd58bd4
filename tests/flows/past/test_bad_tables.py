"""Tables of past presses that cannot be used: one line, exit code 2, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import COLUMNS, PAST, SETTINGS, TABLE, table_of, write_settings, write_table

GOOD = ["100,60,25,160", "200,600,60,60", "300,120,80,38"]
WITH_MODE = COLUMNS + ",failure_mode"

BAD = {
    "no column of a free variable": (
        table_of(["100,60,160", "200,90,60"], "pressure_mpa,dwell_s,resistance_ohm_cm2"),
        ["temperature_c", "missing", "Add it"]),
    "no result column": (
        table_of(["100,60,25", "200,90,60"], "pressure_mpa,dwell_s,temperature_c"),
        ["resistance_ohm_cm2", "missing", "failure_mode"]),
    "misspelt optional column": (
        table_of([f"{row},1" for row in GOOD], COLUMNS + ",resistance_se_ohm_cm"),
        ["resistance_se_ohm_cm", "Did you mean resistance_se_ohm_cm2?"]),
    "misspelt column of a free variable": (
        table_of(GOOD, "presure_mpa,dwell_s,temperature_c,resistance_ohm_cm2"),
        ["pressure_mpa", "missing", "presure_mpa"]),
    "a column twice": (
        table_of([f"{row},1" for row in GOOD], COLUMNS + ",dwell_s"), ["dwell_s", "twice"]),
    "a pressure in pascal": (
        table_of([*GOOD, "700000000,60,25,30"]),
        ["row 5", "pressure_mpa", "7e+08", "Check the unit"]),
    "empty": ("", ["header"]),
    "blank lines only": ("\n\n", ["header"]),
    "header only": (table_of([]), ["one row or more", "Add past presses"]),
    "duplicated rows": (table_of([*GOOD, GOOD[1]]), ["row 5", "row 3", "stack"]),
    "not a number": (table_of([*GOOD, "150,60,25,NaN"]), ["row 5", "resistance_ohm_cm2", "nan"]),
    "not a number as pressure": (table_of([*GOOD, "nan,60,25,50"]), ["row 5", "pressure_mpa"]),
    "infinite": (table_of([*GOOD, "150,inf,25,50"]), ["row 5", "dwell_s", "inf"]),
    "infinite resistance": (table_of([*GOOD, "150,60,25,inf"]), ["row 5", "resistance_ohm_cm2"]),
    "negative resistance": (
        table_of([*GOOD, "150,60,25,-50"]), ["row 5", "resistance_ohm_cm2", "-50",
                                             "failure_mode"]),
    "zero resistance": (
        table_of([*GOOD, "150,60,25,0"]), ["row 5", "resistance_ohm_cm2", "failure_mode"]),
    "negative standard error": (
        table_of(["100,60,25,160,-2", "200,90,60,60,1"], COLUMNS + ",resistance_se_ohm_cm2"),
        ["row 2", "resistance_se_ohm_cm2", "-2"]),
    "text in a number cell": (
        table_of([*GOOD, "150 Torr,60,25,50"]), ["row 5", "pressure_mpa", "150 Torr", "unit"]),
    "empty cell of a free variable": (
        table_of([*GOOD, "150,,25,50"]), ["row 5", "dwell_s", "empty"]),
    "decimal commas between commas": (
        table_of([*GOOD, "150,5,60,25,50"]), ["row 5", "5 cells", "decimal comma"]),
    "cut off": (PAST[:PAST.index("40,1,") - 8], ["cells", "cut off"]),
    "unknown failure mode": (
        table_of(["100,60,25,160,", "400,60,25,,purple"], WITH_MODE),
        ["row 3", "failure_mode", "purple", "crushed"]),
    "resistance and failure mode": (
        table_of(["100,60,25,160,", "400,60,25,30,crushed"], WITH_MODE),
        ["row 3", "resistance_ohm_cm2", "no resistance"]),
    "no failure in a table of failures only": (
        table_of(["100,60,25,crushed", "400,90,25,"],
                 "pressure_mpa,dwell_s,temperature_c,failure_mode"),
        ["row 3", "failure_mode", "no column of resistances"]),
    "tonnes as MPa": (
        table_of(["1.9,60,25,160", "2.2,90,30,90", "2.6,120,60,60", "3.0,300,80,45"]),
        ["pressure_mpa", "1.9 to 3", "tonnes on a die of 10 mm", "convert to MPa"]),
    "minutes as seconds": (
        table_of(["100,1,25,160", "200,2,30,90", "250,5,60,60", "300,8,80,45"]),
        ["dwell_s", "look like minutes"]),
    "a resistance of a slipped point": (
        table_of(["100,60,25,160", "120,60,25,1450", "140,60,25,130", "160,60,25,118",
                  "180,60,25,110", "200,90,25,100", "220,60,25,95", "240,60,26,90",
                  "260,60,25,86"]), ["row 3", "resistance_ohm_cm2", "10.3 times", "slipped"]),
    "a force without a unit": (
        table_of(["2,60,25,160", "3,90,30,90"], "Force,dwell_s,temperature_c,resistance_ohm_cm2"),
        ["Force", "without its unit", "[table]"]),
    "two resistances": (
        table_of(["100,60,25,160,10", "200,90,30,90,9"],
                 "pressure_mpa,dwell_s,temperature_c,ASR a (ohm cm2),ASR b (ohm cm2)"),
        ["ASR a", "ASR b", "may both be resistance_ohm_cm2", "[table]"]),
    "damage above one": (
        table_of(["100,60,25,160,0.1", "400,60,25,30,5"], COLUMNS + ",damage_index"),
        ["row 3", "damage_index", "5"]),
}
ONLY_SUGGEST = {
    "one row": (table_of(GOOD[:1]), ["rows", "1", "2 or more"]),
    "constant column of a free variable": (
        table_of(["100,60,25,160", "200,60,40,60", "300,60,80,38"]),
        ["dwell_s", "60 in every row", "Fix it"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", [*BAD, *ONLY_SUGGEST])
def test_suggest_refuses(case: str, pressloop: Callable[..., Any], tmp_path: Path,
                         nothing_changes: Callable[[], Any]) -> None:
    text, words = (BAD | ONLY_SUGGEST)[case]
    write_settings(tmp_path)
    write_table(tmp_path, text)
    with nothing_changes():
        pressloop("suggest", SETTINGS, "--data", TABLE).refused(*words)


@pytest.mark.slow
@pytest.mark.parametrize("case", BAD)
def test_import_refuses_and_creates_no_ledger(
        case: str, pressloop: Callable[..., Any], tmp_path: Path,
        nothing_changes: Callable[[], Any]) -> None:
    text, words = BAD[case]
    write_settings(tmp_path)
    write_table(tmp_path, text)
    with nothing_changes():
        pressloop("import", SETTINGS, TABLE).refused(*words)


def test_a_bad_row_leaves_the_ledger_as_it_was(
        pressloop: Callable[..., Any], tmp_path: Path,
        nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    assert pressloop("import", SETTINGS, TABLE).code == 0
    write_table(tmp_path, table_of([*GOOD, "150,60,25,-50"]))
    with nothing_changes():
        pressloop("import", SETTINGS, TABLE).refused("row 5")


@pytest.mark.parametrize("command", [("suggest", SETTINGS, "--data"), ("import", SETTINGS)])
def test_files_that_are_no_tables(command: tuple[str, ...], pressloop: Callable[..., Any],
                                  tmp_path: Path, nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "zeros.csv").write_bytes(bytes(512))
    with nothing_changes():
        pressloop(*command, "none.csv").refused("none.csv", "No such file")
        pressloop(*command, "folder").refused("folder", "directory")
        pressloop(*command, "binary.csv").refused("binary.csv", "UTF-8")
        pressloop(*command, "zeros.csv").refused("zeros.csv")


@pytest.mark.slow
def test_rows_off_a_fixed_variable_are_learned_from(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, space={"temperature_c": 60}, reference={"temperature_c": 60})
    write_table(tmp_path)
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--count", "2", "--json").json
    assert answer["rows"] == 6
    assert {one["recipe"]["temperature_c"] for one in answer["suggestions"]} == {60.0}


@pytest.mark.slow
def test_rows_hotter_and_harder_than_the_die_bears_are_learned_from(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, PAST + "700,60,180,55,1,\n")
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--json").json
    assert answer["rows"] == 7
    recipe = answer["suggestions"][0]["recipe"]
    assert recipe["pressure_mpa"] <= 500 and recipe["temperature_c"] <= 140


@pytest.mark.slow
def test_semicolons_and_decimal_commas_are_read(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    english = write_table(tmp_path, PAST.replace("160,2", "160.5,2.5"), "en.csv")
    german = english.read_text().replace(",", ";").replace(".", ",")
    write_table(tmp_path, german, "de.csv")
    answers = [pressloop("suggest", SETTINGS, "--data", name, "--json").json
               for name in ("en.csv", "de.csv")]
    told = [answer.pop("table")["decimals"] for answer in answers]
    assert answers[0] == answers[1]
    assert told == ["decimal point",
                    "decimal comma in resistance_ohm_cm2, resistance_se_ohm_cm2"]


@pytest.mark.slow
def test_spreadsheet_habits_are_read(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """Byte-order mark, blank lines, comment lines, CRLF, spaces round names and cells."""
    write_settings(tmp_path)
    rows = PAST.replace(",", " , ").splitlines()
    text = "\ufeff" + "\r\n".join([*rows[:2], "", "# by hand", *rows[2:], "", ""])
    (tmp_path / TABLE).write_bytes(text.encode())
    assert pressloop("suggest", SETTINGS, "--data", TABLE, "--json").json["rows"] == 6


@pytest.mark.slow
def test_columns_that_mean_nothing_are_named(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, table_of([f"{row},x" for row in GOOD], COLUMNS + ",weather"))
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--json")
    assert answer.code == 0
    assert "weather" in answer.err
    assert len(answer.json["suggestions"]) == 1


def suggested(pressloop: Callable[..., Any], folder: Path, rows: list[str]) -> list[float]:
    """Pressures suggested from a table without one intact stack."""
    write_settings(folder)
    write_table(folder, table_of(rows, "pressure_mpa,dwell_s,temperature_c,failure_mode"))
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--count", 2, "--json")
    assert answer.code == 0
    assert f"All {len(rows)} stacks failed" in answer.err
    assert all(one["purpose"] == "find an intact stack" for one in answer.json["suggestions"])
    return [one["recipe"]["pressure_mpa"] for one in answer.json["suggestions"]]


@pytest.mark.slow
def test_after_crushed_stacks_only_press_less(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    rows = ["300,100,60,crushed", "360,900,40,crushed", "430,60,100,crushed",
            "500,300,80,crushed"]
    assert max(suggested(pressloop, tmp_path, rows)) < 300


def test_after_parted_stacks_only_press_more(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    rows = ["55,100,60,delaminated", "70,900,40,delaminated", "80,60,100,delaminated",
            "90,300,80,delaminated"]
    assert min(suggested(pressloop, tmp_path, rows)) > 90
