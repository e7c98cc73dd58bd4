"""Whatever is typed is judged: the impossible asked again, the unlikely confirmed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.evaluation.rules import Rules
from pressloop.evaluation.trace_check import not_held
from pressloop.hardware.attended.entries import Entry, impossible, redrawn, unlikely
from pressloop.hardware.attended.gauge import GAUGES, Gauge
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.protocols import Place
from pressloop.hardware.units import Machine, from_newton
from pressloop.trials.recipe import Recipe
from tests.hardware.attended.pressed_by_hand import AREA_13, ENVELOPE, RECIPE, STACK, press_with


def test_twelve_tonnes_for_one_point_two_are_asked_again(at: Place) -> None:
    recipe = Recipe(90.0, 60.0, 25.0)
    press, person = press_with(at, "start", "pressed", 12.0, 60.0, 1.2, 60.0)
    trace = run_cycle(press, ENVELOPE, 1, STACK, recipe)
    assert trace.peak_force_n == pytest.approx(1.2 * 9806.65)
    trouble = person.troubles[-1]
    for words in ("peak = 12 t", "886.6 MPa", "limit of the die", "Read again"):
        assert words in trouble


@pytest.mark.parametrize("wrong", [(0.0, 180.0), (-1.9, 180.0), (math.nan, 180.0),
                                   (math.inf, 180.0), (1.9, 0.0), (1.9, -5.0), (1.9, math.nan),
                                   (1.9, 3601.0), (15.5, 180.0), (1e308, 180.0)])
def test_what_cannot_be_is_asked_again(at: Place, wrong: tuple[float, float]) -> None:
    press, person = press_with(at, "start", "pressed", *wrong, *wrong, 1.9, 180.0)
    assert run_cycle(press, ENVELOPE, 1, STACK, RECIPE).held_s == 180.0
    assert [bool(t) for t in person.troubles] == [False, False, False, True, True]


def test_an_overshoot_is_believed_when_typed_twice(at: Place) -> None:
    press, person = press_with(at, "start", "pressed", 2.6, 180.0, 2.6, 180.0)
    trace = run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    assert trace.peak_force_n == pytest.approx(2.6 * 9806.65)
    assert "type it again to confirm" in person.troubles[-1]
    assert "above the 140 asked" in str(not_held(trace, RECIPE, Rules()))


def test_a_slip_is_not_believed_once_corrected(at: Place) -> None:
    press, person = press_with(at, "start", "pressed", 1.9, 18.0, 1.9, 180.0)
    assert run_cycle(press, ENVELOPE, 1, STACK, RECIPE).held_s == 180.0
    assert "3:00 min" in person.troubles[-1]


@given(unit=st.sampled_from(sorted(GAUGES)), pressure=st.floats(1.0, 500.0),
       dwell=st.floats(1.0, 3600.0))
def test_what_was_asked_is_possible_likely_and_held_in_every_unit(
        unit: str, pressure: float, dwell: float) -> None:
    machine = Machine(AREA_13, 147e3, 2000.0)
    gauge, recipe = Gauge(unit, machine, (ENVELOPE,)), Recipe(pressure, dwell, 25.0)
    entry = Entry(from_newton(0.999 * pressure * AREA_13, unit, machine), dwell)
    assert impossible(entry, recipe, gauge) == unlikely(entry, recipe, gauge) == ""
    trace = redrawn(entry, recipe, gauge)
    assert not_held(trace, recipe, Rules()) is None
    assert trace.force_n.max() == trace.peak_force_n


@given(st.floats(), st.floats())
def test_no_pair_of_numbers_passes_the_envelope_unseen(shown: float, dwell: float) -> None:
    gauge = Gauge("t", Machine(AREA_13, 147e3), (ENVELOPE,))
    inside = 0 < shown * 9806.65 / AREA_13 <= 500.0 and 0 < dwell <= 3600.0
    assert (impossible(Entry(shown, dwell), RECIPE, gauge) == "") == inside
