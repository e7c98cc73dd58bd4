"""Entries as the database has them: read, tied to the entry before, written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, text

from pressloop.trials.errors import LedgerProblem
from pressloop.trials.ledger.chain import Proven, chain_trouble, first_link, link, where
from pressloop.trials.ledger.rows import RESTORE, whole
from pressloop.trials.ledger.schema import arrays, entries

AT_ONCE = 100
"""Entries that are read with their arrays at a time."""


class StoredRow(NamedTuple):
    """One entry: its columns, and the columns of each of its arrays, ordered by name."""

    columns: dict[str, Any]
    blobs: list[dict[str, Any]]


def stored_rows(connection: Connection, campaign: str | None = None, upto: int | None = None,
                at_once: int = AT_ONCE, after: int = 0) -> Iterator[StoredRow]:
    """Every entry in the order of recording, of one campaign or of all.

    Those `after` an entry number."""
    query = select(entries).order_by(entries.c.entry_id).limit(at_once)
    if campaign is not None:
        query = query.where(entries.c.campaign == campaign)
    if upto is not None:
        query = query.where(entries.c.entry_id <= upto)
    last = after
    while some := connection.execute(query.where(entries.c.entry_id > last)).mappings().all():
        first, last = some[0]["entry_id"], some[-1]["entry_id"]
        blobs = _blobs(connection, first, last)
        for row in some:
            yield StoredRow(dict(row), blobs[row["entry_id"]])


def _blobs(connection: Connection, first: int, last: int) -> dict[int, list[dict[str, Any]]]:
    query = (select(arrays).where(arrays.c.entry_id.between(first, last))
             .order_by(arrays.c.entry_id, arrays.c.name))
    kept = defaultdict[int, list[dict[str, Any]]](list)
    for blob in connection.execute(query).mappings():
        kept[blob["entry_id"]].append(dict(blob))
    return kept


def chain_from(connection: Connection, campaign: str, known: Proven) -> Proven:
    """Proves the chain from an entry that was proved before, and returns how far it reaches.

    The entry must still be there. Raises LedgerProblem naming the first entry that is not as it was
    written."""
    _prove_there(connection, campaign, known)
    for row, blobs in stored_rows(connection, campaign, after=known.entry_id):
        if why := chain_trouble(known, row, blobs):
            raise LedgerProblem(
                f"ledger entry of {campaign}", where(row), f"as it was written, but {why}",
                "Nothing is done with a ledger that was edited or damaged: restore a backup. "
                "`pressloop verify` tells more.")
        known = Proven(row["entry_id"], row["position"], row["hash"])
    return known


def _prove_there(connection: Connection, campaign: str, known: Proven) -> None:
    query = select(entries.c.hash).where(entries.c.campaign == campaign,
                                         entries.c.entry_id == known.entry_id)
    if known.position and connection.scalar(query) != known.hash:
        raise LedgerProblem(
            f"ledger entry of {campaign}", f"position {known.position}", "there as before, but the "
            "ledger was set back or replaced behind this run",
            "Nothing more is pressed. Start again: the press is asked first.")


def head_of(connection: Connection, campaign: str) -> tuple[int, str] | None:
    """Position and hash of the campaign's newest entry."""
    query = (select(entries.c.position, entries.c.hash).where(entries.c.campaign == campaign)
             .order_by(entries.c.position.desc()).limit(1))
    found = connection.execute(query).one_or_none()
    if found is None:
        return None
    return whole("position", found.position), _text("hash", found.hash)


def _text(column: str, value: object) -> str:
    if not isinstance(value, str):
        raise LedgerProblem(f"stored {column}", value, "a text", RESTORE)
    return value


def _digest(connection: Connection, campaign: str) -> str:
    """Of the settings under which the campaign was opened last."""
    # Ordered by number of entry, which the index of trials yields in order: by position SQLite
    # would walk back over the whole campaign, for each entry anew.
    query = (select(entries.c.settings_digest).order_by(entries.c.entry_id.desc()).limit(1)
             .where(entries.c.campaign == campaign, entries.c.trial.is_(None),
                    entries.c.kind == "opened"))
    return _text("settings_digest", connection.scalar(query) or "")


def tied(connection: Connection, row: dict[str, Any], blobs: list[dict[str, Any]],
         settings_digest: str | None) -> dict[str, Any]:
    """The columns that tie the entry to what was recorded before it.

    Who has not opened the campaign, and knows no digest, works under the settings of its latest
    opening."""
    campaign = row["campaign"]
    position, before = head_of(connection, campaign) or (0, first_link(campaign))
    if settings_digest is None:
        settings_digest = _digest(connection, campaign)
    columns = {"position": position + 1, "settings_digest": settings_digest}
    return columns | {"hash": link(before, row | columns, blobs)}


def is_there(connection: Connection, row: dict[str, Any]) -> bool:
    """True when this very entry, to the millisecond and by this writer, was stored already."""
    same = [entries.c[name] == row[name] for name in (
        "campaign", "kind", "payload", "recorded_utc", "operator", "host")]
    same.append(entries.c.trial == row["trial"] if row["trial"] is not None
                else entries.c.trial.is_(None))
    return connection.scalar(select(func.count()).where(*same)) != 0


def add_row(connection: Connection, stored: StoredRow) -> int:
    """Inserts an entry and its arrays, and returns its number.

    The number is the one its columns give it, or the next one."""
    new = insert(entries).values(**stored.columns).returning(entries.c.entry_id)
    entry_id = connection.execute(new).scalar_one()
    if stored.blobs:
        connection.execute(insert(arrays), [blob | {"entry_id": entry_id}
                                            for blob in stored.blobs])
    return int(entry_id)


def go_on_counting(connection: Connection, given_out: int = 0) -> None:
    """The next entry gets a number above all.

    Also where entries came with numbers of their own, and above those that the original of a copy
    has `given_out`."""
    highest = max(connection.scalar(select(func.max(entries.c.entry_id))) or 0, given_out)
    if connection.dialect.name == "postgresql" and highest:
        connection.execute(select(func.setval(
            func.pg_get_serial_sequence("entries", "entry_id"), highest)))
    elif connection.dialect.name == "sqlite":
        connection.execute(text("UPDATE sqlite_sequence SET seq = :n WHERE name = 'entries'"),
                           {"n": highest})


def given_out(connection: Connection) -> int:
    """The highest number of an entry that the database has given out, by its own count."""
    if connection.dialect.name == "sqlite":
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'entries'"
        return int(connection.scalar(text(query)) or 0)
    name = connection.scalar(select(func.pg_get_serial_sequence("entries", "entry_id")))
    query = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"
    return int(connection.scalar(text(query)) or 0)
