"""What the pages of the console show, how they stay up to date, and that they stay fast."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from console_lab import NAME, Desk, console, cut_off_lab, pressed_lab
from few_stacks import QUICK
from lab_files import write_settings

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Commanded, Evaluated, Ledger, Measured, Planned, Pressed
from pressloop.trials.entry import Entry, Opened

pytestmark = pytest.mark.slow
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    pressed_lab(tmp_path)
    with console(tmp_path) as desk:
        yield desk


def many_trials(url: str, count: int) -> None:
    """So many more stacks, told as the last one of the ledger was."""
    with closing(Ledger.open(url)) as ledger:
        last = ledger.history(NAME)[-1]
        assert last.trace is not None and last.outcome is not None
        facts: list[tuple[int | None, Entry]] = []
        for number in range(last.number + 1, last.number + count + 1):
            stack = replace(last.stack, stack_id=f"{NAME}-{number:04d}")
            facts += [(number, one) for one in (
                Planned(stack, last.recipe, "explore", {}, "to see"), Commanded(number, "bench"),
                Pressed(last.trace), Measured(1, last.spectra), Evaluated(1, last.outcome))]
        for start in range(0, len(facts), 500):
            ledger.append_all(NAME, facts[start:start + 500])


def test_the_overview_tells_of_every_campaign(desk: Desk, tmp_path: Path) -> None:
    with desk.ledger() as ledger:
        opened = ledger.opened(NAME)
        assert opened is not None
        plain = {**opened.settings, "campaign": {**opened.settings["campaign"],  # type: ignore[dict-item]
                                                 "name": "second / one"}}
        ledger.append("second / one", None, Opened(plain, "d", 1))
    told = desk.part("cards")
    assert "3 of 3" not in told and "3 of 4 stacks" in told and "second / one" in told
    assert "not started" in told and "not running" in told and "SIMULATED" in told
    assert "second%20/%20one" in told, "names are told apart in links"


def test_a_part_that_has_not_changed_is_not_sent_again(desk: Desk) -> None:
    for name in ("cards", "head", "rows", "work", "lately", "queue", "caution", "spectrum"):
        first = desk.get(f"part/{name}?campaign={NAME}")
        tag = first.headers["etag"]
        again = desk.get(f"part/{name}?campaign={NAME}", **{"If-None-Match": tag})
        assert again.status_code == 304 and again.text == ""
    desk.do("note", text="something new")
    assert desk.get(f"part/lately?campaign={NAME}", **{"If-None-Match": tag}).status_code == 200


def test_the_history_has_failures_with_their_reasons(desk: Desk) -> None:
    desk.do("mark", trial=2, over=0, label="shorted", reason="a burr on the die")
    told = desk.part("rows", shown="failed")
    assert "a burr on the die" in told and "shorted" in told and f"{NAME}-001" not in told
    assert f"{NAME}-001" in desk.part("rows", shown="intact")
    assert "None." in desk.part("rows", shown="others")


def test_one_stack_tells_its_story(desk: Desk) -> None:
    told = desk.part("one", trial=1)
    assert "commanded: cycle 1" in told
    assert "the fitted circuit" in desk.part("reading", trial=1)
    assert "of night" in desk.part("reading", trial=77)
    assert "What the press did" in told
    assert "of night" in desk.part("one", trial=77)


def test_a_killed_run_is_told_of(tmp_path: Path) -> None:
    cut_off_lab(tmp_path)
    settings = read_settings(tmp_path / "lab.toml")
    with closing(Ledger.open(settings.campaign.ledger)) as ledger:
        opened = ledger.opened(NAME)
        assert opened is not None
        ledger.append(NAME, None, opened)
    with console(tmp_path) as desk:
        assert "gone without a word" in desk.part("head")
        assert "nothing is pressed twice" in desk.part("notice")


def test_a_cycle_is_seen_while_it_runs(tmp_path: Path) -> None:
    settings = read_settings(write_settings(tmp_path, **QUICK, press={"time_scale": 0.05}))
    with open_run(settings, order_of(settings)) as run, console(tmp_path) as desk:
        assert "running" in desk.part("head")
        from pressloop.flows.campaign.trial import plan, press_stack
        plan.fn(run, 1)
        assert "Why:" in desk.part("work") and "The recipe the lab uses now" in desk.part("work")
        pressing = threading.Thread(target=lambda: desk_sees.append(seen(desk)))
        desk_sees: list[list[str]] = []
        pressing.start()
        press_stack.fn(run, 1)
        pressing.join()
    phases = desk_sees[0]
    assert any("Pressure rises" in one for one in phases), phases
    assert any("Held" in one and "left of the dwell" in one for one in phases), phases


def seen(desk: Desk) -> list[str]:
    """What the part of the press says until the cycle is over."""
    found: list[str] = []
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        told = desk.part("press")
        if "data-count" in told:
            found.append(re.sub(r"<[^>]+>|\{.*\}", " ", told))
        elif found:
            break
        time.sleep(0.2)
    return found


def test_hostile_names_are_text(tmp_path: Path) -> None:
    pressed_lab(tmp_path, 1, campaign={"name": HOSTILE, "ledger": "sqlite:///lab.db"},
                stack={"lot": HOSTILE, "operator": HOSTILE})
    with console(tmp_path) as desk:
        for part in ("cards", "head", "rows", "work", "lately", "one", "queue", "press"):
            told = desk.part(part, campaign=HOSTILE, trial=1)
            assert "<img" not in told, part
        page = desk.get("page/now", **{}).text + desk.web.get(
            "/page/now", params={"campaign": HOSTILE},
            headers={"Authorization": f"Bearer {desk.key}"}).text
        assert "<img" not in page


@pytest.mark.parametrize("query", ["part/rows?campaign=nobody", "part/one?campaign=night&trial=x",
                                   "part/map?campaign=night&pressure_mpa=NaN",
                                   "part/map?campaign=night&pressure_mpa=x",
                                   "part/rows?campaign=night&before=-1"])
def test_a_senseless_question_gets_a_sentence(desk: Desk, query: str) -> None:
    answer = desk.get(query)
    assert answer.status_code == 200 and 'role="alert"' in answer.text


def test_the_recommendation_is_read_while_everything_else_answers(desk: Desk) -> None:
    """Models are fitted in a process of their own."""
    with ThreadPoolExecutor(1) as pool:
        fitting = pool.submit(desk.part, "recommendation")
        slowest = 0.0
        while not fitting.done():
            began = time.monotonic()
            desk.part("rows")
            slowest = max(slowest, time.monotonic() - began)
    told = fitting.result()
    assert "Recommended recipe" in told and "As good within" in told
    assert "How far the laws are believed" in told and "How the search went" in told
    assert slowest < 2.0
    moved = desk.part("map", pressure_mpa=300, dwell_s=60)
    assert "300\u00a0MPa, 60\u00a0s" in moved and "Chance of crushing" in moved
    assert 'type="range"' in desk.part("sliders")
    suggested = desk.part("suggestions")
    given = dict(re.findall(r'data-given-(\w+)="([^"]*)"', suggested.partition("</li>")[0]))
    assert "Recipe 1 in the queue" in desk.do("take", **given, reason="looks good")
    assert desk.ledger().queue(NAME).waiting[1].source.startswith("suggestion 1 of 3")


def test_two_thousand_trials_are_shown_within_two_seconds(tmp_path: Path) -> None:
    pressed_lab(tmp_path, 1)
    many_trials("sqlite:///lab.db", 2000)
    with console(tmp_path) as desk:
        began = time.monotonic()
        told = desk.part("head") + desk.part("rows") + desk.part("lately") + desk.part("spectrum")
        took = time.monotonic() - began
        assert "2001" in told and took < 2.0, took
        began = time.monotonic()
        desk.part("rows", before=1000)
        assert time.monotonic() - began < 0.5


def test_no_ledger_yet_is_no_trouble(tmp_path: Path) -> None:
    write_settings(tmp_path)
    with console(tmp_path) as desk:
        assert "No campaign is in" in desk.part("cards")
        assert "lab.toml: night" in desk.get("form/start").text
