"""The console beside a press whose run is another user's or on another computer."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from console_lab import NAME, Desk, console, words
from standing_press import go_on, until

from pressloop.flows.campaign.decisions.unloading import _unreached
from pressloop.flows.campaign.standing import press_runs, settings_as_opened
from pressloop.hardware.supervisor.wire import socket_path
from pressloop.trials.errors import Fault
from tests.flows.operator_console.plc_lab import Standing, ended, plc_lab, standing

pytestmark = [pytest.mark.slow, pytest.mark.sockets]


@contextmanager
def elsewhere(folder: Path, *, locks: bool = False) -> Iterator[None]:
    """As another user of this computer or, with locks of their own, on another computer."""
    before = dict(os.environ)
    there = folder / "elsewhere"
    there.mkdir(exist_ok=True)
    os.environ |= {"PRESSLOOP_RUNTIME": str(there / "own")}
    if locks:
        os.environ |= {"PRESSLOOP_LOCKS": str(there), "PRESSLOOP_STATE": str(there)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_a_plc_that_takes_no_second_connection_is_said_in_words_and_the_run_goes_on(
        one: Standing, tmp_path: Path) -> None:
    with console(tmp_path) as desk:
        told = desk.ask("release", {"trial": 1, "reason": "smoke"})
        with elsewhere(tmp_path, locks=True):
            refused = desk.ask("release", {"trial": 1, "reason": "smoke"}, confirmed=told["seal"])
        for said in (f"127.0.0.1:{one.plc.port}", "The press was told nothing",
                     "takes no second one", "or at the press itself", "The run goes on"):
            assert said in refused["error"], refused
        assert desk.ledger().requested(NAME) == (), "nothing is on record as asked"
        assert one.plc.memory.running_id == 1 and one.plc.memory.last_result == "none"
        report = one.run.press.report(1)
        assert report.state.name == "RUNNING"
        assert "told to unload" in desk.do("release", trial=1, reason="smoke")
        go_on(one.plc)
        until(lambda: one.plc.memory.running_id == 0)
        assert "as a person asked" in ended(one)


def test_a_run_that_was_gone_names_no_run_that_has_the_link(one: Standing, tmp_path: Path) -> None:
    with console(tmp_path) as desk:
        run = desk_run(desk)
        away = replace(run, host="lab-2")
        assert "unload it on computer lab-2" in _unreached(away, Fault("no connection"))
        gone = replace(run, going=type(run.going).GONE)
        assert _unreached(gone, Fault("no connection")) == (
            "no connection. The press was told nothing: go to it.")
    assert one.plc.memory.running_id == 1


def desk_run(desk: Desk) -> Any:
    """The run of the one press, as the console sees it."""
    with desk.ledger() as ledger:
        opened = ledger.opened(NAME)
        assert opened is not None
        return press_runs(ledger, NAME, opened, ledger.history(NAME, arrays=False),
                          lambda one: settings_as_opened(one, desk.url))[0]


def test_another_user_is_told_who_has_the_press(tmp_path: Path) -> None:
    with plc_lab(tmp_path) as presses, standing(tmp_path, presses[""]) as one, \
            console(tmp_path) as desk:
        told = desk.ask("release", {"trial": 1, "reason": "smoke"})
        with elsewhere(tmp_path):
            refused = desk.ask("release", {"trial": 1, "reason": "smoke"}, confirmed=told["seal"])
        assert "another supervisor holds this press" in refused["error"]
        assert "as the user who has started it" in refused["error"]
        assert one.run.press.report(1).state.name == "RUNNING"


def test_a_plc_with_room_is_unloaded_from_elsewhere_and_left_alone_after(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    with plc_lab(tmp_path, connections=2, options={"linger_s": 300.0}) as presses, \
            standing(tmp_path, presses[""]) as one, console(tmp_path) as desk:
        told = desk.ask("release", {"trial": 1, "reason": "smoke"})
        with elsewhere(tmp_path, locks=True):
            done = desk.ask("release", {"trial": 1, "reason": "smoke"}, confirmed=told["seal"])
            there = socket_path(f"modbus 127.0.0.1:{one.plc.port}")
        assert "told to unload" in done.get("done", ""), done
        go_on(one.plc)
        until(lambda: one.plc.memory.running_id == 0)
        assert one.plc.memory.last_result == "released"
        assert "as a person asked" in ended(one)
        eventually(lambda: not there.exists(), "the end of the link that was opened for it", 30)


def test_what_a_press_does_is_said_to_be_seen_elsewhere(one: Standing, tmp_path: Path) -> None:
    """The run is on another computer, which alone has records of what its press does."""
    assert one.plc.memory.running_id == 1
    with console(tmp_path) as desk:
        assert "What the press does" in desk.part("press")
        moved(tmp_path, "lab-2")
        with elsewhere(tmp_path, locks=True):
            # A page may show what it was told a moment ago.
            until(lambda: "recorded on computer lab-2" in words(desk.part("press")), seconds=30.0)
            shown = desk.part("press")
        assert "data-countup" in shown
        assert "plot" not in shown


def moved(folder: Path, host: str) -> None:
    """As if all entries had been written there."""
    with closing(sqlite3.connect(folder / "lab.db")) as database, database:
        for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"
                                      ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE entries SET host = ?", (host,))
