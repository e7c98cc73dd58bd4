"""Ledgers that cannot be used: told in one line, and never touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, TABLE, write_settings, write_table

pytestmark = pytest.mark.slow

URL = "sqlite:///lab.db"
READERS = (("recommend",), ("report", "--out", "out"), ("export", "--out", "out"),
           ("settle", "--trial", "1", "--reason", "seen"))


@pytest.fixture
def ledger(pressloop: Callable[..., Any], tmp_path: Path) -> Path:
    """A good ledger with one campaign of past presses."""
    write_settings(tmp_path)
    write_table(tmp_path)
    assert pressloop("import", SETTINGS, TABLE).code == 0
    return tmp_path / "lab.db"


@pytest.fixture
def locked(ledger: Path) -> Iterator[None]:
    """Another program holds the ledger and does not let go."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r[0])
def test_a_missing_ledger_is_not_created(reader: tuple[str, ...], pressloop: Callable[..., Any],
                                         nothing_changes: Callable[[], Any]) -> None:
    with nothing_changes():
        pressloop(*reader, "--ledger", "sqlite:///none.db").refused("none.db", "existing")
        pressloop(*reader, "--ledger", "sqlite:///no/such.db").refused("existing folder")
        pressloop(*reader, "--ledger", "none.db").refused("ledger address", "sqlite:///")


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r[0])
def test_files_that_are_no_ledger(reader: tuple[str, ...], pressloop: Callable[..., Any],
                                  tmp_path: Path, nothing_changes: Callable[[], Any]) -> None:
    (tmp_path / "notes.txt").write_text("these are notes, not a ledger\n" * 40)
    (tmp_path / "empty.db").touch()
    (tmp_path / "folder.db").mkdir()
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE shopping (item TEXT)")
    with nothing_changes():
        for name in ("notes.txt", "empty.db", "folder.db", "other.db"):
            pressloop(*reader, "--ledger", f"sqlite:///{name}").refused(name)


def test_writers_refuse_files_that_are_no_ledger(
        pressloop: Callable[..., Any], tmp_path: Path,
        nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    (tmp_path / "notes.txt").write_text("these are notes, not a ledger\n" * 40)
    with nothing_changes():
        pressloop("import", SETTINGS, TABLE, "--ledger", "sqlite:///notes.txt").refused(
            "notes.txt", "SQLite database")
        pressloop("run", SETTINGS, "--ledger", "sqlite:///notes.txt").refused("notes.txt")
        pressloop("import", SETTINGS, TABLE, "--ledger", "past").refused("ledger address")
        pressloop("run", SETTINGS, "--ledger", "sqlite:////").refused("ledger")
        pressloop("run", SETTINGS, "--ledger", "sqlite:///.").refused("ledger")


def test_a_newer_ledger_is_left_alone(ledger: Path, pressloop: Callable[..., Any],
                                      nothing_changes: Callable[[], Any]) -> None:
    with closing(sqlite3.connect(ledger)) as other:
        assert other.execute("UPDATE alembic_version SET version_num = '9999'").rowcount == 1
        other.commit()
    with nothing_changes():
        pressloop("import", SETTINGS, TABLE).refused("9999")
        for reader in READERS:
            pressloop(*reader, "--ledger", URL).refused("9999")


def test_a_locked_ledger_is_said_to_be_locked(
        ledger: Path, locked: None, pressloop: Callable[..., Any],
        nothing_changes: Callable[[], Any]) -> None:
    address = f"{URL}?timeout=0.2"
    with nothing_changes():
        pressloop("import", SETTINGS, TABLE, "--ledger", address).refused("locked")
        pressloop("recommend", "--ledger", address).refused("locked")


def test_a_campaign_must_be_named_among_several(
        ledger: Path, pressloop: Callable[..., Any], tmp_path: Path,
        nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path, "day.toml", campaign={"name": "day"})
    assert pressloop("import", "day.toml", TABLE).code == 0
    with nothing_changes():
        for reader in READERS:
            pressloop(*reader, "--ledger", URL).refused("--campaign", "night", "day")
            pressloop(*reader, "--ledger", URL, "--campaign", "noon").refused(
                "noon", "night", "day")
    named = pressloop("recommend", "--ledger", URL, "--campaign", "day", "--json")
    assert named.json["campaign"] == "day"


def test_nothing_is_recommended_from_failures_alone(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, "pressure_mpa,dwell_s,temperature_c,failure_mode\n"
                          "400,60,25,crushed\n450,90,60,crushed\n")
    assert pressloop("import", SETTINGS, TABLE).code == 0
    pressloop("recommend", "--ledger", URL).refused("intact stacks", "Press more")


def test_only_open_trials_can_be_settled(ledger: Path, pressloop: Callable[..., Any],
                                         nothing_changes: Callable[[], Any]) -> None:
    with nothing_changes():
        for number in (1, 99, -1):
            pressloop("settle", "--ledger", URL, "--trial", number, "--reason", "seen").refused(
                "--trial", str(number), "open")


def test_an_output_folder_that_is_a_file(ledger: Path, pressloop: Callable[..., Any],
                                         nothing_changes: Callable[[], Any]) -> None:
    with nothing_changes():
        for command in ("report", "export"):
            pressloop(command, "--ledger", URL, "--out", TABLE).refused("--out", TABLE)
