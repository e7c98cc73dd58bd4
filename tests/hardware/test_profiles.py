"""Die, materials and settings together: the tightest limit counts, and says whose it is."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.envelope import Envelope, check, violations
from pressloop.hardware.profiles import Bounds, Die, Material, Own, envelope_of
from pressloop.trials.errors import BadInput, OutOfEnvelope
from pressloop.trials.recipe import Recipe

EXAMPLES = Path(__file__).parents[2] / "examples"
DIE = Die("PEEK die", 10.0, 600.0, 120.0, "a plate", open_below_c=60.0,
          temperature_reason="PEEK softens")
INDIUM = Material("indium anode", 150.0, "indium melts at 156.6 degC", "a book")
FOIL = Material("thin foil", 200.0, "it shrivels", "a book", 300.0, "it tears")
PRESS = Bounds(60e3)
NO_NUMBERS = [math.nan, math.inf, -math.inf, -1.0]

pressures = st.floats(1.0, 2000.0)
temperatures = st.floats(20.0, 1200.0)
dies = st.builds(Die, st.just("d"), st.floats(1.0, 100.0), pressures, temperatures, st.just("s"),
                 st.none() | st.floats(20.0, 200.0))
materials = st.lists(st.builds(Material, st.sampled_from(["a", "b"]), temperatures, st.just("r"),
                               st.just("s"), st.none() | pressures), max_size=4)


@given(dies, materials, st.floats(1e3, 1e6))
def test_the_envelope_lies_inside_every_part(die: Die, stuff: list[Material], force: float) -> None:
    found = envelope_of(die, stuff, Bounds(force))
    assert found.die_area_mm2 == pytest.approx(math.pi * die.diameter_mm**2 / 4.0)
    assert found.max_pressure_mpa <= force / found.die_area_mm2
    for part in (die, *stuff):
        assert found.max_temperature_c <= part.max_temperature_c
        if part.max_pressure_mpa is not None:
            assert found.max_pressure_mpa <= part.max_pressure_mpa
    assert found.max_temperature_c in {part.max_temperature_c for part in (die, *stuff)}
    assert found.open_below_c == die.open_below_c


@given(dies, materials, pressures, temperatures)
def test_settings_tighten_or_are_refused(die: Die, stuff: list[Material], pressure: float,
                                         temperature: float) -> None:
    free = envelope_of(die, stuff, PRESS)
    own = Own(max_pressure_mpa=pressure, max_temperature_c=temperature)
    if pressure <= free.die_max_pressure_mpa and temperature <= free.max_temperature_c:
        found = envelope_of(die, stuff, PRESS, own)
        assert (found.die_max_pressure_mpa, found.max_temperature_c) == (pressure, temperature)
    else:
        with pytest.raises(BadInput, match="never loosen"):
            envelope_of(die, stuff, PRESS, own)


@given(dies, materials, st.floats(1e-3, 5000.0), st.floats(-100.0, 600.0))
def test_what_one_part_refuses_the_envelope_refuses(die: Die, stuff: list[Material],
                                                    pressure: float, temperature: float) -> None:
    found = violations(Recipe(pressure, 60.0, temperature), envelope_of(die, stuff, PRESS))
    borne = all(temperature <= part.max_temperature_c and (
        part.max_pressure_mpa is None or pressure <= part.max_pressure_mpa)
        for part in (die, *stuff))
    assert borne or found


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", ["diameter_mm", "max_pressure_mpa", "max_temperature_c",
                                  "open_below_c"])
def test_no_die_has_a_limit_that_is_none(name: str, value: float) -> None:
    with pytest.raises(BadInput, match=name):
        replace(DIE, **{name: value})


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", ["max_pressure_mpa", "max_temperature_c"])
def test_no_material_has_one_either(name: str, value: float) -> None:
    with pytest.raises(BadInput, match=name):
        replace(FOIL, **{name: value})


@pytest.mark.parametrize("key", ["diameter_mm", "max_pressure_mpa", "max_temperature_c",
                                 "open_below_c"])
def test_nan_in_the_settings_is_refused(key: str) -> None:
    with pytest.raises(BadInput):
        envelope_of(DIE, [INDIUM], PRESS, Own(**{key: math.nan}))


def test_refusals_name_the_profile() -> None:
    steel = replace(DIE, max_temperature_c=200.0, temperature_reason="")
    with pytest.raises(OutOfEnvelope, match=r"150 \(indium anode: indium melts at 156\.6 degC\)"):
        check(Recipe(100.0, 60.0, 155.0), envelope_of(steel, [FOIL, INDIUM], PRESS))
    with pytest.raises(OutOfEnvelope, match=r"300\.0 \(thin foil: it tears\)"):
        check(Recipe(301.0, 60.0, 25.0), envelope_of(DIE, [FOIL], PRESS))
    with pytest.raises(OutOfEnvelope, match=r"600\.0 \(PEEK die\)"):
        check(Recipe(601.0, 60.0, 25.0), envelope_of(DIE, [INDIUM], PRESS))
    with pytest.raises(OutOfEnvelope, match=r"\(5 kN of the press over"):
        check(Recipe(301.0, 60.0, 25.0), envelope_of(DIE, [FOIL], Bounds(5e3)))
    with pytest.raises(OutOfEnvelope, match=r"90 \(number in \[envelope\]\)"):
        check(Recipe(100.0, 60.0, 91.0), envelope_of(DIE, [], PRESS, Own(max_temperature_c=90.0)))


@pytest.mark.parametrize(("own", "words"), [
    (Own(max_temperature_c=121.0), r"max_temperature_c = 121: .*120 \(PEEK die: PEEK softens\)"),
    (Own(max_pressure_mpa=301.0), r"die_max_pressure_mpa = 301: .*300 \(thin foil: it tears\)"),
    (Own(diameter_mm=13.0), r"die_diameter_mm = 13: must be 10, the diameter of PEEK die"),
    (Own(open_below_c=61.0), r"open_below_c = 61: .*60 \(PEEK die\)")])
def test_loosening_is_refused(own: Own, words: str) -> None:
    with pytest.raises(BadInput, match=rf"envelope\.{words}"):
        envelope_of(DIE, [FOIL], PRESS, own)


def test_without_a_die_the_settings_say_all_of_it() -> None:
    own = Own(10.0, 600.0, 150.0)
    found = envelope_of(None, [], PRESS, own)
    assert found == Envelope(math.pi * 25.0, 60e3, 600.0, 15.0, 150.0, 3600.0)
    assert envelope_of(None, [INDIUM], PRESS, own).reason("max_temperature_c").startswith("indium")
    for name in ("diameter_mm", "max_pressure_mpa", "max_temperature_c"):
        with pytest.raises(BadInput, match="missing"):
            envelope_of(None, [INDIUM], PRESS, replace(own, **{name: None}))


def test_reasons_come_through_json_as_they_were() -> None:
    found = envelope_of(DIE, [INDIUM], PRESS)
    again: Any = [list(pair) for pair in found.because]
    assert replace(found, because=again) == found


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("dies/*.toml")), ids=lambda p: p.stem)
def test_shipped_dies(path: Path) -> None:
    die = Die(**tomllib.loads(path.read_text()))
    assert f"{die.diameter_mm:g}mm" in path.stem
    assert die.max_pressure_mpa <= 600.0
    assert die.max_temperature_c <= 150.0


@pytest.mark.parametrize(("name", "melts_c"), [
    ("indium_anode", 156.6), ("lithium_anode", 180.5), ("pvdf_binder", 170.0)])
def test_shipped_materials_stay_five_degrees_below_melting(name: str, melts_c: float) -> None:
    path = EXAMPLES / "materials" / f"{name}.toml"
    assert Material(**tomllib.loads(path.read_text())).max_temperature_c <= melts_c - 5.0


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("materials/*.toml")), ids=lambda p: p.stem)
def test_shipped_materials_go_with_a_shipped_die(path: Path) -> None:
    die = Die(**tomllib.loads((EXAMPLES / "dies" / "steel_10mm.toml").read_text()))
    envelope_of(die, [Material(**tomllib.loads(path.read_text()))], PRESS)
