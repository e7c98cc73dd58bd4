"""Several presses in the console: the campaign on all of them, and each shown under its name."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from console_lab import NAME, console, trials, words
from several_presses import several, write_several

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials import Ended
from tests.flows.operator_console.simulated_presses import DESIGN, SLOW, command

pytestmark = pytest.mark.slow


def test_the_end_of_one_press_hides_no_other(tmp_path: Path, two: Any) -> None:
    """The one that was opened last has ended, the first one still presses."""
    with two("south") as south, console(tmp_path) as desk:
        command(south, 1)
        with two("north") as north:
            north.ledger.append(NAME, None, Ended("failed", "alarm 7: oil", "north"))
        assert "running" in words(desk.part("head")) and "Unload a press" in desk.part("head")
        assert "1 of 2 presses at work; taken out: north" in words(desk.part("cards"))
        told = words(desk.part("notice"))
        assert told == ("The last run of press north has failed: alarm 7: oil. The press is taken "
                        "out; the others go on.")
        assert "Once it is mended, start it again" in desk.part("work", press="north")
        assert "Which press" in desk.refusal("release", trial="", reason="smoke")
        desk.do("pause", reason="lunch")
        assert "pausing after this stack" in desk.part("work", press="south")
        assert "not running" in desk.part("work", press="north")
        assert "Go on" in desk.part("head")
        started = desk.ask("start", {"file": "lab.toml", "press": "*"})
        assert "on south: choose another press" in started["error"]
        assert "on press north" in desk.ask("start", {"file": "lab.toml", "press": "north"})[
            "confirm"]
        assert "at work already" in desk.ask("start", {"file": "lab.toml", "press": "south"})[
            "error"]


def test_what_is_asked_of_all_presses_says_so(tmp_path: Path, two: Any) -> None:
    with two("south") as south, two("north"), console(tmp_path) as desk:
        command(south, 1, start=False)
        told = desk.ask("pause", {"reason": ""})["confirm"]
        assert told.startswith("Pause night on all its presses (north, south). Stack night-001 "
                               "(south) is finished first."), told
        assert "The runs of all presses pause" in desk.do("pause", reason="")
        assert "all presses" in desk.get(f"form/stop?campaign={NAME}").text
        assert "Go on with night on all its presses" in desk.ask("go_on", {"reason": ""})["confirm"]
        desk.do("go_on", reason="")
        assert "It goes on already" in desk.refusal("go_on", reason="")


@pytest.mark.parametrize("what", ["pause", "stop"])
def test_a_pause_is_asked_for_also_where_a_stack_begins_while_it_is_read(
        tmp_path: Path, two: Any, what: str) -> None:
    """Nobody has to hurry to stop a press; what makes it move is read again."""
    with two("south") as south, console(tmp_path) as desk:
        told = desk.ask(what, {"reason": ""})
        command(south, 1)
        assert "done" in desk.ask(what, {"reason": ""}, confirmed=told["seal"])
        if what == "pause":
            on = desk.ask("go_on", {"reason": ""})
            assert "confirm" in desk.ask("go_on", {"reason": ""}, confirmed=told["seal"])
            assert "done" in desk.ask("go_on", {"reason": ""}, confirmed=on["seal"])


def test_a_stack_is_settled_at_its_own_press(tmp_path: Path, two: Any) -> None:
    with two("north") as north:
        command(north, 1)
        with two("south") as south:
            command(south, 2)
            with console(tmp_path) as desk:
                told = desk.ask("settle", {"trial": 2, "reason": "whole"})
                assert "trial 2, stack night-002 on press south" in told["confirm"]
                held = desk.ask("settle", {"trial": 2, "reason": "whole"}, confirmed=told["seal"])
                assert "held by another run" in held["error"]
        with console(tmp_path) as desk:
            assert "Settle after looking at it" in desk.part("work", press="south")
            assert "Settle after looking at it" not in desk.part("work", press="north")
            assert "on press south, is settled" in desk.do("settle", trial=2, reason="whole")


def test_a_press_that_settings_have_no_more_is_still_shown(tmp_path: Path, two: Any) -> None:
    with two("south") as south:
        command(south, 1)
        opened = south.ledger.opened(NAME)
        fewer = from_plain(several({"north": SLOW, "east": SLOW}, **DESIGN), "test")
        south.ledger.append(NAME, None, replace(
            opened, settings=fewer.plain(), settings_digest=fewer.digest, devices={}, press=None))
        with console(tmp_path) as desk:
            frame = desk.part("presses")
            assert [n for n in ("north", "east", "south") if f"press={n}" in frame] == [
                "north", "east", "south"]
            assert "Unload press south now" in desk.ask(
                "release", {"trial": 1, "reason": "smoke"})["confirm"]
            assert "told to unload" in desk.do("release", trial=1, reason="smoke")


def test_hostile_names_of_presses_are_text(tmp_path: Path) -> None:
    hostile = '<img src=x onerror="alert(1)">&press=x'
    settings = from_plain(several({hostile: SLOW, "b c": SLOW}, **DESIGN), "test")
    with open_run(settings, order_of(settings, press=hostile)) as run, console(tmp_path) as desk:
        command(run, 1)
        for part in ("cards", "head", "presses", "notice", "question", "spectrum", "course"):
            assert "<img" not in desk.part(part), part
        for part in ("work", "press"):
            assert "<img" not in desk.part(part, press=hostile), part
        assert "night-001" in desk.part("work", press=hostile)
        assert "one of" in desk.part("work", press="nobody")
        with closing(desk.ledger()) as ledger:
            assert len(ledger.history(NAME)) == 1


@pytest.mark.prefect
def test_each_attended_press_is_answered_by_its_name(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    hand = {"driver": "attended", "die_diameter_mm": 10, "max_force_kn": 60}
    write_several(tmp_path, {f"{name} {tmp_path.name}": hand for name in ("left", "right")},
                  **DESIGN, envelope={"max_temperature_c": 40})
    left, right = f"left {tmp_path.name}", f"right {tmp_path.name}"
    with console(tmp_path) as desk:
        desk.do("start", file="lab.toml")
        eventually(lambda: desk.part("question").count("Press stack") == 2, "both questions", 300)
        assert "2 of 2 presses at work; waiting for a person" in words(desk.part("cards"))
        assert "Unload" not in desk.part("head") + desk.part("work", press=left)
        keys = dict(re.findall(r"<h2>Press (\w+) .*?data-given-question=\"([^\"]*)\"",
                               desk.part("question"), re.DOTALL))
        mine, = (t for t in trials(desk) if t.press == right)
        told = desk.ask("answer", {"question": keys["right"], "answer": "start"})["confirm"]
        assert told.startswith(f"Press {right}, Press stack {mine.stack.stack_id}"), told
        assert "something else" in desk.refusal("answer", question="other", answer="start")
        desk.do("answer", question=keys["right"], answer="start")
        eventually(lambda: f"What became of stack {mine.stack.stack_id}" in desk.part("question"),
                   "the next question")
        assert keys["left"] in desk.part("question"), "the other press still asks the same"
        with desk.ledger() as ledger:
            note, = ledger.noted(NAME)
        assert note.trial == mine.number and f"of press {right}" in note.text
        for run in desk.runs:
            os.kill(run, signal.SIGTERM)
        eventually(lambda: "not running" in desk.part("head"), "the end of the runs", 200)
