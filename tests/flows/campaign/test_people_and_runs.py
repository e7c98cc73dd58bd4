"""A run obeys what people ask between two stacks; another caution counts from then on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from few_stacks import QUICK, press_few
from lab_files import write_settings

from pressloop.flows.campaign.decisions.caution import cautious, told_limits
from pressloop.flows.campaign.decisions.obeyed_requests import Requests, StoppedByPerson
from pressloop.flows.campaign.decisions.word_of_people import change_caution, note, request, wanted
from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.standing import press_runs
from pressloop.flows.campaign.stored import stored
from pressloop.flows.campaign.trial import carry_through, plan, press_stack
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.trials import BadInput, Ledger, Opened, State
from pressloop.views.console.going import Going

NAME = "night"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'lab.db'}")) as ledger:
        yield ledger


def test_a_run_waits_while_it_is_paused(ledger: Ledger) -> None:
    requests = Requests(ledger, NAME, look_s=0.01)
    requests.obey()
    request(ledger, NAME, "pause", "lunch")
    waiting = threading.Thread(target=requests.obey)
    waiting.start()
    time.sleep(0.2)
    assert waiting.is_alive()
    request(ledger, NAME, "release")
    time.sleep(0.1)
    assert waiting.is_alive(), "that the press unloads is no word to the run"
    request(ledger, NAME, "go on")
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_stop_stands_also_while_it_is_paused(ledger: Ledger) -> None:
    requests = Requests(ledger, NAME, look_s=0.01)
    for what in ("pause", "stop", "go on"):
        request(ledger, NAME, what)  # type: ignore[arg-type]
    with pytest.raises(StoppedByPerson):
        requests.obey()


def test_what_is_asked_while_a_run_begins_is_heard(ledger: Ledger) -> None:
    request(ledger, NAME, "pause")
    ledger.append(NAME, None, Opened({}, "d", 1, devices={"press": "bench", "meter": "bench"}))
    request(ledger, NAME, "stop")
    with pytest.raises(StoppedByPerson):
        Requests(ledger, NAME).obey()


def test_what_an_earlier_run_was_asked_is_over(ledger: Ledger) -> None:
    request(ledger, NAME, "stop")
    Requests(ledger, NAME).obey()
    assert wanted(ledger.requested(NAME)[1:]) == "go on"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """One that obeys people, with its first stack planned."""
    settings = read_settings(write_settings(tmp_path, **QUICK))
    with open_run(settings, order_of(settings)) as run:
        requests = Requests(run.ledger, NAME, look_s=0.01)
        run.ready = requests.obey
        plan.fn(run, 1)
        yield run


def going(run: Run) -> Going:
    """As the console says it."""
    opened = run.ledger.opened(NAME)
    assert opened is not None
    one, = press_runs(run.ledger, NAME, opened, run.history(), lambda o: run.settings)
    return one.going


def test_a_pause_holds_a_stack_that_is_planned_and_no_more(run: Run) -> None:
    """It may come in the very last moment: the page says "paused" then, and nothing is pressed."""
    obeyed = run.ready()
    request(run.ledger, NAME, "pause")
    assert going(run) is Going.PAUSED
    press_stack.fn(run, 1, obeyed)
    assert state_of(run) is State.PLANNED
    assert run.press.last_accepted_id() == 0
    request(run.ledger, NAME, "go on")
    press_stack.fn(run, 1, run.ready())
    assert state_of(run) is State.PRESSED
    request(run.ledger, NAME, "pause")
    assert going(run) is Going.PAUSING


@pytest.mark.prefect
def test_a_stack_is_held_by_a_pause_until_the_run_goes_on(one_server: str, run: Run) -> None:
    request(run.ledger, NAME, "pause")
    threading.Timer(0.5, request, (run.ledger, NAME, "go on")).start()
    carry_through(run, 1)
    assert state_of(run) is State.EVALUATED
    kinds = [row.kind for row in run.ledger.log(NAME)]
    assert kinds.index("commanded") > len(kinds) - 1 - kinds[::-1].index("requested")


def state_of(run: Run) -> State:
    trial = run.ledger.trial(NAME, 1)
    assert trial is not None
    return trial.state


def test_everybody_who_asks_at_once_is_heard(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: note(ledger, NAME, f"note {i}"), range(16)))
    assert sorted(one.text for one in ledger.noted(NAME)) == sorted(
        f"note {i}" for i in range(16))


def test_a_note_on_a_stack_that_is_none_is_refused(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match="trial"):
        note(ledger, NAME, "x", trial=3)


def settings_of(folder: Path, **changes: object) -> Settings:
    return read_settings(write_settings(folder, **changes))  # type: ignore[arg-type]


def test_caution_counts_until_the_file_says_something_else(
        ledger: Ledger, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    now = change_caution(ledger, settings, {"max_crush_probability": 0.01}, "dies are dear")
    assert now.limits.max_crush_probability == 0.01
    assert now.problem.limits.max_crush_probability == 0.01
    assert cautious(ledger, settings).limits.max_failure_probability == \
        settings.limits.max_failure_probability
    again = change_caution(ledger, settings, {"losses": 3.0}, "and more so")
    assert (again.limits.max_crush_probability, again.limits.losses) == (0.01, 3.0)
    other = settings_of(tmp_path, risk_limits={"max_crush_probability": 0.2})
    assert told_limits(cautious(ledger, other)) == told_limits(other)


@pytest.mark.parametrize(("limits", "reason"), [
    ({"max_crush_probability": 0.0}, "x"), ({"max_crush_probability": float("nan")}, "x"),
    ({"tolerance": 0.5}, "x"), ({"losses": -1.0}, "x"), ({"losses": 1.0}, " ")])
def test_a_senseless_caution_is_refused(ledger: Ledger, tmp_path: Path, limits: dict[str, float],
                                        reason: str) -> None:
    with pytest.raises(BadInput):
        change_caution(ledger, settings_of(tmp_path), limits, reason)
    assert ledger.cautioned(NAME) is None


@pytest.mark.slow
def test_the_next_recipe_and_the_recommendation_are_as_cautious_as_that(tmp_path: Path) -> None:
    url = press_few(tmp_path, 3)
    settings = read_settings(tmp_path / "lab.toml")
    with open_run(settings, order_of(settings)) as run:
        assert run.models().limits.max_crush_probability == 0.05
        change_caution(run.ledger, settings, {"max_crush_probability": 0.01}, "dear")
        assert run.models().limits.max_crush_probability == 0.01
    assert stored(url, NAME).models().limits.max_crush_probability == 0.01
