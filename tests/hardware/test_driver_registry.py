"""Drivers are found by file name or dotted name; their options are checked."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from pressloop.hardware.options import read_options
from pressloop.hardware.registry import connect_meter, connect_press, meter_names, press_names
from pressloop.trials.errors import BadInput

OUTSIDE = """
from pressloop.hardware.presses.simulated import connect
"""


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A lab's own package with drivers in it."""
    package = tmp_path / "some_lab"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "oven.py").write_text(OUTSIDE)
    (package / "empty.py").write_text("")
    (package / "broken.py").write_text("import a_library_nobody_has\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [n for n in sys.modules if n.startswith("some_lab")]:
        del sys.modules[name]


def test_simulated_drivers_ship():
    assert "simulated" in press_names()
    assert "simulated" in meter_names()


@pytest.mark.parametrize("connect", [connect_press, connect_meter])
@pytest.mark.parametrize("name", ["nope", "", ".", "..", ".nope", "no.such.module", "a/b"])
def test_unknown_driver_is_refused_with_those_there_are(connect, name, place):
    with pytest.raises(BadInput, match=r"driver = .*simulated"):
        connect(name, {}, place)


def test_driver_outside_the_project(outside, place):
    press = connect_press("some_lab.oven", {"preset": "fragile"}, place)
    assert press.identify().name == "simulated press (fragile)"


def test_module_without_connect_is_refused(outside, place):
    with pytest.raises(BadInput, match="connect"):
        connect_press("some_lab.empty", {}, place)


def test_missing_library_of_a_driver_is_not_hidden(outside, place):
    with pytest.raises(ModuleNotFoundError, match="a_library_nobody_has"):
        connect_press("some_lab.broken", {}, place)


@pytest.mark.parametrize(("option", "value"), [
    ("presett", "reference"), ("preset", 3), ("preset", "gold"), ("die_diameter_mm", "10"),
    ("die_diameter_mm", float("nan")), ("die_diameter_mm", -10.0), ("max_force_kn", True),
    ("max_force_kn", 0.0), ("acoustic_sensor", 1), ("time_scale", 1.5), ("time_scale", -0.1),
    ("max_temperature_c", float("inf")), ("stack_pressure_mpa", -1.0)])
def test_wrong_press_option_is_refused(option, value, place):
    with pytest.raises(BadInput):
        connect_press("simulated", {option: value}, place)


@pytest.mark.parametrize(("option", "value"), [
    ("noize", 0.003), ("noise", 0.5), ("noise", -0.1), ("quadrants", "yes"), ("lowest_hz", 0.0),
    ("lowest_hz", 1e7), ("points_per_decade", 0), ("points_per_decade", 7.5),
    ("points_per_decade", 10**12),
    ("glitch_fraction", 1.1), ("stack_pressure_mpa", 0.0), ("temperature_c", -300.0)])
def test_wrong_meter_option_is_refused(option, value, place):
    with pytest.raises(BadInput):
        connect_meter("simulated", {option: value}, place)


@dataclass(frozen=True)
class Options:
    port: int = 502
    host: str = "localhost"
    scale: float = 1.0
    checked: bool = True


def test_options_fill_in_defaults_and_take_whole_numbers_for_floats():
    assert read_options(Options, {"scale": 2}, "press") == Options(scale=2)


@pytest.mark.parametrize(("key", "value", "told"), [
    ("prot", 1, "one of port, host, scale, checked"), ("port", 1.0, "of type int"),
    ("port", True, "of type int"), ("checked", 0, "of type bool"), ("host", 1, "of type str"),
    ("scale", float("inf"), "of type float")])
def test_options_name_section_key_and_what_was_expected(key, value, told):
    with pytest.raises(BadInput, match=rf"press\.{key} = .*{told}"):
        read_options(Options, {key: value}, "press")
