"""What is no ledger, or cannot be had, is refused in plain words and left as it is."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from another_user import as_nobody, as_root, open_folder
from sqlalchemy import create_engine
from trial_stories import PLANNED

from pressloop.trials import BadInput, Ended, Ledger, LedgerProblem
from pressloop.trials.ledger.schema import HEAD, MIGRATIONS, metadata


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def made(path: Path) -> Path:
    """A closed ledger with one entry."""
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.append("c", 1, PLANNED)
    return path


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    yield
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def refused(folder: Path, url: str, match: str, create: bool = True) -> str:
    with untouched(folder), pytest.raises(LedgerProblem, match=match) as caught:
        Ledger.open(url, create=create)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_newer_schema(made: Path) -> None:
    run(made, "UPDATE alembic_version SET version_num = '9999'")
    refused(made.parent, f"sqlite:///{made}", "ledger schema = 9999.*newer pressloop.*update")


@pytest.mark.parametrize("create", [True, False])
def test_another_programs_database(path: Path, create: bool) -> None:
    run(path, "CREATE TABLE shopping (item TEXT)", "CREATE TABLE alembic_version (version_num)")
    refused(path.parent, f"sqlite:///{path}", "has the tables alembic_version, shopping", create)


def test_a_text_file(path: Path) -> None:
    path.write_text("pressure_mpa,dwell_s\n" * 100)
    refused(path.parent, f"sqlite:///{path}", "must be an SQLite database.*name another")


def test_a_missing_file_is_not_created(path: Path) -> None:
    refused(path.parent, f"sqlite:///{path}", "must be an existing file", create=False)


def test_an_empty_file_is_no_ledger_until_one_is_created(path: Path) -> None:
    path.touch()
    refused(path.parent, f"sqlite:///{path}", "it is empty", create=False)
    Ledger.open(f"sqlite:///{path}").close()


def test_a_missing_folder(tmp_path: Path) -> None:
    refused(tmp_path, f"sqlite:///{tmp_path}/runs/ledger.db", "ledger folder = .*existing folder")


def test_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, f"sqlite:///{tmp_path}", "must be a file that can be opened")


def test_a_locked_file_cannot_become_a_ledger(path: Path) -> None:
    run(path, "PRAGMA user_version=1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(path.parent, f"sqlite:///{path}?timeout=0.1", "must be free to use.*locked")


def test_a_locked_ledger_can_be_read_but_not_written(made: Path) -> None:
    with closing(sqlite3.connect(made, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with Ledger.open(f"sqlite:///{made}?timeout=0.1", create=False) as ledger:
            assert len(ledger.history("c")) == 1
            with pytest.raises(LedgerProblem, match=r"must be free to use.*locked"):
                ledger.append("c", 2, PLANNED)
            other.execute("COMMIT")
            assert ledger.append("c", 2, PLANNED)


def test_a_ledger_held_whole_by_another(made: Path) -> None:
    with closing(sqlite3.connect(made, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        refused(made.parent, f"sqlite:///{made}?timeout=0.1", "must be free to use.*locked")


def test_a_read_only_ledger(made: Path) -> None:
    with Ledger.open(f"sqlite:///file:{made}?mode=ro&uri=true", create=False) as ledger:
        assert len(ledger.history("c")) == 1
        with pytest.raises(LedgerProblem, match="must be writable"):
            ledger.append("c", 2, PLANNED)


LATER = """
import sys, time
from pathlib import Path
from pressloop.trials import Ledger
from trial_stories import PLANNED
while not Path(sys.argv[2]).exists():
    time.sleep(0.05)
with Ledger.open(sys.argv[1]) as ledger:
    ledger.append("c", 2, PLANNED)
