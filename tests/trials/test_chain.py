"""Whatever is done to a ledger behind its back, `prove` names the first entry that shows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert
from trial_stories import OPENED, PLANNED, same, story

from pressloop.trials import Commanded, Ended, Faulted, Ledger, LedgerProblem, Settled
from pressloop.trials.ledger.schema import MIGRATIONS, entries, revision_of
from pressloop.trials.ledger.verification import Proof, prove

TRIGGERS = ("entries_no_update", "entries_no_delete", "entries_no_replace", "arrays_no_update",
            "arrays_no_delete", "arrays_no_replace")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of two campaigns; c has an opening, a trial of seven entries, another, an end."""
    path = tmp_path / "ledger.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.append("c", None, OPENED)
        for number, entry in enumerate(story(), start=1):
            ledger.append("c", 1, entry)
            if number % 2:
                ledger.append("d", number, PLANNED)
        ledger.append("c", 2, PLANNED)
        ledger.append("c", 2, Commanded(2))
        ledger.append("c", None, Ended("finished"))
    return path


def proof_of(path: Path, *expected: str, campaign: str = "c") -> Proof:
    with Ledger.open(f"sqlite:///{path}", create=False) as ledger:
        return prove(ledger, campaign, expected)


def meddle(path: Path, *statements: str) -> None:
    """What the database's own guard is there to refuse, by somebody who takes it away."""
    with closing(sqlite3.connect(path)) as raw, raw:
        for name in TRIGGERS:
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert raw.execute(statement).rowcount != 0, statement


def test_a_ledger_left_alone_is_sound(path: Path) -> None:
    found = proof_of(path)
    assert (found.sound, found.entries, found.open_trials) == (True, 11, (2,))
    assert proof_of(path, found.head, found.head[:8]).sound
    assert proof_of(path, campaign="d").entries == 4


AT = "WHERE campaign = 'c' AND position = "


@pytest.mark.parametrize("position, change", [
    (4, f"UPDATE entries SET recorded_utc = '2020-01-01T00:00:00.000+00:00' {AT} 4"),
    (3, f"UPDATE entries SET operator = 'somebody else' {AT} 3"),
    (2, f"UPDATE entries SET payload = replace(payload, '350.0', '340.0') {AT} 2"),
    (3, f"UPDATE entries SET cycle_id = 77 {AT} 3"),
    (3, f"UPDATE entries SET versions = '{{}}' {AT} 3"),
    (5, f"UPDATE entries SET hash = replace(hash, 'a', 'b') || 'x' {AT} 5"),
    (6, f"DELETE FROM entries {AT} 5"),
    (2, f"DELETE FROM entries {AT} 1"),
    (4, "UPDATE arrays SET data = CAST(substr(data, 2) || x'01' AS BLOB) "
        "WHERE name = 'trace.force_n'"),
    (4, "DELETE FROM arrays WHERE name = 'trace.force_n'"),
    (5, "UPDATE arrays SET shape = '[20, 2]' WHERE name = 'spectra.0.impedance_ohm'"),
    (7, f"UPDATE entries SET trial = 2 {AT} 7"),
    (10, f"UPDATE entries SET settings_digest = 'other' {AT} 10"),
])
def test_every_kind_of_change_shows(path: Path, position: int, change: str) -> None:
    meddle(path, change)
    broken = proof_of(path).broken
    assert broken is not None
    assert broken.position == position, broken
    assert str(broken.entry_id) in str(broken)
    assert proof_of(path, campaign="d").sound, "the other campaign's chain is its own"


def test_what_the_database_cannot_read_is_named_too(path: Path) -> None:
    meddle(path, "UPDATE arrays SET data = 'text' || x'ff00' WHERE name = 'trace.force_n'")
    broken = proof_of(path).broken
    assert broken is not None
    assert "entry 4 (unreadable)" in str(broken)


@pytest.mark.parametrize("position, change", [
    (5, f"UPDATE entries SET payload = CAST(payload AS BLOB) {AT} 5"),
    (5, f"UPDATE entries SET payload = '[]' {AT} 5"),
    (4, "UPDATE arrays SET data = 'abc' WHERE name = 'trace.force_n'")])
def test_values_of_another_kind_show(path: Path, position: int, change: str) -> None:
    meddle(path, change)
    broken = proof_of(path).broken
    assert broken is not None
    assert broken.position == position


