"""After a crash or a stop the person is asked, and no memory is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.guard import collect, run_cycle
from pressloop.hardware.protocols import CycleState, Place
from pressloop.trials.errors import Fault, NotReady, OutcomeUnknown
from tests.hardware.attended.pressed_by_hand import DONE, ENVELOPE, RECIPE, STACK, press_with


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


def test_a_stack_that_was_not_pressed_after_all_is_ordered_again_under_its_id(at: Place) -> None:
    press, _ = press_with(at, "start", "not pressed")
    with pytest.raises(OutcomeUnknown, match="next start orders it again"):
        run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    again, _ = press_with(at, *DONE)
    assert collect(again, 1, STACK, RECIPE) is None
    assert run_cycle(again, ENVELOPE, 1, STACK, RECIPE).held_s == 180.0


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
