"""The console in a real browser, from an empty folder to a recommendation."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from console_lab import NAME, pressed_lab
from few_stacks import QUICK
from lab_files import write_settings
from several_presses import several, write_several

from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import from_plain
from pressloop.hardware.locks.lock import holder
from pressloop.hardware.protocols import CycleState
from pressloop.trials import Commanded, Failed, Faulted, Ledger, State
from tests.flows.operator_console.test_console_parts import many_trials
from tools.console.browser import CHROMIUM, NONE, Page, browser
from tools.console.driven import do, enter, go, grave, refused, small, started

pytestmark = [pytest.mark.slow, pytest.mark.prefect,
              pytest.mark.skipif(CHROMIUM is None, reason=NONE)]
URL = "sqlite:///lab.db"
HAS_AXE = importlib.util.find_spec("axe_core_python") is not None


def trials(folder: Path) -> Any:
    with closing(Ledger.open(f"sqlite:///{folder / 'lab.db'}", create=False)) as ledger:
        return ledger.history(NAME, arrays=False)


def begun(folder: Path) -> int:
    """How many stacks the press was told to press; one may be planned besides."""
    return sum(trial.cycle_id is not None for trial in trials(folder))


def test_a_campaign_from_start_to_recommendation(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    write_settings(tmp_path, **QUICK, press={"time_scale": 0.03})
    with browser(tmp_path / "chromium") as new:
        with started(tmp_path) as console:
            page = new()
            page.size(1280, 800)
            enter(page, console.link)
            page.reads("No campaign is in")
            do(page, "Start a campaign")
            page.reads("night", "running", seconds=150)
            page.click("night", "main")
            page.reads("Stack night-001", "Why:", "140 MPa", "The recipe the lab uses now")
            page.reads("left of the dwell")
            other = second(page, new(), console.home)
            other.reads("Stack night-00", "running")
            do(page, "Pause")
            for one in (page, other):
                one.reads("paus")
                one.reads("paused")
            told = begun(tmp_path)
            time.sleep(3.0)
            queue_one(page)
            assert begun(tmp_path) == told, "nothing was pressed meanwhile"
            press = holder_of(tmp_path)
            console.kill()
        assert holder_of(tmp_path) == press, "the run goes on without its console"
        with started(tmp_path) as console:
            page = new()
            enter(page, console.link)
            go(page, "now")
            do(page, "Go on")
            page.reads("150 MPa", "pressing")
            eventually(lambda: trials(tmp_path)[-1].state is State.COMMANDED, "the command")
            os.kill(press, signal.SIGKILL)
            page.reads("gone without a word", "Settle after looking at it")
            number = trials(tmp_path)[-1].number
            do(page, "Settle after looking at it", reason="in two pieces")
            page.reads("No stack is in work")
            assert trials(tmp_path)[-1].state is State.SETTLED
            go(page, "stack", trial=1)
            do(page, "I looked at it: mark", label="crushed", reason="cracks all over")
            page.reads("Corrected", "cracks all over")
            assert isinstance(trials(tmp_path)[0].outcome, Failed)
            do(page, "Back to what was recorded", reason="it was another stack")
            go(page, "history", shown="others")
            page.reads("in two pieces", f"{number}")
            go(page, "model")
            page.reads("Recommended recipe", "As good within", "How far the laws are believed")
            assert not page.complaints
            with closing(Ledger.open(f"sqlite:///{tmp_path / 'lab.db'}")) as ledger:
                who = {row.kind: row.operator for row in ledger.log(NAME)}
            for kind in ("requested", "queued", "settled", "corrected", "planned"):
                assert who[kind].startswith("ana ("), kind


def second(page: Page, other: Page, home: str) -> Page:
    """Another browser, let in by a link of the first."""
    go(page, "overview")
    page.click("Another browser")
    page.reads_dialog()
    link = page.run("document.querySelector('#dialog .link a').href")
    assert link.startswith(home)
    page.click("Close", "#dialog")
    enter(other, link, "ben")
    for one in (page, other):
        go(one, "now")
    return other


def queue_one(page: Page) -> None:
    """A recipe of one's own, mistyped first."""
    go(page, "next")
    page.click("Queue a recipe of your own")
    page.reads_dialog()
    page.fill("reason", "to see")
    assert "a number, such as 1.2" in refused(page, pressure_mpa="NaN")
    assert "a number, such as 1.2" in refused(page, pressure_mpa="1,9,0")
    assert "pressure_mpa = 1900" in refused(page, pressure_mpa="1900")
    page.fill("pressure_mpa", "1,9")
    page.click("Continue", "#dialog")
    page.reads("Press the next stack at 1.9 MPa")
    page.fill("pressure_mpa", "150")
    page.click("Continue", "#dialog")
    page.reads("Press the next stack at 150 MPa")
    page.click("Yes, do it", "#dialog")
    page.reads("150 MPa, 60 s, 25 °C", "Take out")


