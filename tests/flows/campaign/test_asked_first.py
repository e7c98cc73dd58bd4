"""The press is asked first.

A ledger that was set back presses nothing again, and nobody else is held up. No server."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, table_of, write_settings, write_table
from press_memory import pressed_stacks, stacks
from set_back import LEDGER, NAME, QUICK, SET_BACK, carried, opened, pressed, state_of, trials
from sqlalchemy import create_engine, text

from pressloop.flows.campaign.asked_first import TO_COME, Memory, lacking, prove_up_to_date
from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.person import Question
from pressloop.hardware.protocols import KnownCycle, Place, stack_tag
from pressloop.hardware.registry import connect_press
from pressloop.hardware.state_files import state_path
from pressloop.trials import Commanded, Ledger, Planned, Recipe, Stack, State
from pressloop.trials.errors import Fault, LedgerBehind, LedgerProblem, PressBusy
from pressloop.trials.ledger.queries import OrderedStack
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.slow

RECIPE = Recipe(200.0, 30.0, 25.0)
NUMBERED = count(1)
STACK = Stack("night-001", "L-1", "ana", 0.785, 600.0)
Command = Callable[..., Any]


def behind(*words: str, **changes: Any) -> None:
    """A run is refused in so many words, and the press keeps what it had."""
    with pytest.raises(LedgerBehind) as told, opened(**changes):
        pass
    for word in (*words, "Nothing was pressed", "pressloop adopt", "--others"):
        assert word in str(told.value), told.value


# A ledger that was set back.


@pytest.fixture(scope="module")
def five_made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Five stacks, and a copy of the ledger from after the third, to be copied in turn."""
    folder = tmp_path_factory.mktemp("five")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PRESSLOOP_LOCKS", str(folder))
        write_settings(folder, **QUICK)
        pressed(3)
        shutil.copyfile(LEDGER, "old.db")
        pressed(2)
    yield folder


@pytest.fixture
def five(tmp_path: Path, five_made: Path) -> None:
    """Five stacks, and a copy of the ledger from after the third."""
    shutil.copytree(five_made, tmp_path, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("*.lock"))


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


def over_it() -> None:
    """A copy that takes its place, as a program that synchronises folders does it."""
    shutil.copyfile("old.db", "newer.db")
    os.replace("newer.db", LEDGER)


@pytest.mark.parametrize("how", [*SET_BACK.values(), over_it,
                                 lambda: shutil.copyfile("old.db", LEDGER)],
                         ids=[*SET_BACK, "over it", "into it"])
def test_a_ledger_that_is_set_back_behind_a_run_ends_it(how: Callable[[], Any], five: None) -> None:
    """What is written after that would be found by nobody."""
    with pytest.raises(LedgerProblem, match="replaced or removed while it was in use"), \
            opened() as run:
        carried(run, 6)
        how()
        carried(run, 7)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 6)


def test_entries_that_go_behind_a_run_end_it(five: None) -> None:
    """As in a database that is restored while it is used."""
    with opened() as run:
        plan.fn(run, 6)
        with closing(sqlite3.connect(LEDGER)) as raw, raw:
            for table in ("entries", "arrays"):
                raw.execute(f"DROP TRIGGER {table}_no_delete")
            raw.execute("DELETE FROM entries WHERE entry_id > 20")
        with pytest.raises(LedgerProblem, match="set back or replaced behind this run"):
            plan.fn(run, 7)


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


# The database's own count.


def test_entries_that_were_taken_out_stop_the_run(five: None, pressloop: Command) -> None:
    """Nothing that the press knows is missing, but the last reading is."""
    with closing(sqlite3.connect(LEDGER)) as raw, raw:
        for table in ("entries", "arrays"):
            raw.execute(f"DROP TRIGGER {table}_no_delete")
        raw.execute("DELETE FROM entries WHERE kind = 'evaluated' AND trial = 5")
    behind("1 newest entries, which are gone")
    assert pressloop("verify", "--ledger", f"sqlite:///{LEDGER}").code == 1
    assert pressloop("adopt", SETTINGS, "--reason", "read again").code == 0
    pressed(0)
    assert {t.state for t in trials()} == {State.EVALUATED}
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5)


def test_entries_that_are_lost_again_are_adopted_again_for_the_same_reason(
        five: None, pressloop: Command) -> None:
    """Each time it is on record how many there were."""
    for number in (5, 6):
        with closing(sqlite3.connect(LEDGER)) as raw, raw:
            for table in ("entries", "arrays"):
                raw.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
            raw.execute("DELETE FROM entries WHERE kind = 'evaluated' AND trial = ?", (number,))
        behind("1 newest entries, which are gone")
        assert pressloop("adopt", SETTINGS, "--reason", "read again").code == 0
        pressed(1)
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        words = [word.reason for word in ledger.reconciled(NAME)]
        assert prove(ledger, NAME).sound
    assert len(set(words)) == 2
    assert all(word.startswith("read again (1 entry up to number ") for word in words), words
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 6, 7)


# In use, proved.


