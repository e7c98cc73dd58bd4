"""A release that is for one cycle ends no other; one without a cycle is never refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from standing_press import stand_still, until

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.plc.frames import PressOrder
from pressloop.hardware.plc.register_map import read_map
from pressloop.hardware.presses import modbus
from pressloop.hardware.protocols import CycleState, Place
from pressloop.hardware.registry import connect_press
from pressloop.hardware.releasing import release_cycle
from pressloop.trials.errors import OtherCycle
from pressloop.trials.recipe import Recipe
from tests.hardware.plc.test_emulated_press import lab

pytestmark = pytest.mark.sockets
RECIPE = Recipe(250.0, 60.0, 25.0)
OLD = "\n".join(line for line in resources.files("pressloop.hardware.plc").joinpath(
    "maps", "generic.toml").read_text("utf-8").splitlines() if not line.startswith("10 ="))
"""The generic map from before releases could say a cycle."""


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, envelope: Any
           ) -> Iterator[Callable[..., Any]]:
    """An emulated press that stands still in its dwell, and drivers of it."""
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))
    ends: list[Callable[[], Any]] = []

    def call(map_: str = "generic") -> tuple[EmulatedPress, Any]:
        serving = serving_press(PressOptions(tmp_path / "plc.json", tmp_path / "bench.jsonl",
                                             map=map_, speed=100.0))
        plc = serving.__enter__()
        ends.append(lambda: serving.__exit__(None, None, None))
        press = modbus.connect({"port": plc.port, "map": map_, "patience_s": 5.0},
                               Place(0, tmp_path / "x", envelope))
        ends.append(press.close)
        return plc, press

    yield call
    for end in reversed(ends):
        end()


def dwelling(plc: EmulatedPress, press: Any, cycle_id: int, stack: Any) -> None:
    """This cycle runs, and ends not by itself."""
    stand_still(plc, lambda: plc.phase == "dwelling")
    press.start(cycle_id, stack("a"), RECIPE)
    until(lambda: plc.phase == "dwelling")


def on_release(plc: EmulatedPress, act: Callable[[], None]) -> list[int]:
    """Acts as a release arrives, before the press judges it; the cycles that releases named."""
    judge, named = plc.program.order, list[int]()

    def order(one: PressOrder | None) -> None:
        if one is not None and one.command == plc.program.of.commands["release"]:
            named.append(one.cycle_id)
            act()
        judge(one)

    plc.program.order = order  # type: ignore[method-assign]
    return named


def test_the_press_compares_and_the_other_cycle_goes_on(tmp_path: Path) -> None:
    with lab(tmp_path, speed=1.0) as (press, bare):
        bare.beat()
        assert bare.send(cycle_id=7) == "accepted"
        assert bare.send("release", cycle_id=6) == "another cycle"
        assert press.memory.running_id == 7 and press.memory.last_result == "none"
        assert bare.send("release", cycle_id=7) == "accepted"
        until(lambda: press.memory.running_id == 0)
        assert press.memory.last_result == "released"
        assert bare.send("release", cycle_id=7) == "accepted", "repeated, with nothing to unload"


def test_a_release_without_a_cycle_is_never_refused(tmp_path: Path) -> None:
    with lab(tmp_path, speed=1.0) as (press, bare):
        bare.beat()
        assert bare.send(cycle_id=7) == "accepted"
        assert bare.send("release", cycle_id=0) == "accepted"
        until(lambda: press.memory.running_id == 0)


@pytest.mark.parametrize("map_", ["generic", "old.toml"])
def test_the_cycle_that_is_meant_is_unloaded(opened: Any, stack: Any, tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch, map_: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.toml").write_text(OLD)
    plc, press = opened(map_)
    dwelling(plc, press, 7, stack)
    named = on_release(plc, lambda: None)
    with pytest.raises(OtherCycle, match="cycle 7 is in the press, not 6"):
        release_cycle(press, 6)
    assert named == [] and plc.memory.running_id == 7
    release_cycle(press, 7)
    assert named == [7 if map_ == "generic" else 0], "a program without the answer is told no cycle"
    assert plc.memory.last_result == "released"


def begun_meanwhile(plc: EmulatedPress) -> None:
    """Cycle 7 ends, and that of another computer begins."""
    program = plc.program
    if program.memory.running_id == 7:
        program.memory.last_finished_id = 7
        program.memory.running_id = program.memory.last_accepted_id = 8


def test_a_cycle_that_begins_between_look_and_release_goes_on(opened: Any, stack: Any) -> None:
    plc, press = opened()
    dwelling(plc, press, 7, stack)
    on_release(plc, lambda: begun_meanwhile(plc))
    with pytest.raises(OtherCycle, match="another cycle than 7 is in it"):
        press.release_cycle(7)
    assert plc.memory.running_id == 8 and plc.memory.last_result == "none"
    assert plc.phase == "dwelling"


def test_the_guard_s_release_says_no_cycle_and_ends_whatever_runs(opened: Any, stack: Any
                                                                   ) -> None:
    plc, press = opened()
    dwelling(plc, press, 7, stack)
    named = on_release(plc, lambda: begun_meanwhile(plc))
    press.release()
    assert named == [0] and plc.memory.last_result == "released"


def test_a_stopped_program_is_unloaded_by_the_coil_unless_another_cycle_was_seen(
        opened: Any, stack: Any) -> None:
    plc, press = opened()
    dwelling(plc, press, 7, stack)
    plc.inject("frozen program", seconds=600.0)
    with pytest.raises(OtherCycle):
        press.release_cycle(6)
    assert plc.memory.last_result == "none"
    with pytest.raises(Exception, match="not confirmed"):
        press.release_cycle(7)
    assert plc.memory.last_result == "released"


def test_a_map_says_whether_the_press_compares(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(OLD)
    assert read_map("generic").compares_releases
    assert not read_map("old.toml", tmp_path).compares_releases


def test_a_driver_that_knows_no_cycle_of_a_release_is_asked_first(stack: Any, place: Place
                                                                 ) -> None:
    """As third parties have written theirs: `release` alone."""
    class Plain:
        def __init__(self, of: Any) -> None:
            self.release, self.report = of.release, of.report

    slow = connect_press("simulated", {"time_scale": 1.0}, place)
    slow.start(1, stack("a"), RECIPE)
    slow.release()
    slow.start(2, stack("b"), RECIPE)
    release_cycle(Plain(slow), 1)  # type: ignore[arg-type]
    assert slow.report(2).state is CycleState.RUNNING
    with pytest.raises(OtherCycle, match="cycle 2 is in the press, not 1"):
        release_cycle(slow, 1)
    assert slow.report(2).state is CycleState.RUNNING
    release_cycle(Plain(slow), 2)  # type: ignore[arg-type]
    assert slow.report(2).state is CycleState.RELEASED
