"""What a press knows and its ledger lacks is adopted, or called others', by a person's word."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, table_of, write_settings, write_table
from press_memory import pressed_stacks, stacks
from set_back import LEDGER, NAME, QUICK, RECIPE, SET_BACK, behind, opened, pressed, trials

from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.state_files import state_path
from pressloop.trials import Ledger, Planned, State
from pressloop.trials.errors import PressBusy
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.slow
Command = Callable[..., Any]


@pytest.mark.parametrize("how", SET_BACK)
def test_adopted_stacks_are_measured_and_never_pressed_again(how: str, five: None,
                                                             pressloop: Command) -> None:
    before = {t.stack.stack_id: t.recipe for t in trials()}
    SET_BACK[how]()
    told = pressloop("adopt", SETTINGS, "--reason", "the disk died", "--json").json
    assert [one["stack"] for one in told["trials"]][-2:] == stacks(4, 5)
    assert told["not_adopted"] == []
    assert [t.state for t in trials()][-2:] == [State.COMMANDED] * 2
    pressed(1)
    now = trials()
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 6)
    assert [t.number for t in now] == [1, 2, 3, 4, 5, 6]
    assert {t.state for t in now} == {State.EVALUATED}
    assert {name: before[name] for name in stacks(4, 5)} == {
        t.stack.stack_id: t.recipe for t in now if t.number in (4, 5)}
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        assert prove(ledger, NAME).sound
        word, = ledger.reconciled(NAME)
    assert (word.verdict, word.reason) == ("adopted", "the disk died")
    assert word.stacks[-2:] == tuple(stacks(4, 5))


@pytest.mark.parametrize("how", SET_BACK)
def test_a_persons_word_that_they_are_others_is_kept(how: str, five: None, pressloop: Command
                                                     ) -> None:
    """New stacks are not called like the others, whose files a meter might find."""
    SET_BACK[how]()
    assert pressloop("adopt", SETTINGS, "--others", "--reason", "another lot").code == 0
    pressed(2)
    pressed(1)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 6, 7, 8)
    assert trials()[-1].stack.stack_id == "night-008"
    shutil.copyfile(LEDGER, "old.db")
    pressed(1)
    SET_BACK["an old copy"]()
    behind("night-009 (cycle 9)")


def test_a_word_needs_a_reason_and_a_press_that_is_free(five: None, pressloop: Command) -> None:
    SET_BACK["an old copy"]()
    pressloop("adopt", SETTINGS, "--reason", " ").refused("--reason", "what happened")
    assert pressloop("adopt", SETTINGS).code == 2


def test_adopting_twice_adds_nothing(five: None, pressloop: Command) -> None:
    SET_BACK["deleted"]()
    assert pressloop("adopt", SETTINGS, "--reason", "gone").code == 0
    before = trials()
    again = pressloop("adopt", SETTINGS, "--reason", "gone")
    assert "has all that the press knows" in again.out
    assert len(trials()) == len(before) == 5


def test_an_adoption_that_was_broken_off_goes_on(five: None, pressloop: Command) -> None:
    """Killed after the plan of a stack, before its command."""
    recipe = trials()[3].recipe
    SET_BACK["an old copy"]()
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        stack = replace(trials()[0].stack, stack_id="night-004")
        ledger.append(NAME, 4, Planned(stack, recipe, "adopted"))
    assert pressloop("adopt", SETTINGS, "--reason", "killed").code == 0
    pressed(0)
    assert {t.state for t in trials()} == {State.EVALUATED}
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5)


def test_a_plan_of_a_stack_that_lies_on_the_shelf_is_closed(five: None, pressloop: Command) -> None:
    """The set-back ledger had planned it otherwise than it was pressed."""
    SET_BACK["an old copy"]()
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        stack = replace(trials()[0].stack, stack_id="night-004")
        ledger.append(NAME, 4, Planned(stack, RECIPE, "explore"))
    behind("night-004 (cycle 4)")
    assert pressloop("adopt", SETTINGS, "--reason", "old copy").code == 0
    pressed(1)
    now = {t.number: t for t in trials()}
    assert now[4].state is State.SETTLED
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 7)
    assert [now[n].stack.stack_id for n in (5, 6, 7)] == ["night-005", "night-004", "night-007"]


def test_numbers_that_imported_rows_have_taken_are_left_to_them(five: None, pressloop: Command
                                                                ) -> None:
    SET_BACK["deleted"]()
    assert pressloop("import", SETTINGS, write_table(Path(), table_of(
        ["260,30,25,40", "200,30,25,60"]))).code == 0
    behind("night-005 (cycle 5)")
    assert pressloop("adopt", SETTINGS, "--reason", "deleted").code == 0
    pressed(1)
    here = {t.stack.stack_id: t.number for t in trials() if t.pressed_here}
    assert here == dict(zip(stacks(1, 2, 3, 4, 5, 8), (6, 7, 3, 4, 5, 8), strict=True))
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 8)


def test_a_plan_that_is_called_like_another_stack_is_closed(five: None, pressloop: Command
                                                            ) -> None:
    SET_BACK["an old copy"]()
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        stack = replace(trials()[0].stack, stack_id="night-004")
        ledger.append(NAME, 4, Planned(stack, RECIPE, "explore"))
    assert pressloop("adopt", SETTINGS, "--others", "--reason", "another lot").code == 0
    pressed(1)
    assert {t.number: t.state for t in trials()}[4] is State.SETTLED
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 6)


@pytest.mark.prefect
def test_adopted_stacks_are_part_of_the_budget_of_a_served_run(server: Any, five: None,
                                                               pressloop: Command) -> None:
    """And of the stacks of that night: they are measured first."""
    from pressloop.flows.deployments.served_campaign import scheduled
    from pressloop.flows.deployments.starting import SETTINGS_VARIABLE

    path = write_settings(Path(), **QUICK, campaign={"trials": 6})
    os.environ[SETTINGS_VARIABLE] = str(path.resolve())
    SET_BACK["an old copy"]()
    assert pressloop("adopt", SETTINGS, "--reason", "old copy").code == 0
    for upto in (5, 6, 6):
        assert scheduled(trials=2, return_state=True).is_completed()
        assert pressed_stacks(LEDGER) == stacks(*range(1, upto + 1))
    assert {t.state for t in trials()} == {State.EVALUATED}


# What a PLC remembers.


@pytest.fixture
def plc(tmp_path: Path) -> Iterator[EmulatedPress]:
    """An emulated press; a cycle takes a fraction of a second."""
    with serving_press(PressOptions(tmp_path / "plc.json", tmp_path / "bench.jsonl",
                                    speed=3000.0)) as press:
        yield press


def modbus(press: EmulatedPress) -> dict[str, Any]:
    """The settings of a run on it. Each run has a supervisor of its own."""
    return {"press": {"driver": "modbus", "port": press.port, "linger_s": 0.2}}


def ordered(press: EmulatedPress, count: int, **changes: Any) -> None:
    """So many more stacks, pressed and no more."""
    with opened(**modbus(press), **changes) as run:
        for _ in range(count):
            number = run.ledger.next_number(run.campaign)
            plan.fn(run, number)
            press_stack.fn(run, number)


def forget_journal(press: EmulatedPress) -> None:
    """As on another computer, once the supervisor here has ended."""
    deadline = time.monotonic() + 60.0
    while True:
        with suppress(PressBusy), press_lock(f"supervisor of {press.options.serial}"):
            break
        assert time.monotonic() < deadline, "the supervisor does not end"
        time.sleep(0.05)
    state_path("journal of press 4711").unlink()


@pytest.mark.sockets
@pytest.mark.parametrize("journal", ["kept", "lost"])
def test_a_plc_tells_of_stacks_by_its_journal_or_by_tag(
        journal: str, plc: EmulatedPress, pressloop: Command, tmp_path: Path) -> None:
    write_settings(tmp_path, **QUICK, **modbus(plc))
    ordered(plc, 1)
    shutil.copyfile(LEDGER, "old.db")
    ordered(plc, 2)
    if journal == "lost":
        forget_journal(plc)
    SET_BACK["an old copy"]()
    behind("night-003 (cycle 3)", **modbus(plc))
    told = pressloop("adopt", SETTINGS, "--reason", "old copy", "--json").json
    known = [2, 3] if journal == "kept" else [3]
    assert [one["cycle_id"] for one in told["trials"]] == known
    assert told["not_adopted"] == [n for n in (2, 3) if n not in known]
    ordered(plc, 1)
    assert trials()[-1].stack.stack_id == "night-004"
    assert plc.memory.accepted == [1, 2, 3, 4]


@pytest.mark.sockets
def test_a_deleted_ledger_of_a_plc_is_known_by_the_tag_of_its_last_stack(
        plc: EmulatedPress) -> None:
    ordered(plc, 2)
    forget_journal(plc)
    SET_BACK["deleted"]()
    behind("night-002 (cycle 2)", **modbus(plc))


@pytest.mark.sockets
def test_cycles_that_nobody_can_name_stop_who_comes_back(plc: EmulatedPress, pressloop: Command,
                                                         tmp_path: Path) -> None:
    """They may be this campaign's; a person says. A new campaign has none, and starts."""
    write_settings(tmp_path, **QUICK, **modbus(plc))
    ordered(plc, 1)
    other = {"campaign": {"name": "other", "ledger": "sqlite:///other.db"}}
    ordered(plc, 2, **other)
    ordered(plc, 0)
    forget_journal(plc)
    ordered(plc, 0, campaign={"name": "new", "ledger": "sqlite:///new.db"})
    behind("a stack nobody can name (cycle 2)", **modbus(plc))
    assert pressloop("adopt", SETTINGS, "--others", "--reason", "the neighbours'").code == 0
    ordered(plc, 1)
    ordered(plc, 0)
    assert plc.memory.accepted == [1, 2, 3, 4]
    assert trials()[-1].stack.stack_id == "night-002"
