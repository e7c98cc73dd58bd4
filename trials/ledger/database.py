"""The way to the database: its address, its connections, and its errors in plain words."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from pressloop.trials.checks import within
from pressloop.trials.errors import LedgerAway, LedgerProblem
from pressloop.trials.ledger.in_place import follow, in_place

POSTGRES = "Install it; for PostgreSQL write postgresql+psycopg://user@host/database."
EXAMPLE = "Write it like sqlite:///runs/ledger.db."
BUSY_TIMEOUT_S = 15.0
LOG_PAGES = 64
"""Of 4 kB: as much as SQLite keeps in its log before it writes it into the file."""
BUSY_CHECKPOINT_MS = 200
URI_OPTIONS = {"uri", "mode", "cache", "immutable", "nolock", "psow", "vfs"}
AWAY_S = 20.0
"""How long a database server that is being restarted is waited for. A stop waits for the entry that
is being written, and Prefect grants it 30 s."""
LOOK_AGAIN_S = 0.2
SERVER_AWAY = ("57P", "080")
"""SQLSTATE of a server that is shut down or starting (57P01 to 57P03), or out of reach (08)."""
ROOM_BYTES = 100_000
"""Less than this is no room for an entry and SQLite's index of its log."""
PG_LOCKED = "55P03"
PG_WRITERS = 7_377_001
"""Any number of our own: PostgreSQL's writers queue behind the advisory lock of this number."""

REASONS = {
    "SQLITE_NOTADB": ("an SQLite database", "This file is something else; name another one."),
    "SQLITE_BUSY": ("free to use", "Another program holds it locked: close that, or raise "
                    "?timeout= in the address."),
    "SQLITE_LOCKED": ("free to use", "Another program holds it locked: close that."),
    "SQLITE_READONLY": ("writable", "Give this user the right to write the file and its folder."),
    "SQLITE_FULL": ("on a disk with free space", "Free some space, then go on."),
    "SQLITE_CANTOPEN": ("a file that can be opened", "Check the path and the rights to it."),
    "SQLITE_CORRUPT": ("undamaged", "Keep a copy of the file, then restore a backup."),
}


def parse(url: str) -> URL:
    """The address as SQLAlchemy reads it, PostgreSQL with the driver that this project has; raises
    LedgerProblem without showing a password."""
    try:
        parsed = _given(make_url(url))
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        known = parsed.get_backend_name()
        usable = not parsed.get_dialect().is_async
    except (ArgumentError, ValueError):
        # What comes before the @ or after the ? of an address nobody understands may be secret.
        rest = str(url).rpartition("@")[2].partition("?")[0]
        raise LedgerProblem("ledger address", rest, "a database URL", EXAMPLE) from None
    except ImportError as error:
        raise LedgerProblem("ledger address", display(parsed), "of an installed driver",
                            f"{error}. {POSTGRES}") from None
    if not usable:
        raise LedgerProblem("ledger address", display(parsed), "of a driver that is not "
                            "asynchronous", EXAMPLE)
    if known == "sqlite":
        _refuse_unknown_options(parsed)
    return parsed


def _refuse_unknown_options(url: URL) -> None:
    # The driver drops a misspelt option without a word.
    allowed = {"timeout"} | (URI_OPTIONS if url.query.get("uri") == "true" else set())
    for option in url.query:
        if option not in allowed:
            raise LedgerProblem("ledger address option", option, " or ".join(sorted(allowed)),
                                "The others need sqlite:///file:path?uri=true.")


HIDDEN = "***"
_given_as: dict[str, URL] = {}
"""Addresses with their passwords, by how they are shown, as this process was given them."""


def hidden(address: str) -> str:
    """The address without its password, to be printed, recorded and handed on; `parse` puts it back
    within this process. In another one the database's client looks for it: in PGPASSWORD, or in
    ~/.pgpass. Unchanged where there is no password."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return address
    if HIDDEN not in (shown := display(url)):
        return address
    _given(url)
    return shown


def without_passwords(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Plain settings whose addresses of ledgers show no password."""
    return {name: value if not isinstance(value, Mapping) else {
        key: hidden(one) if key == "ledger" and isinstance(one, str) else one
        for key, one in value.items()} for name, value in settings.items()}


def _given(url: URL) -> URL:
    """The address with its password, where this process was ever given it; without the stars that
    stand for one."""
    if HIDDEN not in (shown := display(url)):
        return url
    if url.password != HIDDEN and HIDDEN not in url.query.values():
        _given_as[shown] = url
        return url
    if (known := _given_as.get(shown)) is not None:
        return known
    bare = url.difference_update_query([k for k, v in url.query.items() if v == HIDDEN])
    return bare._replace(password=None) if bare.password == HIDDEN else bare


