"""What the ledger asks its database: entries with and without their arrays, and what is there."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, or_, select

from pressloop.trials.entry import Commanded, Entry, Planned
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.ledger.codec import Array, decode
from pressloop.trials.ledger.fold import Bare
from pressloop.trials.ledger.rows import from_bytes, from_json, whole
from pressloop.trials.ledger.schema import arrays, entries
from pressloop.trials.queue import KINDS, Queue, queue_of
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State

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


def of_run(connection: Connection, campaign: str, kind: str, newest: bool) -> list[Entry]:
    """The campaign's entries of one kind that belong to no trial, the oldest first.

    Only the newest where asked."""
    number = entries.c.entry_id
    query = (select(entries.c.payload).order_by(number.desc() if newest else number)
             .where(entries.c.campaign == campaign, entries.c.trial.is_(None),
                    entries.c.kind == kind))
    found = connection.scalars(query.limit(1) if newest else query).all()
    return [decode(kind, from_json(kind, payload), {}) for payload in found]


def queue(connection: Connection, campaign: str) -> Queue:
    """Recipes that people have asked for and that no stack was planned by yet."""
    of_queue = (select(entries.c.payload).limit(1)
                .where(entries.c.campaign == campaign, entries.c.trial.is_(None),
                       entries.c.kind == "queued"))
    if connection.scalar(of_queue) is None:
        # Most campaigns have none, and their plans need not be read.
        return Queue()
    relevant = of_campaign(campaign).where(entries.c.kind.in_(KINDS))
    found = connection.execute(relevant.with_only_columns(entries.c.kind, entries.c.payload)).all()
    return queue_of(decode(row.kind, from_json(row.kind, row.payload), {}) for row in found)


class OrderedStack(NamedTuple):
    """A stack as it was planned, and the cycle and press that it was commanded on.

    None and "" for one that never was."""

    campaign: str
    trial: int
    stack: Stack
    recipe: Recipe
    cycle_id: int | None
    press_serial: str


def ordered(connection: Connection) -> tuple[OrderedStack, ...]:
    """Every planned stack, in the order of planning."""
    query = (select(entries.c.campaign, entries.c.trial, entries.c.kind, entries.c.payload)
             .where(entries.c.kind.in_(("planned", "commanded"))).order_by(entries.c.entry_id))
    found: dict[tuple[str, int], OrderedStack] = {}
    for row in connection.execute(query):
        entry = decode(row.kind, from_json(row.kind, row.payload), {})
        at = row.campaign, row.trial
        if isinstance(entry, Planned):
            found[at] = OrderedStack(*at, entry.stack, entry.recipe, None, "")
        elif isinstance(entry, Commanded) and at in found:
            found[at] = found[at]._replace(cycle_id=entry.cycle_id, press_serial=entry.press_serial)
    return tuple(found.values())


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
        story[row.entry_id] = (_trial(row), decode(row.kind, from_json(row.kind, row.payload), {}))
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
    return [(_trial(row), decode(row.kind, from_json(row.kind, row.payload), kept[row.entry_id]))
            for row in found]
