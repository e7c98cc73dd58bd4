"""The way to the database: its connections and transactions, and SQLite's log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from pressloop.trials.errors import LedgerProblem
from pressloop.trials.ledger.address import (
    BUSY_TIMEOUT_S,
    INSTALL,
    busy_timeout_s,
    display,
    sqlite_path,
)
from pressloop.trials.ledger.database_errors import is_away, not_writable, plain_errors
from pressloop.trials.ledger.in_place import follow, in_place
from pressloop.trials.ledger.kept_away import reader_of

LOG_PAGES = 64
"""Of 4 kB: as much as SQLite keeps in its log before it writes it into the file."""
BUSY_CHECKPOINT_MS = 200
AWAY_S = 20.0
"""How long a database server that is being restarted is waited for. A stop waits for the entry that
is being written, and Prefect grants it 30 s."""
LOOK_AGAIN_S = 0.2
_answered: WeakSet[Engine] = WeakSet()
"""Engines whose database has answered: one that never did is refused at once."""
_only_read: WeakSet[Engine] = WeakSet()
"""Engines of ledgers in folders that this user may not write."""
PG_WRITERS = 7_377_001
"""Any number of our own: PostgreSQL's writers queue behind the advisory lock of this number."""


def engine_for(url: URL, *, create: bool) -> Engine:
    """A lazy engine; raises LedgerProblem when the folder, or with create=False the file, lacks."""
    path = sqlite_path(url)
    if path is not None and not path.parent.is_dir():
        raise LedgerProblem("ledger folder", path.parent.absolute(), "an existing folder",
                            "Create it, or correct the path.")
    if path is not None and not create and not path.exists():
        raise LedgerProblem("ledger", path.absolute(), "an existing file",
                            "Correct the path; starting a campaign creates a new ledger.")
    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(url, pool_pre_ping=True)
        except ImportError as error:
            raise LedgerProblem("ledger address", display(url), "of an installed driver",
                                f"{error}. {INSTALL}") from None
    options: dict[str, Any] = {"connect_args": {"timeout": busy_timeout_s(url)}}
    if path is None:
        # A database in memory lives in its one connection, which the threads take in turn.
        options |= {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        options["connect_args"]["check_same_thread"] = False
    elif (reader := reader_of(path, busy_timeout_s(url))) is not None:
        options = {"creator": reader, "poolclass": NullPool}
    engine = create_engine(url.difference_update_query(["timeout"]), **options)
    if "creator" in options:
        _only_read.add(engine)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    if path is not None:
        follow(engine, path)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself, or BEGIN IMMEDIATE comes too late.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    # Losing the log beside the file (-wal) is to lose little, also in mid trial.
    connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")


def _begin(connection: Connection) -> None:
    # A writer takes the lock before it reads, so that check and insert are one step.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(engine: Engine, shown_url: str, patience_s: float = AWAY_S) -> Iterator[Connection]:
    """A connection that sees one moment of the ledger and needs no lock to write."""
    with (plain_errors(shown_url), _connected(engine, patience_s) as connection,
          connection.begin()):
        yield connection


@contextmanager
def writing(engine: Engine, shown_url: str, patience_s: float = AWAY_S) -> Iterator[Connection]:
    """The one writing transaction; committed when the block ends, undone when it raises."""
    if engine in _only_read:
        # SQLite would say so at the first row only.
        raise not_writable(shown_url)
    with plain_errors(shown_url), _connected(engine, patience_s) as connection:
        connection.execution_options(write=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_S:g}s'"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({PG_WRITERS})"))
            with in_place(engine, shown_url):
                yield connection


def _connected(engine: Engine, patience_s: float) -> Connection:
    """A connection. A server that answered before and is away, as in a restart, is waited for."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            connection = engine.connect()
        except OperationalError as error:
            if not is_away(error) or engine not in _answered or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_AGAIN_S)
        else:
            _answered.add(engine)
            return connection


def use_wal(engine: Engine, shown_url: str, timeout_s: float) -> None:
    """Lets readers and the writer work side by side; the file remembers it.

    Raises LedgerProblem where that cannot be had in time."""
    deadline = time.monotonic() + timeout_s
    with plain_errors(shown_url):
        while True:
            raw = engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode=WAL")
                return
            except engine.dialect.loaded_dbapi.OperationalError as error:
                # SQLite does not wait for this one while a second program opens the same file.
                if time.monotonic() > deadline:
                    raise OperationalError("PRAGMA journal_mode", None, error) from None
                time.sleep(0.02)
            finally:
                raw.close()


def checkpoint(engine: Engine, *, emptied: bool) -> None:
    """Everything into SQLite's one file, as far as nobody reads.

    With `emptied`, its log (-wal) is left without a byte, for which readers are waited for a
    moment."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        execute = raw.cursor().execute
        # Who reads for long is not waited for: the end of a run must not hang on it.
        waits = execute("PRAGMA busy_timeout").fetchone()[0]
        execute(f"PRAGMA busy_timeout={BUSY_CHECKPOINT_MS}")
        execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if emptied else 'PASSIVE'})").fetchall()
        execute(f"PRAGMA busy_timeout={waits}")
    except engine.dialect.loaded_dbapi.Error:
        # Somebody writes, or the disk is full: what was committed is safe in the log.
        raw.invalidate()
    finally:
        raw.close()


def damage(connection: Connection) -> str:
    """What SQLite itself finds wrong with its file, such as a copy made in mid write.

    "" for nothing, or another database."""
    if connection.dialect.name != "sqlite":
        return ""
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    return "" if found == "ok" else found.partition("\n")[0]
