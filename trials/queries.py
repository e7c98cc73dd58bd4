"""What the ledger asks its database: entries with and without their arrays, and what is there."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from trials.codec import Array, decode
from trials.entry import Entry
from trials.errors import LedgerProblem
from trials.fold import Bare
from trials.rows import from_bytes, from_json, whole
from trials.schema import arrays, entries
from trials.trial import State

WITH_ARRAYS = {State.PRESSED.value, State.MEASURED.value}
"""Kinds of entry that keep arrays."""


def of_campaign(campaign: str) -> Select[Any]:
    """The campaign's entries in the order of recording."""
    return select(entries).where(entries.c.campaign == campaign).order_by(entries.c.entry_id)


def times_opened(connection: Connection, campaign: str) -> int:
    """How often the campaign was opened."""
    query = select(func.count()).where(entries.c.campaign == campaign, entries.c.trial.is_(None),
                                       entries.c.kind == "opened")
    return connection.scalar(query) or 0


def is_known(connection: Connection, row: dict[str, Any]) -> bool:
    """True when the key is there; raises LedgerProblem when only the cycle id is."""
    same = entries.c.key == row["key"]
    if row["cycle_id"] is not None:
        same = or_(same, entries.c.cycle_id == row["cycle_id"])
    query = select(entries.c.key).where(entries.c.campaign == row["campaign"], same)
    found = set(connection.scalars(query))
    if found and row["key"] not in found:
        raise LedgerProblem("cycle_id", row["cycle_id"], f"new; {found.pop()} has used it",
                            "Take last_cycle_id() + 1.")
    return bool(found)


def bare(connection: Connection, rows: Select[Any]) -> list[tuple[int, Entry | Bare]]:
    """Entries without what is kept in arrays; the payload of those is not even fetched."""
    light = rows.with_only_columns(entries.c.trial, entries.c.kind, entries.c.payload)
    heavy = entries.c.kind.in_(WITH_ARRAYS)
    names = rows.with_only_columns(entries.c.entry_id, entries.c.trial, entries.c.kind)
    story: dict[int, tuple[int, Entry | Bare]] = {
        row.entry_id: (_trial(row), Bare(State(row.kind)))
        for row in connection.execute(names.where(heavy))
    }
    for row in connection.execute(light.add_columns(entries.c.entry_id).where(~heavy)):
        story[row.entry_id] = (_trial(row), decode(row.kind, from_json(row.payload), {}))
    return [story[entry_id] for entry_id in sorted(story)]


def _trial(row: Any) -> Any:
    """The trial of a row that tells of one; a row of the campaign itself has none."""
    return row.trial if row.trial is None else whole("trial", row.trial)


def full(connection: Connection, rows: Select[Any]) -> list[tuple[int, Entry]]:
    """Entries with all their arrays."""
    found = connection.execute(rows).all()
    wanted = rows.order_by(None).with_only_columns(entries.c.entry_id)
    kept: dict[int, dict[str, Array]] = defaultdict(dict)
    for blob in connection.execute(select(arrays).where(arrays.c.entry_id.in_(wanted))):
        kept[blob.entry_id][blob.name] = from_bytes(blob.dtype, blob.shape, blob.data)
    return [(_trial(row), decode(row.kind, from_json(row.payload), kept[row.entry_id]))
            for row in found]
