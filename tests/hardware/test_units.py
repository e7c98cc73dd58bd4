"""Tonnes, per cent and oil pressure are newtons at the door, and nothing else is a unit."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.units import PINT, UNITS, Machine, from_newton, to_newton
from pressloop.trials.errors import BadInput

PISTON_MM2 = 1256.6


def die(diameter_mm: float) -> Machine:
    return Machine(math.pi * diameter_mm**2 / 4.0, 60e3, PISTON_MM2)


@pytest.mark.parametrize(("tonnes", "diameter_mm", "mpa"), [
    (1, 10, 125), (2, 10, 250), (3, 10, 375), (5, 10, 624), (2, 13, 148), (5, 13, 369),
    (10, 13, 739), (24, 20, 749), (60, 30, 832)])
def test_tonnes_on_a_die(tonnes: float, diameter_mm: float, mpa: float) -> None:
    machine = die(diameter_mm)
    assert from_newton(to_newton(tonnes, "t", machine), "MPa", machine) == pytest.approx(
        mpa, abs=0.6)


@pytest.mark.parametrize(("diameter_mm", "tonnes"), [(10, 1.12), (13, 1.9)])
def test_140_mpa_in_tonnes(diameter_mm: float, tonnes: float) -> None:
    machine = die(diameter_mm)
    assert from_newton(to_newton(140.0, "MPa", machine), "t", machine) == pytest.approx(
        tonnes, abs=0.01)


@pytest.mark.parametrize(("value", "unit", "newton"), [
    (1.0, "N", 1.0), (1.0, "kN", 1e3), (1.0, "t", 9806.65), (1.0, "short_t", 8896.443230521),
    (50.0, "percent_of_maximum", 30e3), (100.0, "bar_oil", 10.0 * PISTON_MM2),
    (10.0, "MPa_oil", 10.0 * PISTON_MM2), (300.0, "MPa", 300.0 * math.pi * 25.0)])
def test_what_each_unit_means(value: float, unit: str, newton: float) -> None:
    assert to_newton(value, unit, die(10)) == pytest.approx(newton, rel=1e-9)


@given(st.sampled_from(UNITS), st.floats(-1e9, 1e9), st.floats(1.0, 1e5), st.floats(1.0, 1e7))
def test_there_and_back(unit: str, value: float, area_mm2: float, max_force_n: float) -> None:
    machine = Machine(area_mm2, max_force_n, 2.0 * area_mm2)
    assert from_newton(to_newton(value, unit, machine), unit, machine) == pytest.approx(
        value, rel=1e-12, abs=1e-300)


@given(st.text(max_size=12).filter(lambda unit: unit not in UNITS))
def test_no_other_text_is_a_unit(unit: str) -> None:
    for convert in (to_newton, from_newton):
        with pytest.raises(BadInput, match="unit = "):
            convert(1.0, unit, die(10))


@pytest.mark.parametrize("unit", ["newton", "ton", "T", "Kn", "kn", "bar", "N*2", "metric_ton"])
def test_what_pint_would_take_is_refused_all_the_same(unit: str) -> None:
    with pytest.raises(BadInput, match="one of N, kN, t, short_t"):
        to_newton(1.0, unit, die(10))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_is_no_force(unit: str, value: float) -> None:
    for convert in (to_newton, from_newton):
        with pytest.raises(BadInput, match="force"):
            convert(value, unit, die(10))


@pytest.mark.parametrize(("unit", "machine", "name"), [
    ("bar_oil", Machine(78.5, 60e3), "piston_area_mm2"),
    ("MPa_oil", Machine(78.5, 60e3), "piston_area_mm2"),
    ("MPa_oil", Machine(78.5, 60e3, math.nan), "piston_area_mm2"),
    ("MPa", Machine(math.nan, 60e3), "die_area_mm2"),
    ("MPa", Machine(0.0, 60e3), "die_area_mm2"),
    ("percent_of_maximum", Machine(78.5, math.nan), "max_force_n")])
def test_a_machine_that_is_not_known(unit: str, machine: Machine, name: str) -> None:
    for convert in (to_newton, from_newton):
        with pytest.raises(BadInput, match=name):
            convert(1.0, unit, machine)


def test_a_force_too_large_for_a_number_is_refused() -> None:
    with pytest.raises(BadInput, match="finite"):
        to_newton(1e308, "t", die(10))


def test_pint_is_loaded_only_when_asked() -> None:
    code = "import sys, pressloop.hardware.units; sys.exit('pint' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=150)
    assert set(PINT) <= set(UNITS)
