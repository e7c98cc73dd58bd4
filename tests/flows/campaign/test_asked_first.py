"""The press is asked first.

A ledger that was set back presses nothing again, and nobody else is held up."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, write_settings
from press_memory import pressed_stacks, stacks
from set_back import (
    LEDGER,
    NAME,
    QUICK,
    RECIPE,
    SET_BACK,
    STACK,
    behind,
    carried,
    opened,
    pressed,
    state_of,
    trials,
)

from pressloop.flows.campaign.asked_first import TO_COME, Memory, lacking, prove_up_to_date
from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.hardware.person import Question
from pressloop.hardware.protocols import KnownCycle, Place, stack_tag
from pressloop.hardware.registry import connect_press
from pressloop.trials import Commanded, Ledger, Recipe, State
from pressloop.trials.errors import Fault, LedgerBehind
from pressloop.trials.ledger.queries import OrderedStack

pytestmark = pytest.mark.slow
Command = Callable[..., Any]


# A ledger that was set back.


@pytest.mark.parametrize("how", SET_BACK)
def test_a_ledger_that_was_set_back_presses_nothing(how: str, five: None) -> None:
    SET_BACK[how]()
    for _start in range(2):
        behind("night-005 (cycle 5)", "set back, emptied or replaced")
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5)


@pytest.mark.parametrize("how", SET_BACK)
def test_the_command_says_so_in_one_line_and_makes_no_ledger(
        how: str, five: None, pressloop: Command, nothing_changes: Callable[[], Any]) -> None:
    SET_BACK[how]()
    with nothing_changes():
        for command in ("run", "serve"):
            pressloop(command, SETTINGS).refused("night-005 (cycle 5)", "pressloop adopt")


@pytest.mark.parametrize("how", SET_BACK)
def test_check_says_that_the_press_knows_more(how: str, five: None, pressloop: Command,
                                              nothing_changes: Callable[[], Any]) -> None:
    def told() -> tuple[int, dict[str, Any]]:
        answer = pressloop("check", SETTINGS, "--json")
        return answer.code, {row["check"]: row for row in answer.json["checks"]}

    assert told()[1]["ledger has"] == {"check": "ledger has", "ok": True,
                                       "found": "all that the press remembers"}
    SET_BACK[how]()
    with nothing_changes():
        code, found = told()
    assert (code, found["ledger has"]["ok"]) == (2, False)
    assert "night-005 (cycle 5)" in found["ledger has"]["found"]
    assert "pressloop adopt" in found["ledger has"]["found"]
    pressloop("adopt", SETTINGS, "--reason", "lost")
    assert told()[0] == 0


def test_what_was_lost_with_the_log_is_found(tmp_path: Path) -> None:
    """The file alone, without its -wal, as it is in mid campaign.

    The copy lacks one trial at most, and the press knows it."""
    write_settings(tmp_path, **QUICK)
    with opened() as run:
        for number in (1, 2, 3):
            carried(run, number)
        plan.fn(run, 4)
        press_stack.fn(run, 4)
        shutil.copyfile(LEDGER, "old.db")
    SET_BACK["an old copy"]()
    assert [t.number for t in trials()][:3] == [1, 2, 3]
    if len(trials()) == 3:
        behind("night-004 (cycle 4)")
    else:
        pressed(0)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


def test_another_campaign_of_the_ledger_is_missed_too(five: None, pressloop: Command) -> None:
    """Started for one campaign, the ledger lacks stacks of another: said before they are older."""
    SET_BACK["an old copy"]()
    behind("night-004 (cycle 4)", campaign={"name": "day"})
    write_settings(Path(), "day.toml", **QUICK, campaign={"name": "day"})
    assert pressloop("adopt", "day.toml", "--reason", "old copy").code == 0
    pressed(1, campaign={"name": "day"})
    pressed(0)
    assert pressed_stacks(LEDGER) == [*stacks(1, 2, 3, 4, 5), "day-001"]
    assert [t.number for t in trials()] == [1, 2, 3, 4, 5]


def test_a_run_that_goes_on_elsewhere_is_noticed(five: None) -> None:
    """Two copies of one ledger, each of which goes on: the second is refused."""
    shutil.copyfile(LEDGER, "newer.db")
    pressed(1)
    shutil.copyfile("newer.db", LEDGER)
    behind("night-006 (cycle 6)")


@pytest.mark.prefect
def test_a_served_run_is_refused_too(server: Any, five: None) -> None:
    """Nobody is at its terminal.

    Prefect's page shows why, somebody is told, and the press keeps what it had. So too where the
    ledger cannot even be opened."""
    from pressloop.flows.deployments.served_campaign import scheduled
    from pressloop.flows.deployments.starting import SETTINGS_VARIABLE

    path = write_settings(Path(), **QUICK, campaign={"trials": 9},
                          notify={"command": ["tee", "told"]})
    os.environ[SETTINGS_VARIABLE] = str(path.resolve())

    def refused(words: str) -> None:
        ended = scheduled(trials=1, return_state=True)
        assert ended.is_failed()
        assert words in str(ended.message)
        assert words in Path("told").read_text()
        assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5)

    SET_BACK["an old copy"]()
    refused("night-005 (cycle 5)")
    LEDGER.write_text("a text\n" * 1000)
    refused("an SQLite database")


# Nobody else is held up.


def test_a_campaign_beside_thousands_of_others_starts_without_a_word(tmp_path: Path) -> None:
    """On a press that has pressed for other campaigns and other ledgers."""
    memory = Path("lab.db.press.jsonl")
    line = {"preset": "reference", "seed": 7, "started_s": 0.0, "duration_s": 0.0,
            "recipe": asdict(RECIPE)}
    others = [f"{name}-{n:03d}" for name in ("day", "night-shift", "nigh", "overnight")
              for n in range(1, 1001)]
    memory.write_text("".join(
        json.dumps({"cycle_id": n, "stack": asdict(replace(STACK, stack_id=name)), **line}) + "\n"
        for n, name in enumerate(others, 1)))
    pressed(1)
    pressed(1)
    assert pressed_stacks(LEDGER)[-2:] == stacks(1, 2)
    assert trials()[-1].cycle_id == 4002


def test_a_resume_after_a_crash_is_as_before(tmp_path: Path) -> None:
    """Commanded and accepted, commanded and not accepted, planned: none is news to the ledger."""
    with opened() as run:
        plan.fn(run, 1)
        run.ledger.append(NAME, 1, Commanded(1, run.press.identify().serial))
        trial = run.ledger.trial(NAME, 1)
        assert trial is not None
        run.press.start(1, trial.stack, trial.recipe)
    with opened() as run:
        press_stack.fn(run, 1)
        plan.fn(run, 2)
        run.ledger.append(NAME, 2, Commanded(2, run.press.identify().serial))
    with opened() as run:
        press_stack.fn(run, 2)
        plan.fn(run, 3)
    with opened() as run:
        assert state_of(run, 3) is State.PLANNED
    assert pressed_stacks(LEDGER) == stacks(1, 2)


def test_a_lab_that_was_moved_to_another_folder_goes_on(five: None, tmp_path: Path) -> None:
    """The simulated press is called by its path: the cycles are the same ones."""
    there = tmp_path / "there"
    there.mkdir()
    for path in tmp_path.glob("lab.db*"):
        shutil.copyfile(path, there / path.name)
    os.chdir(there)
    pressed(1)
    assert pressed_stacks(LEDGER)[-1] == "night-006"


def test_a_driver_that_lists_nothing_is_asked_cycle_by_cycle(five: None) -> None:
    driver = {"driver": "odd_lab.unlisted_press"}
    pressed(1, press=driver)
    SET_BACK["an old copy"]()
    behind("night-006 (cycle 6)", press=driver)


# The comparison itself.


def order(number: int, cycle: int | None, campaign: str = NAME) -> OrderedStack:
    name = f"{campaign}-{number:03d}"
    return OrderedStack(campaign, number, replace(STACK, stack_id=name), RECIPE, cycle, "P")


def test_a_tag_is_known_as_far_as_campaigns_go() -> None:
    for number in (1, 2, TO_COME):
        memory = Memory("P", (KnownCycle(9, None, stack_tag(f"night-{number:03d}")),))
        found, = lacking(memory, NAME, [], [])
        assert (found.campaign, found.number) == (NAME, number)
    assert lacking(Memory("P", (KnownCycle(9, None, 12345),)), NAME, [order(1, 1)], []) == ()


def test_an_id_of_another_stack_is_no_word_of_this_one() -> None:
    """The ledger used the id for its second stack, the press for the third."""
    memory = Memory("P", (KnownCycle(2, "night-003"),))
    found, = lacking(memory, NAME, [order(1, 1), order(2, 2)], [])
    assert found.stack == "night-003"


def test_names_of_other_campaigns_are_others() -> None:
    names = ("night-1", "night", "night-001-002", "x-night-001", "night-00a", "Night-001")
    memory = Memory("P", tuple(KnownCycle(n, name) for n, name in enumerate(names, 1)))
    assert lacking(memory, NAME, [order(1, 99)], []) == ()


# A person at the press.


class Answers:
    """Given in this order, whatever the question."""

    def __init__(self, *answers: float | str) -> None:
        self.left = list(answers)

    def ask(self, question: Question) -> dict[str, float | str]:
        """One for each blank."""
        return {blank.name: self.left.pop(0) for blank in question.blanks}


def test_what_a_person_was_asked_for_counts(tmp_path: Path) -> None:
    """The attended press's own journal, beside the ledger; what a person refused never moved."""
    person = Answers("start", "pressed", 2.08, 60.0, "refuse", "no die", "start")
    place = Place(7, tmp_path / "lab.db", person=person)
    press = connect_press("attended", {}, place)
    recipe = Recipe(260.0, 60.0, 25.0)
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        prove_up_to_date(press, ledger, NAME, "lab.db")
        press.start(1, STACK, recipe)
        assert press.report(1).trace is not None
        with pytest.raises(Fault, match="no die"):
            press.start(2, replace(STACK, stack_id="night-002"), recipe)
        press.start(3, replace(STACK, stack_id="night-003"), recipe)
        with pytest.raises(LedgerBehind, match=r"night-001 \(cycle 1\), night-003 \(cycle 3\)"):
            prove_up_to_date(press, ledger, NAME, "lab.db")
        prove_up_to_date(press, ledger, "another campaign", "lab.db")
    assert person.left == [], "nobody is asked what became of the third"
