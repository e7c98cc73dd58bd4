"""Several simulated presses behind a console, and stacks that a test has them begin."""

from __future__ import annotations

from typing import Any

from console_lab import NAME
from several_presses import QUICK

from pressloop.flows.campaign.trial import plan
from pressloop.trials import Commanded

SIMULATED = {"driver": "simulated"}
SLOW = SIMULATED | {"time_scale": 0.4}
DESIGN = QUICK | {"search": {"start_with": 9}}


def command(run: Any, number: int, *, start: bool = True) -> None:
    """Plans a stack, records its command, and begins its cycle."""
    plan.fn(run, number)
    trial = run.ledger.trial(NAME, number)
    cycle = max(run.ledger.last_cycle_id(), run.press.last_accepted_id()) + 1
    run.ledger.append(NAME, number, Commanded(cycle, run.press.identify().serial))
    if start:
        run.press.start(cycle, trial.stack, trial.recipe)
