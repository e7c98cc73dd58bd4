"""Several presses in the console: each is unloaded by itself, and a stale page acts on nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from console_lab import NAME, Desk, console, trials, words
from several_presses import write_several

from pressloop.hardware.simulation.bench import Bench
from pressloop.trials import Ended, Faulted, Ledger, State, Trial
from tests.flows.operator_console.simulated_presses import DESIGN, SLOW, command

pytestmark = pytest.mark.slow


def on(desk: Desk, press: str, state: State = State.COMMANDED) -> Trial | None:
    """The newest stack of the press in this state."""
    return next((t for t in reversed(trials(desk)) if (t.press, t.state) == (press, state)), None)


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
