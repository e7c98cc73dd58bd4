"""Workbooks and Parquet files as tables: nothing of them vanishes, whatever is wrong with them."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lab_files import SETTINGS, settings_values, write_settings
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill

from pressloop.flows.past.reading import reading_of
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.tables.files import cells_of

HEADER = ["stack", "pressure_mpa", "dwell_s", "temperature_c", "resistance_ohm_cm2"]
ROWS = [[f"s{i}", 100 + 20 * i, 60 + 10 * i, 25 + 5 * i, 160.25 - i] for i in range(9)]


def workbook(folder: Path, rows: list[list[Any]], name: str = "past.xlsx") -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def with_sheet(path: Path, change: Callable[[str], str], name: str = "changed.xlsx") -> Path:
    """The workbook with the XML of its first sheet changed."""
    out = path.with_name(name)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            raw = old.read(one)
            if one.filename == "xl/worksheets/sheet1.xml":
                raw = change(raw.decode()).encode()
            new.writestr(one, raw)
    return out


def test_a_stated_size_that_is_too_small_costs_no_row(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, *ROWS])
    stale = with_sheet(path, lambda xml: xml.replace('ref="A1:E10"', 'ref="A1:C4"'))
    assert cells_of(stale) == cells_of(path)
    assert len(cells_of(stale).rows) == 9


def test_a_row_that_cannot_be_placed_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, *ROWS])
    twice = with_sheet(path, lambda xml: xml.replace('<row r="7"', '<row r="2"'))
    with pytest.raises(BadInput, match="9 that can be placed"):
        cells_of(twice)


def test_a_formula_without_its_value_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, *ROWS[:2], ["s9", "=B2*2", 60, 25, 50]])
    with pytest.raises(BadInput, match="cell B4 = a formula without a stored value"):
        cells_of(path)
    known = with_sheet(path, lambda xml: xml.replace("<f>B2*2</f><v />", "<f>B2*2</f><v>200</v>"))
    assert cells_of(known).rows[2][1][1] == "200"


def test_the_sheet_that_is_read_is_named(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "spring"
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.create_sheet("autumn").append(HEADER)
    book.save(tmp_path / "two.xlsx")
    assert "the first of 2 sheets, 'spring', is read" in cells_of(tmp_path / "two.xlsx").words


def test_hashes_and_text_numbers_in_a_workbook(tmp_path: Path) -> None:
    rows = [HEADER, ["#1", 100, 60, 25, "59,5"], ["# polished"], [], ["#3", 120, 60, 25, "1,234"]]
    found = cells_of(workbook(tmp_path, rows))
    assert [cells for _, cells in found.rows] == [
        ("#1", "100", "60", "25", "59.5"), ("#3", "120", "60", "25", "1.234")]
    assert found.left_out == {3: "comment", 4: "empty"}
    with pytest.raises(BadInput, match=r"1\.234 or 1234"):
        path = workbook(tmp_path, [HEADER, ["a", 100, 60, 25, "1,234"]])
        cells_of(path).prove_read_one_way(HEADER, path)


def test_marks_that_no_cell_tells_are_said(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, *([f"{i}", 100 + i, 60, 25, 90 - i] for i in range(6))])
    book = load_workbook(path)
    for cell in book.active[1]:
        cell.fill = PatternFill("solid", fgColor="FF0000FF")
    for cell in book.active[4]:
        cell.fill = PatternFill("solid", fgColor="FFFF0000")
    for cell in book.active[6]:
        cell.font = Font(strike=True)
    book.save(path)
    notes = cells_of(path).notes
    assert "row 4 is coloured, which is not read: what it means has to stand in a column" in notes
    assert "row 6 is struck through, and read all the same" in notes


def test_every_second_row_in_a_tint_is_no_mark(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, *([f"{i}", 100 + i, 60, 25, 90 - i] for i in range(7))])
    book = load_workbook(path)
    for row in (3, 5, 7):
        for cell in book.active[row]:
            cell.fill = PatternFill("solid", fgColor="FFEEEEEE")
    book.save(path)
    assert cells_of(path).notes == ()


@pytest.mark.slow
def test_an_archive_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, \
            archive.open("xl/worksheets/sheet1.xml", "w") as entry:
        for _ in range(401):
            entry.write(bytes(1_000_000))
    with pytest.raises(BadInput, match="size when unpacked = 401 MB"):
        cells_of(path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_damage_is_told_in_one_line(kind: str, pressloop: Callable[..., Any], tmp_path: Path
                                    ) -> None:
    """Bytes changed, cut out and cut off: either the table is read, or one line says why not."""
    write_settings(tmp_path)
    good = tmp_path / f"good.{kind}"
    if kind == "xlsx":
        workbook(tmp_path, [HEADER, *ROWS], good.name)
    else:
        pd.DataFrame(ROWS, columns=HEADER).to_parquet(good)
    raw, draw = good.read_bytes(), random.Random(7)
    refused = 0
    for _ in range(60):
        bad = bytearray(raw)
        for _ in range(draw.randint(1, 20)):
            bad[draw.randrange(len(bad))] = draw.randrange(256)
        if draw.random() < 0.3:
            del bad[draw.randrange(len(bad)):]
        (tmp_path / f"bad.{kind}").write_bytes(bad)
        answer = pressloop("lint", f"bad.{kind}", "--settings", SETTINGS)
        if answer.code == 2:
            answer.refused()
            refused += 1
    assert refused > 20


def in_per_cent(folder: Path, names: list[str], value: float, shown: str) -> Path:
    """A workbook of four stacks whose last column is shown in per cent."""
    path = workbook(folder, [names, *([f"c{i}", 90 + 30 * i, 60, 25, 80, value]
                                      for i in range(4))])
    book = load_workbook(path)
    for cell in book.active["F"][1:]:
        cell.number_format = shown
    book.save(path)
    return path


@pytest.mark.parametrize("header", ["SE [%]", "rel. error", "Unsicherheit in %"])
def test_a_number_shown_in_per_cent_is_what_is_shown(header: str, tmp_path: Path) -> None:
    names = ["cell", "p (MPa)", "t (s)", "T (°C)", "ASR (Ω cm²)", header]
    path = in_per_cent(tmp_path, names, 0.07, '0.0" of the reading" %')
    reading = reading_of(path, read_settings(write_settings(tmp_path)))
    reading.prove(path)
    assert [float(cell) for cell in reading.column("resistance_se_ohm_cm2")] == [
        pytest.approx(5.6)] * 4


@pytest.mark.parametrize("header, unit, wanted", [
    ("binder", "%", 3), ("binder (%)", "%", 3), ("binder", "", 0.03), ("Binder in wt%", "%", 3)])
def test_a_parameter_shown_in_per_cent_is_in_the_unit_of_the_settings(
        header: str, unit: str, wanted: float, tmp_path: Path) -> None:
    names = ["cell", "p (MPa)", "t (s)", "T (°C)", "ASR (Ω cm²)", header]
    path = in_per_cent(tmp_path, names, 0.03, "0.00%")
    table = {} if header.lower().startswith("binder") and "wt" not in header else {
        "table": {"binder": header}}
    settings = from_plain(settings_values(
        space={"binder": {"low": 0.0, "high": 9.0, "unit": unit}}, reference={"binder": 1.0},
        **table), "test")
    assert [one.recipe.value("binder") for one in read_table(path, settings).past] == [
        pytest.approx(wanted)] * 4


def glazes(*, pages: tuple[str, ...]) -> Path:
    """A table of another process, whose names the settings alone know, behind pages of text."""
    book = Workbook()
    for at, page in enumerate(pages):
        sheet = book.active if at == 0 else book.create_sheet()
        sheet.append([page])
        sheet.append(["made in", 2024])
    table = book.create_sheet("glazes")
    for row in (["Feldspar", "Frit", "Gloss"], [30, 5, 71.5], [40, 5, 74], [30, 10, 80]):
        table.append(row)
    book.save("glazes.xlsx")
    return Path("glazes.xlsx")


@pytest.mark.parametrize("pages", [("Notes",), ("Cover", "How it was fired")])
def test_a_table_of_another_process_behind_pages_of_text(pages: tuple[str, ...]) -> None:
    cells = cells_of(glazes(pages=pages))
    assert cells.header == ("Feldspar", "Frit", "Gloss")
    assert len(cells.rows) == 3
    assert any("'glazes', is read" in note for note in cells.notes)
