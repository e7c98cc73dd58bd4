"""Sheets as programs write them: fit programs, R, and spreadsheets with rows of units."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_files import settings_values, write_settings
from read_sheets import CLEAN, MODE, SE, WARM, P, R, T, numbers, read

from pressloop.flows.cli.commands.lint import lint
from pressloop.flows.cli.commands.table import table
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials.errors import BadInput


@pytest.mark.parametrize("header", ["R_int(Error%)", "R_int err%", "R_int (Err. %)",
                                    "R_int [rel. error, %]", "R_int Fehler %"])
def test_errors_in_per_cent_as_fit_programs_name_them(tmp_path: Path, header: str) -> None:
    sheet = read(tmp_path, f'P/MPa,t/s,T/°C,R_int(Ohm*cm2),"{header}"\n100,60,25,140,2.5\n'
                 "200,60,25,90,4\n")
    assert not sheet.troubles
    assert numbers(sheet, SE) == pytest.approx([3.5, 3.6])


@pytest.mark.parametrize("names", ["Press p,Press t,Press T", "Pressing P,Pressing t,Pressing T"])
def test_a_symbol_above_its_unit_is_no_tonne(tmp_path: Path, names: str) -> None:
    sheet = read(tmp_path, f"{names},ASR\nMPa,min,°C,Ω cm²\n100,5,25,140\n200,10,60,90\n")
    assert not sheet.troubles
    assert (numbers(sheet, P), numbers(sheet, T), numbers(sheet, WARM)) == (
        [100.0, 200.0], [300.0, 600.0], [25.0, 60.0])


def test_a_table_that_r_has_written(tmp_path: Path) -> None:
    sheet = read(tmp_path, '"pressure_MPa" "hold_min" "temp_C" "ASR_ohm_cm2" "failure"\n'
                 '"1" 100 5 25 140.5 "none"\n"2" 200 10 60 NA "short circuit"\n')
    assert not sheet.troubles
    assert (numbers(sheet, P), numbers(sheet, T)) == ([100.0, 200.0], [300.0, 600.0])
    assert sheet.column(R) == ["140.5", ""]
    assert sheet.column(MODE)[1] == "shorted"


def test_rows_shorter_than_the_header_are_told_by_table(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.csv").write_text("ID,Pressure, MPa,t (s),T (°C),R (Ω cm²)\na,100,60,25,140\n"
                                    "b,200,60,25,90\n")
    assert table(tmp_path / "s.csv", None, None, None, False) == 1
    assert "rows 2, 3 of another number of cells" in capsys.readouterr().err


def test_lint_tells_a_kind_that_the_settings_do_not_know(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.csv").write_text(f"{CLEAN},foil\n100,60,25,140,Al\n200,60,25,90,Cu\n")
    known = write_settings(tmp_path, space={"foil": ["Al", "Ni"]}, reference={"foil": "Al"})
    assert lint(tmp_path / "s.csv", known, False) == 1
    assert "Cu is none of Al, Ni" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["resistance_ohm_cm2", "failure_mode", "stack", "lot"])
def test_a_parameter_has_no_name_of_something_else(name: str) -> None:
    with pytest.raises(BadInput, match="rename it"):
        from_plain(settings_values(space={name: [1, 2]}, reference={name: 1}), "test")


@pytest.mark.parametrize("first, later", [
    ("ASR before cycling (Ω cm²)", "ASR after cycling (Ω cm²)"),
    ("R int vor Zyklen (Ω cm²)", "R int nach 50 Zyklen (Ω cm²)")])
def test_what_cycling_did_is_no_reading_of_the_pressing(tmp_path: Path, first: str, later: str
                                                        ) -> None:
    text = f"P (MPa),t (s),T (°C),{first},{later}\n100,60,25,140,300\n200,60,25,90,250\n"
    assert numbers(read(tmp_path, text), R) == [140.0, 90.0]
    alone = f"P (MPa),t (s),T (°C),{later}\n100,60,25,300\n200,60,25,250\n"
    assert not read(tmp_path, alone).column(R)
