"""What people ask of runs from a terminal: the console's entries, the console's refusals."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from console_lab import NAME, console, pressed_lab
from documented import ROOT, commands
from few_stacks import QUICK
from lab_files import write_settings
from several_presses import several

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.hardware.protocols import CycleState
from pressloop.trials import Commanded, Faulted, Ledger
from pressloop.trials.provenance import OPERATOR_VARIABLE

pytestmark = pytest.mark.slow
URL = "sqlite:///my.db"
AT = ("--ledger", URL)
SLOW = {"driver": "simulated", "time_scale": 1.0}
PAGE = ROOT / "docs" / "how-to" / "ask-runs.md"
PHOTO = b"\xff\xd8\xff" + bytes(range(200))


class Lab:
    """Runs of presses that are at work, by the names of the presses."""

    def __init__(self, stack: ExitStack, *names: str, at: int = 1, **changes: Any) -> None:
        presses = dict.fromkeys(names, SLOW)
        settings = from_plain(several(presses, **QUICK, campaign={"ledger": URL}, **changes), "x")
        self.runs = {name: stack.enter_context(open_run(settings, order_of(settings, press=name)))
                     for name in names}
        for number, name in enumerate(names, at):
            command(self.runs[name], number)

    def state(self, name: str, cycle: int) -> CycleState:
        return self.runs[name].press.report(cycle).state


def command(run: Any, number: int) -> None:
    """Plans a stack, records its command, and begins its cycle."""
    plan.fn(run, number)
    trial = run.ledger.trial(NAME, number)
    run.ledger.append(NAME, number, Commanded(number, run.press.identify().serial))
    run.press.start(number, trial.stack, trial.recipe)


@pytest.fixture
def two() -> Any:
    with ExitStack() as stack:
        yield Lab(stack, "north", "south")


def requests() -> list[tuple[str, int | None, str]]:
    with closing(Ledger.open(URL)) as ledger:
        return [(one.what, one.trial, one.reason) for one in ledger.requested(NAME)]


def test_the_page_is_typed_as_it_stands(
        two: Lab, tmp_path: Path, pressloop: Callable[..., Any],
        monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crack.jpg").write_bytes(PHOTO)
    monkeypatch.setenv(OPERATOR_VARIABLE, "ana")
    typed = [one.words[1:] for one in commands(PAGE) if not one.is_a_name]
    assert {one[0] for one in typed} == {"pause", "go-on", "stop", "unload", "note", "caution"}
    for number in (3, 4):
        command_when_free(two, number)
    for words in typed:
        answer = pressloop(*words)
        assert answer.code == 0, (words, answer.err)
    assert requests() == [
        ("pause", None, "lunch"), ("go on", None, ""), ("stop", None, "enough for today"),
        ("release", 3, "smell of hydrogen sulfide"), ("release", 4, "smoke")]
    assert two.state("north", 3) is two.state("south", 4) is CycleState.RELEASED
    assert (tmp_path / "photos" / "note-2.jpg").read_bytes() == PHOTO
    with closing(Ledger.open(URL)) as ledger:
        who = {row.kind: row.operator for row in ledger.log(NAME)}
    assert all(who[kind].startswith("ana (") for kind in ("requested", "noted", "cautioned"))


def command_when_free(lab: Lab, number: int) -> None:
    """The next stack of the press whose turn it is, once the one before is out."""
    run = lab.runs["north" if number % 2 else "south"]
    run.press.release()
    run.ledger.append(NAME, number - 2, Faulted("press", "released early"))
    command(run, number)


def test_one_press_is_unloaded_and_the_other_is_not(
        two: Lab, pressloop: Callable[..., Any]) -> None:
    told = pressloop("unload", *AT, "--press", "south", "--reason", "smoke", "--json").json
    assert told == {"campaign": NAME, "asked": "release", "reason": "smoke", "trial": 2,
                    "stack": "night-002", "press": "south"}
    assert (two.state("north", 1), two.state("south", 2)) == (
        CycleState.RUNNING, CycleState.RELEASED)
    assert requests() == [("release", 2, "smoke")]


@pytest.mark.parametrize(("asked", "why"), [
    ((), "one of north (stack night-001), south (stack night-002)"),
    (("--press", "east"), "one of north, south"),
    (("--trial", 99), "a trial of night"),
    (("--trial", 1, "--press", "south"), "a trial of night on press south"),
    (("--trial", 1, "--reason", " "), "--reason")])
def test_a_press_that_is_not_plainly_meant_is_told_nothing(
        two: Lab, pressloop: Callable[..., Any], asked: tuple[Any, ...], why: str) -> None:
    answer = pressloop("unload", *AT, "--reason", "smoke", *asked)
    assert answer.code == 2 and why in answer.err, answer.err
    assert requests() == []
    assert two.state("north", 1) is two.state("south", 2) is CycleState.RUNNING


def test_terminal_and_console_refuse_in_the_same_words(
        tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    pressed_lab(tmp_path, 2, campaign={"name": NAME, "ledger": "sqlite:///my.db"})
    with console(tmp_path, URL) as desk:
        for action, words in (("pause", ["pause"]), ("go_on", ["go-on"]), ("stop", ["stop"]),
                              ("release", ["unload", "--reason", "smoke"])):
            said = pressloop(*words, *AT).err
            assert desk.refusal(action, reason="smoke") in said, said
        stale = desk.refusal("release", trial=1, reason="smoke")
        assert stale in pressloop("unload", *AT, "--trial", 1, "--reason", "smoke").err
        assert "must be under load" in stale
        now = {"max_crush_probability": "0.05", "max_crush_probability_exploring": "0.35",
               "max_failure_probability": "0.1", "losses": "2", "survival_exponent": "2"}
        same = desk.refusal("caution", **now, reason="x")
        assert same in pressloop("caution", *AT, "--set", "losses=2", "--reason", "x").err
    assert requests() == []


def test_what_is_asked_in_one_place_is_seen_in_the_other(
        two: Lab, tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    with console(tmp_path, URL) as desk:
        told = pressloop("pause", *AT, "--reason", "lunch", "--json").json
        assert told["presses"] == ["north", "south"]
        assert [one["stack"] for one in told["in_work"]] == ["night-001", "night-002"]
        assert "pausing after this stack" in desk.part("work", press="south")
        desk.do("go_on", reason="")
        answer = pressloop("go-on", *AT)
        assert answer.code == 2 and "It goes on already" in answer.err
        stopped = pressloop("stop", *AT).out
        assert "Stop night on all its presses (north, south)" in stopped
        assert "The runs of all presses end" in stopped
        assert "A stop stands" in pressloop("go-on", *AT).err
        pressloop("note", "it squeaks", *AT, "--trial", 1)
        assert "it squeaks" in desk.part("one", trial=1)
        desk.do("note", text="dusty")
        assert "dusty" in pressloop("note", *AT).out


def test_a_press_without_a_name_needs_none(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    settings = read_settings(write_settings(tmp_path, **QUICK, press=SLOW,
                                            campaign={"ledger": URL}))
    with open_run(settings, order_of(settings)) as run:
        command(run, 1)
        assert "left out" in pressloop("unload", *AT, "--press", "x", "--reason", "y").err
        assert pressloop("pause", *AT, "--json").json["presses"] == []
        answer = pressloop("unload", *AT, "--reason", "smoke")
        assert "Stack night-001: the press was told to unload" in answer.out, answer.err
        assert run.press.report(1).state is CycleState.RELEASED


def test_an_attended_press_is_unloaded_by_hand(tmp_path: Path, pressloop: Callable[..., Any]
                                               ) -> None:
    hand = {"driver": "attended", "name": "hand", "die_diameter_mm": 10, "max_force_kn": 60}
    settings = read_settings(write_settings(
        tmp_path, **QUICK, press=hand, campaign={"ledger": URL},
        envelope={"max_temperature_c": 40}))
    with open_run(settings, order_of(settings)) as run:
        plan.fn(run, 1)
        run.ledger.append(NAME, 1, Commanded(1, run.press.identify().serial))
        answer = pressloop("unload", *AT, "--reason", "smoke")
        assert answer.code == 2 and "Unload it by hand" in answer.err
    assert requests() == []


def test_notes_are_kept_and_read_back(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    pressed_lab(tmp_path, 2, campaign={"name": NAME, "ledger": URL})
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "large.jpg").write_bytes(PHOTO + bytes(8_000_001))
    (tmp_path / "crack.jpg").write_bytes(PHOTO)
    assert "Nothing was noted" in pressloop("note", *AT).out
    for words, why in ((("see", "--photo", "text.png"), "JPEG or PNG"),
                       (("see", "--photo", "large.jpg"), "at most"),
                       (("see", "--photo", "none.jpg"), "none.jpg"),
                       (("see", "--trial", 9), "a trial of night"),
                       (("--photo", "crack.jpg"), "Say what the photo shows"),
                       (("see", "--out", "photos"), "one of both")):
        answer = pressloop("note", *words, *AT)
        assert answer.code in (1, 2) and why in answer.err, answer.err
    kept = pressloop("note", "see [red]", *AT, "--trial", 2, "--photo", "crack.jpg", "--json").json
    assert kept["noted"]["photo_bytes"] == len(PHOTO)
    pressloop("note", "of the campaign", *AT)
    shown = pressloop("note", *AT, "--trial", 2).out
    assert "see [red]" in re.sub(r"\s+", " ", shown) and "of the campaign" not in shown
    assert len(pressloop("note", *AT, "--json").json["notes"]) == 2
    found, = pressloop("note", *AT, "--trial", 2, "--out", "photos", "--json").json["notes"]
    assert np.fromfile(found["photo"], np.uint8).tobytes() == PHOTO
    assert "see [red]" in pressloop("log", *AT, "--json").out


def test_nothing_that_people_have_typed_steers_the_terminal(
        tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    pressed_lab(tmp_path, 1, campaign={"name": NAME, "ledger": URL})
    pressloop("note", "a \x1b[2Jcrack\u202e at the rim", *AT)
    printed = pressloop("note", *AT).out
    assert re.sub(r"\s+", " ", printed).count("a [2Jcrack at the rim") == 1
    for words in (printed, pressloop("log", *AT).out,
                  pressloop("recommend", "--ledger", "sqlite:///\x1b[2J.db").err):
        assert "crack" in words or "[2J" in words
        assert all(c.isprintable() or c == "\n" for c in words.replace("\u00a0", ""))


@pytest.mark.parametrize(("change", "why"), [
    ("max_crush_probability=1,5", "max_crush_probability"), ("losses=NaN", "a number"),
    ("losses=1e999", "a number"), ("speed=3", "one of max_crush_probability"),
    ("losses", "NAME=VALUE"), ("losses=1", "--reason")])
def test_a_caution_that_makes_no_sense_is_refused(
        tmp_path: Path, pressloop: Callable[..., Any], change: str, why: str) -> None:
    pressed_lab(tmp_path, 1, campaign={"name": NAME, "ledger": URL})
    answer = pressloop("caution", *AT, "--set", change)
    assert answer.code == 2 and why in answer.err, answer.err


def test_caution_counts_and_is_shown(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    pressed_lab(tmp_path, 1, campaign={"name": NAME, "ledger": URL})
    assert "losses = 2\n" in pressloop("caution", *AT).out
    told = pressloop("caution", *AT, "--set", "losses=1,5", "--reason", "dear", "--json").json
    assert (told["caution"]["losses"], told["settings"]["losses"]) == (1.5, 2.0)
    assert "losses = 1.5  (2 in the settings)" in pressloop("caution", *AT).out
    assert "Changed by a person: dear" in pressloop("caution", *AT).out


def test_who_sees_smoke_waits_for_no_models(two: Lab) -> None:
    """Neither torch nor Prefect is loaded before the press is told."""
    asked = ["unload", *AT, "--press", "south", "--reason", "smoke"]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[1:] = {asked!r}\n"
         "from pressloop.flows.cli.main import app\napp(standalone_mode=False)\n"
         "print([m for m in ('torch', 'prefect', 'scipy', 'pandas') if m in sys.modules])"],
        capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert two.state("south", 2) is CycleState.RELEASED


def test_a_refusal_is_json_too(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    pressed_lab(tmp_path, 1, campaign={"name": NAME, "ledger": URL})
    error = pressloop("pause", *AT, "--json").json["error"]
    assert (error["name"], error["bound"]) == ("run", "at work")
    assert error["remedy"] == "Start the campaign first."
