"""The console beside presses behind a PLC: what it shows of them, and what they are told."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from console_lab import Desk, console, trials, words
from standing_press import go_on, until

from pressloop.flows.operator_console.door import Keys
from pressloop.hardware.plc.register_map import map_text
from pressloop.trials import State, Trial
from tests.flows.operator_console.plc_lab import Standing, ended, plc_lab, standing
from tools.console.browser import CHROMIUM, NONE, browser
from tools.console.driven import do, enter, go, started

pytestmark = [pytest.mark.slow, pytest.mark.sockets]


def newest(desk: Desk, state: State) -> Trial | None:
    """The newest stack in this state."""
    return next((t for t in reversed(trials(desk)) if t.state is state), None)


def remembered(folder: Path, press: str = "") -> dict[str, Any]:
    """What the PLC itself retains."""
    found: dict[str, Any] = json.loads((folder / f"plc{press}.json").read_text())
    return found


def left_s(desk: Desk, press: str = "") -> float:
    """What the clock of the dwell counts from."""
    query = {"press": press} if press else {}
    return float(re.findall(r'data-countdown="([^"]*)"', desk.part("press", **query))[0])


@pytest.mark.prefect
def test_a_campaign_on_a_plc_press_is_seen_and_its_stack_unloaded(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    """Run, supervisor and console are processes of their own, and the PLC takes one link."""
    with plc_lab(tmp_path, speed=2.0, connections=1) as presses, console(tmp_path) as desk:
        plc = presses[""]
        desk.do("start", file="lab.toml")
        eventually(lambda: newest(desk, State.COMMANDED), "the command", 500)
        eventually(lambda: "data-countdown" in desk.part("press"), "the clock of the dwell")
        shown = desk.part("press")
        assert "What the press does" in shown and "Solid: measured" in shown
        assert 0.0 < left_s(desk) <= 120.0
        assert plc.memory.running_id == 1
        trial = newest(desk, State.COMMANDED)
        assert trial is not None
        done = desk.do("release", trial=trial.number, reason="smoke")
        assert "The press was told to unload" in done
        until(lambda: plc.memory.running_id == 0)
        assert (plc.memory.last_result, plc.memory.alarm) == ("released", "none")
        assert plc.force_n == 0.0
        eventually(lambda: newest(desk, State.FAULTED), "the fault")
        eventually(lambda: "not running" in desk.part("head"), "the end of the run")
        assert "as a person asked: smoke" in words(desk.part("notice"))
        kept = remembered(tmp_path)
        assert (kept["accepted"], kept["last_result"]) == ([1], "released")


def test_a_terminal_unloads_the_press_that_a_run_holds(
        one: Standing, tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    told = pressloop("unload", "--ledger", "sqlite:///lab.db", "--reason", "smoke")
    assert "was told to unload" in told.out, told.err
    go_on(one.plc)
    until(lambda: one.plc.memory.running_id == 0)
    assert one.plc.memory.last_result == "released"
    assert "as a person asked: smoke" in ended(one)


def test_several_plc_presses_are_seen_and_one_is_unloaded(tmp_path: Path) -> None:
    with plc_lab(tmp_path, "north", "south", connections=1) as presses, \
            standing(tmp_path, presses["north"], "north") as north, \
            standing(tmp_path, presses["south"], "south", number=2), console(tmp_path) as desk:
        for press in presses:
            assert f"What press {press} does" in desk.part("press", press=press)
            assert 0.0 < left_s(desk, press) < 120.0
        assert "Press north was told to unload" in desk.do("release", trial=1, reason="smoke")
        go_on(presses["north"])
        until(lambda: presses["north"].memory.running_id == 0)
        until(lambda: remembered(tmp_path, "north")["running_id"] == 0)
        assert remembered(tmp_path, "north")["last_result"] == "released"
        south = presses["south"].memory
        assert (south.running_id, south.last_result) == (2, "none")
        assert presses["south"].force_n > 0.0
        assert "as a person asked: smoke" in ended(north)
        refused = desk.refusal("release", trial=1, reason="smoke")
        assert "told nothing" in refused, refused


def test_many_browsers_read_one_journal_whole(one: Standing, tmp_path: Path) -> None:
    """Each asks from a thread of its own, while the journal grows."""
    with console(tmp_path) as desk:
        left = set[float]()

        def look() -> None:
            for _ in range(20):
                left.add(left_s(desk))

        threads = [threading.Thread(target=look) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert left == {left_s(desk)}, "the machine stands still, and so does its clock"


def test_a_console_of_another_folder_knows_the_map_of_the_run(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    """The settings name the map by a relative path: it is meant from beside them."""
    (tmp_path / "my_press.toml").write_text(map_text("generic"))
    (tmp_path / "other").mkdir()
    with plc_lab(tmp_path, connections=1, options={"map": "my_press.toml"}) as presses, \
            standing(tmp_path, presses[""]) as one, \
            started(tmp_path, at=tmp_path / "other") as found, \
            httpx.Client(base_url=found.home, timeout=150.0) as web:
        desk = Desk(web, Keys(), f"sqlite:///{tmp_path}/lab.db")
        desk.key = web.post("/enter", json={"key": found.link.rpartition("#")[2]}).text
        assert 0.0 < left_s(desk) < 120.0
        assert "told to unload" in desk.do("release", trial=1, reason="smoke")
        go_on(one.plc)
        until(lambda: one.plc.memory.running_id == 0)
        assert one.plc.memory.last_result == "released"


OVER = """Array.from(document.querySelectorAll('.plot')).filter((one) =>
  one.querySelector('.main-svg').getBoundingClientRect().bottom
  > one.closest('figure').getBoundingClientRect().bottom).map((one) => one.id)"""
DRAWN = "Array.from(document.querySelectorAll('.plot.drawn .main-svg')).length"
UNUSED = "Array.from(document.querySelectorAll('.plot')).map((one) => one.offsetHeight)"


@pytest.mark.skipif(CHROMIUM is None, reason=NONE)
def test_the_page_of_two_plc_presses_at_a_desk_and_on_a_phone(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    with plc_lab(tmp_path, "north", "south", connections=1) as presses, \
            standing(tmp_path, presses["north"], "north"), \
            standing(tmp_path, presses["south"], "south", number=2), \
            started(tmp_path) as found, browser(tmp_path / "chromium") as new:
        page = new()
        page.size(1280, 900)
        enter(page, found.link)
        go(page, "now")
        page.reads("What press north does", "What press south does", "left of the dwell")
        eventually(lambda: page.run(DRAWN), "the curves")
        for width, height, scheme in ((390, 844, "dark"), (844, 390, "light"), (390, 844, "light")):
            page.size(width, height, scheme)
            # As a phone that is turned: the curves stay in their panels, all of them.
            eventually(lambda width=width: page.run("innerWidth") == width, "the turn")
            page.run("new Promise((done) => setTimeout(done, 1500))")
            assert page.run("document.documentElement.scrollWidth") <= width
            assert page.run(OVER) == []
            assert set(page.run(UNUSED)) == {480}
        do(page, "Unload now", "section[aria-label=\"Press south\"]", reason="smoke")
        page.reads("Press south was told to unload")
        box = page.run("document.getElementById('said').getBoundingClientRect().width")
        assert box > 300, "the answer is read at a glance"
        assert remembered(tmp_path, "south")["running_id"] in (2, 0)
        assert presses["south"].memory.last_result == "released"
        assert presses["north"].memory.last_result == "none"
        assert not page.complaints
