"""The envelope refuses at every limit, and never clips."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.agreement import compare
from pressloop.hardware.envelope import Envelope, check, violations
from pressloop.hardware.protocols import PressIdentity
from pressloop.trials.errors import BadInput, OutOfEnvelope
from pressloop.trials.recipe import Recipe

TONNE_N = 9806.65
NAMES = ("pressure_mpa", "dwell_s", "temperature_c", "ramp_mpa_per_s", "release_mpa_per_s")
LIMITS = Envelope(78.53981633974483, 60e3, 600.0, 15.0, 150.0, 3600.0, 50.0)
INSIDE = {"pressure_mpa": 300.0, "dwell_s": 60.0, "temperature_c": 100.0, "ramp_mpa_per_s": 5.0,
          "release_mpa_per_s": 2.0}
TOP = {"pressure_mpa": 600.0, "dwell_s": 3600.0, "temperature_c": 150.0, "ramp_mpa_per_s": 50.0,
       "release_mpa_per_s": 50.0}
PRESS = PressIdentity("press", "1", LIMITS.die_area_mm2, 60e3, 160.0, True)


def disc(diameter_mm: float) -> float:
    return math.pi * diameter_mm**2 / 4.0


def limits(**other) -> Envelope:
    values = {name: getattr(LIMITS, name) for name in Envelope.__slots__}
    return Envelope(**(values | other))


@pytest.mark.parametrize(("tonnes", "diameter_mm", "mpa"), [
    (1, 10, 125), (2, 10, 250), (3, 10, 375), (5, 10, 624), (2, 13, 148), (5, 13, 369),
    (10, 13, 739), (24, 20, 749), (60, 30, 832)])
def test_tonnes_on_a_die(tonnes, diameter_mm, mpa):
    found = limits(die_area_mm2=disc(diameter_mm), press_max_force_n=tonnes * TONNE_N,
                   die_max_pressure_mpa=1e4).max_pressure_mpa
    assert found == pytest.approx(mpa, abs=0.6)


def test_weaker_of_die_and_press_limits_and_is_named():
    weak_press, weak_die = limits(press_max_force_n=20e3), limits(die_max_pressure_mpa=120.0)
    assert weak_press.max_pressure_mpa == pytest.approx(254.6, abs=0.1)
    with pytest.raises(OutOfEnvelope, match=r"pressure_mpa = 300: .*254\.6 \(20 kN of the press"):
        check(Recipe(**INSIDE), weak_press)
    with pytest.raises(OutOfEnvelope, match=r"at most 120\.0 \(limit of the die\)"):
        check(Recipe(**INSIDE), weak_die)


def test_the_limit_itself_is_allowed():
    check(Recipe(**TOP), LIMITS)
    check(Recipe(**(INSIDE | {"temperature_c": 15.0})), LIMITS)


HOT = ((25.0, 600.0), (80.0, 600.0), (150.0, 250.0))


@pytest.mark.parametrize("temperature, most", [
    (15.0, 600.0), (25.0, 600.0), (80.0, 600.0), (115.0, 425.0), (150.0, 250.0)])
def test_a_die_that_bears_less_when_hot(temperature, most):
    hot = limits(max_pressure_at_c=HOT)
    assert hot.max_pressure_at(temperature) == pytest.approx(most)
    check(Recipe(most, 60.0, temperature), hot)
    with pytest.raises(OutOfEnvelope, match="pressure_mpa"):
        check(Recipe(most + 0.1, 60.0, temperature), hot)
    assert violations(Recipe(most, 60.0, temperature), limits()) == ()


def test_what_the_die_bears_when_hot_never_loosens_its_limit():
    assert limits(max_pressure_at_c=((25.0, 900.0),)).max_pressure_at(60.0) == 600.0
    assert math.isnan(limits(max_pressure_at_c=HOT).max_pressure_at(math.nan))


@pytest.mark.parametrize("table", [
    ((100.0, 600.0), (25.0, 300.0)), ((25.0, 600.0), (25.0, 300.0)), ((25.0, 0.0),),
    ((25.0, math.nan),), (25.0, 600.0), "hot"])
def test_a_table_that_is_none_is_refused(table):
    with pytest.raises(BadInput, match="max_pressure_at_c"):
        limits(max_pressure_at_c=table)


def test_no_temperature_is_too_hot_but_by_the_labs_own_word():
    furnace = limits(max_temperature_c=900.0)
    check(Recipe(100.0, 60.0, 850.0), furnace)
    with pytest.raises(OutOfEnvelope, match="temperature_c"):
        check(Recipe(100.0, 60.0, 901.0), furnace)
    for nothing in (math.nan, math.inf):
        with pytest.raises(BadInput, match="max_temperature_c"):
            limits(max_temperature_c=nothing)


def test_machine_rates_need_no_limit():
    check(Recipe(300.0, 60.0, 100.0), LIMITS)


@given(st.sampled_from(NAMES), st.floats(min_value=1e-9, max_value=1e300))
def test_everything_above_a_limit_is_refused_with_its_own_value(name, excess):
    value = math.nextafter(TOP[name], math.inf) + excess
    recipe = Recipe(**(INSIDE | {name: value}))
    with pytest.raises(OutOfEnvelope) as refused:
        check(recipe, LIMITS)
    assert (refused.value.name, refused.value.value) == (name, value)
    assert getattr(recipe, name) == value


@given(st.floats(max_value=14.999, allow_nan=False, allow_infinity=False))
def test_too_cold_is_refused(temperature):
    with pytest.raises(OutOfEnvelope, match="temperature_c"):
        check(Recipe(**(INSIDE | {"temperature_c": temperature})), LIMITS)


@given(st.sampled_from(NAMES), st.sampled_from([math.nan, math.inf, -math.inf]))
def test_no_recipe_holds_nan_or_infinity(name, value):
    with pytest.raises(BadInput, match=name):
        Recipe(**(INSIDE | {name: value}))


@given(st.sampled_from([n for n in NAMES if n != "temperature_c"]),
       st.floats(max_value=0.0, allow_nan=False))
def test_no_recipe_is_zero_or_negative(name, value):
    with pytest.raises(BadInput, match=name):
        Recipe(**(INSIDE | {name: value}))


@given(st.sampled_from(Envelope.__slots__),
       st.one_of(st.sampled_from([math.nan, math.inf, -math.inf]), st.floats(max_value=-300.0)))
def test_limits_themselves_are_checked(name, value):
    if name == "min_temperature_c" and math.isfinite(value):
        return
    with pytest.raises(BadInput):
        limits(**{name: value})


def test_limits_out_of_order_are_refused():
    with pytest.raises(BadInput, match="max_temperature_c"):
        limits(min_temperature_c=100.0, max_temperature_c=90.0)


def test_every_violation_is_told_at_once():
    found = violations(Recipe(900.0, 5000.0, 200.0, 90.0, 90.0), LIMITS)
    assert [one.name for one in found] == list(NAMES)
    assert all("Nothing has moved" in str(one) for one in found)


def test_a_press_that_can_do_more_than_asked_is_fine():
    compare(LIMITS, PRESS)


@pytest.mark.parametrize(("name", "value"), [
    ("die_area_mm2", disc(13)), ("press_max_force_n", 60.001e3), ("max_temperature_c", 160.5)])
def test_settings_beyond_the_press_are_refused(name, value):
    with pytest.raises(BadInput, match=name):
        compare(limits(**{name: value}), PRESS)


@given(st.floats(0.2, 5.0).filter(lambda ratio: abs(ratio - 1.0) > 0.0011))
def test_any_other_die_area_is_refused(ratio):
    with pytest.raises(BadInput, match="die_area_mm2"):
        compare(limits(die_area_mm2=LIMITS.die_area_mm2 * ratio), PRESS)


@pytest.mark.parametrize("name", ["die_area_mm2", "max_force_n", "max_temperature_c"])
def test_a_press_that_reports_nan_is_refused(name):
    values = {n: getattr(PRESS, n) for n in PressIdentity.__slots__} | {name: math.nan}
    with pytest.raises(BadInput):
        compare(LIMITS, PressIdentity(**values))
