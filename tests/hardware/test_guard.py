"""The guard: nothing out of bounds reaches a press, nothing is pressed twice, platens unload."""

from __future__ import annotations

import math
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware import guard
from pressloop.hardware.envelope import Envelope
from pressloop.hardware.guard import collect, prove_ready, run_cycle, watch
from pressloop.hardware.presses.simulated import Options, SimulatedPress
from pressloop.hardware.protocols import CycleReport, CycleState, Place, PressIdentity
from pressloop.hardware.registry import connect_press
from pressloop.hardware.simulation.bench import Bench
from pressloop.trials.errors import BadInput, Fault, OutcomeUnknown, OutOfEnvelope
from pressloop.trials.recipe import Recipe

AREA_MM2 = math.pi * 25.0
COLUMNS = ("time_s", "force_n", "position_mm", "temperature_upper_c", "temperature_lower_c",
           "acoustic_hits")


class Troubled:
    """A press that accepts a cycle and then meets trouble when asked about it."""

    def __init__(self, trouble: BaseException | None = None,
                 state: CycleState = CycleState.RUNNING, reasons: tuple[str, ...] = ()) -> None:
        self.trouble, self.state, self.reasons = trouble, state, reasons
        self.started: list[int] = []
        self.releases = 0

    def identify(self) -> PressIdentity:
        return PressIdentity("troubled", "t", AREA_MM2, 60e3, 160.0, simulated=True)

    def last_accepted_id(self) -> int:
        return max(self.started, default=0)

    def not_ready(self) -> tuple[str, ...]:
        return self.reasons

    def start(self, cycle_id, stack, recipe) -> None:
        self.started.append(cycle_id)

    def report(self, cycle_id: int) -> CycleReport:
        if self.trouble is not None:
            raise self.trouble
        return CycleReport(cycle_id, self.state, None, 0.0, -guard.GRACE_S)

    def release(self) -> None:
        self.releases += 1

    def close(self) -> None:
        pass


def slow_press(path: Path, step_s: float) -> SimulatedPress:
    """A press in real time whose clock moves on by a step at every look."""
    ticks = count()
    return SimulatedPress(Options(time_scale=1.0), Bench(path, lambda: next(ticks) * step_s), 7)


def same(one, other) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


@given(st.one_of(
    st.builds(Recipe, st.floats(600.001, 1e6), st.just(60.0), st.just(95.0)),
    st.builds(Recipe, st.just(260.0), st.floats(3600.001, 1e9), st.just(95.0)),
    st.builds(Recipe, st.just(260.0), st.just(60.0), st.floats(150.001, 1e4)),
    st.builds(Recipe, st.just(260.0), st.just(60.0), st.floats(-1e4, 14.999))))
def test_out_of_envelope_never_reaches_the_press(asked):
    press = Troubled()
    with pytest.raises(OutOfEnvelope):
        run_cycle(press, Envelope(AREA_MM2, 60e3, 600, 15, 150, 3600), 1, None, asked)
    assert press.started == []
    assert press.releases == 0


def test_refused_recipe_leaves_the_press_counter_alone(press, envelope, stack, recipe):
    run_cycle(press, envelope, 1, stack("a"), recipe)
    with pytest.raises(OutOfEnvelope):
        run_cycle(press, envelope, 2, stack("b"), Recipe(601.0, 60.0, 95.0))
    assert press.last_accepted_id() == 1
    assert collect(press, 2, stack("b"), recipe) is None


def test_another_die_in_the_press_is_refused(place, envelope, stack, recipe):
    press = connect_press("simulated", {"die_diameter_mm": 13.0}, place)
    with pytest.raises(BadInput, match="die_area_mm2"):
        run_cycle(press, envelope, 1, stack("a"), recipe)
    assert press.last_accepted_id() == 0


def test_press_that_is_not_ready_is_left_alone(envelope, recipe):
    press = Troubled(reasons=("door open", "oil cold"))
    with pytest.raises(Fault, match="door open; oil cold"):
        prove_ready(press, envelope, recipe)
    with pytest.raises(Fault, match="door open"):
        run_cycle(press, envelope, 1, None, recipe)
    assert press.started == []
    assert press.releases == 0


