"""A pause holds a press whose run is started under it, and no run that begins when none stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from console_lab import NAME, console
from several_presses import QUICK, several, write_several

from pressloop.flows.campaign.decisions.obeyed_requests import Requests, carry_pause
from pressloop.flows.campaign.decisions.word_of_people import request
from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.standing import press_runs, settings_as_opened
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials import Ended, LedgerProblem
from pressloop.trials.people import Requested
from pressloop.views.console.going import Going

pytestmark = pytest.mark.slow
SLOW = {"driver": "simulated", "time_scale": 1.0}
DESIGN = QUICK | {"search": {"start_with": 9}}
PRESSES = {"north": SLOW, "south": SLOW}
URL = "sqlite:///lab.db"


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Opens the run of a press, and heeds what stands, as a campaign does."""
    settings = from_plain(several(PRESSES, **DESIGN), "test")
    with ExitStack() as stack:
        def call(press: str, before: int | None = None) -> Run:
            run = stack.enter_context(open_run(settings, order_of(settings, press=press)))
            carry_pause(run.ledger, NAME, press, read, before)
            return run

        yield call


def read(opened: Any) -> Any:
    return settings_as_opened(opened, URL)


def going(run: Run) -> dict[str, Going]:
    """How the console and the command line see each press."""
    opened = run.ledger.opened(NAME)
    assert opened is not None
    return {one.press: one.going for one in press_runs(
        run.ledger, NAME, opened, run.history(), read)}


def asked(run: Run) -> list[tuple[str, str]]:
    return [(one.what, one.reason) for one in run.ledger.requested(NAME)]


def waits(run: Run) -> threading.Thread:
    """A run that does not begin a stack."""
    requests = Requests(run.ledger, NAME, look_s=0.01, press=run.press_name)
    waiting = threading.Thread(target=requests.obey)
    waiting.start()
    time.sleep(0.3)
    assert waiting.is_alive()
    return waiting


def test_a_press_that_is_started_after_a_pause_is_paused(
        begin: Callable[..., Run], pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_several(tmp_path, PRESSES, **DESIGN)
    north = begin("north")
    request(north.ledger, NAME, "pause", "lunch")
    south = begin("south")
    assert going(south) == {"north": Going.PAUSED, "south": Going.PAUSED}
    assert asked(south) == [("pause", "lunch")] * 2
    both = [waits(north), waits(south)]
    with console(tmp_path) as desk:
        for press in ("north", "south"):
            assert "paused" in desk.part("work", press=press)
        assert "Go on" in desk.part("head") and ">Pause<" not in desk.part("head")
    told = pressloop("go-on", "--ledger", URL)
    assert "Go on with night on all its presses (north, south)" in told.out, told.err
    for one in both:
        one.join(10)
        assert not one.is_alive()
    assert set(going(south).values()) == {Going.RUNNING}


def test_what_was_asked_and_taken_back_holds_nobody(begin: Callable[..., Run]) -> None:
    north = begin("north")
    request(north.ledger, NAME, "pause")
    request(north.ledger, NAME, "go on")
    south = begin("south")
    assert going(south) == {"north": Going.RUNNING, "south": Going.RUNNING}
    Requests(south.ledger, NAME, press="south").obey()


def test_the_pause_of_a_run_that_has_ended_is_over(begin: Callable[..., Run]) -> None:
    north = begin("north")
    request(north.ledger, NAME, "pause")
    north.ledger.append(NAME, None, Ended("stopped", "by a person", "north"))
    assert going(begin("south"))["south"] is Going.RUNNING


def test_the_pause_of_a_run_that_was_killed_is_over(tmp_path: Path) -> None:
    settings = from_plain(several(PRESSES, **DESIGN), "test")
    with open_run(settings, order_of(settings, press="north")) as north:
        request(north.ledger, NAME, "pause")
    with open_run(settings, order_of(settings, press="south")) as south:
        carry_pause(south.ledger, NAME, "south", read)
        assert going(south) == {"north": Going.GONE, "south": Going.RUNNING}


def test_a_run_that_lets_others_first_stays_paused(begin: Callable[..., Run]) -> None:
    """Its second turn at the press opens the campaign anew."""
    settings = from_plain(several(PRESSES, **DESIGN), "test")
    with open_run(settings, order_of(settings, press="north")) as first:
        request(first.ledger, NAME, "pause", "lunch")
    again = begin("north", before=0)
    assert going(again)["north"] is Going.PAUSED
    waiting = waits(again)
    request(again.ledger, NAME, "go on")
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_pause_that_cannot_be_carried_lets_no_press_begin(
        begin: Callable[..., Run], tmp_path: Path) -> None:
    north = begin("north")
    request(north.ledger, NAME, "pause", "lunch")

    def others_are_faster(opened: Any) -> Any:
        north.ledger.append(NAME, None, Requested(len(asked(north)) + 1, "pause", "again"))
        return read(opened)

    settings = from_plain(several(PRESSES, **DESIGN), "test")
    with open_run(settings, order_of(settings, press="south")) as south, \
            pytest.raises(LedgerProblem, match="less busy"):
        carry_pause(south.ledger, NAME, "south", others_are_faster)


def test_a_single_press_that_is_started_again_is_not_paused(tmp_path: Path) -> None:
    """Whoever starts it wants it to press: there is no other one that a pause could be of."""
    settings = from_plain(several({"north": SLOW}, **DESIGN), "test")
    for _ in range(2):
        with open_run(settings, order_of(settings, press="north")) as run:
            carry_pause(run.ledger, NAME, "north", read)
            assert going(run)["north"] is Going.RUNNING
            request(run.ledger, NAME, "pause")


@pytest.mark.prefect
def test_a_paused_campaign_s_second_press_is_started_and_waits(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    quick = SLOW | {"time_scale": 0.02}
    write_several(tmp_path, {"north": quick, "south": quick}, **DESIGN, campaign={"trials": 9})
    with console(tmp_path) as desk:
        def trials() -> tuple[Any, ...]:
            with suppress(LedgerProblem), desk.ledger() as ledger:
                return ledger.history(NAME, arrays=False)
            return ()

        desk.do("start", file="lab.toml", press="north")
        eventually(trials, "the first stack", 500)
        desk.do("pause", reason="lunch")
        eventually(lambda: "paused" in desk.part("work", press="north"), "the pause")
        known = len(trials())
        desk.do("start", file="lab.toml", press="south")
        eventually(lambda: "paused" in desk.part("work", press="south"), "the pause of both", 500)
        time.sleep(3.0)
        assert len(trials()) == known
        desk.do("go_on")
        eventually(lambda: any(t.press == "south" for t in trials()), "a stack of the second")
        desk.do("stop")
        eventually(lambda: "not running" in desk.part("head"), "the end of both")
