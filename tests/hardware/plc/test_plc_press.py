"""What a PLC press keeps to beside force: hot dies, the glovebox's air, its own log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from standing_press import go_on, stand_still

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.guard import watch
from pressloop.hardware.plc.cycle_log import sample_of, trace_of
from pressloop.hardware.plc.journal import CycleEnd, Journal, Sent
from pressloop.hardware.presses import modbus
from pressloop.hardware.protocols import CycleState, Place
from pressloop.trials.errors import Fault, NotReady
from pressloop.trials.recipe import Recipe

pytestmark = pytest.mark.sockets
HOT = Recipe(250.0, 60.0, 95.0)


@pytest.fixture
def plc(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))
    with serving_press(PressOptions(tmp_path / "plc.json", tmp_path / "bench.jsonl",
                                    speed=100.0)) as found:
        yield found


@pytest.fixture
def link(plc, tmp_path):
    opened = []

    def call(envelope):
        press = modbus.connect({"port": plc.port, "patience_s": 20.0},
                               Place(0, tmp_path / "x", envelope))
        opened.append(press)
        return press

    yield call
    for press in opened:
        press.close()


def test_a_hot_die_stays_under_load_until_it_is_safe(link, envelope, stack):
    press = link(replace(envelope, open_below_c=60.0))
    press.start(1, stack("a"), HOT)
    trace = watch(press, 1)
    loaded = trace.force_n > 0.9 * trace.peak_force_n
    opening = np.flatnonzero(loaded)[-1] + 1
    assert trace.temperature_c[loaded].max() > 90.0
    assert (trace.temperature_c[opening:] < 62.0).all()
    assert trace.temperature_c[loaded].min() < 70.0


def test_a_release_does_not_wait_for_a_hot_die(plc, link, envelope, stack):
    press = link(replace(envelope, open_below_c=60.0))
    stand_still(plc, lambda: plc.phase == "dwelling")
    press.start(1, stack("a"), HOT)
    while plc.phase != "dwelling":
        assert press.report(1).state is CycleState.RUNNING
    press.release()
    go_on(plc)
    with pytest.raises(Fault, match="released before"):
        watch(press, 1)
    assert plc.force_n == 0.0
    assert plc.program.platen_c > 80.0


def test_no_start_in_air_that_the_envelope_forbids(plc, link, envelope, stack):
    press = link(replace(envelope, max_o2_ppm=0.1))
    assert any("oxygen" in one.name and not one.ok for one in press.interlocks())
    with pytest.raises(NotReady, match=r"oxygen at most 0\.1 ppm"):
        press.start(1, stack("a"), HOT)
    assert plc.memory.accepted == []


def test_the_air_is_kept_with_the_trace(link, envelope, stack):
    press = link(replace(envelope, max_o2_ppm=1.0, max_h2o_ppm=1.0))
    press.start(1, stack("a"), replace(HOT, temperature_c=25.0))
    assert watch(press, 1).conditions == pytest.approx({"o2_ppm": 0.4, "h2o_ppm": 0.2})


def test_dry_run_asks_the_press_and_moves_nothing(plc, link, envelope, stack):
    press = link(None)
    assert press.would_refuse(stack("a"), HOT) == ()
    assert press.would_refuse(stack("a"), replace(HOT, pressure_mpa=900.0))
    plc.inject("guard opened")
    assert "interlock" in press.would_refuse(stack("a"), HOT)[0]
    assert plc.memory.accepted == []


ENDED = CycleEnd(1, "finished", "", 20e3, 60.0, 10.0)


def sample(at_s, elapsed, **more):
    return sample_of({"elapsed": elapsed, "force": 19e3, **more}, at_s)


def test_a_sensor_that_breaks_is_no_number():
    log = [sample(9.6, 1.0, temperature_upper=25.0), sample(9.7, 2.0, temperature_upper=1370.0),
           sample(9.8, 3.0, temperature_upper=float("nan"))]
    trace = trace_of(log, 9.5, ENDED, 78.5)
    assert trace.temperature_c is None
    assert "temperature_upper failed" in trace.gap


@pytest.mark.parametrize(("log", "sent", "said"), [
    ([sample(9.5, 1.0), sample(9.9, 2.0)], 9.4, ""),
    ([sample(5.0, 1.0), sample(9.9, 2.0)], 4.9, "no log for 5 s"),
    ([sample(9.5, 1.0), sample(9.9, 2.0)], 2.0, "no log for 8 s"),
    ([sample(2.0, 1.0), sample(2.5, 2.0)], 1.9, "no log for 8 s"),
    ([sample(9.5, 1.0), sample(9.9, 2.0)], None, "beginning"),
    ([], 9.4, "press's own"),
])
def test_what_the_log_lacks_is_said(log, sent, said):
    trace = trace_of(log, sent, ENDED, 78.5)
    assert said in trace.gap
    assert bool(trace.gap) == bool(said)
    assert (trace.peak_force_n, trace.held_s) == (20e3, 60.0)


def test_the_journal_outlives_its_process_and_a_torn_line(tmp_path):
    path = tmp_path / "journal"
    first = Journal(path)
    first.send(Sent(3, "a", HOT, 5, 1, 4, 1.0))
    first.log(3, {"at_s": 1.0, "elapsed": 0.5, "force": 1.0})
    first.accepted(3)
    with path.open("ab") as file:
        file.write(b'{"sample": {"at_s"')
    second = Journal(path)
    second.end(ENDED)
    third = Journal(path)
    assert third.sent == first.sent
    assert third.samples[3] == [{"at_s": 1.0, "elapsed": 0.5, "force": 1.0}]
    assert third.ended == {1: ENDED}
    assert third.highest_accepted == 3


def test_a_large_journal_is_shrunk_to_what_is_needed(tmp_path):
    path = tmp_path / "journal"
    journal = Journal(path)
    for cycle_id in range(1, 9):
        journal.send(Sent(cycle_id, "a", HOT, 5, 1, 4, 1.0))
        journal.log(cycle_id, {"at_s": 1.0, "elapsed": 0.5, "force": 1.0})
        journal.end(replace(ENDED, cycle_id=cycle_id))
    journal.accepted(8)
    with path.open("a") as file:
        file.write((" " * 999 + "\n") * 21_000)
    found = Journal(path)
    assert path.stat().st_size < 10_000
    for one in (found, Journal(path)):
        assert one.sent == journal.sent
        assert one.ended == journal.ended
        assert one.samples == journal.samples
        assert set(one.samples) == {4, 5, 6, 7, 8}
        assert one.highest_accepted == 8


def test_an_id_that_is_used_again_does_not_inherit_an_end(tmp_path):
    """A press that was reset counts from 1 again."""
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.end(ENDED)
    journal.send(Sent(1, "b", HOT, 5, 1, 4, 20.0))
    assert journal.ended == {}
    assert Journal(path).ended == {}