def test_an_edited_entry_is_refused_by_all_who_use_it(five: None, pressloop: Command) -> None:
    with closing(sqlite3.connect(LEDGER)) as raw, raw:
        raw.execute("DROP TRIGGER entries_no_update")
        raw.execute("UPDATE entries SET payload = replace(payload, '{', '{ ') "
                    "WHERE kind = 'evaluated' AND trial = 2")
    with pytest.raises(LedgerProblem, match=r"evaluated of trial 2; row \d+"), opened():
        pass
    url = f"sqlite:///{LEDGER}"
    for command in (("run", SETTINGS), ("recommend", "--ledger", url),
                    ("report", "--ledger", url, "--out", "out"),
                    ("adopt", SETTINGS, "--reason", "x")):
        pressloop(*command).refused("evaluated of trial 2")
    checked = pressloop("check", SETTINGS)
    assert checked.code == 2
    assert "evaluated of trial 2" in checked.out.replace("\n", " ")
    rescued = pressloop("export", "--ledger", url, "--out", "out")
    assert rescued.code == 0
    assert "evaluated of trial 2" in rescued.err
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5)


def test_an_entry_that_is_edited_behind_a_run_is_not_learned_from(five: None) -> None:
    """What was written since the run began is proved before the models see it."""
    with opened() as run:
        carried(run, 6)
        with closing(sqlite3.connect(LEDGER)) as raw, raw:
            raw.execute("DROP TRIGGER entries_no_update")
            raw.execute("UPDATE entries SET operator = 'x' WHERE kind = 'evaluated' AND trial = 6")
        with pytest.raises(LedgerProblem, match="evaluated of trial 6"):
            plan.fn(run, 7)


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


# PostgreSQL.


@pytest.mark.slow
def test_a_database_restored_from_an_older_dump(postgres: Any, pressloop: Command, tmp_path: Path
                                                ) -> None:
    """The dump carries the sequence of its day: only the press knows better."""
    url = postgres.database()
    database = {"campaign": {"ledger": url}}
    write_settings(tmp_path, **QUICK, **database)
    pressed(2, **database)
    dump = postgres.folder / f"{next(NUMBERED)}.dump"
    name = url.partition("@/")[2].partition("?")[0]
    where = ("-h", str(postgres.folder))
    postgres.run("pg_dump", *where, "-Fc", "-f", str(dump), name)
    pressed(1, **database)
    postgres.run("psql", *where, "-d", "postgres", "-qc", f"DROP DATABASE {name}")
    postgres.run("psql", *where, "-d", "postgres", "-qc", f"CREATE DATABASE {name}")
    postgres.run("pg_restore", *where, "-d", name, str(dump))
    behind("night-003 (cycle 3)", **database)
    assert pressloop("adopt", SETTINGS, "--reason", "an older dump").code == 0
    pressed(1, **database)
    with closing(Ledger.open(url)) as ledger:
        assert {t.state for t in ledger.history(NAME)} == {State.EVALUATED}
        assert prove(ledger, NAME).sound
    memory = [json.loads(line) for line in Path("pressloop.press.jsonl").read_text().splitlines()]
    assert [line["stack"]["stack_id"] for line in memory] == stacks(1, 2, 3, 4)


@pytest.mark.slow
def test_postgresql_counts_what_was_broken_off_too(postgres: Any, pressloop: Command) -> None:
    """Numbers that are gone may be entries that are gone: said, and no run is stopped by it."""
    url = postgres.database()
    with closing(Ledger.open(url)) as ledger:
        ledger.append(NAME, 1, Planned(STACK, RECIPE, "reference"))
        assert ledger.given_out() == ledger.newest() == 1
        engine = create_engine(url)
        with engine.begin() as raw:
            raw.execute(text("SELECT nextval('entries_entry_id_seq')"))
        engine.dispose()
        assert (ledger.given_out(), ledger.newest()) == (2, 1)
    told = pressloop("verify", "--ledger", url)
    assert told.code == 0
    assert "given out 1 numbers above that of the newest entry" in told.out


# The file and its log.


def test_the_file_has_every_stack_that_is_done_with(tmp_path: Path) -> None:
    """Without the log beside it, in mid campaign; and nothing is left in the log at the end."""
    with opened() as run:
        for number in (1, 2):
            carried(run, number)
            shutil.copyfile(LEDGER, "alone.db")
            with closing(Ledger.open("sqlite:///alone.db")) as copy:
                assert [t.state for t in copy.history(NAME)] == [State.EVALUATED] * number
                assert not copy.damage()
    log = LEDGER.with_name("lab.db-wal")
    assert not log.exists() or log.stat().st_size == 0


def test_the_log_beside_the_file_stays_small(tmp_path: Path) -> None:
    """Also while no stack is done with: to lose it is to lose little."""
    log = LEDGER.with_name("lab.db-wal")
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        for number in range(1, 401):
            ledger.append(NAME, number, Planned(STACK, RECIPE, "explore", reason="why " * 500))
            assert log.stat().st_size < 1_000_000
    assert LEDGER.stat().st_size > 800_000


def test_a_backup_keeps_the_count_and_what_is_in_the_log(five: None, pressloop: Command) -> None:
    url = f"sqlite:///{LEDGER}"
    with closing(Ledger.open(url)) as ledger:
        ledger.append(NAME, 6, Planned(replace(STACK, stack_id="night-006"), RECIPE, "explore"))
        assert pressloop("backup", "--ledger", url, "--to", "copy.db").code == 0
    with closing(sqlite3.connect("copy.db")) as raw, raw:
        raw.execute("DROP TRIGGER entries_no_delete")
        raw.execute("DELETE FROM entries WHERE kind = 'planned' AND trial = 6")
    gone = pressloop("verify", "--ledger", "sqlite:///copy.db")
    assert gone.code == 1
    assert "the 1 newest entries are gone" in gone.out
    assert pressloop("restore", "copy.db", "--to", "sqlite:///back.db").code == 0
    assert pressloop("verify", "--ledger", "sqlite:///back.db").code == 1, "the copy knows it too"
