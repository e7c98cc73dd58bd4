"""Turns among the processes that share a PostgreSQL database, on whatever computer they are."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

PG_TURNS = 7_377_002
"""Any number of our own: locks of turns are this and a number made of what they are for."""


@contextmanager
def database_turn(engine: Engine, of: str, patience_s: float) -> Iterator[bool]:
    """Holds what is called so for the length of the block; says whether it is held.

    PostgreSQL queues those that wait, and takes the lock back from a connection that ends. Without
    a turn after `patience_s` seconds, or without a database, the block is entered all the same.
    """
    with ExitStack() as left:
        yield _had(left, engine, of, patience_s)


def _had(left: ExitStack, engine: Engine, of: str, patience_s: float) -> bool:
    try:
        pooled = engine.raw_connection()
        # A connection of its own, ended whatever happens: the lock goes with it, and so does the
        # wait for it, which a stop may break off.
        pooled.detach()
        connection: Any = pooled.dbapi_connection
        left.callback(connection.close)
        connection.autocommit = True
        execute = connection.cursor().execute
        execute(f"SET lock_timeout = '{patience_s:g}s'")
        execute(f"SELECT pg_advisory_lock({PG_TURNS}, {_number(of)})")
        return True
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error):
        return False


def _number(of: str) -> int:
    """A signed number of 32 bits."""
    return zlib.crc32(of.encode()) - 2**31