def test_each_run_writes_under_its_own_settings(path: Path) -> None:
    """Somebody imports under changed settings while a run goes on."""
    url = f"sqlite:///{path}"
    with Ledger.open(url) as run, Ledger.open(url) as other, Ledger.open(url) as person:
        run.append("c", None, OPENED)
        other.append("c", None, replace(OPENED, settings_digest="changed"))
        run.append("c", 3, PLANNED)
        person.append("c", 3, Settled("torn"))
        assert [row.settings_digest for row in run.log("c")][-4:] == [
            OPENED.settings_digest, "changed", OPENED.settings_digest, "changed"]
        assert prove(run, "c").sound


def test_an_opening_that_was_refused_counts_for_nothing(path: Path) -> None:
    with Ledger.open(f"sqlite:///{path}?timeout=0.1") as ledger:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerProblem, match="locked"):
                ledger.append("c", None, replace(OPENED, settings_digest="never"))
        ledger.append("c", 3, PLANNED)
        assert ledger.log("c")[-1].settings_digest == OPENED.settings_digest
        assert prove(ledger, "c").sound


def test_entries_that_changed_places_show(path: Path) -> None:
    meddle(path, f"UPDATE entries SET position = 99 {AT} 5", f"UPDATE entries SET position = 5 "
           f"{AT} 6", f"UPDATE entries SET position = 6 {AT} 99")
    broken = proof_of(path).broken
    assert broken is not None
    assert broken.position == 6
    assert "out of place" in broken.why


def test_missing_newest_entries_show_against_a_hash_noted_elsewhere(path: Path) -> None:
    noted = proof_of(path).head
    meddle(path, f"DELETE FROM entries {AT} 11")
    assert proof_of(path).sound, "a chain alone cannot tell"
    found = proof_of(path, noted)
    assert found.unseen == (noted,)
    assert not found.sound


def test_an_array_of_no_entry_is_counted(path: Path) -> None:
    meddle(path, "INSERT INTO arrays VALUES (999, 'x', 'float64', '[1]', x'0000000000000000')")
    with Ledger.open(f"sqlite:///{path}", create=False) as ledger:
        assert ledger.strays() == 1


def test_a_history_that_cannot_have_happened_shows_even_in_a_sound_chain(path: Path) -> None:
    """Somebody who knows how to make the hashes, but not what a trial can go through."""
    from pressloop.trials.ledger.chain import link
    from pressloop.trials.ledger.codec import encode
    from pressloop.trials.ledger.rows import to_json

    kind, payload, _ = encode(Faulted("press", "made up"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        last = connection.execute(entries.select().where(
            entries.c.campaign == "c", entries.c.position == 11)).mappings().one()
        row = dict(last) | {"trial": 1, "position": 12, "kind": kind, "key": "faulted/1",
                            "payload": to_json(kind, payload)}
        del row["entry_id"]
        row["hash"] = link(last["hash"], row, [])
        connection.execute(insert(entries).values(**row))
    engine.dispose()
    broken = proof_of(path).broken
    assert broken is not None
    assert (broken.position, "faulted after evaluated" in broken.why) == (12, True)


@pytest.fixture
def older(path: Path, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """The same ledger as the schema before the chain had it."""
    def made() -> Path:
        from alembic import command
        from alembic.config import Config

        old = tmp_path / "old.db"
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        engine = create_engine(f"sqlite:///{old}")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            assert revision_of(connection, "old") == "0001"
        engine.dispose()
        with closing(sqlite3.connect(old)) as raw, raw:
            raw.execute(f"ATTACH '{path}' AS new")
            names = ", ".join(row[1] for row in raw.execute("PRAGMA main.table_info(entries)"))
            raw.execute(f"INSERT INTO main.entries ({names}) SELECT {names} FROM new.entries")
            raw.execute("INSERT INTO main.arrays SELECT * FROM new.arrays")
        return old

    yield made


def test_an_older_ledger_is_chained_as_it_stands(older: Callable[[], Path], path: Path) -> None:
    old = older()
    with Ledger.open(f"sqlite:///{old}") as opened, Ledger.open(f"sqlite:///{path}") as new:
        assert prove(opened, "c").sound
        assert same(opened.facts("c"), new.facts("c"))
        assert opened.log("c")[3].settings_digest == OPENED.settings_digest
        assert opened.log("c")[3].versions == OPENED.versions
        opened.append("c", 3, PLANNED)
        assert prove(opened, "c").entries == 12
    with closing(sqlite3.connect(old)) as raw:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute("UPDATE entries SET payload = '{}'")
        # What a program of the schema before, which was running meanwhile, writes next.
        with pytest.raises(sqlite3.IntegrityError, match="this ledger is chained"):
            raw.execute("INSERT INTO entries (campaign, kind, key, payload, recorded_utc, operator,"
                        " host, code_version) VALUES ('c', 'ended', 'x', '{}', '', '', '', '')")
