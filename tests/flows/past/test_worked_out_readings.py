"""Readings that are worked out from other columns, and what is said where one of those is empty."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from lab_files import settings_values, write_settings, write_table

from pressloop.flows.cli.commands.table import table
from pressloop.flows.past.reading import reading_of
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.trials.errors import BadInput

POINTS = "P (MPa),t (s),T (°C)"


@pytest.mark.parametrize("sheet", [
    f"{POINTS},h (mm),ρ (kΩ cm)\n100,60,25,1.5,0.8\n200,60,25,1.2,0.5\n",
    f"{POINTS},thickness (µm),Spez. Widerstand (Ω·m)\n100,60,25,1500,8\n200,60,25,1200,5\n",
    f"{POINTS},Dicke,Resistivity\nMPa,s,°C,mm,Ω cm\n100,60,25,1.5,800\n200,60,25,1.2,500\n"])
def test_a_resistivity_times_thickness_is_a_resistance(sheet: str, tmp_path: Path) -> None:
    reading = reading_of(write_table(tmp_path, sheet, "lab.csv"))
    assert [float(cell) for cell in reading.column("resistance_ohm_cm2")] == pytest.approx(
        [120.0, 60.0])
    assert "times resistivity" in reading.lines[-1].words


def test_a_density_is_no_resistivity(tmp_path: Path) -> None:
    reading = reading_of(write_table(
        tmp_path, f"{POINTS},ρ (g/cm³),ASR (Ω cm²)\n100,60,25,1.8,90\n200,60,25,1.9,70\n",
        "lab.csv"))
    assert not reading.troubles and reading.unused == ("ρ (g/cm³)",)


def test_a_resistivity_without_a_thickness_is_asked_for(tmp_path: Path) -> None:
    path = write_table(tmp_path, f"{POINTS},ρ (Ω cm)\n100,60,25,800\n200,60,25,500\n", "lab.csv")
    trouble, = reading_of(path).troubles
    assert "a resistivity, and the thickness is not known" in trouble.seen


def test_a_table_without_readings_is_refused_before_it_is_imported(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_table(tmp_path, f"{POINTS},ASR (Ω cm),failure\n100,60,25,800,\n"
                                 "200,60,25,,shorted\n", "lab.csv")
    assert table(path, None, None, None, False) == 1
    said = capsys.readouterr().err
    assert "failure_mode is empty in row 2" in said and "unit of a resistivity" in said


@pytest.mark.parametrize("header, cells, what", [
    ("F (kN),die (mm),ASR (Ω cm²)", ("8,10,90", "16,,70"), "the die is missing in row 3"),
    ("P (MPa),area (cm2),R (Ω)", ("100,0.8,90", "200,,70"),
     "the area of the electrode is missing"),
    ("P (MPa),L (mm),σ (mS/cm)", ("100,1.2,2", "200,,3"), "the thickness is missing in row")])
def test_what_converts_a_number_is_said_to_be_missing(header: str, cells: tuple[str, str],
                                                      what: str, tmp_path: Path) -> None:
    path = write_table(tmp_path, f"t (s),T (°C),{header}\n60,25,{cells[0]}\n60,25,{cells[1]}\n",
                       "lab.csv")
    with pytest.raises(BadInput) as refused:
        read_table(path, read_settings(write_settings(tmp_path)))
    assert what in str(refused.value)


def test_a_column_of_dies_that_nobody_filled_in_is_none(tmp_path: Path) -> None:
    path = write_table(tmp_path, "F (kN),t (s),T (°C),ASR (Ω cm²),die (mm)\n8,60,25,90,\n"
                                 "16,60,25,70,\n", "lab.csv")
    settings = from_plain(settings_values(), "test")
    area = settings.envelope.die_area_mm2
    assert [one.recipe.pressure_mpa for one in read_table(path, settings).past] == pytest.approx(
        [8000.0 / area, 16000.0 / area])
    assert math.isclose(area, math.pi * 25.0)
