"""What the press itself remembers, and trials in a form that can be compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from pressloop.trials import Ledger, Trial


def trials_of(ledger: Path, campaign: str = "night") -> tuple[Trial, ...]:
    """The campaign's trials, () while there is no ledger."""
    if not ledger.exists():
        return ()
    with closing(Ledger.open(f"sqlite:///{ledger}")) as opened:
        return opened.history(campaign)


def pressed_stacks(ledger: Path) -> list[str]:
    """Every stack the press ever accepted, in order, as its own memory has it.

    A stack pressed twice is in it twice."""
    return [line["stack"]["stack_id"] for line in _accepted(ledger)]


def accepted_cycles(ledger: Path) -> list[int]:
    """The ids of the same."""
    return [line["cycle_id"] for line in _accepted(ledger)]


def _accepted(ledger: Path) -> list[dict[str, Any]]:
    memory = ledger.with_name(ledger.name + ".press.jsonl")
    if not memory.exists():
        return []
    lines = [json.loads(line) for line in memory.read_text().splitlines()]
    return [line for line in lines if "stack" in line]


def stacks(*numbers: int, campaign: str = "night") -> list[str]:
    """Names of stacks by trial number."""
    return [f"{campaign}-{number:03d}" for number in numbers]


def told(trials: Sequence[Trial]) -> list[tuple[Any, ...]]:
    """What must be the same when a campaign is run again, however often it was stopped."""
    return [(t.number, t.stack.stack_id, t.recipe, t.purpose, t.state, t.cycle_id, t.sweeps,
             t.outcome) for t in trials]