def display(url: URL) -> str:
    """The address as it may be shown: without any password."""
    stars = {key: HIDDEN for key in url.query if "pass" in key.lower()}
    shown = url.update_query_dict(stars).render_as_string(hide_password=True)
    return shown.replace("%2A%2A%2A", HIDDEN)


def sqlite_path(url: URL) -> Path | None:
    """The file of an SQLite address, None for one in memory or for another database."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or url.query.get("mode") == "memory":
        return None
    if url.query.get("uri") and name.startswith("file:"):
        name = unquote(urlsplit(name).path)
    return None if name in ("", ":memory:") else Path(name)


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
                                f"{error}. {POSTGRES}") from None
    options: dict[str, Any] = {"connect_args": {"timeout": busy_timeout_s(url)}}
    if path is None:
        # A database in memory lives in its one connection, which the threads take in turn.
        options |= {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        options["connect_args"]["check_same_thread"] = False
    engine = create_engine(url.difference_update_query(["timeout"]), **options)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    if path is not None:
        follow(engine, path)
    return engine


def busy_timeout_s(url: URL) -> float:
    """Seconds to wait for another writer: `?timeout=` of the address, or 15."""
    asked = url.query.get("timeout", BUSY_TIMEOUT_S)
    try:
        seconds = float(asked)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise LedgerProblem("timeout", asked, "a number of seconds", "Write ?timeout=15.") from None
    return within("timeout", seconds, 0, 3600, "Give seconds, as in ?timeout=15.")


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
            if not _is_away(error) or engine not in _answered or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_AGAIN_S)
        else:
            _answered.add(engine)
            return connection


def _is_away(error: SQLAlchemyError) -> bool:
    """True when a server is shut down, starting, or out of reach."""
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        return True
    return isinstance(error, OperationalError) and (state is None or state[:3] in SERVER_AWAY)


def use_wal(engine: Engine, shown_url: str, timeout_s: float) -> None:
    """Lets readers and the writer work side by side; the file remembers it."""
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
    """Everything into SQLite's one file, as far as nobody reads; with `emptied`, its log (-wal) is
    left without a byte, for which readers are waited for a moment."""
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
    """What SQLite itself finds wrong with its file, such as a copy made in mid write; "" for
    nothing, or another database."""
    if connection.dialect.name != "sqlite":
        return ""
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    return "" if found == "ok" else found.partition("\n")[0]


_answered: WeakSet[Engine] = WeakSet()
"""Engines whose database has answered: one that never did is refused at once."""


@contextmanager
def plain_errors(shown_url: str) -> Iterator[None]:
    """Turns errors of the database into LedgerProblem with what to do about them."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _problem(error, shown_url) from None
    except UnicodeDecodeError as error:
        # A text of the file, or SQLite's message with a piece of it, is none any more.
        raise LedgerProblem("ledger", shown_url, "undamaged", f"A text in it is none ({error}). "
                            "Restore it from a backup.") from None


def _problem(error: SQLAlchemyError, shown_url: str) -> LedgerProblem:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorname", "")
    said = str(cause).strip().partition("\n")[0]
    if getattr(cause, "sqlstate", None) == PG_LOCKED:
        return LedgerProblem("ledger", shown_url, "free to use", "Another program holds it locked: "
                             f"close that. (PostgreSQL: {said})")
    if _is_away(error):
        return LedgerAway("ledger", shown_url, "reachable", f"The database says: {said}. Start "
                          "again when it answers.")
    for name, (bound, remedy) in REASONS.items():
        if code.startswith(name):
            return LedgerProblem("ledger", shown_url, bound, f"{remedy} (SQLite: {said})")
    if code.startswith("SQLITE_IOERR") and _full(shown_url):
        # Where there is no room for its index of the log, SQLite speaks of input and output.
        bound, remedy = REASONS["SQLITE_FULL"]
        return LedgerProblem("ledger", shown_url, bound, f"{remedy} (SQLite: {said})")
    return LedgerProblem("ledger", shown_url, "reachable and writable",
                         f"The database says: {said}")


def _full(shown_url: str) -> bool:
    """True where the disk of an SQLite ledger has no room for what SQLite keeps beside it."""
    path = sqlite_path(make_url(shown_url))
    try:
        return path is not None and shutil.disk_usage(path.parent).free < ROOM_BYTES
    except OSError:
        return False
