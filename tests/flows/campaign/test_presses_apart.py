"""What keeps the presses of one campaign apart: numbers, cycle ids, owners, a meter in turns."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from several_presses import QUICK, memories_of, several

from pressloop.flows.campaign.asked_first import entries_gone
from pressloop.flows.campaign.fruitless import prove_fruitful
from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.planning import numbers, planning_turn
from pressloop.flows.campaign.recording import commanded
from pressloop.flows.campaign.shared_meter import SharedMeter, meter_name
from pressloop.flows.campaign.trial import carry_through, plan, press_stack
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.hardware.locks.turns import in_turn
from pressloop.trials import Commanded, Faulted, Ledger, Planned, State
from pressloop.trials.errors import Fault, OutcomeUnknown, PressHeld
from pressloop.trials.ledger.verification import prove

SIMULATED = {"driver": "simulated"}
LEDGER = Path("lab.db")


def settings_of(presses: Any = None, **changes: Any) -> Settings:
    return from_plain(several(presses or {"A": SIMULATED, "B": SIMULATED}, **(QUICK | changes)),
                      "test")


@contextmanager
def opened(*names: str, settings: Settings | None = None) -> Iterator[tuple[Run, ...]]:
    """Runs of these presses at the same time, as processes of their own would open them."""
    found = settings or settings_of()
    with ExitStack() as runs:
        yield tuple(runs.enter_context(open_run(found, order_of(found, press=name)))
                    for name in names)


def trial(run: Run, number: int) -> Any:
    return run.ledger.trial(run.campaign, number)


def test_a_number_that_another_press_took_is_left_to_it() -> None:
    with opened("A", "B") as (a, b):
        plan.fn(a, 1)
        before = trial(b, 1)
        said = plan.fn(b, 1).message
        assert "taken by press A" in str(said)
        assert trial(b, 1).press == "A"
        assert trial(b, 1).recipe == before.recipe
        # As one does that has read the number before the other had planned it.
        carry_through(b, 1)
        assert trial(a, 1).state is State.PLANNED
        plan.fn(b, 2)
        press_stack.fn(b, 2)
        press_stack.fn(a, 1)
    assert memories_of(LEDGER, "A", "B") == {"A": ["night-001"], "B": ["night-002"]}


def test_a_press_goes_on_with_its_own_stacks_alone() -> None:
    with opened("A", "B") as (a, b):
        for run, number in ((a, 1), (b, 2), (a, 3)):
            plan.fn(run, number)
        assert [next(found) for found in [numbers(a)] for _ in range(2)] == [1, 3]
        assert next(numbers(b)) == 2
        assert not a.owns(trial(a, 2))


def test_recipes_of_other_presses_are_under_way() -> None:
    with opened("A", "B") as (a, b):
        plan.fn(a, 1)
        plan.fn(b, 2)
        assert b.models().pending.shape[0] == 2
        assert trial(a, 1).recipe != trial(a, 2).recipe


def test_cycle_ids_never_collide_when_presses_command_at_once() -> None:
    count, names = 12, ("A", "B", "C")
    settings = settings_of(dict.fromkeys(names, SIMULATED))
    with opened(*names, settings=settings) as runs:
        stack, recipe = settings.stack_named("x"), settings.reference
        assert recipe is not None
        for number in range(1, count + 1):
            run = runs[number % 3]
            run.ledger.append("night", number, Planned(stack, recipe, "own", press=run.press_name))
        troubles = list[BaseException]()

        def work(run: Run, first: int) -> None:
            try:
                for number in range(first, count + 1, 3):
                    commanded(run, number, None)
            except BaseException as trouble:  # noqa: BLE001
                troubles.append(trouble)

        threads = [threading.Thread(target=work, args=(runs[n % 3], n)) for n in (1, 2, 3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert not troubles
        cycles = [t.cycle_id for t in runs[0].history()]
        assert sorted(cycles) == list(range(1, count + 1))
        assert prove(runs[0].ledger, "night").broken is None


@pytest.mark.parametrize("turn", [planning_turn, nullcontext], ids=["in turn", "all at once"])
def test_the_presses_together_plan_no_more_than_the_budget(turn: Any) -> None:
    names, budget = ("A", "B", "C"), 7
    settings = settings_of(dict.fromkeys(names, SIMULATED), campaign={"trials": budget})
    with opened(*names, settings=settings) as runs:
        planned = {name: list[int]() for name in names}

        def work(run: Run) -> None:
            for number in planned_by(run, turn):
                planned[run.press_name].append(number)

        threads = [threading.Thread(target=work, args=(run,)) for run in runs]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        together = [number for mine in planned.values() for number in mine]
        assert sorted(together) == list(range(1, budget + 1))
        assert len(runs[0].history()) == budget


def planned_by(run: Run, turn: Any) -> Iterator[int]:
    """As `numbers` plans, without Prefect's task round it."""
    from pressloop.flows.campaign.enough import enough

    while True:
        with turn(run):
            number = run.ledger.next_number(run.campaign)
            if enough(run):
                return
            plan.fn(run, number)
        if run.owns(trial(run, number)):
            yield number


