"""Several presses in the console: each is unloaded by itself, and a stale page acts on nothing."""

from __future__ import annotations

import html
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from console_lab import NAME, Desk, console
from several_presses import QUICK, several, write_several

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import from_plain
from pressloop.hardware.simulation.bench import Bench
from pressloop.trials import Commanded, Ended, Faulted, Ledger, LedgerProblem, State, Trial

pytestmark = pytest.mark.slow
SIMULATED = {"driver": "simulated"}
SLOW = SIMULATED | {"time_scale": 0.4}
DESIGN = QUICK | {"search": {"start_with": 9}}


def trials(desk: Desk) -> tuple[Trial, ...]:
    with suppress(LedgerProblem), desk.ledger() as ledger:
        return ledger.history(NAME, arrays=False)
    return ()


def on(desk: Desk, press: str, state: State = State.COMMANDED) -> Trial | None:
    """The newest stack of the press in this state."""
    return next((t for t in reversed(trials(desk)) if (t.press, t.state) == (press, state)), None)


def words(told: str) -> str:
    """A part as a person reads it."""
    return " ".join(html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", told,
                                         flags=re.DOTALL)).split())


@pytest.mark.prefect
def test_one_press_is_unloaded_and_the_other_goes_on_untouched(
        server: Any, tmp_path: Path, eventually: Callable[..., Any]) -> None:
    write_several(tmp_path, {"north": SLOW, "south": SLOW}, **DESIGN, campaign={"trials": 4})
    with console(tmp_path) as desk:
        desk.do("start", file="lab.toml")
        eventually(lambda: on(desk, "north") and on(desk, "south"), "both at work", 200)
        north, south = on(desk, "north"), on(desk, "south")
        assert north is not None and south is not None
        for press, mine in (("north", north), ("south", south)):
            work = words(desk.part("work", press=press))
            assert f"Press {press}" in work and mine.stack.stack_id in work and "Unload now" in work
            eventually(lambda press=press: "data-count" in desk.part("press", press=press), press)
        assert words(desk.part("cards")).count("2 of 2 presses at work") == 1
        both = desk.get(f"form/release?campaign={NAME}").text
        assert f"north: stack {north.stack.stack_id}" in both and "south: stack" in both
        given = {"trial": north.number, "reason": "smoke"}
        told = desk.ask("release", given)
        assert f"Unload press north now: stack {north.stack.stack_id} is lost" in told["confirm"]
        assert "Press north was told to unload" in desk.do("release", **given)
        eventually(lambda: at(desk, north).state is State.FAULTED, "the fault")
        stale = desk.ask("release", given, confirmed=told["seal"])
        assert f"stack {north.stack.stack_id} on press north = faulted" in stale["error"]
        assert at(desk, south).state is State.COMMANDED, "the other one is still pressed"
        eventually(lambda: "taken out: north" in desk.part("cards"), "the end of the first run")
        desk.do("stop", reason="enough")
        eventually(lambda: at(desk, south).state is State.EVALUATED, "the other one's end")
        eventually(lambda: "not running" in desk.part("head"), "the end of the runs")
        assert at(desk, south).outcome is not None, "pressed to its end and read"
        with desk.ledger() as ledger:
            asked = [(one.what, one.trial) for one in ledger.requested(NAME)]
            ends = [e for _, e in ledger.facts(NAME) if isinstance(e, Ended)]
        assert asked == [("release", north.number), ("stop", None)]
        assert {end.press for end in ends} == {"north", "south"}
        benches = {press: Bench(tmp_path / f"lab.db.{press}.press.jsonl").cycles()
                   for press in ("north", "south")}
        released = {press: [c.stack.stack_id for c in cycles.values() if c.released_s is not None]
                    for press, cycles in benches.items()}
        assert released == {"north": [north.stack.stack_id], "south": []}


def at(desk: Desk, trial: Trial) -> Trial:
    """The trial as it is now."""
    return next(t for t in trials(desk) if t.number == trial.number)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens runs of presses that hold them, without anything that presses by itself."""
    path = write_several(tmp_path, {"north": SLOW, "south": SLOW}, **DESIGN)
    assert path.exists()
    settings = from_plain(several({"north": SLOW, "south": SLOW}, **DESIGN), "test")

    def run(press: str) -> Any:
        return open_run(settings, order_of(settings, press=press))

    yield run


def command(run: Any, number: int, *, start: bool = True) -> None:
    """Plans a stack, records its command, and begins its cycle."""
    plan.fn(run, number)
    trial = run.ledger.trial(NAME, number)
    cycle = max(run.ledger.last_cycle_id(), run.press.last_accepted_id()) + 1
    run.ledger.append(NAME, number, Commanded(cycle, run.press.identify().serial))
    if start:
        run.press.start(cycle, trial.stack, trial.recipe)


def test_a_stale_page_never_acts_on_the_next_stack(tmp_path: Path, two: Any) -> None:
    with two("north") as north, console(tmp_path) as desk:
        command(north, 1)
        given = {"trial": 1, "reason": "smoke"}
        seal = desk.ask("release", given)["seal"]
        north.press.release()
        north.ledger.append(NAME, 1, released_early())
        command(north, 2)
        late = desk.ask("release", given, confirmed=seal)
        assert "night-001 on press north = faulted: must be under load" in late["error"]
        assert "told nothing" in late["error"]
        assert north.press.report(2).state.name == "RUNNING"
        assert desk.ledger().requested(NAME) == ()
        form = desk.get(f"form/release?campaign={NAME}&trial=1")
        assert form.status_code == 422 and "told nothing" in form.text
        assert "told to unload" in desk.do("release", trial=2, reason="smoke")
        assert north.press.report(2).state.name == "RELEASED"


def released_early() -> Faulted:
    return Faulted("press", "released early")


def test_a_run_that_is_gone_leaves_a_press_that_can_be_unloaded(tmp_path: Path, two: Any) -> None:
    with two("north") as north:
        command(north, 1)
    with console(tmp_path) as desk:
        assert "gone without a word" in desk.part("work", press="north")
        assert "Unload now" in desk.part("work", press="north")
        assert "taken out: north" in words(desk.part("cards"))
        assert "told to unload" in desk.do("release", trial=1, reason="smoke")


def test_the_stack_of_another_campaign_is_not_unloaded(tmp_path: Path, two: Any) -> None:
    """The run is gone; its press has gone on with somebody else's stack."""
    with two("north") as north:
        command(north, 1)
        press, recipe = north.press, north.ledger.trial(NAME, 1).recipe
        press.release()
        press.start(9, north.settings.stack_named("urgent-001"), recipe)
        with console(tmp_path) as desk:
            assert "over, by the press's own word" in refused_late(desk, 1)
        assert press.report(9).state.name == "RUNNING"
    assert Ledger.open("sqlite:///lab.db").requested(NAME) == ()


def refused_late(desk: Desk, number: int) -> str:
    """Why a release is refused that was confirmed."""
    given = {"trial": number, "reason": "smoke"}
    return desk.ask("release", given, confirmed=desk.ask("release", given)["seal"])["error"]


def test_a_press_that_knows_nothing_of_the_stack_is_told_nothing(tmp_path: Path, two: Any) -> None:
    with two("north") as north, console(tmp_path) as desk:
        command(north, 1, start=False)
        assert "unknown to the press" in refused_late(desk, 1)
        assert desk.ledger().requested(NAME) == ()


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
