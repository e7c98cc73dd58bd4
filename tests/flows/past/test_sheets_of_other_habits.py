"""Sheets of other habits: set and actual values, symbols, marks of a person, areas of two kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lab_files import write_settings, write_table

from pressloop.flows.past.trials import PastTable, read_table
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact


def taken(folder: Path, sheet: str, **changes: Any) -> PastTable:
    """The sheet by the settings of a lab with these changes."""
    path = write_table(folder, sheet, "lab.csv")
    return read_table(path, read_settings(write_settings(folder, **changes)))


def told(table: PastTable) -> list[tuple[float, float, float, object]]:
    """Set points, and the resistance or how the stack failed."""
    return [(one.recipe.pressure_mpa, one.recipe.dwell_s, one.recipe.temperature_c,
             one.outcome.resistance_ohm_cm2 if isinstance(one.outcome, Intact)
             else str(one.outcome.mode) if isinstance(one.outcome, Failed) else "in work")
            for one in table.past]


TWO = [(118.5, 60.0, 25.5, 120.0), (208.0, 60.0, 61.0, 70.0)]


def assert_two_stacks(table: PastTable) -> None:
    """The table tells of the stacks in TWO."""
    assert [one for row in told(table) for one in row] == pytest.approx(
        [one for row in TWO for one in row])


MEANT = {
    "act": "ID,P set (MPa),P act. (MPa),t (s),T set (°C),T act. (°C),ASR (Ω cm²)\n"
           "1,120,118.5,60,25,25.5,120\n2,210,208,60,60,61,70\n",
    "process value": "ID,P SP (MPa),P PV (MPa),t (s),T SP (°C),T PV (°C),ASR (Ω cm²)\n"
                     "1,120,118.5,60,25,25.5,120\n2,210,208,60,60,61,70\n",
    "step before the symbol": "ID,Press P (MPa),Press t (min),Press T (°C),Anneal t (h),EIS T (°C),"
                              "ASR (Ω cm²)\n1,118.5,1,25.5,2,22,120\n2,208,1,61,2,22,70\n",
    "greek": "ID,p/MPa,t/s,ϑ/°C,ASR/(Ω cm²)\n1,118.5,60,25.5,120\n2,208,60,61,70\n",
    "minus of a printer": "ID,p (MPa),t (s),T (°C),log10(σ / S cm⁻¹),L (mm)\n"
                          "1,118.5,60,25.5,−3,1.2\n2,208,60,61,−3,0.7\n",
    "thickness by its symbol": "ID,p (MPa),t (s),T (°C),σ (mS/cm),d (mm)\n"
                               "1,118.5,60,25.5,1,1.2\n2,208,60,61,1,0.7\n",
    "room with its temperature": "ID,p (MPa),t (s),T,ASR (Ω cm²)\n1,118.5,60,RT (25.5 °C),120\n"
                                 "2,208,60,61 °C,70\n",
}


@pytest.mark.parametrize("sheet", MEANT.values(), ids=MEANT)
def test_what_was_done_is_read(sheet: str, tmp_path: Path) -> None:
    assert_two_stacks(taken(tmp_path, sheet))


def test_a_decimal_mark_in_brackets_shows_the_error(tmp_path: Path) -> None:
    table = taken(tmp_path, "ID,p (MPa),t (s),T (°C),ASR (Ω cm²)\n1,120,60,25,62.1 (1.2)\n"
                            "2,200,60,25,40.4(11)\n")
    assert [one.outcome.resistance_se_ohm_cm2 for one in table.past
            if isinstance(one.outcome, Intact)] == [1.2, 1.1]


def test_errors_in_the_cells_are_those_of_the_mean(tmp_path: Path) -> None:
    table = taken(tmp_path, "p (MPa),t (s),T (°C),ASR ± SD (Ω cm²),n\n120,60,25,120 ± 4,4\n"
                            "200,60,60,70 ± 6,4\n210,60,60,68 ± 6,9\n")
    assert [one.outcome.resistance_se_ohm_cm2 for one in table.past
            if isinstance(one.outcome, Intact)] == [2, 3, 2]


def test_the_highest_reading_is_not_the_reading(tmp_path: Path) -> None:
    assert [row[3] for row in told(taken(
        tmp_path, "p (MPa),t (s),T (°C),ASR min (Ω cm²),ASR (Ω cm²),ASR max (Ω cm²)\n"
                  "120,60,25,110,120,130\n200,60,60,60,70,80\n"))] == [120, 70]


@pytest.mark.parametrize("name", ["Consolidation P (MPa)", "Uniaxial P / MPa"])
@pytest.mark.parametrize("time", ["Time under pressure (s)", "τ (s)"])
@pytest.mark.parametrize("heat", ["Mould T (°C)", "Heater setpoint (°C)"])
@pytest.mark.parametrize("read", ["Interface R (ohm cm2)", "ASR +/- SE (Ω cm²)"])
def test_a_symbol_may_end_the_name(name: str, time: str, heat: str, read: str, tmp_path: Path
                                   ) -> None:
    assert told(taken(tmp_path, f"ID,{name},{time},{heat},{read},Cooling T (°C)\n"
                                "1,120,60,25,120,20\n2,200,90,60,70,20\n")) == [
        (120, 60, 25, 120), (200, 90, 60, 70)]


NAMED = ["Die: 12-mm", "diamètre de la matrice : 12 mm", "matrice 1,2 cm", "模具直径 12 mm",
         "пресс-форма 12 мм", "die diameter (mm);12", "Matrize;12;mm", "Area: 1.131 cm²"]


@pytest.mark.parametrize(("text", "below"), [
    *((text, False) for text in NAMED), *((text, True) for text in NAMED if ";" not in text)])
def test_another_die_that_a_text_names_is_asked_for(text: str, below: bool, tmp_path: Path) -> None:
    table = "ID;F (kN);t (s);T (°C);ASR (Ω cm²)\n1;20;60;25;120\n2;30;60;60;70\n"
    sheet = f"{table}\n{text}\n" if below else f"{text}\n\n{table}"
    with pytest.raises(BadInput, match=r"the sheet names (a die of 12 mm|an area of 1\.131 cm2)"):
        taken(tmp_path, sheet)
    found = taken(tmp_path, sheet, envelope={"die_diameter_mm": 12})
    assert found.past[0].recipe.pressure_mpa == pytest.approx(20000 / 113.097, rel=1e-4)


@pytest.mark.parametrize("text", ["electrode diameter 8 mm", "milling balls: diameter 5 mm",
                                  "Electrode area 0.5 cm² (readings are per area)"])
def test_other_sizes_are_no_dies(text: str, tmp_path: Path) -> None:
    assert told(taken(tmp_path, f"{text}\n\nID,p (MPa),t (s),T (°C),ASR (Ω cm²)\n"
                                "1,120,60,25,120\n2,200,60,60,70\n"))[0] == (120, 60, 25, 120)


CAUSES = {
    "pass and fail": "ID,p (MPa),t (s),T (°C),ASR (Ω cm²),Pass/Fail,Failure cause\n"
                     "1,120,60,25,120,Pass,\n2,400,60,25,,Fail,Fracture\n3,420,60,25,,Fail,short\n"
                     "4,430,60,25,,Fail,\n",
    "remarks": "ID,p (MPa),t (s),T (°C),ASR (Ω cm²),Status,Notes\n1,120,60,25,120,ok,no cracks\n"
               "2,400,60,25,,failed,pellet cracked on ejection\n"
               "3,420,60,25,,failed,shorted in the cell\n4,430,60,25,,failed,dropped\n",
}


@pytest.mark.parametrize("sheet", CAUSES.values(), ids=CAUSES)
def test_how_a_stack_failed_may_stand_beside_that_it_did(sheet: str, tmp_path: Path) -> None:
    assert [row[3] for row in told(taken(tmp_path, sheet))] == [120.0, "crushed", "shorted",
                                                                "failed"]


FORCES = "ID,F (kN),{},t (s),T (°C),ASR (Ω cm²)\n1,20,{},60,25,120\n2,30,{},60,60,70\n"


@pytest.mark.parametrize(("header", "value", "key"), [
    ("Area (cm²)", 1.327, "area_cm2"), ("Ø (mm)", 13, "diameter_mm"),
    ("d (mm)", 13, "diameter_mm")])
def test_an_area_that_is_not_the_dies_is_asked_for(header: str, value: float, key: str,
                                                   tmp_path: Path) -> None:
    sheet = FORCES.format(header, value, value)
    with pytest.raises(BadInput, match=r"0\.7854 cm2") as raised:
        taken(tmp_path, sheet)
    assert f'[table] {key} = "{header}"' in raised.value.remedy
    # Both remedies do what they say.
    of_electrode = told(taken(tmp_path, sheet, table={key: header}))
    assert of_electrode[0][0] == pytest.approx(20000 / 78.5398, rel=1e-4)
    of_die = told(taken(tmp_path, sheet, envelope={"die_diameter_mm": 13}))
    assert of_die[0][0] == pytest.approx(20000 / 132.732, rel=1e-4)


def test_an_electrode_may_be_smaller_than_the_die(tmp_path: Path) -> None:
    assert told(taken(tmp_path, FORCES.format("Electrode area (cm²)", 0.5, 0.5)))[0][0] == \
        pytest.approx(20000 / 78.5398, rel=1e-4)


@pytest.mark.parametrize("header", ["Pumpendruck [bar]", "Pump pressure (bar)",
                                    "Pression d'huile (bar)"])
def test_the_pressure_of_a_pump_is_that_of_oil(header: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="an oil pressure") as raised:
        taken(tmp_path, f"ID,{header},t (s),T (°C),ASR (Ω cm²)\n1,80,60,25,120\n2,90,60,60,70\n")
    assert "piston_diameter_mm" in raised.value.remedy
    assert taken(tmp_path, f"ID,{header},t (s),T (°C),ASR (Ω cm²)\n1,80,60,25,120\n2,90,60,60,70\n",
                 table={"piston_diameter_mm": 60.0}).past[0].recipe.pressure_mpa == pytest.approx(
                     8.0 * 60.0**2 / 10.0**2)


@pytest.mark.parametrize("header", ["Temperatura di misura (°C)", "Température de mesure (°C)",
                                    "Temperatura pomiaru (°C)", "Температура измерения (°C)"])
def test_the_temperature_of_a_measurement_is_not_that_of_the_press(header: str, tmp_path: Path
                                                                   ) -> None:
    with pytest.raises(BadInput, match="temperature_c") as raised:
        taken(tmp_path, f"ID,p (MPa),t (s),{header},ASR (Ω cm²)\n1,120,60,25,120\n2,200,60,25,70\n")
    assert '[table] temperature_c = "..."' in raised.value.remedy


def test_tables_side_by_side_are_told_to_be_put_beneath(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="put one beneath the other"):
        taken(tmp_path, "p (MPa),t (s),T (°C),ASR (Ω cm²),,p (MPa),t (s),T (°C),ASR (Ω cm²)\n"
                        "120,60,25,120,,120,60,25,130\n200,60,60,70,,200,60,60,80\n")


def test_a_step_before_the_press_has_its_own_time_and_temperature(tmp_path: Path) -> None:
    assert told(taken(
        tmp_path, "ID,Pre-press time (s),Press time (s),Pre-press temp (°C),Press temp (°C),"
                  "Pre-press P (MPa),P (MPa),ASR (Ω cm²)\n1,30,60,20,25,50,120,120\n"
                  "2,30,90,20,60,50,200,70\n")) == [(120, 60, 25, 120), (200, 90, 60, 70)]


@pytest.mark.parametrize(("unit", "value"), [("%", 2), ("10^2 %", 0.02)])
def test_a_relative_error_without_its_unit_is_asked_for(unit: str, value: float, tmp_path: Path
                                                        ) -> None:
    sheet = ("p (MPa),t (s),T (°C),ASR (Ω cm²),rel. error\n"
             f"120,60,25,120,{value}\n200,60,60,70,{value}\n")
    with pytest.raises(BadInput, match="a relative error whose unit is not written") as raised:
        taken(tmp_path, sheet)
    assert f'unit = "{unit}"' in raised.value.remedy
    # The settings as the remedy says them.
    path = write_settings(tmp_path, "told.toml")
    path.write_text(path.read_text() + "\n[table]\nresistance_se_ohm_cm2 = { column = "
                    f'"rel. error", unit = "{unit}" }}\n')
    table = read_table(write_table(tmp_path, sheet, "lab.csv"), read_settings(path))
    assert [one.outcome.resistance_se_ohm_cm2 for one in table.past
            if isinstance(one.outcome, Intact)] == pytest.approx([2.4, 1.4])


@pytest.mark.parametrize("legend", ["A = OK; C = cracked; S = shorted,,,,",
                                    "Legend: A: ok | C: pellet cracked | S: short circuit,,,,"])
def test_a_legend_tells_what_codes_say(legend: str, tmp_path: Path) -> None:
    sheet = ("p (MPa),t (s),T (°C),ASR (Ω cm²),Code\n120,60,25,120,A\n200,60,60,70,A\n"
             f"400,60,60,,C\n410,60,60,,S\n\n{legend}\n")
    assert [row[3] for row in told(taken(tmp_path, sheet))] == [120, 70, "crushed", "shorted"]


def test_codes_without_a_legend_tell_nothing(tmp_path: Path) -> None:
    table = taken(tmp_path, "p (MPa),t (s),T (°C),ASR (Ω cm²),Code\n120,60,25,120,A\n"
                            "400,60,60,,C\n")
    assert [row[3] for row in told(table)] == [120, "in work"]
    assert table.ignored == ("Code",)


def test_signs_of_minutes_and_seconds_are_read(tmp_path: Path) -> None:
    table = taken(tmp_path, "p (MPa),Dwell,T (°C),ASR (Ω cm²)\n120,10',25,120\n200,5 min,60,70\n"
                            '220,"30""",60,66\n')
    assert [one.recipe.dwell_s for one in table.past] == [600, 300, 30]


