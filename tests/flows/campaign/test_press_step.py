"""The press step, stopped wherever it can be stopped: nothing is pressed twice. No server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lab_files import settings_values
from press_memory import pressed_stacks, stacks

from pressloop.flows.campaign.campaign import numbers
from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.ordered import stacks_used
from pressloop.flows.campaign.trial import evaluate_stack, measure, plan, press_stack
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials import Commanded, Evaluated, Faulted, Intact, Pressed, State
from pressloop.trials.errors import Fault, NotReady, OutcomeUnknown, PressBusy

LEDGER = Path("lab.db")
QUICK: dict[str, Any] = {"space": {"dwell_s": [10, 60], "temperature_c": 25}}
SLOW = QUICK | {"press": {"time_scale": 0.01}}
"""A second or two a cycle."""
Opens = Callable[..., AbstractContextManager[Run]]


@pytest.fixture
def opens() -> Opens:
    """A run of the small campaign, in this test's folder."""
    @contextmanager
    def call(**changes: Any) -> Iterator[Run]:
        settings = from_plain(settings_values(**(QUICK | changes)), "test")
        with open_run(settings, order_of(settings)) as run:
            yield run

    return call


def state(run: Run, number: int = 1) -> State:
    trial = run.ledger.trial(run.campaign, number)
    assert trial is not None
    return trial.state


def started(run: Run, cycle_id: int = 1) -> None:
    """As a run leaves it that dies after the press accepted: commanded, and the ram moves."""
    plan.fn(run, 1)
    run.ledger.append(run.campaign, 1, Commanded(cycle_id))
    trial = run.ledger.trial(run.campaign, 1)
    assert trial is not None
    run.press.start(cycle_id, trial.stack, trial.recipe)


def test_command_comes_before_the_cycle_and_trace_after(opens: Opens) -> None:
    with opens() as run:
        plan.fn(run, 1)
        assert state(run) is State.PLANNED
        press_stack.fn(run, 1)
        kinds = [type(entry) for number, entry in run.ledger.facts(run.campaign) if number]
        assert kinds[1:] == [Commanded, Pressed]
        assert run.press.last_accepted_id() == 1
    assert pressed_stacks(LEDGER) == stacks(1)


def test_a_press_that_is_not_ready_costs_no_stack(opens: Opens) -> None:
    """Another cycle still runs: the stack stays planned, and the next start presses it."""
    with opens(**SLOW) as run:
        plan.fn(run, 1)
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        other = replace(trial.stack, stack_id="somebody else's")
        run.press.start(7, other, replace(trial.recipe, dwell_s=3600.0))
        with pytest.raises(NotReady, match="cycle 7 is running"):
            press_stack.fn(run, 1)
        assert state(run) is State.PLANNED
        run.press.release()
        press_stack.fn(run, 1)
        assert state(run) is State.PRESSED


def test_stopped_between_command_and_start(opens: Opens) -> None:
    """The press never heard of the cycle: it is given now, under the id on record."""
    with opens() as run:
        plan.fn(run, 1)
        run.ledger.append(run.campaign, 1, Commanded(1))
    with opens() as run:
        press_stack.fn(run, 1)
        assert state(run) is State.PRESSED
    assert pressed_stacks(LEDGER) == stacks(1)


def test_another_press_cannot_say_what_became_of_a_command(opens: Opens) -> None:
    """The ledger moved away from the press it commanded: nobody presses that stack again."""
    with opens() as run:
        plan.fn(run, 1)
        run.ledger.append(run.campaign, 1, Commanded(1, "the press next door"))
        with pytest.raises(OutcomeUnknown, match="the press next door"):
            press_stack.fn(run, 1)
        assert state(run) is State.COMMANDED
        assert run.press.last_accepted_id() == 0


def test_a_press_that_forgot_is_not_believed(opens: Opens) -> None:
    """The press's memory is gone: that it knows no cycle does not prove that none ran."""
    with opens() as run:
        plan.fn(run, 1)
        press_stack.fn(run, 1)
        plan.fn(run, 2)
        run.ledger.append(run.campaign, 2, Commanded(2, run.press.identify().serial))
        Path(run.press.identify().serial).unlink()
        with pytest.raises(OutcomeUnknown, match="forgotten cycle 1"):
            press_stack.fn(run, 2)
        assert run.press.last_accepted_id() == 0


def test_stopped_between_start_and_pressed(opens: Opens) -> None:
    """The press has finished meanwhile: its trace is fetched."""
    with opens() as run:
        started(run)
    with opens() as run:
        press_stack.fn(run, 1)
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        assert trial.state is State.PRESSED
        assert trial.trace is not None
    assert pressed_stacks(LEDGER) == stacks(1)


def test_stopped_while_the_ram_moves(opens: Opens) -> None:
    """The cycle still runs: it is watched to its end."""
    with opens(**SLOW) as run:
        started(run)
        assert run.press.not_ready()
    with opens(**SLOW) as run:
        press_stack.fn(run, 1)
        assert not run.press.not_ready()
        assert state(run) is State.PRESSED
    assert pressed_stacks(LEDGER) == stacks(1)


