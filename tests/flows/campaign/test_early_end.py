"""A campaign that has found enough ends before its budget, says why, and stays ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK, press_few
from lab_files import SETTINGS, write_settings
from press_memory import pressed_stacks, trials_of

from pressloop.flows.campaign.campaign import numbers
from pressloop.flows.campaign.enough import assessed, told
from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Ended, Ledger
from pressloop.trials.errors import BadInput

pytestmark = pytest.mark.slow

LEDGER = Path("lab.db")
EASY: dict[str, Any] = {"improvable_by": 0.5, "improvable_with": 0.5, "at_least": 5}
"""Half the resistance gone is more than five stacks leave to hope for."""


def last_word() -> Ended:
    """How the newest run ended."""
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        entry = ledger.facts("night")[-1][1]
    assert isinstance(entry, Ended)
    return entry


@pytest.mark.prefect
def test_ends_before_its_budget_says_why_and_presses_nothing_when_started_again(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_settings(tmp_path, **QUICK, campaign={"trials": 9}, stopping=EASY)
    answer = pressloop("run", path, "--json")
    assert answer.code == 0, answer.err
    assert len(pressed_stacks(LEDGER)) == 5
    end = last_word()
    assert end.how == "finished"
    assert end.detail.startswith("5 stacks, ended before the budget (hardly improvable)")
    for words in ("Budget: 5 of 9 stacks.", "better by more than 50 % is ", "below the 50 % asked",
                  "expected to lower the recommended recipe's resistance by "):
        assert words in end.detail
    assert end.detail in answer.err
    assert answer.json["stopping"]["verdict"] == "hardly improvable"
    run, = server("flow_runs/filter", {"flow_runs": {"name": {"any_": [f"{path}: 9 stacks"]}}})
    assert (run["state"]["type"], run["state"]["message"]) == ("COMPLETED", end.detail)
    page, = server("artifacts/latest/filter", {"artifacts": {"key": {
        "any_": ["night-recommendation"]}}})
    assert "Budget: 5 of 9 stacks." in page["data"]

    for more in (9, 40):
        again = pressloop("run", path, "--trials", more)
        assert again.code == 0, again.err
        assert "ended before the budget" in again.err
        assert f"Budget: 5 of {more} stacks." in again.err
        assert len(trials_of(LEDGER)) == 5

    write_settings(tmp_path, **QUICK)
    assert pressloop("run", SETTINGS, "--trials", 6).code == 0
    assert len(pressed_stacks(LEDGER)) == 6
    assert last_word().detail.startswith("6 stacks. Budget: 6 of 6 stacks. The chance ")
    shown = pressloop("recommend", "--ledger", "sqlite:///lab.db")
    assert "Budget: 6 of 6 stacks." in shown.out


def test_an_open_trial_is_carried_through_before_the_campaign_ends(tmp_path: Path) -> None:
    press_few(tmp_path, 4, stopping=EASY | {"at_least": 4}, campaign={"trials": 4})
    settings = read_settings(tmp_path / SETTINGS)
    with open_run(settings, order_of(settings, 9)) as run:
        assert list(numbers(run)) == []
        assert "ended before the budget" in told(before := assessed(run))
        known = run.models()
        assert run.models() is known
        assert assessed(run) is before, "nothing is weighed twice"
        plan.fn(run, 5)
        assert list(numbers(run)) == [5]
        assert assessed(run).used == before.used + 1
        assert len(run.models().history) == len(known.history) + 1


def test_an_order_of_more_stacks_ends_too(tmp_path: Path) -> None:
    press_few(tmp_path, 5, stopping=EASY, campaign={"trials": 24})
    settings = read_settings(tmp_path / SETTINGS)
    with open_run(settings, replace(order_of(settings), more=5)) as run:
        assert run.order.trials == 10
        assert list(numbers(run)) == []


def test_too_few_stacks_go_on_and_so_does_a_campaign_without_rules(tmp_path: Path) -> None:
    press_few(tmp_path, 4, stopping=EASY)
    for rules in (EASY, None):
        settings = read_settings(write_settings(tmp_path, **QUICK, stopping=rules))
        with open_run(settings, order_of(settings, 9)) as run:
            assert next(numbers(run)) == 5


def test_half_a_rule_and_rules_that_miss_the_objective_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"stopping\.improvable_with"):
        read_settings(write_settings(tmp_path, stopping={"improvable_by": 0.05}))
    with pytest.raises(BadInput, match=r"stopping\.worth = 0\.01.*\[objective\]"):
        read_settings(write_settings(tmp_path, stopping={"worth": 0.01}, objective={
            "focus": "threshold", "resistance_ohm_cm2": 30}))
