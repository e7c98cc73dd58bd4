"""What is no entry any more is told in one line, whoever reads it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from trial_stories import OPENED, story

from pressloop.trials import Ledger, LedgerProblem
from pressloop.trials.ledger.verification import prove

WRONG = ("no JSON", "", "[1, 2]", "7", "null", '"text"', "[" * 100_000, "9" * 10_000, "{}",
         '{"stack": 1}', '{"trace": []}', '{"outcome": {"kind": []}}', '{"cycle_id": 1e400}')
READERS: tuple[Callable[[Ledger], object], ...] = (
    lambda ledger: ledger.history("c"), lambda ledger: ledger.history("c", arrays=False),
    lambda ledger: ledger.trial("c", 1), lambda ledger: ledger.facts("c"),
    lambda ledger: ledger.log("c"), lambda ledger: ledger.opened("c"),
    lambda ledger: ledger.openings("c"), lambda ledger: ledger.ordered(),
    lambda ledger: ledger.prove("c"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a whole trial."""
    path = tmp_path / "l.db"
    with closing(Ledger.open(f"sqlite:///{path}")) as ledger:
        ledger.append("c", None, OPENED)
        for entry in story():
            ledger.append("c", 1, entry)
    with closing(sqlite3.connect(path)) as raw, raw:
        for table in ("entries", "arrays"):
            raw.execute(f"DROP TRIGGER {table}_no_update")
    return path


def read_by_all(path: Path) -> int:
    """How many refuse it. Any other error is the test's."""
    refused = 0
    for reader in READERS:
        with closing(Ledger.open(f"sqlite:///{path}")) as ledger:
            try:
                reader(ledger)
            except LedgerProblem as told:
                assert len(str(told)) < 1500
                refused += 1
    return refused


@pytest.mark.slow
@pytest.mark.parametrize("payload", WRONG, ids=lambda p: p[:12])
def test_a_payload_that_is_none(payload: str, path: Path) -> None:
    for kind in ("opened", "planned", "commanded", "pressed", "measured", "evaluated"):
        with closing(sqlite3.connect(path)) as raw, raw:
            before = raw.execute("SELECT entry_id, payload FROM entries WHERE kind = ?",
                                 (kind,)).fetchall()
            raw.execute("UPDATE entries SET payload = ? WHERE kind = ?", (payload, kind))
        assert read_by_all(path) >= 1, "its chain is broken in any case"
        with closing(Ledger.open(f"sqlite:///{path}")) as ledger:
            assert prove(ledger, "c").broken is not None
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.executemany("UPDATE entries SET payload = ?2 WHERE entry_id = ?1", before)
    with closing(Ledger.open(f"sqlite:///{path}")) as ledger:
        assert prove(ledger, "c").sound


@pytest.mark.parametrize("seed", range(40))
def test_columns_that_were_damaged_at_random(seed: int, path: Path) -> None:
    """One value of one row, changed in some way: proving finds it, and nothing falls over."""
    draw = random.Random(seed)
    table = draw.choice(["entries", "arrays"])
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA ignore_check_constraints=ON")
        names = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")
                 if row[1] not in ("entry_id", "campaign", "key")]
        rows = [row[0] for row in raw.execute(f"SELECT rowid FROM {table}")]
        name, row = draw.choice(names), draw.choice(rows)
        old, = raw.execute(f"SELECT {name} FROM {table} WHERE rowid = ?", (row,)).fetchone()
        new = draw.choice([*WRONG[:6], b"\x00\xff", 2**40, -1, 1.5, "0" * 64, "null", "<f8"])
        if new == old:
            return
        try:
            raw.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (new, row))
        except sqlite3.IntegrityError:
            return
    with closing(Ledger.open(f"sqlite:///{path}")) as ledger:
        assert prove(ledger, "c").broken is not None or ledger.strays()
    with closing(Ledger.open(f"sqlite:///{path}")) as ledger:
        try:
            ledger.prove("c")
        except LedgerProblem:
            return
        assert ledger.strays(), "an array that belongs to no entry any more is in nobody's use"


@pytest.mark.parametrize("column", ["kind", "key", "trial", "position", "cycle_id"])
def test_whatever_stands_in_another_cell_is_told_in_a_readable_length(column: str, path: Path
                                                                      ) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"UPDATE entries SET {column} = ?, payload = '' "
                    "WHERE entry_id = (SELECT max(entry_id) FROM entries)", ("[" * 5000,))
    assert read_by_all(path)
    with closing(Ledger.open(f"sqlite:///{path}")) as ledger:
        broken = prove(ledger, "c").broken
        assert broken is not None
        assert len(str(broken)) < 1500
