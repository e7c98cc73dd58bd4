"""Sheets of labs through the commands: what is said, learned, kept and refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import COLUMNS, SETTINGS, TABLE, table_of, write_settings, write_table

from pressloop.flows.settings.campaign import read_settings
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import Failed, FailureMode, SetAside

pytestmark = pytest.mark.slow

Pressloop = Callable[..., Any]
PUBLISHED = Path(__file__).parents[3] / "examples" / "published"
ROWS = ["100,60,25,160", "140,180,25,131", "200,600,60,62", "260,300,95,41", "300,120,80,38"]
LAB = """Sample,Force (kN),Hold (min),Temp (°C),R (Ω),Status
A,8,1,25,204,ok
B,11,3,25,167,ok
C,16,10,60,79,ok
D,20,5,95,52,ok
E,23.5,2,80,,short circuit
F,22,8,60,,failed
G,21,8,70,>2000,
H,19,8,75,,in progress
"""


def test_a_mapping_is_written_checked_and_used(pressloop: Pressloop, tmp_path: Path) -> None:
    write_table(tmp_path, LAB, "lab.csv")
    first = pressloop("table", "lab.csv", "--die-mm", "10", "--settings", "out.toml")
    assert first.code == 0 and "Sample" in first.out
    text = (tmp_path / "out.toml").read_text(encoding="utf-8")
    assert 'pressure_mpa = { column = "Force (kN)", unit = "kN" }' in text
    assert "times 12.7324; first rows: 8 is 101.859163579" in text
    direct = pressloop("suggest", "out.toml", "--data", "lab.csv", "--json").json
    assert direct["in_work"] == 1 and direct["rows"] == 8
    # A person corrects the unit: what was written as kN were tonnes.
    (tmp_path / "out.toml").write_text(text.replace('unit = "kN"', 'unit = "t"'),
                                       encoding="utf-8")
    found = pressloop("suggest", "out.toml", "--data", "lab.csv")
    assert "outside the envelope" in found.err and "Is the unit right?" in found.err
    again = pressloop("table", "lab.csv", "--settings", "out.toml")
    again.refused("out.toml", "not there yet", "Nothing is overwritten")


def test_a_mapping_is_put_behind_the_settings_of_the_lab(pressloop: Pressloop, tmp_path: Path
                                                         ) -> None:
    own = write_settings(tmp_path).read_text()
    write_table(tmp_path, LAB, "lab.csv")
    assert pressloop("table", "lab.csv", "--lab", SETTINGS, "--settings", "out.toml").code == 0
    text = (tmp_path / "out.toml").read_text(encoding="utf-8")
    assert text.startswith(own.rstrip())
    assert read_settings(tmp_path / "out.toml").table.pressure_mpa is not None
    assert pressloop("suggest", "out.toml", "--data", "lab.csv").code == 0


def test_what_is_still_to_be_told_ends_with_1(pressloop: Pressloop, tmp_path: Path) -> None:
    write_table(tmp_path, LAB, "lab.csv")
    answer = pressloop("table", "lab.csv", "--settings", "out.toml")
    assert answer.code == 1
    assert "To do: Force (kN): a force, and the die" in answer.err
    assert "# TO DO: Force (kN)" in (tmp_path / "out.toml").read_text(encoding="utf-8")


def test_every_row_of_a_lab_sheet_becomes_what_it_is(pressloop: Pressloop, tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, LAB)
    answer = pressloop("import", SETTINGS, TABLE)
    assert "7 of 7 rows added" in answer.out
    assert "1 row without a reading, row" in answer.err
    ledger = Ledger.open(f"sqlite:///{tmp_path}/lab.db", create=False)
    outcomes = {t.stack.stack_id: t.outcome for t in ledger.history("night")}
    ledger.close()
    assert isinstance(outcomes["F"], Failed) and outcomes["F"].mode is FailureMode.UNKNOWN
    assert isinstance(outcomes["E"], Failed) and outcomes["E"].mode is FailureMode.SHORTED
    assert isinstance(outcomes["G"], SetAside) and ">" in outcomes["G"].reason
    # The stack in work is added when it has been measured.
    write_table(tmp_path, LAB.replace("H,19,8,75,,in progress", "H,19,8,75,60,ok"))
    assert "1 of 8 rows added" in pressloop("import", SETTINGS, TABLE).out
    assert pressloop("recommend", "--ledger", f"sqlite:///{tmp_path}/lab.db").code == 0


def test_a_failure_of_unknown_cause_keeps_recipes_away(pressloop: Pressloop, tmp_path: Path
                                                       ) -> None:
    write_settings(tmp_path)
    header = COLUMNS + ",failure_mode"
    sound = [f"{row}," for row in ROWS]
    known = [*sound, "380,120,80,,failed", "420,300,60,,failed", "400,600,95,,failed"]
    write_table(tmp_path, table_of(known, header))
    found = pressloop("suggest", SETTINGS, "--data", TABLE, "--count", "3", "--json").json
    assert all(one["recipe"]["pressure_mpa"] < 380.0 for one in found["suggestions"])
    assert all(one["predicted"]["p_failed"] > 0.0 for one in found["suggestions"])


@pytest.mark.parametrize(("changes", "words"), [
    ({"lot": "L-9"}, "the settings say lot 'L-9' ([stack] lot), which no row has"),
    ({"operator": "eva"}, "the settings say operator 'eva'")])
def test_settings_of_another_lot_or_operator_are_said(
        changes: dict[str, str], words: str, pressloop: Pressloop, tmp_path: Path) -> None:
    write_settings(tmp_path, stack=changes)
    write_table(tmp_path, table_of([f"{row},L-1,ana" for row in ROWS], COLUMNS + ",lot,operator"))
    answer = pressloop("suggest", SETTINGS, "--data", TABLE)
    assert words in answer.err
    assert "as none has yet" not in answer.out
    assert any(words in one for one in pressloop("suggest", SETTINGS, "--data", TABLE, "--json"
                                                 ).json["warnings"])


def test_own_lots_are_not_warned_of(pressloop: Pressloop, tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, table_of([f"{row},L-1,ana" for row in ROWS], COLUMNS + ",lot,operator"))
    assert "Warning" not in pressloop("suggest", SETTINGS, "--data", TABLE).err


def test_a_column_that_matters_and_is_not_used_is_said(
        pressloop: Pressloop, tmp_path: Path) -> None:
    write_settings(tmp_path, space={"dwell_s": 60, "temperature_c": 25})
    rows = [f"{p},60,25,{9000 / p * (1.6 if i % 2 else 1.0) * (1 + 0.01 * (i % 3)):.4g},"
            f"{'bare' if i % 2 else 'coated'},{'red' if i % 3 else 'blue'}"
            for i, p in enumerate(range(80, 320, 15))]
    write_table(tmp_path, table_of(rows, COLUMNS + ",collector,tape"))
    answer = pressloop("suggest", SETTINGS, "--data", TABLE)
    assert "Columns not used: collector, tape." in answer.err
    assert "Warning: collector: not used, and resistance differs by 6" in answer.err
    assert 'Name it in [space], such as collector = ["...", "..."]' in answer.err
    assert answer.err.count("collector") == 3, "told once by the table and once by the check"
    assert answer.err.count("tape") == 1, "resistance does not depend on it"


def test_an_error_that_is_right_can_be_accepted(pressloop: Pressloop, tmp_path: Path) -> None:
    write_settings(tmp_path, space={"pressure_mpa": [200, 500]})
    rows = ["2.1,60,25,800", "2.4,90,30,700", "3.1,120,60,650", "3.4,300,80,600"]
    write_table(tmp_path, table_of(rows))
    refused = pressloop("suggest", SETTINGS, "--data", TABLE).refused("tonnes", "accept")
    assert '[table] accept = ["units"]' in refused
    assert pressloop("lint", TABLE, "--settings", SETTINGS).code == 1
    write_settings(tmp_path, space={"pressure_mpa": [200, 500]}, table={"accept": ["units"]})
    assert pressloop("suggest", SETTINGS, "--data", TABLE).code == 0
    assert pressloop("lint", TABLE, "--settings", SETTINGS).code == 0
    write_settings(tmp_path, table={"accept": ["everything"]})
    pressloop("suggest", SETTINGS, "--data", TABLE).refused("table.accept", "everything")


def test_lint_says_one_thing_of_a_row_of_units(pressloop: Pressloop, tmp_path: Path) -> None:
    write_table(tmp_path, table_of(["MPa,s,degC,ohm cm2", *ROWS]))
    found = pressloop("lint", TABLE, "--json").json
    assert found["ok"] and found["rows"] == 5
    assert [one["seen"] for one in found["findings"] if 2 in one["rows"]] == [
        "this row holds units"]


@pytest.mark.parametrize("header", ["ASR (Ohm cm²)", "R (Ω·cm²)", "ASR [mΩ·cm²]"])
def test_lint_never_multiplies_an_area_specific_resistance(
        header: str, pressloop: Pressloop, tmp_path: Path) -> None:
    write_table(tmp_path, table_of(ROWS, f"pressure_mpa,dwell_s,temperature_c,{header}"))
    found = pressloop("lint", TABLE, "--json").json
    assert not any("area" in one["remedy"] for one in found["findings"])
    assert any(header in line for line in found["taken"]["columns"])


@pytest.mark.slow
def test_published_tables_give_what_an_engineer_sees(pressloop: Pressloop, tmp_path: Path) -> None:
    miss = pressloop("suggest", str(PUBLISHED / "miss2026.toml"), "--data",
                     str(PUBLISHED / "miss2026.csv"), "--json").json
    assert miss["suggestions"][0]["recipe"]["pressure_mpa"] >= 400.0
    ledger = f"sqlite:///{tmp_path}/miss.db"
    pressloop("import", str(PUBLISHED / "miss2026.toml"), str(PUBLISHED / "miss2026.csv"),
              "--ledger", ledger)
    best = json.loads(pressloop("recommend", "--ledger", ledger, "--json").out)["recommendation"]
    assert best["recipe"]["pressure_mpa"] >= 350.0


@pytest.mark.slow
def test_a_table_of_another_operator_and_lot_is_learned_from(pressloop: Pressloop, tmp_path: Path
                                                             ) -> None:
    for changes in ({}, {"lot": "Li6PS5Cl nano"}):
        text = (PUBLISHED / "cronau2021.toml").read_text(encoding="utf-8").replace(
            "Li6PS5Cl micro-crystalline", changes.get("lot", "Li6PS5Cl micro-crystalline")).replace(
            '"Cronau 2021"', '"somebody"')
        (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
        answer = pressloop("suggest", "settings.toml", "--data", str(PUBLISHED / "cronau2021.csv"))
        assert answer.code == 0
        assert "as none has yet" not in answer.out and "not known yet" not in answer.out
        assert "Warning: the settings say" in answer.err
        assert "Columns not used: sigma_ms_per_cm" in answer.err


def test_rows_off_a_fixed_variable_are_no_errors(pressloop: Pressloop, tmp_path: Path) -> None:
    """59 with 137 is a stack of the past, not two cells that are exchanged.

    A pressure and a temperature, although the settings hold 60 degC now."""
    write_settings(tmp_path, space={"temperature_c": 60}, reference=None)
    write_table(tmp_path, "pressure_mpa,dwell_s,temperature_c,resistance_ohm_cm2\n"
                "59.2,300,136.7,95\n100,60,25,160\n140,180,25,140\n200,600,60,60\n300,120,80,38\n")
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["suggestions"][0]["recipe"]["temperature_c"] == 60.0
