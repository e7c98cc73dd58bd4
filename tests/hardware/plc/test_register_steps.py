"""Registers of whole numbers hold steps: they are told, searched in, and never rounded over."""

from __future__ import annotations

import math

import pytest

from pressloop.hardware.plc.register_map import GENERIC, from_text, map_text
from pressloop.hardware.plc.steps import settable, steps_of, unheld
from pressloop.hardware.presses import modbus
from pressloop.hardware.registry import press_steps
from pressloop.hardware.units import Machine
from pressloop.trials.recipe import Recipe

AREA = math.pi * 25.0
MACHINE = Machine(AREA, 50e3, 5026.5)


def changed(register: str, **to: object) -> str:
    """The generic map with a register of the order as another type, unit and scale."""
    told = ", ".join(f'{key} = "{v}"' if isinstance(v, str) else f"{key} = {v}"
                     for key, v in {"name": register, **to}.items())
    lines = map_text(GENERIC).splitlines()
    at = next(i for i, line in enumerate(lines) if f'name = "{register}"' in line)
    lines[at] = f"  {{ {told} }},"
    return "\n".join(lines)


@pytest.mark.parametrize("register, to, name, step", [
    ("force", {"type": "u16", "unit": "MPa", "scale": 5}, "pressure_mpa", 5.0),
    ("force", {"type": "u16", "unit": "kN", "scale": 1}, "pressure_mpa", 1000.0 / AREA),
    ("force", {"type": "i32", "unit": "t", "scale": 0.01}, "pressure_mpa", 98.0665 / AREA),
    ("force", {"type": "u16", "unit": "percent_of_maximum", "scale": 0.5}, "pressure_mpa",
     250.0 / AREA),
    ("force", {"type": "u16", "unit": "bar_oil", "scale": 1}, "pressure_mpa", 502.65 / AREA),
    ("dwell", {"type": "u16", "unit": "min", "scale": 1}, "dwell_s", 60.0),
    ("temperature", {"type": "i16", "unit": "degC", "scale": 5}, "temperature_c", 5.0),
    ("ramp", {"type": "u16", "unit": "kN/s", "scale": 0.1}, "ramp_mpa_per_s", 100.0 / AREA)])
def test_the_step_of_a_register(register, to, name, step):
    found = steps_of(from_text(changed(register, **to), "test"), MACHINE)
    assert found == {name: pytest.approx(step)}


def test_registers_of_floats_have_none():
    of = from_text(map_text(GENERIC), "generic")
    assert steps_of(of, MACHINE) == {}
    assert set(settable(of)) == {"ramp_mpa_per_s", "release_mpa_per_s"}


def test_the_driver_tells_them_without_the_press(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(changed("force", type="u16", unit="MPa", scale=5))
    assert press_steps("modbus", {"map": str(path)}, AREA) == {"pressure_mpa": pytest.approx(5.0)}
    assert press_steps("simulated", {}, AREA) == {}
    # Without the press nobody knows of what a per cent is one.
    path.write_text(changed("force", type="u16", unit="percent_of_maximum", scale=1))
    assert modbus.steps({"map": str(path)}, AREA) == {}


def test_a_set_point_that_would_become_another_is_told():
    steps = {"pressure_mpa": 5.0, "dwell_s": 60.0}
    assert unheld(Recipe(140.0, 180.0, 25.0), steps) == ()
    # Within the one per cent that a press may round.
    assert unheld(Recipe(141.0, 180.5, 25.0), steps) == ()
    pressure, dwell = unheld(Recipe(142.0, 200.0, 25.0), steps)
    assert "it would become 140" in str(pressure) and "it would become 180" in str(dwell)
