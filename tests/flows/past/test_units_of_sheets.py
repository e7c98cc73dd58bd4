"""Units that stand where nobody looks: dies in inches, temperatures in kelvin, shares as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_files import settings_values
from read_sheets import P, numbers, read

from pressloop.flows.past.die_told import dies_told
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials.errors import BadInput

POINTS = "pressure_mpa,dwell_s,temperature_c"


@pytest.mark.parametrize("title, found", [
    ("Die: 1/2 inch dia.", 12.7), ("½ inch die", 12.7), ("Matrize 0,5 Zoll", 12.7),
    ("mold 1 1/4 inch", 31.75), ("die 0.5 in", 12.7), ("moule de 1/2 pouce", 12.7),
    ("13 mm die; 5 mm electrode", 13.0), ("Kolben Ø 40 mm, Matrize Ø 13 mm", 13.0)])
def test_a_die_in_inches(title: str, found: float) -> None:
    assert dies_told([title]) == (pytest.approx(found),)


@pytest.mark.parametrize("title", ["die 13 in use since May", "die 7 in argon"])
def test_no_die_of_inches_that_are_none(title: str) -> None:
    assert dies_told([title]) == ()


def test_a_die_in_inches_that_is_not_that_of_the_settings_is_asked_for(tmp_path: Path) -> None:
    sheet = read(tmp_path, "Die: 3/4 inch\nLoad (t),t (s),T (°C),R (Ω cm²)\n1,60,25,140\n"
                 "2,60,25,90\n", envelope={"die_diameter_mm": 10.0})
    assert [one.seen for one in sheet.troubles] == ["the sheet names a die of 19.05 mm"]
    sheet = read(tmp_path, "Die: 3/4 inch\nLoad (t),t (s),T (°C),R (Ω cm²)\n1,60,25,140\n"
                 "2,60,25,90\n", envelope={"die_diameter_mm": 19.05})
    assert numbers(sheet, P) == pytest.approx([34.41, 68.81], rel=1e-3)


def annealed_c() -> list[object]:
    """What t.csv has of a parameter in degC that the stack brings with it."""
    settings = from_plain(settings_values(
        space={"anneal_c": {"low": 100, "high": 550, "unit": "degC", "set_by": "stack"}},
        reference={"anneal_c": 200}), "test")
    return [dict(one.recipe.others)["anneal_c"] for one in read_table(Path("t.csv"), settings).past]


@pytest.mark.parametrize("header, cells", [
    ("anneal_c (K)", ("473.15", "673.15")), ("Anneal (K)", ("473.15", "673.15")),
    ("Anneal C [°F]", ("392", "752"))])
def test_another_temperature_in_another_unit(header: str, cells: tuple[str, str]) -> None:
    Path("t.csv").write_text(f"{POINTS},resistance_ohm_cm2,{header}\n100,60,25,140,{cells[0]}\n"
                             f"200,60,25,90,{cells[1]}\n")
    assert annealed_c() == pytest.approx([200.0, 400.0])


def test_the_error_of_a_temperature_has_no_offset() -> None:
    Path("t.csv").write_text(f"{POINTS},onset (K),onset_se (K)\n100,60,25,473.15,2\n"
                             "200,60,25,573.15,3\n")
    settings = from_plain(settings_values(objective={
        "measured": "onset", "goal": "maximise", "unit": "degC"}), "test")
    found = [one.outcome.measured[0] for one in read_table(Path("t.csv"), settings).past]
    assert [(one.value, one.standard_error) for one in found] == [
        (pytest.approx(200.0), 2.0), (pytest.approx(300.0), 3.0)]


def measured(header: str, cells: tuple[str, str], unit: str, name: str = "sigma",
             said: str = "") -> list[float]:
    Path("t.csv").write_text(f'{POINTS},"{header}"\n100,60,25,{cells[0]}\n200,60,25,{cells[1]}\n')
    settings = from_plain(settings_values(objective={
        "measured": name, "goal": "maximise", "unit": unit},
        **({"table": {name: {"column": header, "unit": said}}} if said else {})), "test")
    return [one.outcome.measured[0].value for one in read_table(Path("t.csv"), settings).past]


@pytest.mark.parametrize("header, unit, factor", [
    ("sigma in S/m", "mS/cm", 10.0), ("sigma / S m-1", "mS/cm", 10.0),
    ("sigma, S/m", "mS/cm", 10.0), ("sigma (10^-4 S/cm)", "mS/cm", 0.1),
    ("sigma (×10⁻⁴ S cm⁻¹)", "mS/cm", 0.1), ("sigma (25 °C)", "mS/cm", 1.0),
    ("sigma (mean)", "mS/cm", 1.0), ("sigma (-)", "percent", 100.0),
    ("sigma (wt%)", "percent", 1.0)])
def test_a_unit_wherever_it_stands(header: str, unit: str, factor: float) -> None:
    assert measured(header, ("1.5", "2"), unit) == pytest.approx([1.5 * factor, 2.0 * factor])


def test_a_column_by_its_name_without_the_unit_that_is_part_of_it() -> None:
    assert measured("Toughness (kJ/m^2)", ("0.02", "0.03"), "J/m^2", "toughness_j_per_m2") == (
        pytest.approx([20.0, 30.0]))


@pytest.mark.parametrize("header, seen", [
    ("sigma (V)", "in V"), ("sigma [S/cm^2]", "in S/cm\\^2"), ("sigma (mScm-1)", "no unit")])
def test_a_unit_of_something_else_is_asked_for(header: str, seen: str) -> None:
    with pytest.raises(BadInput, match=seen):
        measured(header, ("1.5", "2"), "mS/cm")
    assert measured(header, ("1.5", "2"), "mS/cm", said="mS/cm") == [1.5, 2.0]


def test_shares_where_per_cent_are_wanted_are_asked_for() -> None:
    with pytest.raises(BadInput, match="shares of 1"):
        measured("sigma", ("0.85", "0.9"), "percent")
    assert measured("sigma", ("0.85", "0.9"), "percent", said="1") == (
        pytest.approx([85.0, 90.0]))
    assert measured("sigma", ("0.85", "0.9"), "percent", said="percent") == (
        pytest.approx([0.85, 0.9]))


def test_a_row_of_units_counts_for_a_parameter_by_its_own_name() -> None:
    Path("t.csv").write_text("pressure_mpa,dwell_s,temperature_c,anneal_c,resistance_ohm_cm2\n"
                             "MPa,s,degC,K,ohm cm2\n100,60,25,473.15,140\n200,60,25,673.15,90\n")
    assert annealed_c() == pytest.approx([200.0, 400.0])


@pytest.mark.parametrize("reading, error, unit, wanted", [
    ("sigma (S/m)", "sigma_se (%)", "mS/cm", [1.0, 0.5]),
    ("sigma", "sigma error [%]", "mS/cm", [0.1, 0.05]),
    ("sigma", "sigma_se (%)", "", [0.1, 0.05]), ("sigma (%)", "sigma_se (%)", "", [5.0, 2.0]),
    ("sigma (%)", "sigma_se (%)", "percent", [5.0, 2.0])])
def test_an_error_in_per_cent_is_a_share_of_its_reading(
        reading: str, error: str, unit: str, wanted: list[float]) -> None:
    """Unless the readings are in per cent themselves."""
    Path("t.csv").write_text(f"{POINTS},{reading},{error}\n100,60,25,2,5\n200,60,25,2.5,2\n"
                             "210,60,25,2.5,\n220,60,25,,4\n")
    settings = from_plain(settings_values(objective={
        "measured": "sigma", "goal": "maximise", **({"unit": unit} if unit else {})}), "test")
    found = [one.outcome.measured[0].standard_error
             for one in read_table(Path("t.csv"), settings).past if one.outcome is not None]
    assert found == [pytest.approx(one) for one in wanted] + [None]


SIGMA = "P (MPa),t (s),T (°C),{},Conductivity (mS/cm)\n100,60,25,{},1.25\n200,60,25,{},2.5\n"


@pytest.mark.parametrize("header, cells", [
    ("Thickness [mils]", (20, 20)), ("Thickness, mil", (20, 20)), ("pellet thickness / thou",
                                                                  (20, 20)),
    ("Thickness (inches)", (0.02, 0.02)), ("Thickness (um)", (508, 508)),
    ("Thickness", (0.508, 0.508))])
def test_a_thickness_in_units_of_a_workshop(tmp_path: Path, header: str,
                                            cells: tuple[float, float]) -> None:
    sheet = read(tmp_path, SIGMA.format(f'"{header}"', *cells))
    assert not sheet.troubles
    assert numbers(sheet, "resistance_ohm_cm2") == pytest.approx([40.64, 20.32], rel=1e-4)


@pytest.mark.parametrize("header", ["Thickness", "Thickness (ticks)"])
def test_a_thickness_that_is_none_in_mm_is_asked_for(tmp_path: Path, header: str) -> None:
    sheet = read(tmp_path, SIGMA.format(header, 508, 512))
    assert [(one.column, one.seen) for one in sheet.troubles] == [
        (header, "508 to 512 without a unit that is known, which is no thickness in mm")]
    sheet = read(tmp_path, SIGMA.format(header, 508, 512), **{
        "table.thickness_mm": {"column": header, "unit": "um"}})
    assert not sheet.troubles


@pytest.mark.parametrize("title, kind", [
    ("All loads in short tons", "short"), ("gauge reads tons (US)", "short"),
    ("force in US (short) tons", "short"), ("old English press: long tons", "long")])
def test_tons_of_which_only_a_title_says_what_they_are(tmp_path: Path, title: str, kind: str
                                                       ) -> None:
    text = f"{title}\nLoad (tons),t (s),T (°C),R (Ω cm²)\n1,60,25,140\n2,60,25,90\n"
    die = {"die_diameter_mm": 10.0}
    sheet = read(tmp_path, text, envelope=die)
    assert [one.seen for one in sheet.troubles] == [f"in tons, and the sheet speaks of {kind} tons"]
    assert f'pressure_mpa = {{ column = "Load (tons)", unit = "{kind} tons" }}' in (
        sheet.troubles[0].remedy)
    sheet = read(tmp_path, text, envelope=die, **{
        "table.pressure_mpa": {"column": "Load (tons)", "unit": f"{kind} tons"}})
    assert not sheet.troubles
    assert numbers(sheet, P)[0] == pytest.approx({"short": 113.27, "long": 126.87}[kind], rel=1e-3)


@pytest.mark.parametrize("title", ["Load in metric tons", "short time, 20 t press",
                                   "US lab, t in s"])
def test_metric_tons_stay_metric(tmp_path: Path, title: str) -> None:
    sheet = read(tmp_path, f"{title}\nLoad (tons),t (s),T (°C),R (Ω cm²)\n1,60,25,140\n"
                 "2,60,25,90\n", envelope={"die_diameter_mm": 10.0})
    assert not sheet.troubles
    assert numbers(sheet, P)[0] == pytest.approx(124.86, rel=1e-3)


def test_a_column_that_the_settings_ignore_is_no_slip_of_the_pen(tmp_path: Path) -> None:
    sheet = tmp_path / "t.csv"
    sheet.write_text("pressure_mpa,dwell_s,temperature,resistance_ohm_cm2\n100,60,cold,140\n"
                     "200,60,cold,90\n")
    for ignore, taken in (([], False), (["temperature"], True)):
        settings = from_plain(settings_values(space={"temperature_c": 25},
                                              table={"ignore": ignore}), "test")
        if taken:
            assert len(read_table(sheet, settings).past) == 2
        else:
            with pytest.raises(BadInput):
                read_table(sheet, settings)
