"""Errors of the database in plain words."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from pressloop.trials.errors import LedgerAway, LedgerProblem
from pressloop.trials.ledger.address import sqlite_path

SERVER_AWAY = ("57P", "080")
"""SQLSTATE of a server that is shut down or starting (57P01 to 57P03), or out of reach (08)."""
ROOM_BYTES = 100_000
"""Less than this is no room for an entry and SQLite's index of its log."""
PG_LOCKED = "55P03"
"""SQLSTATE of a lock that could not be had in time."""
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


def not_writable(shown_url: str) -> LedgerProblem:
    """To be raised for a ledger that this user may only read."""
    bound, remedy = REASONS["SQLITE_READONLY"]
    return LedgerProblem("ledger", shown_url, bound, remedy)


@contextmanager
def plain_errors(shown_url: str) -> Iterator[None]:
    """Turns errors of the database into LedgerProblem with what to do about them. Raises it."""
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
    if is_away(error):
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


def is_away(error: SQLAlchemyError) -> bool:
    """True when a server is shut down, starting, or out of reach."""
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        return True
    return isinstance(error, OperationalError) and (state is None or state[:3] in SERVER_AWAY)