def holder_of(folder: Path) -> int:
    """The process that has the press."""
    found = holder(str((folder / "lab.db.press.jsonl").resolve()))
    assert found is not None
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_for_everybody_and_for_gloves(tmp_path: Path, scheme: str) -> None:
    if not HAS_AXE:
        pytest.skip("no axe-core: pip install axe-core-python")
    pressed_lab(tmp_path)
    with started(tmp_path) as console, browser(tmp_path / "chromium") as new:
        page = new()
        page.size(820, 1180, scheme)
        enter(page, console.link)
        for name, words in (("overview", "3 of 4 stacks"), ("now", "What the press did"),
                            ("history", "Reading or reason"), ("next", "Press this next"),
                            ("model", "How the search went"), ("maps", "of crushing")):
            go(page, name)
            page.reads(words)
            assert grave(page) == [], name
            assert small(page) == [], name
            assert page.run("document.documentElement.scrollWidth") <= 820, name
        go(page, "stack", trial=1)
        page.reads("Its story")
        page.click("I looked at it: mark")
        page.reads_dialog()
        assert grave(page) == [] and small(page) == []


def test_a_stranger_is_shown_a_question_and_nothing_else(tmp_path: Path) -> None:
    pressed_lab(tmp_path, 1)
    with started(tmp_path) as console, browser(tmp_path / "chromium") as new:
        page = new()
        page.open(f"{console.home}/#/now?campaign=night")
        assert "0 of" not in page.reads("Who is there?")
        used = console.link
        enter(new(), used)
        again = new()
        again.open(used)
        assert "Campaigns" not in again.reads("This link was used", "Who is there?")


@pytest.mark.nightly
def test_two_thousand_stacks_in_a_browser(tmp_path: Path) -> None:
    pressed_lab(tmp_path, 1)
    many_trials(URL, 2000)
    with started(tmp_path) as console, browser(tmp_path / "chromium") as new:
        page = new()
        enter(page, console.link)
        page.reads("2001")
        page.run("window.frames_ms = []; let last = performance.now(); (function next() { "
                 "requestAnimationFrame((now) => { window.frames_ms.push(now - last); last = now; "
                 "next(); }); })()")
        began = time.monotonic()
        go(page, "history")
        page.reads("night-2001")
        took = time.monotonic() - began
        assert took < 2.0, took
        before = looks(page, 2001)
        go(page, "model")
        page.reads("Fitting the models")
        meanwhile = looks(page, 1991)
        # Of a computer that is busy with other things both take longer.
        assert meanwhile < max(2.0, 3.0 * before), "pages answer while the models are fitted"
        assert page.run("Math.max(...window.frames_ms)") < 2000.0, "and the page stands still never"


def looks(page: Page, first: int) -> float:
    """Seconds that the page of a stack takes, the middle one of five."""
    waited = []
    for number in range(first, first - 5, -1):
        began = time.monotonic()
        go(page, "stack", trial=number)
        page.reads(f"Trial {number}:")
        waited.append(time.monotonic() - began)
    return sorted(waited)[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_of_two_presses_the_one_that_smokes_is_unloaded(tmp_path: Path, scheme: str) -> None:
    """Each stack stands with its press; a dialog that was left open acts on no later stack."""
    slow = {"driver": "simulated", "time_scale": 1.0}
    changes = QUICK | {"reference": {"dwell_s": 100}}
    write_several(tmp_path, {"north": slow, "south": slow}, **changes)
    settings = from_plain(several({"north": slow, "south": slow}, **changes), "test")
    with open_run(settings, order_of(settings, press="north")) as north, \
            open_run(settings, order_of(settings, press="south")) as south, \
            started(tmp_path) as console, browser(tmp_path / "chromium") as new:
        command(north, 1)
        command(south, 2)
        page = new()
        page.size(820, 1180, scheme)
        enter(page, console.link)
        page.reads("2 of 2 presses at work", "north: night-001, pressing", "south: night-002")
        go(page, "now")
        page.reads("Press north", "Press south", "Stack night-001", "Stack night-002",
                   "What press south does")
        if HAS_AXE:
            assert grave(page) == [] and small(page) == []
        assert page.run("document.documentElement.scrollWidth") <= 820
        page.click("Unload a press")
        page.reads_dialog()
        page.reads("north: stack night-001", "south: stack night-002")
        if HAS_AXE:
            assert grave(page) == [] and small(page) == []
        page.click("Cancel", "#dialog")
        do(page, "Unload now", "section[aria-label=\"Press south\"]", reason="smoke")
        page.reads("Press south was told to unload")
        assert south.press.report(2).state is CycleState.RELEASED
        assert north.press.report(1).state is CycleState.RUNNING
        page.click("Unload now", "section[aria-label=\"Press north\"]")
        page.reads_dialog()
        page.fill("reason", "smoke")
        page.click("Continue", "#dialog")
        page.reads("Unload press north now: stack night-001 is lost")
        north.press.release()
        north.ledger.append(NAME, 1, Faulted("press", "released early"))
        command(north, 3)
        page.click("Yes, do it", "#dialog")
        page.reads("stack night-001 on press north = faulted", "The press was told nothing")
        assert north.press.report(3).state is CycleState.RUNNING
        assert not page.complaints


def command(run: Run, number: int) -> None:
    """Plans a stack, records its command, and begins its cycle."""
    plan.fn(run, number)
    trial = run.ledger.trial(NAME, number)
    assert trial is not None
    run.ledger.append(NAME, number, Commanded(number, run.press.identify().serial))
    run.press.start(number, trial.stack, trial.recipe)
