"""Runs that are carried on stack by stack, and ledgers set back between them. No server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from lab_files import settings_values

from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.trial import evaluate_stack, measure, plan, press_stack
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials import Evaluated, Ledger, Recipe, Stack, State, Trial
from pressloop.trials.errors import LedgerBehind

LEDGER = Path("lab.db")
QUICK: dict[str, Any] = {"space": {"dwell_s": [10, 60], "temperature_c": 25}}
NAME = "night"
RECIPE = Recipe(200.0, 30.0, 25.0)
STACK = Stack("night-001", "L-1", "ana", 0.785, 600.0)


@contextmanager
def opened(**changes: Mapping[str, Any]) -> Iterator[Run]:
    """A run of the small campaign, in this test's folder."""
    settings = from_plain(settings_values(**(QUICK | changes)), "test")
    with open_run(settings, order_of(settings)) as run:
        yield run


def carried(run: Run, number: int) -> None:
    """One stack from wherever it is to its outcome, as a run carries it."""
    if run.ledger.trial(run.campaign, number) is None:
        plan.fn(run, number)
    if state_of(run, number) in (State.PLANNED, State.COMMANDED):
        press_stack.fn(run, number)
    if state_of(run, number) is State.PRESSED:
        measure.fn(run, number)
    outcome = evaluate_stack.fn(run, number).result()
    run.ledger.append(run.campaign, number, Evaluated(1, outcome))


def state_of(run: Run, number: int) -> State:
    """How far the ledger says it is."""
    trial = run.ledger.trial(run.campaign, number)
    assert trial is not None
    return trial.state


def pressed(count: int, **changes: Mapping[str, Any]) -> None:
    """A campaign that goes on by so many stacks and ends."""
    with opened(**changes) as run:
        for trial in run.history():
            if trial.is_open:
                carried(run, trial.number)
        for _ in range(count):
            carried(run, run.ledger.next_number(run.campaign))


def trials(name: str = NAME) -> tuple[Trial, ...]:
    """As the ledger has them."""
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        return ledger.history(name, arrays=False)


def put_back(copy: Path) -> None:
    """An old copy over the ledger, as a person does it."""
    for suffix in ("-wal", "-shm"):
        LEDGER.with_name(LEDGER.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(copy, LEDGER)


def old_copy() -> None:
    put_back(Path("old.db"))


def deleted() -> None:
    """The file is gone, its press is not."""
    LEDGER.unlink()


def emptied() -> None:
    """Nothing in it."""
    LEDGER.write_bytes(b"")


SET_BACK: dict[str, Callable[[], None]] = {
    "an old copy": old_copy, "deleted": deleted, "emptied": emptied}


def behind(*words: str, **changes: Any) -> None:
    """A run is refused in so many words, and the press keeps what it had."""
    with pytest.raises(LedgerBehind) as told, opened(**changes):
        pass
    for word in (*words, "Nothing was pressed", "pressloop adopt", "--others"):
        assert word in str(told.value), told.value
