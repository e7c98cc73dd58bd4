"""A press that a person operates: orders in its units, refusals, options."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from pressloop.evaluation.rules import Rules
from pressloop.evaluation.trace_check import not_held
from pressloop.hardware.attended.gauge import Gauge, clock
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.presses.attended import connect
from pressloop.hardware.protocols import CycleState, Place
from pressloop.hardware.registry import connect_press
from pressloop.hardware.units import Machine
from pressloop.trials.errors import BadInput, Fault, NotReady, OutOfEnvelope
from pressloop.trials.recipe import Recipe
from tests.hardware.attended.pressed_by_hand import (
    DONE,
    ENVELOPE,
    OPTIONS,
    RECIPE,
    STACK,
    press_with,
)


def test_one_stack_from_order_to_trace(at: Place) -> None:
    press, person = press_with(at, *DONE)
    trace = run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    assert trace.entered and not trace.whole
    assert trace.held_s == 180.0
    assert trace.peak_force_n == pytest.approx(1.9 * 9806.65)
    assert trace.position_mm is trace.temperature_c is trace.acoustic_hits is None
    assert not_held(trace, RECIPE, Rules()) is None
    order = person.asked[0].text
    for words in ("1.89 t on the gauge", "140 MPa on the 13 mm die", "18.6 kN", "3:00 min"):
        assert words in order
    assert not any(person.troubles)


def test_order_names_oil_and_rates_where_they_are_known(at: Place) -> None:
    press, person = press_with(at, shown_in="bar_oil", piston_area_mm2=2000.0)
    with pytest.raises(NotReady):
        press.start(1, STACK, replace(RECIPE, ramp_mpa_per_s=5.0))
    assert "92.9 bar of oil on the gauge (1.89 t; 18.6 kN; 140 MPa" in person.asked[0].text
    assert "Ramp:    3.32 bar of oil" in person.asked[0].text


def test_order_says_what_else_the_person_must_see_to(at: Place) -> None:
    strict = replace(ENVELOPE, max_o2_ppm=1.0, max_h2o_ppm=0.5, open_below_c=35.0)
    press, person = press_with(replace(at, envelope=strict), "start")
    press.start(1, STACK, RECIPE)
    for words in ("Oxygen:  at most 1 ppm", "Water:   at most 0.5 ppm", "Open:    below 35 degC"):
        assert words in person.asked[0].text


def test_tonnes_on_small_dies_are_as_labs_know_them() -> None:
    ten, thirteen = (Gauge("t", Machine(math.pi * d**2 / 4.0, 1e5), ()) for d in (10.0, 13.0))
    assert ten.mpa(1.0) == pytest.approx(125.0, rel=0.01)
    assert ten.at(140.0).startswith("1.12 t on the gauge")
    assert thirteen.at(140.0).startswith("1.89 t on the gauge")
    assert clock(180.0) == "3:00 min (180 s)"
    assert clock(7.5) == "7.5 s"


def test_a_heated_press_asks_for_the_temperature(at: Place) -> None:
    warm = replace(at, envelope=None)
    press, _ = press_with(warm, "start", "pressed", 1.9, 180.0, 92.0, heated=True,
                          max_temperature_c=120.0)
    press.start(1, STACK, replace(RECIPE, temperature_c=95.0))
    trace = press.report(1).trace
    assert set(trace.temperature_upper_c) == {92.0}
    assert trace.temperature_lower_c is None


def test_a_refusal_moves_nothing(at: Place) -> None:
    press, _ = press_with(at, "start", "pressed", 1.9, 180.0, "refuse", "", "die is  stuck",
                          "start", "pressed", 1.9, 180.0)
    run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    with pytest.raises(Fault, match="die is stuck"):
        run_cycle(press, ENVELOPE, 2, STACK, RECIPE)
    assert press.last_accepted_id() == 1
    assert press.report(2).state is CycleState.NEVER_ACCEPTED
    run_cycle(press, ENVELOPE, 3, STACK, RECIPE)


def test_outside_the_limits_nobody_is_asked(at: Place) -> None:
    press, person = press_with(at)
    for recipe in (Recipe(501.0, 60.0, 25.0), Recipe(140.0, 60.0, 41.0)):
        assert len(press.would_refuse(STACK, recipe)) >= 1
        with pytest.raises(OutOfEnvelope):
            press.start(1, STACK, recipe)
    assert not person.asked
    assert press.last_accepted_id() == 0


def test_giving_up_is_a_fault_with_its_reason(at: Place) -> None:
    press, _ = press_with(at, "start", "given up", "pump leaks")
    with pytest.raises(Fault, match="pump leaks"):
        run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    assert press.report(1).state is CycleState.RELEASED


def test_nobody_there(at: Place) -> None:
    press = connect_press("attended", OPTIONS, at)
    assert (press.identify().serial, press.last_accepted_id(), press.not_ready()) == ("hand", 0, ())
    with pytest.raises(NotReady, match="nobody to ask"):
        press.start(1, STACK, RECIPE)
    assert press.last_accepted_id() == 0
    press_with(at, "start")[0].start(1, STACK, RECIPE)
    with pytest.raises(Fault, match="nobody to ask"):
        press.report(1)
    press.release()


@pytest.mark.parametrize("options, key", [
    ({"shown_in": "psi"}, "shown_in"), ({"shown_in": "bar_oil"}, "piston_area_mm2"),
    ({"die_diameter_mm": 0.0}, "die_diameter_mm"), ({"max_force_kn": -1.0}, "max_force_kn"),
    ({"name": " "}, "name"), ({"log_folder": "no/such"}, "log_folder"),
    ({"piston_area_mm2": -3.0}, "piston_area_mm2"), ({"heated": 1}, "heated")])
def test_bad_options_are_named(at: Place, options: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput, match=key):
        connect(OPTIONS | options, at)
