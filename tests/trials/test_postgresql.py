"""The ledger on PostgreSQL keeps what it promises on SQLite, and survives a server's restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from trial_stories import OPENED, PLANNED, commanded_in_a_race, same, story

from pressloop.trials import Commanded, Ledger, LedgerProblem, State
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.slow


@pytest.fixture
def url(postgres: Any) -> str:
    return str(postgres.database())


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url) as opened:
        yield opened


def test_a_trial_comes_back_bit_for_bit_and_in_a_sound_chain(ledger: Ledger) -> None:
    told = [(None, OPENED), *((1, entry) for entry in story())]
    for trial, entry in told:
        ledger.append("c", trial, entry)
    assert same(list(ledger.facts("c")), told)
    assert prove(ledger, "c").sound


def test_racing_threads_command_once(ledger: Ledger) -> None:
    assert commanded_in_a_race(ledger) == 1
    assert prove(ledger, "c").sound


@pytest.mark.parametrize("change", ["UPDATE entries SET payload = '{}'", "DELETE FROM entries",
                                    "TRUNCATE arrays", "DELETE FROM arrays"])
def test_the_database_itself_refuses_change(ledger: Ledger, url: str, change: str) -> None:
    for entry in story():
        ledger.append("c", 1, entry)
    engine = create_engine(url)
    with engine.begin() as raw, pytest.raises(DBAPIError, match="append-only"):
        raw.execute(text(change))
    engine.dispose()
    assert prove(ledger, "c").sound


def test_what_is_written_goes_on_after_a_restart(ledger: Ledger, postgres: Any) -> None:
    """Connections of the pool are dead then; nobody notices."""
    ledger.append("c", 1, PLANNED)
    postgres.stop()
    postgres.start()
    assert ledger.append("c", 1, Commanded(1))
    assert [t.state for t in ledger.history("c")] == [State.COMMANDED]


@pytest.mark.parametrize("work", [
    lambda ledger: ledger.append("c", 1, Commanded(1)), lambda ledger: ledger.history("c")],
    ids=["writing", "reading"])
def test_a_server_that_is_away_is_waited_for(
        ledger: Ledger, postgres: Any, work: Callable[[Ledger], object]) -> None:
    ledger.append("c", 1, PLANNED)
    postgres.stop()
    back = threading.Timer(1.5, postgres.start)
    back.start()
    try:
        assert work(ledger)
    finally:
        back.join()


def cut_waiting(connection: Connection, which: str) -> None:
    """Cuts the connection of whoever waits for such a lock, as soon as somebody does."""
    deadline = time.monotonic() + 150
    while not connection.scalar(text("SELECT count(pg_terminate_backend(pid)) FROM pg_locks "
                                     f"WHERE {which} AND NOT granted")):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_connection_cut_in_the_middle_of_a_write_adds_the_entry_once(
        ledger: Ledger, url: str) -> None:
    """Somebody holds the writers' lock, then the waiting writer's connection is cut."""
    from pressloop.trials.ledger.database import PG_WRITERS

    ledger.append("c", 1, PLANNED)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text(f"SELECT pg_advisory_lock({PG_WRITERS})"))
        written = pool.submit(ledger.append, "c", 1, Commanded(1))
        cut_waiting(holder, "locktype = 'advisory'")
        holder.execute(text(f"SELECT pg_advisory_unlock({PG_WRITERS})"))
        assert written.result(150)
    engine.dispose()
    assert [row.kind for row in ledger.log("c")] == ["planned", "commanded"]
    assert prove(ledger, "c").sound


PATIENT = {"patience_s": 4.0}


@pytest.mark.parametrize("work", [
    lambda ledger: ledger.append("c", 1, Commanded(1), **PATIENT),
    lambda ledger: ledger.append("c", None, OPENED, **PATIENT)], ids=["a step", "a run"])
def test_patience_ends(ledger: Ledger, postgres: Any, work: Callable[[Ledger], object]) -> None:
    """Once, not once for each attempt."""
    ledger.append("c", 1, PLANNED)
    postgres.stop()
    began = time.monotonic()
    try:
        with pytest.raises(LedgerProblem, match="must be reachable"):
            work(ledger)
        assert time.monotonic() - began < 2 * PATIENT["patience_s"]
    finally:
        postgres.start()
    assert len(ledger.log("c")) == 1


def test_a_connection_cut_in_the_middle_of_a_question_asks_again(
        ledger: Ledger, url: str) -> None:
    """Somebody holds the table, then the waiting reader's connection is cut."""
    ledger.append("c", 1, PLANNED)
    engine = create_engine(url)
    with engine.connect() as holder, engine.connect() as other, ThreadPoolExecutor(1) as pool:
        holder.execute(text("LOCK TABLE entries IN ACCESS EXCLUSIVE MODE"))
        asked = pool.submit(ledger.trial, "c", 1)
        cut_waiting(other, "locktype = 'relation'")
        holder.rollback()
        assert asked.result(150) is not None
    engine.dispose()


def test_the_address_needs_no_driver(url: str) -> None:
    with Ledger.open(url.replace("postgresql+psycopg:", "postgresql:")) as opened:
        assert opened.append("c", 1, PLANNED)


def test_a_server_that_never_answered_is_refused_at_once(postgres: Any, url: str) -> None:
    began = time.monotonic()
    with pytest.raises(LedgerProblem, match="must be reachable"):
        Ledger.open(url.replace(str(postgres.folder), "/nowhere"))
    assert time.monotonic() - began < 10, "no patience with an address that is wrong"
