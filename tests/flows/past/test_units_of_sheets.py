"""Units that stand where nobody looks: dies in inches, temperatures in kelvin, shares as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_files import settings_values
from read_sheets import P, numbers, read

from pressloop.flows.past.die_told import dies_told
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import from_plain

POINTS = "pressure_mpa,dwell_s,temperature_c"


@pytest.mark.parametrize("title, found", [
    ("Die: 1/2 inch dia.", 12.7), ("½ inch die", 12.7), ("Matrize 0,5 Zoll", 12.7),
    ("mold 1 1/4 inch", 31.75), ("die 0.5 in", 12.7), ("moule de 1/2 pouce", 12.7),
    ("13 mm die; 5 mm electrode", 13.0)])
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


@pytest.mark.parametrize("header, cells", [
    ("anneal_c (K)", ("473.15", "673.15")), ("Anneal C [°F]", ("392", "752"))])
def test_another_temperature_in_another_unit(header: str, cells: tuple[str, str]) -> None:
    Path("t.csv").write_text(f"{POINTS},resistance_ohm_cm2,{header}\n100,60,25,140,{cells[0]}\n"
                             f"200,60,25,90,{cells[1]}\n")
    settings = from_plain(settings_values(
        space={"anneal_c": {"low": 100, "high": 550, "unit": "degC", "set_by": "stack"}},
        reference={"anneal_c": 200}), "test")
    found = [dict(one.recipe.others)["anneal_c"] for one in read_table(Path("t.csv"), settings).past]
    assert found == pytest.approx([200.0, 400.0])


def test_the_error_of_a_temperature_has_no_offset() -> None:
    Path("t.csv").write_text(f"{POINTS},onset (K),onset_se (K)\n100,60,25,473.15,2\n"
                             "200,60,25,573.15,3\n")
    settings = from_plain(settings_values(objective={
        "measured": "onset", "goal": "maximise", "unit": "degC"}), "test")
    found = [one.outcome.measured[0] for one in read_table(Path("t.csv"), settings).past]
    assert [(one.value, one.standard_error) for one in found] == [
        (pytest.approx(200.0), 2.0), (pytest.approx(300.0), 3.0)]