REACHED = {
    "beside the product's own name": "ID,pressure_mpa,actual pressure (MPa),t (s),temperature_c,"
                                     "reached temperature (K),ASR (Ω cm²)\n"
                                     "1,120,118.5,60,25,298.65,120\n2,210,208,60,60,334.15,70\n",
    "measured beside set": "ID,p set (MPa),p meas (MPa),t (s),T_set (°C),T_meas (°C),ASR (Ω cm²)\n"
                           "1,120,118.5,60,25,25.5,120\n2,210,208,60,60,61,70\n",
    "gemessen": "ID,Solldruck (MPa),Istdruck (MPa),t (s),T soll (°C),T gemessen (°C),ASR (Ω cm²)\n"
                "1,120,118.5,60,25,25.5,120\n2,210,208,60,60,61,70\n",
    "asked where it is empty": "ID,p set (bar),p actual (MPa),t (s),T set (°C),T actual (°C),"
                               "ASR (Ω cm²)\n1,1185,,60,25,25.5,120\n2,210,208,60,61,,70\n",
    "of a measurement": "ID,p (MPa),t (s),T (°C),T_meas (°C),ASR (Ω cm²)\n"
                        "1,118.5,60,25.5,22,120\n2,208,60,61,22,70\n",
}


@pytest.mark.parametrize("sheet", REACHED.values(), ids=REACHED)
def test_what_the_press_reached_counts(sheet: str, tmp_path: Path) -> None:
    table = taken(tmp_path, sheet)
    assert_two_stacks(table)
    if "set" in sheet or "soll" in sheet or "reached" in sheet:
        assert "not from" in table.cells.words