def test_a_turn_is_waited_for_as_long_as_the_others_plan() -> None:
    """And no longer: whoever stands still in it holds up nobody for good."""
    with opened("A", "B") as (a, b):
        had = list[bool]()

        def wait() -> None:
            with planning_turn(b, 0.5) as held:
                had.append(held)

        waiting = threading.Thread(target=wait)
        with planning_turn(a):
            waiting.start()
            for number in range(1, 5):
                time.sleep(0.3)
                plan.fn(a, number)
            assert had == []
            waiting.join(60)
            assert had == [False]
        with planning_turn(b, 0.5) as held:
            assert held


def test_the_same_press_has_one_process() -> None:
    with opened("A"), pytest.raises(PressHeld), opened("A"):
        pass


def test_a_stack_commanded_on_another_machine_is_not_told_by_this_one() -> None:
    """The names of two presses were exchanged."""
    with opened("A") as (a,):
        plan.fn(a, 1)
        a.ledger.append("night", 1, Commanded(1, "serial of another", 1))
        with pytest.raises(OutcomeUnknown, match="commanded on press serial of another"):
            press_stack.fn(a, 1)


def test_stacks_from_before_the_presses_had_names() -> None:
    alone = from_plain(several({}, **QUICK) | {"press": SIMULATED}, "test")
    with open_run(alone, order_of(alone)) as run:
        plan.fn(run, 1)
    with opened("A", "B") as (a, b):
        # Not commanded: the first press takes it, and it alone.
        assert a.owns(trial(a, 1))
        assert not b.owns(trial(b, 1))
        a.ledger.append("night", 1, Commanded(1, b.press.identify().serial))
        assert not a.owns(trial(a, 1))
        assert b.owns(trial(b, 1))


def test_stacks_of_other_presses_that_taught_nothing_do_not_stop_this_one() -> None:
    with opened("A", "B") as (a, b):
        for number in (1, 2, 3):
            plan.fn(a, number)
            a.ledger.append("night", number, Faulted("press", "alarm"))
        prove_fruitful(b, 0)
        with pytest.raises(Fault, match="3 stacks in a row"):
            prove_fruitful(a, 0)


def test_a_meter_is_read_for_one_press_at_a_time() -> None:
    """Each reads its own stack; whoever comes second waits."""
    with opened("A", "B") as (a, b):
        for run, number in ((a, 1), (b, 2)):
            plan.fn(run, number)
            press_stack.fn(run, number)
        assert isinstance(a.meter, SharedMeter)
        read = list[str]()

        def sweep() -> None:
            b.meter.sweep(trial(b, 2).stack)
            read.append("B")

        with in_turn(meter_name(a.settings.meter)):
            waiting = threading.Thread(target=sweep)
            waiting.start()
            time.sleep(0.5)
            assert read == []
        waiting.join(60)
        assert read == ["B"]
        assert a.meter.sweep(trial(a, 1).stack)


class Growing:
    """A ledger that others write to between two looks."""

    counts_exactly = True

    def __init__(self) -> None:
        self.last = 5

    def given_out(self) -> int:
        self.last += 2
        return self.last - 2

    def newest(self) -> int:
        return self.last


def test_what_others_write_meanwhile_is_not_gone() -> None:
    ledger: Any = Growing()
    assert entries_gone(ledger) == 0


@pytest.mark.slow
def test_a_turn_on_postgresql_ends_with_its_connection_and_is_no_more_than_a_courtesy(
        postgres: Any) -> None:
    with Ledger.open(postgres.database()) as one:
        with one.turn("night", 5.0) as held:
            assert held
            with one.turn("other campaign", 5.0) as also:
                assert also
            with one.turn("night", 0.3) as late:
                assert not late
        with one.turn("night", 5.0) as again:
            assert again


def test_a_stop_ends_the_wait_for_a_turn_and_leaves_nothing_held(postgres: Any) -> None:
    url = postgres.database()
    with Ledger.open(url) as one, Ledger.open(url) as other:
        with one.turn("night", 5.0):
            threading.Timer(1.0, os.kill, [os.getpid(), signal.SIGINT]).start()
            with pytest.raises(KeyboardInterrupt), other.turn("night", 60.0):
                pass
        with other.turn("night", 5.0) as held:
            assert held


@pytest.mark.slow
def test_a_database_that_is_away_gives_no_turn_and_stops_nobody(postgres: Any) -> None:
    with Ledger.open(postgres.database()) as ledger:
        postgres.stop()
        try:
            with ledger.turn("night", 5.0) as held:
                assert not held
        finally:
            postgres.start()
