"""Damaged ledgers: what is read is what was written, or one line says that it cannot be.

Bytes of the file are changed, as a failing disk does, and cells of its tables, as somebody with a
database program does.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest
from fuzzing import HOSTILE_BYTES, cases, damaged
from trial_stories import OPENED, PLANNED, story

from pressloop.trials import Ledger, PressloopError
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.fuzz

TRIGGERS = ("entries_no_update", "entries_no_delete", "entries_no_replace", "arrays_no_update",
            "arrays_no_delete", "arrays_no_replace")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a ledger with one campaign."""
    path = tmp_path_factory.mktemp("ledger") / "sound.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.append("c", None, OPENED)
        for entry in story():
            ledger.append("c", 1, entry)
        ledger.append("c", 2, PLANNED)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def looked_at(path: Path) -> None:
    """Everything that a command would read of it; refusals are one readable line."""
    asked = (lambda ledger: ledger.campaigns(), lambda ledger: ledger.history("c"),
             lambda ledger: ledger.history("c", arrays=False), lambda ledger: ledger.opened("c"),
             lambda ledger: ledger.log("c"), lambda ledger: ledger.next_number("c"),
             lambda ledger: ledger.last_cycle_id(), lambda ledger: ledger.head("c"),
             lambda ledger: prove(ledger, "c"), lambda ledger: ledger.append("c", 3, PLANNED))
    try:
        with Ledger.open(f"sqlite:///{path}", create=False) as ledger:
            for ask in asked:
                try:
                    ask(ledger)
                except PressloopError as error:
                    assert len(str(error)) < 3000
    except PressloopError as error:
        assert len(str(error)) < 3000


def fresh(path: Path, raw: bytes) -> None:
    for other in path.parent.glob(f"{path.name}*"):
        other.unlink()
    path.write_bytes(raw)


def test_damaged_files(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.db"

    def check(draw: Random) -> None:
        fresh(path, damaged(sound, draw))
        looked_at(path)

    cases(check)


def test_meddled_cells(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.db"

    def check(draw: Random) -> None:
        fresh(path, sound)
        with closing(sqlite3.connect(path)) as raw, raw:
            for name in TRIGGERS:
                raw.execute(f"DROP TRIGGER {name}")
            for _ in range(draw.choice((1, 1, 2, 4))):
                _meddle(raw, draw)
        looked_at(path)

    cases(check)


def _meddle(raw: sqlite3.Connection, draw: Random) -> None:
    table = draw.choice(("entries", "entries", "arrays"))
    columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
    column = draw.choice([*columns, *["payload"] * (3 if table == "entries" else 0)])
    rows = [row[0] for row in raw.execute(f"SELECT rowid FROM {table}")]
    if not rows:
        return
    row = draw.choice(rows)
    old = raw.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()[0]
    plain = old if isinstance(old, bytes) else str(old).encode()
    new: object = draw.choice((None, -1, 2**62, 1.5, "", "{}", "[]", "null", '{"a": 1}',
                               "[" * 5000, draw.choice(HOSTILE_BYTES), damaged(plain, draw),
                               damaged(plain, draw).decode("utf-8", "replace")))
    with suppress(sqlite3.Error):
        raw.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (new, row))