def test_a_name_that_is_there_twice_costs_no_other_its_name(tmp_path: Path) -> None:
    sheet = ("Pellet,p (MPa),t (s),T (°C),ASR (Ω cm²)\nK1,100,60,25,120\nK2,150,60,25,90\n"
             "K2,200,60,25,70\nK4,250,60,25,60\nK5,300,60,25,55\n")
    table = taken(tmp_path, sheet)
    named = [one.stack.stack_id for one in table.past]
    assert [named[0], *named[3:]] == ["K1", "K4", "K5"]
    assert len(set(named)) == 5 and "K2" not in named
    assert "'K2' in rows 3, 4: these rows are taken without a name" in table.cells.words
    again = taken(tmp_path, sheet, table={"stack": "Pellet"})
    assert [one.stack.stack_id for one in again.past] == ["K1", "K2", "K2", "K4", "K5"]


def test_a_name_of_a_material_is_told_to_name_no_stack(tmp_path: Path) -> None:
    table = taken(tmp_path, "Sample,p (MPa),t (s),T (°C),ASR (Ω cm²)\nLPSCl,100,60,25,120\n"
                            "LPSCl,150,60,25,90\nLYC,200,60,25,70\nLYC,250,60,25,60\n")
    assert len({one.stack.stack_id for one in table.past}) == 4
    assert "'Sample' has 'LPSCl' in rows 2, 3, 'LYC' in rows 4, 5" in table.cells.words
