"""The bench is the memory of a simulated press: durable, and careful with files it is given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.hardware.protocols import CycleState
from pressloop.hardware.registry import connect_press
from pressloop.hardware.simulation.bench import Accepted, Bench
from pressloop.trials.errors import Fault
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack


def accepted(cycle_id: int, name: str = "a") -> Accepted:
    return Accepted(cycle_id, Stack(name, "lot", "somebody", 0.785, 600.0, 375.0),
                    Recipe(260.0, 60.0, 95.0, 4.0), "reference", 7, 100.0, 5.0)


def test_what_was_accepted_is_read_back_whole(tmp_path):
    Bench(tmp_path / "b").accept(accepted(1))
    assert Bench(tmp_path / "b").cycles() == {1: accepted(1)}


def test_release_is_remembered_with_its_time(tmp_path):
    bench = Bench(tmp_path / "b", lambda: 102.0)
    bench.accept(accepted(1))
    bench.release(1)
    found = Bench(tmp_path / "b").cycles()[1]
    assert found.released_s == 102.0
    assert found.elapsed_s(1e9) == 2.0
    assert found.ended(102.0)


def test_last_cycle_of_a_stack_pressed_again(tmp_path):
    bench = Bench(tmp_path / "b")
    for number, name in enumerate("aba", 1):
        bench.accept(accepted(number, name))
    assert bench.last_of("a").cycle_id == 3
    assert bench.last_of("c") is None


@settings(max_examples=30)
@given(cut=st.integers(1, 150))
def test_torn_last_line_never_counts_and_is_cleaned(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("torn") / "b"
    bench = Bench(path)
    bench.accept(accepted(1))
    whole = path.read_bytes()
    bench.accept(accepted(2))
    path.write_bytes(path.read_bytes()[:-cut])
    assert set(bench.cycles()) == {1}
    bench.accept(accepted(3))
    assert set(Bench(path).cycles()) == {1, 3}
    assert path.read_bytes().startswith(whole)


def test_power_loss_while_answering_is_reported_as_never_accepted(press, place, stack, recipe):
    press.start(1, stack("a"), recipe)
    path = press.bench.path
    path.write_bytes(path.read_bytes()[:-1])
    again = connect_press("simulated", {}, place)
    assert again.report(1).state is CycleState.NEVER_ACCEPTED
    assert again.last_accepted_id() == 0
    again.start(1, stack("a"), recipe)
    assert again.report(1).state is CycleState.FINISHED


@pytest.mark.parametrize("content", [
    b"hello\n", b"\xff\xfe\x00\n", b"3\n", b"[]\n", b'{"a": 1}\n', b'{"released": 4, "at_s": 1}\n',
    b'{"cycle_id": 1, "stack": {}, "recipe": {}}\n', b"pressure,dwell\n140,180\n"])
def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "b"
    path.write_bytes(content)
    with pytest.raises(Fault, match=r"not the memory of a simulated press.*Move it away"):
        Bench(path).cycles()
    assert path.read_bytes() == content


def test_a_memory_that_was_lost_is_not_remembered(tmp_path):
    path = tmp_path / "b"
    bench = Bench(path)
    bench.accept(accepted(1))
    assert set(bench.cycles()) == {1}
    path.unlink()
    assert bench.cycles() == {}
    bench.accept(accepted(2))
    assert set(bench.cycles()) == {2}


def test_a_cycle_from_before_the_computer_was_started_is_over():
    assert accepted(1).ended(3.0)
    assert not accepted(1).ended(101.0)


def test_no_file_means_nothing_was_pressed(tmp_path):
    assert Bench(tmp_path / "none").cycles() == {}
    assert not (tmp_path / "none").exists()


def test_a_cycle_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(Fault, match="Nothing has moved"):
        Bench(tmp_path / "no such folder" / "b").accept(accepted(1))