def test_trace_is_of_the_stack_and_recipe(press, envelope, stack, recipe):
    trace = run_cycle(press, envelope, 1, stack("a"), recipe)
    assert trace.pressure_mpa.max() == pytest.approx(260.0, rel=0.04)
    assert press.bench.last_of("a").recipe == recipe


def test_the_same_cycle_is_never_pressed_twice(press, envelope, stack, recipe):
    run_cycle(press, envelope, 5, stack("a"), recipe)
    for repeat in (5, 4, 1):
        with pytest.raises(Fault, match="accepted 5 before"):
            run_cycle(press, envelope, repeat, stack("a"), recipe)
    assert list(press.bench.cycles()) == [5]
    assert press.last_accepted_id() == 5


def test_a_press_opened_again_remembers(press, place, envelope, stack, recipe):
    run_cycle(press, envelope, 1, stack("a"), recipe)
    again = connect_press("simulated", {}, place)
    with pytest.raises(Fault, match="may be a repeat"):
        run_cycle(again, envelope, 1, stack("a"), recipe)


def test_collect_after_a_crash_gives_the_same_trace(press, place, envelope, stack, recipe):
    before = run_cycle(press, envelope, 1, stack("a"), recipe)
    after = collect(connect_press("simulated", {}, place), 1, stack("a"), recipe)
    assert same(before, after)


def test_collect_of_a_cycle_the_press_never_took(press, stack, recipe):
    assert collect(press, 1, stack("a"), recipe) is None


def test_another_ledgers_cycle_is_not_taken_for_ours(press, envelope, stack, recipe):
    """Two ledgers chose the same id: the press ran somebody else's stack under it."""
    run_cycle(press, envelope, 1, stack("theirs"), recipe)
    with pytest.raises(OutcomeUnknown, match="ran stack theirs"):
        collect(press, 1, stack("ours"), recipe)
    with pytest.raises(OutcomeUnknown, match="another ledger"):
        collect(press, 1, stack("theirs"), Recipe(141.0, 60.0, 25.0))


def test_silence_after_the_start_proves_nothing(envelope, stack, recipe):
    press = Troubled(Fault("no reply"))
    with pytest.raises(OutcomeUnknown, match="no reply"):
        run_cycle(press, envelope, 1, stack("a"), recipe)
    assert press.started == [1]
    assert press.releases == 1


def test_platens_unload_when_the_link_fails(envelope, recipe):
    press = Troubled(ConnectionError("link lost"))
    with pytest.raises(ConnectionError):
        run_cycle(press, envelope, 1, None, recipe)
    assert press.started == [1]
    assert press.releases == 1


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(1)])
@pytest.mark.parametrize(("policy", "releases"), [("finish", 0), ("release", 1)])
def test_a_stop_follows_the_policy(envelope, recipe, stop, policy, releases):
    press = Troubled(stop)
    with pytest.raises(type(stop)):
        run_cycle(press, envelope, 1, None, recipe, on_stop=policy)
    assert press.releases == releases


@pytest.mark.parametrize(("policy", "releases"), [("finish", 0), ("release", 1)])
def test_a_stop_while_collecting_follows_the_policy(stack, recipe, policy, releases):
    press = Troubled(state=CycleState.RUNNING)
    first = CycleReport(1, CycleState.RUNNING)
    answers = iter([first])

    def report(cycle_id):
        for answer in answers:
            return answer
        raise KeyboardInterrupt

    press.report = report
    with pytest.raises(KeyboardInterrupt):
        collect(press, 1, stack("a"), recipe, on_stop=policy)
    assert press.releases == releases


class StoppedAgain(Troubled):
    """A press during whose release somebody presses Ctrl-C once more."""

    def release(self) -> None:
        super().release()
        if self.releases == 1:
            raise KeyboardInterrupt("again")


