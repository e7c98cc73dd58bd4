"""Entries that are gone or edited are noticed, before a run and behind it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
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
    trials,
)
from sqlalchemy import create_engine, text

from pressloop.flows.campaign.trial import plan
from pressloop.trials import Ledger, Planned, State
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.slow
NUMBERED = count(1)
Command = Callable[..., Any]


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


# Behind a run.


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
