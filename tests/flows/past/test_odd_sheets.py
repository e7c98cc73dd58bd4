"""Sheets as people in many labs keep them: every number is what they meant, or is asked for."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from pressloop.flows.cli.commands.table import table
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact, SetAside

Row = tuple[float, float, float, object]
EN = "ID,Pressure (MPa),Dwell (s),Temp (°C),ASR (Ω cm²)"
SHORT, CRUSHED, FAILED, WORK, ASIDE = "shorted", "crushed", "failed", "in work", "aside"
TON = 9806.65 / (math.pi * 25.0)


def stacks(folder: Path, text: str | bytes, name: str = "sheet.csv", die: float | None = None
           ) -> list[Row]:
    """What the sheet is read as by the settings that `pressloop table` writes for it."""
    sheet, settings = folder / name, folder / "sheet.toml"
    sheet.write_bytes(text.encode() if isinstance(text, str) else text)
    table(sheet, None, settings, die, True)
    return [(one.recipe.pressure_mpa, one.recipe.dwell_s, one.recipe.temperature_c,
             _told(one.outcome)) for one in read_table(sheet, read_settings(settings)).past]


def _told(outcome: object) -> object:
    if isinstance(outcome, Intact):
        error = outcome.resistance_se_ohm_cm2
        return outcome.resistance_ohm_cm2 if error is None else (outcome.resistance_ohm_cm2, error)
    if isinstance(outcome, Failed):
        return str(outcome.mode)
    return ASIDE if isinstance(outcome, SetAside) else WORK


def same(found: list[Row], wanted: list[Row]) -> None:
    """Proves all numbers equal to nine digits, and all outcomes."""
    assert len(found) == len(wanted), found
    for one, other in zip(found, wanted, strict=True):
        assert one[:3] == pytest.approx(other[:3], rel=1e-9)
        assert one[3] == (other[3] if isinstance(other[3], str)
                          else pytest.approx(other[3], rel=1e-9))


TWO = [(100.0, 90.0, 25.0, 140.2), (200.0, 600.0, 60.0, 61.3)]
MEANT = {
    "minutes and seconds by the header": (
        "ID,P (MPa),Dwell (mm:ss),T (°C),R (Ω cm²)\n1,100,1:30,25,140.2\n2,200,10:00,60,61.3\n",
        TWO),
    "minutes and seconds by the unit": (
        "ID,P (MPa),Dwell (min),T (°C),R (Ω cm²)\n1,100,1:30,25,140.2\n2,200,10:00,60,61.3\n", TWO),
    "hours and minutes": (
        "ID,P (MPa),Dwell (h:mm),T (°C),R (Ω cm²)\n1,100,0:05,25,140.2\n2,200,1:30,60,61.3\n",
        [(100, 300, 25, 140.2), (200, 5400, 60, 61.3)]),
    "hours of dwell": (
        f"{EN}\n1,100,90,25,140.2\n2,200,57600,60,61.3\n",
        [(100, 90, 25, 140.2), (200, 57600, 60, 61.3)]),
    "a spell in two units": (
        f"{EN}\n1,100,1 min 30 s,25,140.2\n2,200,1 h 30 min,60,61.3\n3,300,2h05,60,50\n",
        [(100, 90, 25, 140.2), (200, 5400, 60, 61.3), (300, 7500, 60, 50)]),
    "minutes that a spreadsheet keeps as hours": (
        "ID,P (MPa),Dwell (mm:ss),T (°C),R (Ω cm²)\n1,100,01:30:00,25,140.2\n"
        "2,200,10:00:00,60,61.3\n", TWO),
    "a decimal logarithm": (
        "ID,P (MPa),t (s),T (°C),log10(R / Ω cm²)\n1,100,90,25,2\n2,200,600,60,1.5\n",
        [(100, 90, 25, 100), (200, 600, 60, 10**1.5)]),
    "a natural logarithm, its unit in brackets": (
        "ID,P (MPa),t (s),T (°C),ln R (kΩ cm²)\n1,100,90,25,-2\n2,200,600,60,-2.5\n",
        [(100, 90, 25, 1000 * math.exp(-2)), (200, 600, 60, 1000 * math.exp(-2.5))]),
    "an error of a logarithm": (
        "ID,P (MPa),t (s),T (°C),log10(ASR / Ω cm²)\n1,100,90,25,2 ± 0.01\n2,200,600,60,1.5\n",
        [(100, 90, 25, (100, math.log(10))), (200, 600, 60, 10**1.5)]),
    "a logarithm of a conductivity": (
        "ID,P (MPa),t (s),T (°C),Thickness (mm),log σ (S/cm)\n1,100,90,25,0.7,-3.5\n"
        "2,200,600,60,0.7,-3\n",
        [(100, 90, 25, 0.07 / 10**-3.5), (200, 600, 60, 70)]),
    "powers of ten in units": (
        "ID,P (10^2 MPa),t (10^2 s),T (°C),R / 10³ Ω cm²\n1,1,0.9,25,0.1402\n2,2,6,60,0.0613\n",
        TWO),
    "powers of ten in cells": (
        f"{EN}\n1,100,90,25,1.402×10^2\n2,200,600,60,6.13·10¹\n", TWO),
    "thousands of psi": (
        "ID,P (kpsi),t (s),T (°C),R (Ω-cm2)\n1,20,90,25,140.2\n2,40,600,60,61.3\n",
        [(137.89514586336, 90, 25, 140.2), (275.79029172672, 600, 60, 61.3)]),
    "a conductivity to all its digits": (
        "ID,P (MPa),t (s),T (°C),d (mm),Thickness (µm),σ (mS/cm)\n1,100,90,25,9,701,0.31\n"
        "2,200,600,60,9,713,0.77\n",
        [(100, 90, 25, 0.0701 / 0.31e-3), (200, 600, 60, 0.0713 / 0.77e-3)]),
    "an electrode by its diameter": (
        "ID,P (MPa),t (s),T (°C),R (Ω),Ø electrode (mm)\n1,100,90,25,140,8\n2,200,600,60,61,8\n",
        [(100, 90, 25, 140 * math.pi * 0.16), (200, 600, 60, 61 * math.pi * 0.16)]),
    "errors of the last digits": (
        "ID;P (MPa);t (s);T (°C);R (Ω cm²)\n1;100;90;25;140,2(6)\n2;200;600;60;61,30(12)\n",
        [(100, 90, 25, (140.2, 0.6)), (200, 600, 60, (61.3, 0.12))]),
    "errors in per cent": (
        "ID,P (MPa),t (s),T (°C),R (Ω cm²),Std. error (%)\n1,100,90,25,140,3\n2,200,600,60,60,2\n",
        [(100, 90, 25, (140, 4.2)), (200, 600, 60, (60, 1.2))]),
    "scatter of several readings, and how many": (
        "Group,P (MPa),t (s),T (°C),mean ASR (Ω cm²),SD (Ω cm²),n\nA,100,90,25,140,8,4\n"
        "B,200,600,60,60,6,9\nC,250,600,60,50,6,4\n",
        [(100, 90, 25, (140, 4)), (200, 600, 60, (60, 2)), (250, 600, 60, (50, 3))]),
    "a row of units with a sign over the names": (
        "Sample,Pressure,Hold,Temp,ASR\n#,bar,min,K,Ω cm²\nA,1000,1.5,298.15,140.2\n"
        "B,2000,10,333.15,61.3\n", TWO),
    "a row of comments below the units": (
        "Sample\tPressure\tDwell\tTemp\tASR\n\tMPa\ts\t°C\tΩ cm²\n\tgauge readout\t\t\tfitted\n"
        "A\t100\t90\t25\t140.2\nB\t200\t600\t60\t61.3\nC\t200\t600\t60\t61\n",
        [*TWO, (200, 600, 60, 61)]),
    "totals by other names": (
        f"{EN}\nA,100,90,25,140.2\nB,200,600,60,61.3\nAvg,150,345,42,100\nStd Dev,70,360,25,56\n"
        "Mean of lot 3,1,1,1,1\n", TWO),
    "strokes between cells": (
        "| ID | P (MPa) | t (s) | T (°C) | R (Ω cm²) |\n|---|---:|---|---|---|\n"
        "| 1 | 100 | 90 | 25 | 140.2 |\n| 2 | 200 | 600 | 60 | 61.3 |\n", TWO),
    "aligned columns": (
        "Stack   P_MPa   dwell_s   T_C   R_ohm_cm2\n1       100     90        25    140.2\n"
        "2       200     600       60    61.3\n", TWO),
    "a table on its side": (
        "Parameter,A,B\nPressure (MPa),100,200\nDwell (min),1.5,10\nTemp (°C),25,60\n"
        "ASR (Ω cm²),140.2,61.3\n", TWO),
    "wide signs": (
        "编号,压力（ＭＰａ）,时间（秒）,温度（℃）,电阻（Ω・cm²）\n1,１００,９０,25,１４０．２\n2,２００,600,60,61.3\n",
        TWO),
    "marks of thousands in Switzerland": (
        "Nr;Druck (bar);Dauer (s);Temp (°C);R (Ω cm²)\n1;1’000;90;25;140,2\n2;2'000;600;60;61,3\n",
        TWO),
    "Polish": (
        "Próbka;Ciśnienie [MPa];Czas [min];Temperatura [°C];Opór [Ω·cm²]\nA;100;1,5;25;140,2\n"
        "B;200;10;60;61,3\n", TWO),
    "UTF-16 that does not say so": (
        f"{EN}\n1,100,90,25,140.2\n2,200,600,60,61.3\n".encode("utf-16-le"), TWO),
    "one stack": (f"{EN}\n1,100,90,25,140.2\n", TWO[:1]),
}


@pytest.mark.parametrize("kind", MEANT)
def test_every_number_is_what_was_meant(tmp_path: Path, kind: str) -> None:
    text, wanted = MEANT[kind]
    same(stacks(tmp_path, text), wanted)


LOST = {
    "sentences in remarks": (
        f"{EN},Comment\n1,100,90,25,140.2,new die\n2,200,600,60,,short circuit after release\n"
        "3,300,60,60,,pellet cracked at the edge\n4,300,60,25,,no crack seen so far\n",
        [140.2, SHORT, CRUSHED, WORK]),
    "a column for each way to fail": (
        f"{EN},Cracked?,Shorted?\n1,100,90,25,140.2,no,no\n2,200,600,60,,no,yes\n"
        "3,300,60,60,,yes,no\n4,300,60,25,,yes,yes\n", [140.2, SHORT, CRUSHED, FAILED]),
    "a cross under the German words": (
        "Nr;p [MPa];t [s];T [°C];R [Ω cm²];Riss;KS\n1;100;90;25;140,2;;\n2;200;600;60;;;x\n"
        "3;300;60;60;;x;\n", [140.2, SHORT, CRUSHED]),
    "no failure in German": (
        "Nr;p [MPa];t [s];T [°C];R [Ω cm²];Ausfallart\n1;100;90;25;140,2;keine\n"
        "2;200;600;60;k.A.;Kurzschluss\n", [140.2, SHORT]),
    "survived by letters": (
        f"{EN},Survived\n1,100,90,25,140.2,Y\n2,200,600,60,,N\n", [140.2, FAILED]),
    "words with more in the cell of the reading": (
        f"{EN}\n1,100,90,25,140.2\n2,200,600,60,shorted (0.3)\n3,300,60,60,pellet broke\n"
        "4,300,60,60,∞\n5,300,60,90,overrange\n", [140.2, SHORT, CRUSHED, ASIDE, ASIDE]),
    "no number beside a failure": (
        f"{EN},Failure\n1,100,90,25,140.2,\n2,200,600,60,NaN,short\n", [140.2, SHORT]),
    "Chinese words in one column with remarks": (
        "编号,压力/MPa,保压时间/min,温度/℃,电阻/Ω·cm²,备注\n1,100,1.5,25,140.2,新模具\n"
        "2,200,10,60,,短路\n3,300,1,60,,压裂\n", [140.2, SHORT, CRUSHED]),
    "circles and crosses": (
        "試料番号,圧力 (MPa),保持時間 (分),温度 (℃),抵抗 (Ω cm2),判定\n1,100,1.5,25,140.2,○\n"
        "2,200,10,60,,×\n", [140.2, FAILED]),
}


@pytest.mark.parametrize("kind", LOST)
def test_no_failed_stack_is_lost(tmp_path: Path, kind: str) -> None:
    text, wanted = LOST[kind]
    assert [one[3] for one in stacks(tmp_path, text)] == wanted


ASKED = {
    "spells that may be two things": (
        "ID,P (MPa),Dwell,T (°C),R (Ω cm²)\n1,100,1:30,25,140\n2,200,9:15,60,61\n",
        ("1:30 (row 2)", "mm:ss", "h:mm", "ignore")),
    "a spreadsheet's hours without a header that tells": (
        "ID,P (MPa),Dwell,T (°C),R (Ω cm²)\n1,100,01:30:00,25,140\n2,200,05:00:00,60,61\n",
        ("01:30:00", "mm:ss", "h:mm:ss")),
    "a logarithm without its unit": (
        "ID,P (MPa),t (s),T (°C),ln(ASR)\n1,100,90,25,4.9\n2,200,600,60,4.1\n",
        ("ln(ASR)", "logarithm", 'unit = "ln(ohm cm2)"')),
    "a power of ten beside the name": (
        "ID,P (MPa),t (s),T (°C),R ×10⁻³ / Ω cm²\n1,100,90,25,0.14\n2,200,600,60,0.06\n",
        ("×10⁻³", "multiplied")),
    "a unit that is not known": (
        "ID,P (mmHg),t (s),T (°C),R (Ω cm²)\n1,100,90,25,140\n2,200,600,60,61\n", ("mmHg",)),
    "another table below": (
        f"{EN}\n1,100,90,25,140\n\nID,P (bar),t (min),T (°C),R (Ω cm²)\n2,2000,10,60,61\n",
        ("row 4", "other names of columns", "file of their own")),
    "a word of the lab": (
        f"{EN}\n1,100,90,25,140\n2,200,600,60,plop\n", ("plop", "failure_words")),
    "a number of a stack that shorted": (
        f"{EN},Comment\n1,100,90,25,140,new die set\n2,200,600,60,0.02,short\n",
        ("0.02", "empty for a shorted stack")),
    "a number and its error that share a power": (
        f"{EN}\n1,100,90,25,1.4 ± 0.1 ×10^2\n2,200,600,60,61\n", ("1.4 ± 0.1", "a number")),
    "a column for each pressure": (
        "Sample,50 MPa,100 MPa,200 MPa\nA,200,140,80\nB,201,141,82\n",
        ("50 MPa, 100 MPa", "one row a stack")),
    "stacks side by side": (
        "P (MPa),t (s),T (°C),Cell 1 (Ω cm²),Cell 2 (Ω cm²)\n100,90,25,140,143\n200,600,60,61,66\n",
        ("Cell 1 (Ω cm²), Cell 2 (Ω cm²)", "columns = [")),
}


@pytest.mark.parametrize("kind", ASKED)
def test_what_is_not_told_is_asked(tmp_path: Path, kind: str) -> None:
    text, words = ASKED[kind]
    with pytest.raises(BadInput) as refused:
        stacks(tmp_path, text)
    told = str(refused.value)
    assert all(word in told for word in words), told


@pytest.mark.parametrize(("text", "key"), [
    ("ID,Force (kN),t (s),T (°C),R (Ω cm²)\n1,8,90,25,140\n2,16,600,60,61\n", "die_diameter_mm"),
    ("ID,P (MPa),t (s),T (°C),R (Ω)\n1,80,90,25,140\n2,160,600,60,61\n", "die_diameter_mm"),
    ("ID,P (MPa),t (s),T (°C),σ (mS/cm)\n1,80,90,25,1.4\n2,160,600,60,6.1\n", "thickness_um")])
def test_no_die_stands_in_for_one_that_nobody_told(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        stacks(tmp_path, text)
    assert key in refused.value.name
    written = (tmp_path / "sheet.toml").read_text(encoding="utf-8")
    assert f"# {key} = ..." in written
    (tmp_path / "sheet.toml").write_text(written.replace(f"# {key} = ...", f"{key} = 12"),
                                         encoding="utf-8")
    found = read_table(tmp_path / "sheet.csv", read_settings(tmp_path / "sheet.toml")).past
    assert len(found) == 2


def test_a_force_over_a_die_that_is_named_on_the_command_line(tmp_path: Path) -> None:
    text = "ID;Last/t;Dauer/min;Temp./°C;R/Ω\n1;1,4;1,5;25;140,2\n2;2;10;60;61,3\n"
    area = math.pi * 0.25
    same(stacks(tmp_path, text, die=10.0),
         [(1.4 * TON, 90, 25, 140.2 * area), (2 * TON, 600, 60, 61.3 * area)])


def test_json_of_a_program_is_read(tmp_path: Path) -> None:
    records = [{"stack": "A", "pressure_mpa": 100, "dwell_s": 90.0, "temperature_c": 25,
                "resistance_ohm_cm2": 140.2, "failure_mode": None},
               {"stack": "B", "pressure_mpa": 200, "dwell_s": 600, "temperature_c": 60,
                "resistance_ohm_cm2": None, "failure_mode": "shorted"}]
    wanted = [TWO[0], (200.0, 600.0, 60.0, SHORT)]
    same(stacks(tmp_path, json.dumps(records), "a.json"), wanted)
    (tmp_path / "sheet.toml").unlink()
    columns = {name: [one[name] for one in records] for name in records[0]}
    same(stacks(tmp_path, json.dumps(columns), "b.json"), wanted)
    (tmp_path / "sheet.toml").unlink()
    split = {"columns": list(records[0]), "data": [list(one.values()) for one in records]}
    same(stacks(tmp_path, json.dumps(split), "c.json"), wanted)


@pytest.mark.parametrize("text", ["{", "3", "[]", '[{"a": 1}, 2]', '[{"a": {"b": 1}}]', "[[1, 2]]"])
def test_json_that_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        stacks(tmp_path, text, "a.json")


def test_what_no_column_was_understood_as_is_said(tmp_path: Path,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("ID,Setting,Dwell (s),Temp (°C),ASR (Ω cm²)\n1,3,90,25,140\n", "utf-8")
    assert table(sheet, None, None, None, False) == 1
    assert "pressure_mpa: no column is understood as it" in capsys.readouterr().err
