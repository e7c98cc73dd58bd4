"""Rows and cells of lab sheets: titles, merged cells, totals, bounds, words for failures."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_files import write_settings

from pressloop.flows.past.reading import reading_of
from pressloop.flows.settings.campaign import read_settings
from tests.flows.past.read_sheets import CLEAN, MODE, WARM, P, R, T, numbers, read


def test_a_bound_is_no_number_of_a_model(tmp_path: Path) -> None:
    for cell in (">1000", "> 1000", "≥1000", "über 1000", "more than 1000"):
        found = read(tmp_path, f"{CLEAN}\n100,60,25,{cell}\n200,60,60,50\n")
        assert found.column(R) == [">1000", "50"]
        assert any("bound and no reading" in note for note in found.cells.notes)


@pytest.mark.parametrize(("text", "first"), [
    ("Study 2024\nby Ana; Bob\n\n" + CLEAN + "\n100,60,25,80\n", ["100", "60", "25", "80"]),
    ("Pressure,Dwell,Temperature,Resistance\n(MPa),(min),(°C),(Ω cm²)\n100,1,25,80\n",
     ["100", "60", "25", "80"]),
    ("Sample,Pressing,,,Impedance,\n,P (MPa),t (s),T (°C),R (Ω cm²),SE (%)\nA,100,60,25,80,2\n",
     ["100", "60", "25", "80"]),
    (",Pre-press,,Secondary press,,,\nStack,p (MPa),t (s),p (MPa),t (s),T (°C),R (Ω cm²)\n"
     "A,375,90,100,60,25,80\n", ["100", "60", "25", "80"]),
    ("Stack,Lot,Recipe,,,R (ohm cm2)\n,,P (MPa),t (min),T (°C),\nA,L1,100,1,25,80\n",
     ["100", "60", "25", "80"]),
    ("pressure_mpa,dwell_s,temperature_c,resistance_ohm_cm2\nMPa,s,degC,ohm cm2\n100,60,25,80\n",
     ["100", "60", "25", "80"]),
    (CLEAN + ",,\n100,60,25,80,,\n,,,,,\nMean,,,80,,\n* pressed twice,,,,,\n",
     ["100", "60", "25", "80"])])
def test_titles_merged_headers_units_and_totals(text: str, first: list[str], tmp_path: Path
                                                ) -> None:
    found = read(tmp_path, text)
    assert not found.troubles
    assert [[found.column(name)[i] for name in (P, T, WARM, R)]
            for i in range(len(found.cells.rows))] == [first]


def test_a_person_may_be_called_max(tmp_path: Path) -> None:
    found = read(tmp_path, "Operator,P (MPa),t (s),T (°C),R (Ω cm²)\nMax,100,60,25,80\n"
                 "Sum,200,60,25,80\n")
    assert found.column("operator") == ["Max"]
    found = read(tmp_path, "Stack,P (MPa),t (s),T (°C),R (Ω cm²)\nA,100,60,25,80\n"
                 "Min,200,60,25,80\nMax,300,60,25,60\nMean,200,60,25,70\nn,4,4,4,4\n")
    assert found.column("stack") == ["A"]
    assert list(found.cells.left_out.values()) == ["totals"] * 4


def test_merged_cells_of_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    cover = book.active
    cover.append(["Results of the spring"])
    sheet = book.create_sheet("data")
    for row in [["Pressing study", None, None, None, None], ["Stack", "Recipe", None, None, "R"],
                [None, "P (MPa)", "t (s)", "T (°C)", "(Ω cm²)"], ["A", 100, 60, 25, 80.5],
                ["B", None, 60, 25, 78.25], ["C", 200, 60, 25, 50]]:
        sheet.append(row)
    for merged in ("A1:E1", "A2:A3", "B2:D2", "B4:B5"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "sheet.xlsx")
    found = reading_of(tmp_path / "sheet.xlsx", read_settings(write_settings(tmp_path)))
    assert found.column(P) == ["100", "100", "200"]
    assert found.column(R) == ["80.5", "78.25", "50"]
    assert found.column("stack") == ["A", "B", "C"]
    assert any("'data', is read" in note for note in found.cells.notes)


def test_one_reading_in_a_merged_cell_is_not_that_of_three_stacks(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in [["P (MPa)", "t (s)", "T (°C)", "R (Ω cm²)"], [100, 60, 25, 80],
                [200, 60, 25, None]]:
        book.active.append(row)
    book.active.merge_cells("D2:D3")
    book.save(tmp_path / "sheet.xlsx")
    found = reading_of(tmp_path / "sheet.xlsx")
    assert "merged" in found.troubles[0].seen


def test_header_cells_that_reach_down_into_the_row_of_units(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in [["Pellet", "Pressen", None, None, "EIS"], [None, "Druck", "Zeit", "Temp.", "R"],
                [None, "MPa", "min", "°C", "Ω·cm²"], ["a", 120, 2, 25, 150.5]]:
        book.active.append(row)
    for merged in ("A1:A3", "B1:D1"):
        book.active.merge_cells(merged)
    book.save(tmp_path / "sheet.xlsx")
    found = reading_of(tmp_path / "sheet.xlsx")
    assert [found.column(name) for name in ("stack", P, T, WARM, R)] == [
        ["a"], ["120"], ["120"], ["25"], ["150.5"]]


def test_a_row_of_words_below_the_header_is_no_stack(tmp_path: Path) -> None:
    """As tables of other programs have it: the kind of each column, or its role."""
    rows = "".join(f"{p},60,{t},{r}\n" for p, t, r in ((100, 25, 80), (150, 40, 60), (200, 60, 50),
                                                       (250, 60, 45)))
    reading = read(tmp_path, f"{CLEAN}\nDATA,DATA,DATA,DATA\n{rows}")
    assert numbers(reading, P) == [100, 150, 200, 250]
    assert reading.cells.left_out == {2: "words where the rows below it have numbers"}


@pytest.mark.parametrize("row", ["tbd,tbd,tbd,tbd", "100,60,25,tbd", "100,60,RT,OL", "x,60,25,80"])
def test_a_stack_without_a_number_is_no_row_of_words(tmp_path: Path, row: str) -> None:
    rows = "".join(f"{p},60,25,{r}\n" for p, r in ((100, 80), (150, 60), (200, 50), (250, 45)))
    reading = read(tmp_path, f"{CLEAN}\n{row}\n{rows}")
    assert 2 in dict(reading.cells.rows)


def test_a_die_in_the_title_that_is_not_that_of_the_settings(tmp_path: Path) -> None:
    found = read(tmp_path, "Die: 13 mm\n,,,\nForce (kN),t (s),T (°C),R (Ω)\n20,60,25,80\n")
    assert "die of 13 mm" in found.troubles[0].seen


def test_names_of_lots_keep_their_commas(tmp_path: Path) -> None:
    for header in ("lot", "Charge", "batch no."):
        found = read(tmp_path, f"{header};P (MPa);t (s);T (°C);R (Ω cm²)\n"
                     "NCM622, LPSCl;100;60;25;80,5\n1,5;200;60;25;60,25\n")
        assert found.column("lot") == ["NCM622, LPSCl", "1,5"]
        assert found.column(R) == ["80.5", "60.25"]


def test_decimals_in_a_column_of_words_and_bounds(tmp_path: Path) -> None:
    found = read(tmp_path, "P (MPa);t (s);T (°C);R (Ω cm²)\n100;60;25;>1000\n200;60;25;n/a\n"
                 "300;60;25;ca. 40,5\n350;60;25;-\n400;60;25;38,25\n")
    assert found.column(R) == [">1000", "", "40.5", "", "38.25"]


def test_words_for_what_became_of_a_stack(tmp_path: Path) -> None:
    found = read(tmp_path, CLEAN + ",Status\n100,60,25,80,ok\n400,60,60,,short circuit\n"
                 "450,60,60,n/a,FAILED\n300,60,60,,in progress\n460,60,60,gerissen,\n")
    assert found.column(MODE) == ["", "shorted", "failed", "", "crushed"]
    assert found.column(R) == ["80", "", "", "", ""]


def test_words_of_the_lab(tmp_path: Path) -> None:
    found = read(tmp_path, CLEAN + ",Zustand\n100,60,25,80,\n400,60,60,,hin\n",
                 table={"failure_words": {}})
    assert MODE not in found.cells.header
    (tmp_path / "lab.toml").write_text((tmp_path / "lab.toml").read_text().replace(
        "failure_words = {}", 'failure_words = { "hin" = "crushed" }'))
    again = reading_of(tmp_path / "sheet.csv", read_settings(tmp_path / "lab.toml"))
    assert again.column(MODE) == ["", "crushed"]


@pytest.mark.parametrize(("header", "words", "modes"), [
    ("failure", ["False", "True"], ["", "failed"]), ("Ausfall?", ["nein", "ja"], ["", "failed"]),
    ("defect", ["", "x"], ["", "failed"]), ("ok?", ["yes", "no"], ["", "failed"]),
    ("survived", ["1", "0"], ["", "failed"]), ("Estado", ["ok", "cortocircuito"], ["", "shorted"]),
    ("Result", ["pass", "FAIL"], ["", "failed"])])
def test_what_a_header_asks_is_answered(header: str, words: list[str], modes: list[str],
                                        tmp_path: Path) -> None:
    found = read(tmp_path, f"{CLEAN},{header}\n100,60,25,80,{words[0]}\n400,60,60,,{words[1]}\n")
    assert found.column(MODE) == modes


def test_a_column_of_failures_under_any_name(tmp_path: Path) -> None:
    found = read(tmp_path, f"{CLEAN},Esito\n100,60,25,80,ok\n400,60,60,,cortocircuito\n")
    assert found.column(MODE) == ["", "shorted"]
    notes = read(tmp_path, f"{CLEAN},Notes\n100,60,25,80,\n400,60,60,,shorted\n")
    assert notes.column(MODE) == ["", "shorted"]
    other = read(tmp_path, f"{CLEAN},Notes\n100,60,25,80,nice\n400,60,60,,shorted\n")
    assert other.column(MODE) == ["", "shorted"]
    assert "row 3 is shorted, as 'Notes' says 'shorted'" in other.cells.words
