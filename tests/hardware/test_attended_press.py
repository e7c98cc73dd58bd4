"""A press that a person operates: orders in its units, entries judged, crashes, no memory lost."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_person import ScriptedPerson

from pressloop.evaluation.rules import Rules
from pressloop.evaluation.trace_check import not_held
from pressloop.hardware.attended.entries import Entry, impossible, redrawn, unlikely
from pressloop.hardware.attended.gauge import GAUGES, Gauge, clock
from pressloop.hardware.envelope import Envelope
from pressloop.hardware.guard import collect, run_cycle
from pressloop.hardware.presses.attended import connect
from pressloop.hardware.protocols import CycleState, Place
from pressloop.hardware.registry import connect_press
from pressloop.hardware.units import Machine, from_newton
from pressloop.trials.errors import BadInput, Fault, NotReady, OutcomeUnknown, OutOfEnvelope
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

STACK = Stack("night-001", "L-1", "ana", 1.327, 600.0)
RECIPE = Recipe(140.0, 180.0, 25.0)
AREA_13 = math.pi * 13.0**2 / 4.0
ENVELOPE = Envelope(AREA_13, 98e3, 500.0, 15.0, 40.0, 3600.0)
OPTIONS: dict[str, Any] = {"die_diameter_mm": 13.0, "max_force_kn": 147.0, "name": "hand"}
DONE = ["start", "pressed", 1.9, 180.0]


@pytest.fixture
def at(tmp_path: Path) -> Place:
    return Place(7, tmp_path / "lab", ENVELOPE)


def press_with(at: Place, *answers: float | str, **options: Any) -> tuple[Any, ScriptedPerson]:
    person = ScriptedPerson(list(answers))
    return connect_press("attended", OPTIONS | options, replace(at, person=person)), person


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


def test_the_same_trace_again_without_asking_also_in_a_new_process(at: Place) -> None:
    press, _ = press_with(at, *DONE)
    first = run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    again, person = press_with(at)
    for one in (press, again):
        report = one.report(1)
        assert (report.state, report.stack_id, report.recipe) == (
            CycleState.FINISHED, "night-001", RECIPE)
        assert np.array_equal(report.trace.force_n, first.force_n)
        assert (report.trace.peak_force_n, report.trace.held_s, report.trace.entered) == (
            first.peak_force_n, first.held_s, True)
    assert not person.asked
    with pytest.raises(Fault, match="may be a repeat"):
        again.start(1, STACK, RECIPE)


@pytest.mark.parametrize("before", [[], ["start"]])
@pytest.mark.parametrize("answers, state", [
    (["not pressed"], CycleState.NEVER_ACCEPTED), (["given up", "cracked"], CycleState.RELEASED),
    (["do not know"], CycleState.CANNOT_TELL), (["pressed", 1.9, 180.0], CycleState.FINISHED)])
def test_after_a_crash_the_person_is_asked(at: Place, before: list[str], answers: list[Any],
                                           state: CycleState) -> None:
    press, _ = press_with(at, *before)
    with pytest.raises((NotReady, OutcomeUnknown)):
        run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    again, person = press_with(at, *answers)
    report = again.report(1)
    assert report.state is state
    assert "earlier run" in person.asked[0].text
    count = len(person.asked)
    assert again.report(1).state is state
    assert len(person.asked) == count, "asked once in a process"
    if state is CycleState.NEVER_ACCEPTED:
        assert again.last_accepted_id() == 0
        assert collect(again, 1, STACK, RECIPE) is None
        person.answers += DONE
        assert run_cycle(again, ENVELOPE, 1, STACK, RECIPE).held_s == 180.0
    if state is CycleState.RELEASED:
        assert report.reason == "cracked"
        with pytest.raises(Fault, match="cracked"):
            collect(again, 1, STACK, RECIPE)
    if state is CycleState.CANNOT_TELL:
        with pytest.raises(OutcomeUnknown, match="cannot tell"):
            collect(again, 1, STACK, RECIPE)
        later, _ = press_with(at, "pressed", 1.9, 180.0)
        assert later.report(1).state is CycleState.FINISHED


def test_giving_up_is_a_fault_with_its_reason(at: Place) -> None:
    press, _ = press_with(at, "start", "given up", "pump leaks")
    with pytest.raises(Fault, match="pump leaks"):
        run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    assert press.report(1).state is CycleState.RELEASED


def test_a_stack_that_was_not_pressed_after_all_is_ordered_again_under_its_id(at: Place) -> None:
    press, _ = press_with(at, "start", "not pressed")
    with pytest.raises(OutcomeUnknown, match="next start orders it again"):
        run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    again, _ = press_with(at, *DONE)
    assert collect(again, 1, STACK, RECIPE) is None
    assert run_cycle(again, ENVELOPE, 1, STACK, RECIPE).held_s == 180.0


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


def test_a_stop_under_load_asks_to_unload(at: Place) -> None:
    press, person = press_with(at, "start", "unloaded")
    press.start(1, STACK, RECIPE)
    press.release()
    press.release()
    assert len(person.asked) == 2
    assert press.report(1).state is CycleState.RELEASED


def test_a_stop_lets_the_dwell_go_on_if_the_person_says_so(at: Place) -> None:
    press, _ = press_with(at, "start", "it goes on")
    press.start(1, STACK, RECIPE)
    press.release()
    assert press.report(1).state is CycleState.CANNOT_TELL
    again, _ = press_with(at, "pressed", 1.9, 180.0)
    assert collect(again, 1, STACK, RECIPE).held_s == 180.0


def test_an_earlier_cycle_without_an_end_is_named_in_the_next_order(at: Place) -> None:
    press, _ = press_with(at, "start")
    press.start(1, STACK, RECIPE)
    again, person = press_with(at, "start")
    again.start(2, replace(STACK, stack_id="night-002"), RECIPE)
    assert "nobody said what became of stack night-001" in person.asked[0].text


def memory_of(at: Place) -> Path:
    return at.stem.with_name("lab.attended.jsonl")


@pytest.mark.slow
@given(cut=st.integers(1, 400))
def test_a_torn_last_line_costs_nothing_before_it(tmp_path_factory: Any, cut: int) -> None:
    at = Place(7, tmp_path_factory.mktemp("torn") / "lab", ENVELOPE)
    press, _ = press_with(at, *DONE)
    run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    lines = memory_of(at).read_bytes().splitlines(keepends=True)
    torn = lines[-1][:-min(cut, len(lines[-1]))]
    memory_of(at).write_bytes(b"".join(lines[:-1]) + torn)
    again, person = press_with(at, "pressed", 2.0, 181.0)
    assert again.report(1).trace.held_s == 181.0
    assert len(person.asked) == 2
    assert press_with(at)[0].report(1).trace.held_s == 181.0


@pytest.mark.parametrize("text", ["no json\n", "[1]\n", '{"cycle_id": 1}\n',
                                  '{"cycle_id": 1, "step": "started", "reason": "", '
                                  '"trace": null}\n'])
def test_a_memory_that_is_none_is_a_fault(at: Place, text: str) -> None:
    memory_of(at).write_text(text)
    with pytest.raises(Fault, match="not the memory of the attended press"):
        press_with(at)[0].last_accepted_id()


def test_a_memory_that_cannot_be_written_stops_before_anybody_is_asked(at: Place) -> None:
    press, person = press_with(replace(at, stem=at.stem / "missing" / "lab"), "start")
    with pytest.raises(Fault, match="cannot write"):
        press.start(1, STACK, RECIPE)
    assert not person.asked


@pytest.mark.parametrize("options, key", [
    ({"shown_in": "psi"}, "shown_in"), ({"shown_in": "bar_oil"}, "piston_area_mm2"),
    ({"die_diameter_mm": 0.0}, "die_diameter_mm"), ({"max_force_kn": -1.0}, "max_force_kn"),
    ({"name": " "}, "name"), ({"log_folder": "no/such"}, "log_folder"),
    ({"piston_area_mm2": -3.0}, "piston_area_mm2"), ({"heated": 1}, "heated")])
def test_bad_options_are_named(at: Place, options: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput, match=key):
        connect(OPTIONS | options, at)


# Logs.


def log(folder: Path, text: str, age_s: float = 0.0) -> None:
    path = folder / "night-001.csv"
    path.write_text(text)
    if age_s:
        then = path.stat().st_mtime - age_s
        os.utime(path, (then, then))


LOG = "time_s,force_kN,temperature_c\n0,0,25\n20,18.6,25\n200,18.5,26\n230,0,26\n"


def test_the_log_of_the_press_speaks_instead_of_the_person(at: Place, tmp_path: Path) -> None:
    log(tmp_path, LOG)
    press, person = press_with(at, "start", "pressed", log_folder=str(tmp_path))
    trace = run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    assert trace.whole
    assert trace.force_n.max() == 18600.0
    assert trace.temperature_c is not None and trace.temperature_c[-1] == 26.0
    assert len(person.asked) == 2
    (tmp_path / "night-001.csv").unlink()
    assert np.array_equal(press_with(at)[0].report(1).trace.force_n, trace.force_n)


@pytest.mark.parametrize("text, age_s, words", [
    (LOG, 3600.0, "older than this cycle"), ("time_s,force_kN\n", 0.0, "columns"),
    ("time_s,weight\n0,1\n", 0.0, "columns"), ("time_s,force_kN\n0,abc\n", 0.0, "unreadable"),
    (LOG.replace("kN", "t"), 0.0, "Is the unit"), ("time_s,force_kN\n0,nan\n", 0.0, "peak"),
    ("time_s,force_kN\n5,1\n4,2\n", 0.0, "in order"), ("", 0.0, "columns")])
def test_a_log_that_cannot_be_used_is_said_and_the_person_asked(
        at: Place, tmp_path: Path, text: str, age_s: float, words: str) -> None:
    log(tmp_path, text, age_s)
    press, person = press_with(at, *DONE, log_folder=str(tmp_path))
    assert run_cycle(press, ENVELOPE, 1, STACK, RECIPE).entered
    assert words in person.troubles[-1]


def test_a_log_that_no_cycle_fills_is_not_read(at: Place, tmp_path: Path) -> None:
    log(tmp_path, LOG)
    os.truncate(tmp_path / "night-001.csv", 60_000_000)
    press, person = press_with(at, *DONE, log_folder=str(tmp_path))
    assert run_cycle(press, ENVELOPE, 1, STACK, RECIPE).entered
    assert "60 MB" in person.troubles[-1]


# Whatever is typed.


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