"""
"""Somebody who goes on with the ledger once there is a file of that name."""


@as_root
def test_a_ledger_in_a_folder_that_may_not_be_written_is_read_as_it_grows() -> None:
    def told(act: Callable[[], object]) -> object:
        try:
            return act()
        except LedgerProblem as error:
            return error.bound

    def read() -> list[object]:
        with Ledger.open(url, create=False) as ledger:
            found: list[object] = [len(ledger.history("c"))]
            flag.touch()
            until = time.monotonic() + 30
            while len(ledger.history("c")) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            return [*found, len(ledger.history("c")),
                    told(lambda: ledger.append("c", 9, PLANNED))]

    with open_folder() as folder, open_folder(0o777) as common:
        url, flag = f"sqlite:///{folder}/ä b.db", common / "go on"
        with Ledger.open(url) as ledger:
            ledger.append("c", 1, PLANNED)
        paths = os.pathsep.join(sys.path)
        with subprocess.Popen([sys.executable, "-c", LATER, url, flag],
                              env=os.environ | {"PYTHONPATH": paths}):
            assert as_nobody(read) == [1, 2, "writable"]
        with Ledger.open(url) as ledger:
            ledger.append("c", 3, PLANNED)
            assert as_nobody(read) == [3, 3, "writable"]


def test_a_full_disk(made: Path) -> None:
    with Ledger.open(f"sqlite:///{made}") as ledger:
        with ledger._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1")
        with pytest.raises(LedgerProblem, match="must be on a disk with free space"):
            for number in range(2, 200):
                ledger.append("c", number, PLANNED)
        assert len(ledger.history("c")) == ledger.next_number("c") - 1


@pytest.mark.parametrize("url", [
    "runs/ledger.db", "", "oracle9://u:hush@host/x", "postgresql//u:hush@host/x",
    "postgresql+nothing://u:hush@host/x?password=hush", "postgresql://u:hush@host:port/x",
    "sqlite+aiosqlite:///x.db", "mysql://u:hush@host/x?ssl_password=hush", None,
    "sqlite://?timeout=soon", "sqlite://?timeout=-1", "sqlite://?timeout=nan", "sqlite://?timout=9",
    "sqlite://?timeout=1&timeout=2", "sqlite:///x.db?mode=ro", "sqlite:///file:x?uri=maybe",
])
def test_useless_addresses(tmp_path: Path, url: str) -> None:
    with untouched(tmp_path), pytest.raises(BadInput) as caught:
        Ledger.open(url)
    assert "hush" not in str(caught.value)


def test_migrations_and_tables_say_the_same(made: Path) -> None:
    engine = create_engine(f"sqlite:///{made}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_logging_is_left_alone(path: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("trials").disabled)
    Ledger.open(f"sqlite:///{path}").close()
    assert (root.level, list(root.handlers), logging.getLogger("trials").disabled) == before


@pytest.mark.parametrize(("column", "value"), [
    ("payload", "{"), ("payload", "[" * 5000), ("payload", b"\xff"), ("payload", " " * 8_000_001),
    ("payload", "[]"), ("trial", "one"), ("hash", b"7"), ("position", "first")])
def test_an_entry_that_holds_what_nobody_writes(made: Path, column: str, value: object) -> None:
    """SQLite keeps whatever it is given, and a failing disk asks nobody."""
    with closing(sqlite3.connect(made)) as raw, raw:
        raw.execute("DROP TRIGGER entries_no_update")
        raw.execute(f"UPDATE entries SET {column} = ?", (value,))
    with Ledger.open(f"sqlite:///{made}", create=False) as ledger, \
            pytest.raises(LedgerProblem) as caught:
        assert ledger.history("c") and ledger.head("c") is None
    assert len(str(caught.value)) < 500
    assert "verify" in str(caught.value) or "entry" in str(caught.value)


def test_a_payload_longer_than_is_read_back_is_not_written(path: Path) -> None:
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.append("c", 1, PLANNED)
        with pytest.raises(BadInput, match="at most 8000000"):
            ledger.append("c", None, Ended("x" * 8_000_001))
        assert len(ledger.facts("c")) == 1