def test_a_cycle_that_a_stop_released_is_a_fault_and_the_next_start_goes_on(
        opens: Opens) -> None:
    with opens(**SLOW) as run:
        started(run)
        run.press.release()
    with opens(**SLOW) as run:
        press_stack.fn(run, 1)
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        assert trial.state is State.FAULTED
        assert "released early" in str(trial.fault)
        assert next(numbers(run)) == 2
    assert pressed_stacks(LEDGER) == stacks(1)


def test_stopped_between_pressed_and_measured_and_evaluated(opens: Opens) -> None:
    with opens() as run:
        plan.fn(run, 1)
        press_stack.fn(run, 1)
    with opens() as run:
        measure.fn(run, 1)
        assert state(run) is State.MEASURED
    with opens() as run:
        assert isinstance(evaluate_stack.fn(run, 1).result(), Intact)
    assert pressed_stacks(LEDGER) == stacks(1)


def test_an_alarm_is_a_fault_and_teaches_nothing(opens: Opens) -> None:
    with opens(press={"driver": "odd_lab.faulty_press", "cycle": 1}) as run:
        plan.fn(run, 1)
        with pytest.raises(Fault, match="alarm 17"):
            press_stack.fn(run, 1)
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        assert trial.state is State.FAULTED
        assert "alarm 17" in str(trial.fault)
        assert trial.outcome is None
        assert not trial.is_open


def test_a_lost_link_stays_unknown_until_a_person_settles_it(opens: Opens) -> None:
    lost = {"press": {"driver": "odd_lab.faulty_press", "cycle": 1, "trouble": "lost link"}}
    for _start in range(3):
        with opens(**lost) as run:
            if run.ledger.trial(run.campaign, 1) is None:
                plan.fn(run, 1)
            with pytest.raises(OutcomeUnknown, match="Look at the stack"):
                press_stack.fn(run, 1)
            assert state(run) is State.COMMANDED
            assert next(numbers(run)) == 1
    assert pressed_stacks(LEDGER) == stacks(1)


def test_a_thread_may_not_press(opens: Opens) -> None:
    """A stop would not reach it there."""
    from concurrent.futures import ThreadPoolExecutor

    with opens() as run:
        plan.fn(run, 1)
        with ThreadPoolExecutor(1) as pool, pytest.raises(Fault, match="main thread"):
            pool.submit(press_stack.fn, run, 1).result()
        assert state(run) is State.PLANNED
    assert pressed_stacks(LEDGER) == []


def test_a_cycle_id_is_above_all_that_ledger_and_press_know(opens: Opens) -> None:
    """Two ledgers share one press: its memory counts on."""
    with opens() as run:
        started(run, 41)
        run.ledger.append(run.campaign, 1, Faulted("press", "set aside"))
        plan.fn(run, 2)
        press_stack.fn(run, 2)
        trial = run.ledger.trial(run.campaign, 2)
        assert trial is not None
        assert trial.cycle_id == 42


def test_open_trials_come_before_new_ones(opens: Opens) -> None:
    with opens(campaign={"trials": 4}) as run:
        for number in (1, 2, 3):
            plan.fn(run, number)
        run.ledger.append(run.campaign, 2, Faulted("press", "dropped"))
        order = numbers(run)
        assert [next(order), next(order)] == [1, 3]
        assert next(order) == 4
        plan.fn(run, 4)
        assert list(order) == []
        assert stacks_used(run) == 4


def test_a_run_holds_its_press(opens: Opens) -> None:
    with opens(), pytest.raises(PressBusy, match="held by another run"), opens():
        pass
    with opens():
        pass


def test_rules_of_the_settings_reach_the_outcome(opens: Opens) -> None:
    """The same readings are intact under one rule and crushed under a stricter one."""
    crushing = {"space": {"pressure_mpa": [300, 301], "dwell_s": [10, 60], "temperature_c": 25}}
    outcomes = []
    for limit in (0.9, 0.001):
        with opens(evaluation={"crushed_above": limit}, **crushing) as run:
            if run.ledger.trial(run.campaign, 1) is None:
                plan.fn(run, 1)
                press_stack.fn(run, 1)
                measure.fn(run, 1)
            outcomes.append(evaluate_stack.fn(run, 1).result())
    assert isinstance(outcomes[0], Intact)
    assert getattr(outcomes[1], "mode", None) == "crushed"


@pytest.mark.slow
def test_the_start_is_as_long_as_the_settings_say(opens: Opens) -> None:
    purposes = []
    with opens(search={"start_with": 2}, reference={"dwell_s": 60}) as run:
        for number in (1, 2, 3):
            plan.fn(run, number)
            press_stack.fn(run, number)
            measure.fn(run, number)
            outcome = evaluate_stack.fn(run, number).result()
            run.ledger.append(run.campaign, number, Evaluated(1, outcome))
            purposes.append(run.ledger.history(run.campaign)[-1].purpose)
    assert purposes[:2] == ["reference", "space-filling"]
    assert purposes[2] in ("explore", "exploit", "replicate")
