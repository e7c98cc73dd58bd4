"""[earlier]: what other campaigns have pressed is learned from, and never written to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from few_stacks import press_few
from lab_files import SETTINGS, TABLE, table_of, write_settings, write_table

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Ledger

pytestmark = pytest.mark.slow

OLD = "sqlite:///old.db"
BEFORE = {"campaign": {"name": "spring", "ledger": OLD}, "stack": {"lot": "L-0"}}
TOLD = {"earlier": {"campaigns": ["spring"], "ledger": OLD}, "search": {"start_with": 1}}
ROWS = table_of(["100,60,25,160", "140,180,25,140", "200,600,60,60", "260,300,95,40",
                 "300,120,80,38"])


@pytest.fixture
def spring(tmp_path: Path) -> str:
    """A ledger with a campaign of another lot, five stacks; its address."""
    space = {"space": {"dwell_s": [10, 1800], "temperature_c": [25, 140]},
             "reference": {"dwell_s": 180}}
    return press_few(tmp_path, 5, **BEFORE, **space)


def suggested(pressloop: Callable[..., Any], folder: Path, **changes: Any) -> list[dict[str, Any]]:
    write_settings(folder, **changes)
    write_table(folder, ROWS)
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--json")
    assert answer.code == 0, answer.err
    return answer.json["suggestions"]


def test_suggestions_learn_from_an_earlier_campaign_and_leave_it_alone(
        pressloop: Callable[..., Any], tmp_path: Path, spring: str) -> None:
    before = (tmp_path / "old.db").read_bytes()
    alone = suggested(pressloop, tmp_path)
    told = suggested(pressloop, tmp_path, **TOLD)
    assert told != alone
    assert told == suggested(pressloop, tmp_path, **TOLD)
    assert (tmp_path / "old.db").read_bytes() == before


def test_the_recommendation_and_the_report_learn_from_it_too(
        pressloop: Callable[..., Any], tmp_path: Path, spring: str) -> None:
    found = []
    for changes in ({}, TOLD):
        write_settings(tmp_path, **changes)
        write_table(tmp_path, ROWS)
        assert pressloop("import", SETTINGS, TABLE).code == 0
        answer = pressloop("recommend", "--ledger", "sqlite:///lab.db", "--json")
        assert answer.code == 0, answer.err
        found.append(answer.json)
    assert [f["earlier"] for f in found] == [0, 5]
    assert found[0]["recommendation"] != found[1]["recommendation"]
    # One imported row is a control, of no known order: nothing is said of a drift.
    assert found[1]["controls"]["alarm"] == ""
    assert "it takes 4" in found[1]["controls"]["sentences"][0]
    assert pressloop("report", "--ledger", "sqlite:///lab.db").code == 0
    assert "Do the readings drift?" in (tmp_path / "report.html").read_text()
    words = pressloop("recommend", "--ledger", "sqlite:///lab.db").out
    assert "Controls" in words


def test_a_run_tells_which_campaigns_it_learned_from_and_resumes_alike(
        tmp_path: Path, spring: str) -> None:
    recipes = []
    for name in ("one", "other"):
        settings = read_settings(write_settings(
            tmp_path, campaign={"name": name}, **TOLD))
        for number in (1, 2):
            # A new start for each stack: nothing is carried over but the ledgers.
            with open_run(settings, order_of(settings)) as run:
                assert len(run.earlier) == 5
                plan.fn(run, number)
        with closing(Ledger.open(settings.campaign.ledger)) as ledger:
            opened = ledger.opened(name)
            assert opened.settings["earlier"] == {"campaigns": ["spring"], "ledger": OLD}
            recipes.append([t.recipe for t in ledger.history(name)])
    assert recipes[0] == recipes[1]


@pytest.mark.parametrize(("earlier", "words"), [
    ({"campaigns": ["sping"], "ledger": OLD}, ("earlier.campaigns", "sping", "spring")),
    ({"campaigns": ["spring", "spring"], "ledger": OLD}, ("spring", "once")),
    ({"campaigns": ["spring"], "ledger": "sqlite:///none.db"}, ("none.db",)),
    ({"campaigns": "spring"}, ("earlier.campaigns",)),
    ({"campaign": ["spring"]}, ("earlier.campaign", "campaigns")),
])
def test_what_cannot_be_learned_from_is_refused(
        pressloop: Callable[..., Any], tmp_path: Path, spring: str, earlier: dict[str, Any],
        words: tuple[str, ...]) -> None:
    write_settings(tmp_path, earlier=earlier)
    write_table(tmp_path, ROWS)
    pressloop("suggest", SETTINGS, "--data", TABLE).refused(*words)
    assert not (tmp_path / "none.db").exists()


def test_a_campaign_is_not_its_own_past(
        pressloop: Callable[..., Any], tmp_path: Path, spring: str) -> None:
    write_settings(tmp_path, campaign={"name": "spring", "ledger": OLD},
                   earlier={"campaigns": ["spring"]})
    write_table(tmp_path, ROWS)
    pressloop("suggest", SETTINGS, "--data", TABLE).refused("spring", "another campaign")
