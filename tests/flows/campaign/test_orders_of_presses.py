"""How many stacks a run presses that was asked for so many, beside other presses."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from several_presses import QUICK, several

from pressloop.flows.campaign.enough import assessed, enough, told
from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.resting import why_rest
from pressloop.flows.campaign.trial import plan
from pressloop.flows.deployments.starting import order_before
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials import Ledger

PRESSES: Any = {"A": {"driver": "simulated"}, "B": {"driver": "simulated"}}


def test_an_order_to_one_press_is_no_order_to_the_others() -> None:
    settings = from_plain(several(PRESSES, **QUICK, campaign={"trials": 9}), "test")
    asked = [replace(order_of(settings, press=name), more=more, flow_run=f"run of {name}")
             for name, more in (("A", 2), ("B", 1))]
    with ExitStack() as runs:
        a, b = (runs.enter_context(open_run(settings, order)) for order in asked)
        plan.fn(a, 1)
        plan.fn(a, 2)
        assert enough(a)
        assert not enough(b)
        plan.fn(b, 3)
        assert enough(b)
        said = told(assessed(b), why_rest(b))
        assert "Press B has pressed what this run was asked for" in said
        assert "more than the budget" not in said
        again = order_before(asked[1], settings.campaign.name, "run of B")
    # Tried again, it is the same order.
    assert again == replace(asked[1], trials=9, share=1, more=None)
    with open_run(settings, again) as b:
        assert enough(b)


def test_the_budget_of_all_presses_bounds_each_order() -> None:
    settings = from_plain(several(PRESSES, **QUICK, campaign={"trials": 2}), "test")
    with open_run(settings, replace(order_of(settings, press="A"), more=5)) as a:
        plan.fn(a, 1)
        assert not enough(a)
        plan.fn(a, 2)
        assert enough(a)
    with Ledger.open("sqlite:///lab.db") as ledger:
        opening, = ledger.openings("night")
    assert (opening.target, opening.share) == (2, 5)
