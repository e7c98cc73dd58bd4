"""A campaign: trials until the budget is spent. Started again, it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prefect import flow

from flows.artifacts import Board
from flows.endurance import Endurance
from flows.lab import Order, Run, open_run, order_of
from flows.settings import Settings, read_settings


@flow(name="pressing campaign", flow_run_name="{settings_path}: {trials} stacks",
      persist_result=False)
def campaign(settings_path: str, trials: int | None = None, seed: int | None = None,
             ledger: str | None = None, note: str = "") -> int:
    """Runs the campaign to its budget of stacks and returns how many it now has."""
    settings = read_settings(Path(settings_path))
    return press_all(settings, order_of(settings, trials, seed, ledger, note))


def press_all(settings: Settings, order: Order) -> int:
    """The loop itself: every stack to its outcome, one after the other."""
    with open_run(settings, order) as run:
        board = Board(run)
        endurance = Endurance(run)
        for number in numbers(run):
            endurance.carry(number)
            board.update()
        board.conclude()
        return stacks_used(run)


def numbers(run: Run) -> Iterator[int]:
    """Trials left open, oldest first, then new ones until the budget is spent."""
    for trial in run.history():
        if trial.is_open:
            yield trial.number
    while stacks_used(run) < run.order.trials:
        yield run.ledger.next_number(run.campaign)


def stacks_used(run: Run) -> int:
    """Stacks of this campaign, whatever became of them; imported ones were not pressed here."""
    return sum(trial.pressed_here for trial in run.history())
