"""A ledger with a few stacks, pressed by the steps of a trial without Prefect around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lab_files import write_settings

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import evaluate_stack, measure, plan, press_stack
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Ended, Evaluated

QUICK: dict[str, Any] = {"space": {"dwell_s": [10, 120], "temperature_c": 25},
                         "reference": {"dwell_s": 60}, "search": {"start_with": 9}}
"""Recipes by design, none by the models."""


def press_few(folder: Path, stacks: int = 3, **changes: Any) -> str:
    """Presses, measures and evaluates stacks of a small campaign; the ledger's address."""
    settings = read_settings(write_settings(folder, **(QUICK | changes)))
    with open_run(settings, order_of(settings)) as run:
        for number in range(1, stacks + 1):
            plan.fn(run, number)
            press_stack.fn(run, number)
            measure.fn(run, number)
            outcome = evaluate_stack.fn(run, number).result()
            run.ledger.append(run.campaign, number, Evaluated(1, outcome))
        run.ledger.append(run.campaign, None, Ended("finished", f"{stacks} stacks"))
    return settings.campaign.ledger
