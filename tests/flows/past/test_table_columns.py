"""Columns of lab sheets: names in any language, units in any spelling, all sorts of readings."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.columns.cells import cell_of
from pressloop.trials.tables.columns.headings import heading
from pressloop.trials.tables.columns.layout import PRODUCT_NAMES
from pressloop.trials.tables.columns.names import meanings
from pressloop.trials.tables.columns.units import (
    ANY_CASE,
    BY_CASE,
    FORCE,
    LENGTH,
    PRESSURE,
    TIME,
    units_of,
)
from tests.flows.past.read_sheets import CLEAN, MODE, SE, WARM, P, R, T, numbers, read


@pytest.mark.parametrize(("text", "dimension", "factor"), [
    ("Ω·cm²", "resistance times area", 1.0), ("Ohm cm^2", "resistance times area", 1.0),
    ("mΩ cm²", "resistance times area", 1e-3), ("kOhm cm2", "resistance times area", 1e3),
    ("Ωcm2", "resistance times area", 1.0), ("ohm*cm**2", "resistance times area", 1.0),
    ("Ω mm²", "resistance times area", 0.01), ("Ω m²", "resistance times area", 1e4),
    ("MΩ", "resistance", 1e6), ("mOhm", "resistance", 1e-3), ("KOHM", "resistance", 1e3),
    ("kg/cm2", PRESSURE, 0.0980665), ("N mm-2", PRESSURE, 1.0), ("kgf/cm²", PRESSURE, 0.0980665),
    ("mpa", PRESSURE, 1.0), ("°F", "temperature", 5.0 / 9.0), ("mS cm⁻¹", "conductivity", 1e-3),
    ("S/m", "conductivity", 0.01), ("ms_per_cm", "conductivity", 1e-3), ("Std", TIME, 3600.0),
    ("metric tons", FORCE, 9806.65), ("µm", LENGTH, 1e-3)])
def test_units_in_any_spelling(text: str, dimension: str, factor: float) -> None:
    assert units_of(text)[dimension].factor == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize("text", ["", "-", "1", "Ω/cm²", "foo", "MPa MPa", "cm", "Zelle"])
def test_what_is_no_unit_of_a_reading(text: str) -> None:
    assert not {PRESSURE, FORCE, "resistance", "resistance times area"} & set(units_of(text))


@pytest.mark.slow
def test_factors_are_those_of_pint() -> None:
    import pint

    ureg = pint.UnitRegistry()
    names = {"psi": "psi", "bar": "bar", "atm": "atm", "at": "kgf/cm**2", "t": "force_metric_ton",
             "kgf": "kgf", "lbf": "lbf", "ksi": "kpsi", "kn": "kN"}
    for symbol, name in names.items():
        dimension, factor = ANY_CASE[symbol]
        ours = "MPa" if dimension == PRESSURE else "N"
        assert factor == pytest.approx(ureg.Quantity(1.0, name).to(ours).magnitude, rel=1e-9)
    assert BY_CASE["Mohm"][1] == 1e6


@pytest.mark.parametrize(("header", "quantity"), [
    ("ASR (Ohm cm²)", R), ("R_int", R), ("Rint (ohm cm2)", R), ("R_ct (kΩ·cm²)", R),
    ("Grenzflächenwiderstand / Ω·cm²", R), ("Flaechenwiderstand [Ohm*cm²]", R), ("R / Ω cm²", R),
    ("Widerstand (Ohm)", R), ("Résistance (Ω.cm2)", R), ("resistance_ohm", R),
    ("Pressure [MPa]", P), ("P/MPa", P), ("p_MPa", P), ("Pressdruck in MPa", P), ("F/kN", P),
    ("Kraft [t]", P), ("Presión (bar)", P), ("PressureMPa", P), ("Pressure\n(MPa)", P),
    ("fabrication pressure (MPa)", P), ("P ist [MPa]", P), ("Load (tonnes)", P), ("MPa", P),
    ("t / min", T), ("hold time (min)", T), ("Haltezeit [s]", T), ("dwell_min", T), ("t", T),
    ("Durée (min)", T), ("Pressing time [min]", T), ("t_hold_s", T),
    ("Temp (°C)", WARM), ("T/K", WARM), ("T", WARM), ("T_press_C", WARM), ("Temp.", WARM),
    ("stack pressure (MPa)", "stack_pressure_mpa"), ("Stapeldruck [MPa]", "stack_pressure_mpa"),
    ("Charge", "lot"), ("Probe Nr.", "stack"), ("Bediener", "operator"), ("Ausfall", MODE),
    ("R error (ohm cm2)", SE), ("± (Ω cm²)", SE), ("σ (mS/cm)", "conductivity"),
    ("Dicke [µm]", "thickness"), ("Öldruck (bar)", "oil pressure")])
def test_headers_in_any_language(header: str, quantity: str) -> None:
    assert meanings(heading(header), PRODUCT_NAMES)[0].quantity == quantity


@pytest.mark.parametrize("header", [
    "Pre-press (MPa)", "Vorpressdruck [MPa]", "Anode pressure (MPa)", "rest time (h)", "Datum",
    "Measurement temperature (°C)", "R_bulk (ohm)", "R0", "Humidity (%)", "Loading (mg/cm2)",
    "Bemerkung", "anneal time (h)", "Luftdruck (hPa)", "ramp_mpa_per_s", "collector", "Rs (ohm)"])
def test_other_quantities_are_left_alone(header: str) -> None:
    assert not meanings(heading(header), PRODUCT_NAMES)


@pytest.mark.slow
@given(st.text(max_size=40))
def test_no_header_makes_it_stumble(header: str) -> None:
    for meaning in meanings(heading(header), PRODUCT_NAMES):
        assert meaning.rank >= 0.0


@pytest.mark.parametrize(("cell", "number"), [
    ("40", "40"), ("ca. 40", "40"), ("~40", "40"), ("40 ± 2", "40"), ("1 800", "1800"),
    ("5 min", "5"), ("n/a", ""), ("-", ""), ("k.A.", ""), ("#NV", "")])
def test_cells_taken_apart(cell: str, number: str) -> None:
    assert cell_of(cell, None).number == number


@pytest.mark.parametrize(("header", "row", "expected"), [
    ("Kraft (kN),t (min),T (K),R (Ω)", "20,2,333.15,100", (254.648, 120.0, 60.0, 78.5398)),
    ("Load [t],t (s),T (°C),R (mΩ cm²)", "2,60,25,50000", (249.724, 60.0, 25.0, 50.0)),
    ("Pressure (psi),time (h),T (°F),kOhm cm2", "29000,0.5,140,0.05", (199.948, 1800, 60.0, 50.0)),
    ("p kg/cm2,t (s),T (°C),R (Ω m²)", "2000,60,25,0.005", (196.133, 60.0, 25.0, 50.0)),
    ("Druck (bar),t (s),T (°C),R (Ω)", "3000,60,25,100", (300.0, 60.0, 25.0, 78.5398))])
def test_units_are_converted(header: str, row: str, expected: tuple[float, ...], tmp_path: Path
                             ) -> None:
    found = read(tmp_path, f"{header}\n{row}\n{row}\n")
    assert not found.troubles
    for name, value in zip((P, T, WARM, R), expected, strict=True):
        assert numbers(found, name)[0] == pytest.approx(value, rel=1e-5)


def test_ohm_by_the_area_of_each_row_and_tonnes_by_its_die(tmp_path: Path) -> None:
    found = read(tmp_path, "Load (t),die (mm),t (s),T (°C),R (Ω)\n1,10,60,25,80\n1,13,60,60,80\n")
    assert numbers(found, P) == pytest.approx([124.862, 73.8829], rel=1e-5)
    assert numbers(found, R) == pytest.approx([80 * math.pi / 4, 80 * math.pi * 1.69 / 4])


def test_resistance_is_thickness_over_conductivity(tmp_path: Path) -> None:
    own = read(tmp_path, "P (MPa),t (s),T (°C),σ (mS/cm),Dicke (µm)\n100,60,25,1.2,600\n")
    assert numbers(own, R) == pytest.approx([50.0])
    shared = read(tmp_path, "P (MPa),t (s),T (°C),conductivity_ms_cm\n100,60,25,1.2\n")
    assert numbers(shared, R) == pytest.approx([50.0])
    assert "by the settings" in shared.cells.columns[-1]
    beside = read(tmp_path, f"{CLEAN},sigma (mS/cm)\n100,60,25,80,1.2\n")
    assert beside.column(R) == ["80"]


def test_readings_side_by_side_are_those_of_one_stack(tmp_path: Path) -> None:
    found = read(tmp_path, "P (MPa),t (s),T (°C),R1 (Ω cm²),R2 (Ω cm²),R3 (Ω cm²)\n"
                 "100,60,25,80,84,79\n200,60,60,50,,n/a\n")
    assert numbers(found, R) == pytest.approx([80.97, 50.0], rel=1e-3)
    assert float(found.column(SE)[0]) == pytest.approx(1.5, rel=0.02)
    assert found.column(SE)[1] == ""
    parts = read(tmp_path, "P (MPa),t (s),T (°C),R1 (Ω),R2 (Ω)\n100,60,25,80,8\n200,60,60,50,4\n")
    assert "too different" in parts.troubles[0].seen


@pytest.mark.parametrize(("header", "words"), [
    ("Force,t (s),T (°C),R (Ω cm²)", "without its unit"),
    ("Pressure (Torr),t (s),T (°C),R (Ω cm²)", "no unit that is known"),
    ("Öldruck (bar),t (s),T (°C),R (Ω cm²)", "oil pressure"),
    ("P1 (MPa),P (MPa),p (MPa),T (°C)", "may both be"),
    ("P (MPa),t (s),T (°C),ASR (mΩ/cm²)", "no unit that is known")])
def test_what_cannot_be_told_is_asked(header: str, words: str, tmp_path: Path) -> None:
    found = read(tmp_path, f"{header}\n100,60,25,80\n200,60,60,50\n")
    assert words in found.troubles[0].seen
    with pytest.raises(BadInput, match=words):
        found.prove(tmp_path / "sheet.csv")


def test_units_that_stand_in_the_cells_only(tmp_path: Path) -> None:
    found = read(tmp_path, "Load,Dwell,Temperature,Resistance\n0.8 t,1 min,25 °C,200 Ω\n"
                 "16 kN,10 min,60 °C,79 Ω\n")
    assert not found.troubles
    assert numbers(found, P) == pytest.approx([99.8897, 203.718], rel=1e-5)
    assert numbers(found, T) == [60.0, 600.0]
    assert numbers(found, R) == pytest.approx([157.0796, 62.0465], rel=1e-5)


def test_a_raw_resistance_by_its_area_and_the_actual_pressure(tmp_path: Path) -> None:
    found = read(tmp_path, "P_set (MPa),P_actual (MPa),hold_min,T_press_degC,R_raw (Ohm),A (mm²)\n"
                 "100,104,1,25,200,78.5\n200,197,10,60,79,78.5\n")
    assert numbers(found, P) == [104.0, 197.0]
    assert numbers(found, R) == pytest.approx([157.0, 62.015])


def test_readings_after_pressing_and_spells_by_the_clock(tmp_path: Path) -> None:
    found = read(tmp_path, "P (MPa),Tempo di pressatura,T (°C),R before pressing (ohm cm2),"
                 "R after pressing (ohm cm2),isFailed\n100,0:01:30,25,900,80,0\n"
                 "400,1:00:00,60,910,,1\n")
    assert found.column(T) == ["90", "3600"]
    assert found.column(R) == ["80", ""]
    assert found.column(MODE) == ["", "failed"]


@pytest.mark.parametrize(("header", "quantity"), [
    ("T_plate [°C]", WARM), ("p_uni (MPa)", P), ("R_raw (Ohm)", R),
    ("Stack #", "stack"), ("Rel. error [%]", SE), ("Tempo di pressatura (min)", T)])
def test_symbols_with_an_index(header: str, quantity: str) -> None:
    assert meanings(heading(header), PRODUCT_NAMES)[0].quantity == quantity


@pytest.mark.parametrize(("name", "value", "error", "factor"), [
    ("toughness_j_m2", "toughness_j_m2", "toughness_se", 1.0),
    ("toughness", "toughness_j_m2", "toughness_j_m2_se", 1.0),
    ("toughness", "Toughness (J/m^2)", "Toughness error (J/m^2)", 1.0),
    ("toughness", "Toughness (mJ/m^2)", "std. error toughness", 1e-3),
    ("toughness", "Toughness (J/m^2)", "± Toughness (mJ/m^2)", 1e-3)])
def test_the_column_of_a_standard_error(
        tmp_path: Path, name: str, value: str, error: str, factor: float) -> None:
    """One that names no unit is in the unit of its readings."""
    reading = read(tmp_path, f"pressure_mpa,{value},{error}\n100,900,200\n300,2600,400\n",
                   space={"dwell_s": 60, "temperature_c": 25},
                   objective={"measured": name, "goal": "maximise", "unit": "J/m^2"})
    assert numbers(reading, f"{name}_se") == pytest.approx([200 * factor, 400 * factor])


@pytest.mark.parametrize("other", ["toughness_sd", "Toughness std", "Toughness standard deviation",
                                   "Toughness class", "error", "se"])
def test_a_scatter_or_another_error_is_no_standard_error_of_it(tmp_path: Path, other: str) -> None:
    reading = read(tmp_path, f"pressure_mpa,toughness,{other}\n100,9,2\n300,26,4\n",
                   space={"dwell_s": 60, "temperature_c": 25},
                   objective={"measured": "toughness", "goal": "maximise", "unit": "J/m^2"})
    assert "toughness_se" not in reading.cells.header
    assert other in reading.unused