@pytest.mark.parametrize(("first", "policy"), [
    (KeyboardInterrupt("once"), "release"),
    (ConnectionError("link lost"), "finish"),
])
def test_a_second_stop_says_what_the_press_does(envelope, recipe, first, policy):
    """Also after trouble, where the policy lets only a sound cycle finish."""
    press = StoppedAgain(first)
    with pytest.raises(KeyboardInterrupt, match="again") as stop:
        run_cycle(press, envelope, 4, None, recipe, on_stop=policy)
    assert press.releases == 2
    assert stop.value.__notes__ == ["cycle 4 was released, the platens are open"]


def test_a_press_that_cannot_tell_is_unloaded_and_reported(envelope, recipe):
    press = Troubled(state=CycleState.CANNOT_TELL)
    with pytest.raises(OutcomeUnknown, match=r"cycle 3.*settle"):
        run_cycle(press, envelope, 3, None, recipe)
    assert press.started == [3]
    assert press.releases == 1


def test_finished_without_a_trace_is_not_taken_for_done(stack, recipe):
    with pytest.raises(OutcomeUnknown):
        collect(Troubled(state=CycleState.FINISHED), 1, stack("a"), recipe)


@pytest.mark.slow
def test_a_cycle_that_overruns_is_a_fault():
    with pytest.raises(Fault, match="overran"):
        watch(Troubled(state=CycleState.RUNNING), 1, grace_s=0.1)


@pytest.mark.nightly
def test_a_cycle_that_overruns_is_released(envelope, recipe):
    press = Troubled(state=CycleState.RUNNING)
    with pytest.raises(Fault, match="overran"):
        run_cycle(press, envelope, 1, None, recipe)
    assert press.releases == 1


def test_running_cycle_is_watched_to_its_end(tmp_path, envelope, stack, recipe, place):
    press = slow_press(tmp_path / "slow.jsonl", step_s=400.0)
    trace = run_cycle(press, envelope, 1, stack("a"), recipe)
    at_once = connect_press("simulated", {}, place)
    assert same(trace, run_cycle(at_once, envelope, 1, stack("a"), recipe))


def test_running_cycle_has_no_trace_yet(tmp_path, stack, recipe):
    press = slow_press(tmp_path / "slow.jsonl", step_s=1.0)
    press.start(1, stack("a"), recipe)
    report = press.report(1)
    assert report.state is CycleState.RUNNING
    assert report.trace is None
    assert 0.0 < report.elapsed_s < report.duration_s


def test_a_busy_press_takes_no_second_cycle(tmp_path, envelope, stack, recipe):
    press = slow_press(tmp_path / "slow.jsonl", step_s=1.0)
    press.start(1, stack("a"), recipe)
    with pytest.raises(Fault, match="cycle 1 is running"):
        run_cycle(press, envelope, 2, stack("b"), recipe)
    with pytest.raises(Fault, match="cycle 1 is running"):
        press.start(2, stack("b"), recipe)
    assert list(press.bench.cycles()) == [1]
    assert press.report(1).state is CycleState.RUNNING


def test_released_cycle_is_a_fault_now_and_after_a_crash(tmp_path, stack, recipe):
    path = tmp_path / "slow.jsonl"
    press = slow_press(path, step_s=1.0)
    press.start(1, stack("a"), recipe)
    press.release()
    press.release()
    assert press.not_ready() == ()
    for asked in (press, slow_press(path, step_s=1e6)):
        with pytest.raises(Fault, match="cycle 1 was released"):
            watch(asked, 1)
        with pytest.raises(Fault, match="cycle 1 was released"):
            collect(asked, 1, stack("a"), recipe)


def test_release_of_open_platens_changes_nothing(press, envelope, stack, recipe):
    run_cycle(press, envelope, 1, stack("a"), recipe)
    press.release()
    assert press.report(1).state is CycleState.FINISHED


def test_place_names_the_memory(press, place: Place):
    assert press.bench.path.parent == place.stem.parent
    assert press.identify().serial == str(press.bench.path.resolve())
