"""Damaged tables: every row is taken or told of, or one line says why nothing was."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from fuzzing import cases, damaged
from lab_files import PAST, write_settings
from openpyxl import Workbook

from pressloop.flows.past.reading import reading_of
from pressloop.flows.past.sheet import sheet_from
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import read_settings
from pressloop.studies.lint import lint_sheet
from pressloop.trials.tables.files import cells_of
from tests.flows.settings.test_fuzz_settings import readable

pytestmark = pytest.mark.fuzz

HEADER = ("stack", "lot", "pressure_mpa", "dwell_s", "temperature_c", "resistance_ohm_cm2")
ODD_CELLS = ("", "#1", "# note", "1,5", "1.5", "1,200", "1.234.567", "-3", "nan", "1e400", "=1+1",
             '"', "x;y", "x,y", "0", "1_0", "é", "1e-30", "9" * 300, "\u2028", "1'200", " 7 ")


def rows_of(draw: Random) -> list[list[str]]:
    """A table that is mostly sound, with odd cells here and there."""
    rows = [[f"{draw.choice(('s', '#'))}{i}", draw.choice(("A", "A,1", "B")),
             str(draw.randint(60, 480)), str(draw.randint(20, 1700)), str(draw.randint(26, 130)),
             f"{draw.uniform(30, 200):.{draw.randint(0, 4)}f}"] for i in range(draw.randint(0, 9))]
    for _ in range(draw.randint(0, 4)):
        if rows:
            row = draw.choice(rows)
            row[draw.randrange(len(row))] = draw.choice(ODD_CELLS)
    return [list(HEADER), *rows]


def test_rows_of_text_tables_are_taken_or_told_of(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"

    def check(draw: Random) -> None:
        rows = rows_of(draw)
        text = io.StringIO()
        csv.writer(text, delimiter=draw.choice(",;\t"), lineterminator=draw.choice(("\n", "\r\n"))
                   ).writerows(rows)
        path.write_text(text.getvalue(), encoding=draw.choice(("utf-8", "utf-8-sig", "utf-16")),
                        newline="")
        found = readable(lambda: cells_of(path))
        if found is None:
            return
        filled = [row for row in rows[1:] if any(cell.strip() for cell in row)]
        comments = sum(why == "comment" for why in found.left_out.values())
        assert len(found.rows) + comments == len(filled)
        for (_, cells), row in zip(found.rows, (r for r in filled if r[0].strip()[:1] != "#"
                                                or any(c.strip() for c in r[1:])), strict=True):
            assert list(cells[:2]) == [cell.strip() for cell in row[:2]]

    cases(check)


def test_damaged_tables(tmp_path: Path) -> None:
    settings = read_settings(write_settings(tmp_path))
    book = Workbook()
    for row in rows_of(Random(1)):
        book.active.append(row)
    book.save(tmp_path / "good.xlsx")
    pd.DataFrame(rows_of(Random(2))[1:], columns=HEADER).to_parquet(tmp_path / "good.parquet")
    (tmp_path / "good.csv").write_text(PAST)

    def check(draw: Random) -> None:
        kind = draw.choice(("csv", "csv", "xlsx", "parquet"))
        path = tmp_path / f"bad.{kind}"
        path.write_bytes(damaged((tmp_path / f"good.{kind}").read_bytes(), draw))
        reading = readable(lambda: reading_of(path, settings))
        if reading is not None:
            readable(lambda: read_table(path, settings))
            readable(lambda: lint_sheet(sheet_from(reading, path, settings)))

    cases(check)


def test_damaged_sheets_inside_sound_archives(tmp_path: Path) -> None:
    """A checksum catches most damage to an archive; what a program wrote wrong has a good one."""
    import zipfile

    book = Workbook()
    for row in rows_of(Random(3)):
        book.active.append([float(c) if c.replace(".", "").isdigit() else c for c in row])
    book.save(tmp_path / "good.xlsx")
    with zipfile.ZipFile(tmp_path / "good.xlsx") as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    path = tmp_path / "bad.xlsx"

    def check(draw: Random) -> None:
        name = draw.choice([*parts, *["xl/worksheets/sheet1.xml"] * 8])
        with zipfile.ZipFile(path, "w") as archive:
            for one, raw in parts.items():
                archive.writestr(one, damaged(raw, draw) if one == name else raw)
        readable(lambda: cells_of(path))

    cases(check)
