"""What the ledger asks its database: entries with and without their arrays, and what is there."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Connection, Select, func, or_, select

from pressloop.trials.entry import Commanded, Ended, Entry, Opened, Planned
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.inventory import INVENTORY, Inventory, inventory_of
from pressloop.trials.ledger.codec import Array, decode
from pressloop.trials.ledger.fold import Bare
from pressloop.trials.ledger.rows import from_bytes, from_json, shape_of, whole
from pressloop.trials.ledger.schema import arrays, entries
from pressloop.trials.people import Note, Noted
from pressloop.trials.queue import KINDS, Queue, queue_of
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State

WITH_ARRAYS = {State.PRESSED.value, State.MEASURED.value}
"""Kinds of entry that keep arrays."""
MOST_OPENINGS = 200
"""How many of the newest openings are read for the latest run of each press."""


def of_campaign(campaign: str) -> Select[Any]:
    """The campaign's entries in the order of recording."""
    return select(entries).where(entries.c.campaign == campaign).order_by(entries.c.entry_id)


def times_opened(connection: Connection, campaign: str) -> int:
    """How often the campaign was opened."""
    return count_of_run(connection, campaign, "opened")


def of_run(connection: Connection, campaign: str, kind: str, newest: bool) -> list[Entry]:
    """The campaign's entries of one kind that belong to no trial, the oldest first.

    Only the newest where asked."""
    number = entries.c.entry_id
    query = (select(entries.c.payload).order_by(number.desc() if newest else number)
             .where(*_no_trial(campaign, kind)))
    found = connection.scalars(query.limit(1) if newest else query).all()
    return [decode(kind, from_json(kind, payload), {}) for payload in found]


def notes(connection: Connection, campaign: str) -> list[Note]:
    """Notes of the campaign, the oldest first. No byte of a photo is read, only its shape."""
    photo = (arrays.c.entry_id == entries.c.entry_id) & (arrays.c.name == "photo")
    query = (select(entries.c.payload, arrays.c.shape).outerjoin(arrays, photo)
             .where(*_no_trial(campaign, "noted")).order_by(entries.c.entry_id))
    found = []
    for row in connection.execute(query):
        one = decode("noted", from_json("noted", row.payload), {})
        assert isinstance(one, Noted)
        size = None if row.shape is None else math.prod(shape_of(row.shape))
        found.append(Note(one.number, one.text, one.trial, size))
    return found


def photo(connection: Connection, campaign: str, number: int) -> Array | None:
    """The photo of one note, shape (n,) bytes; None where it has none, or there is no such note."""
    query = (select(arrays.c.dtype, arrays.c.shape, arrays.c.data)
             .join(entries, arrays.c.entry_id == entries.c.entry_id)
             .where(entries.c.campaign == campaign, entries.c.key == f"noted/{number}",
                    arrays.c.name == "photo"))
    row = connection.execute(query).first()
    return None if row is None else from_bytes(row.dtype, row.shape, row.data)


def count_of_run(connection: Connection, campaign: str, kind: str) -> int:
    """How many entries of one kind the campaign has that belong to no trial."""
    return connection.scalar(select(func.count()).where(*_no_trial(campaign, kind))) or 0


def _no_trial(campaign: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    """What holds of a campaign's entries of one kind that belong to no trial."""
    return (entries.c.campaign == campaign, entries.c.trial.is_(None), entries.c.kind == kind)


class Course(NamedTuple):
    """The latest run of one press: its opening, on which computer, and what came since.

    `press` is its name, "" of one without. Requests of people are to all presses; the end, where
    there is one, is this run's."""

    press: str
    host: str
    opened: Opened
    since: tuple[Entry, ...]


def courses(connection: Connection, campaign: str) -> tuple[Course, ...]:
    """Of each press that the campaign was opened with, the latest opened first."""
    of_runs = (select(entries.c.entry_id, entries.c.kind, entries.c.payload, entries.c.host)
               .where(entries.c.campaign == campaign, entries.c.trial.is_(None)))
    newest = dict[str, tuple[int, str, Opened]]()
    for row in connection.execute(of_runs.where(entries.c.kind == "opened").order_by(
            entries.c.entry_id.desc()).limit(MOST_OPENINGS)):
        opened = decode(row.kind, from_json(row.kind, row.payload), {})
        # Without devices a person has opened it, as by queueing a recipe: no run.
        if isinstance(opened, Opened) and opened.devices:
            newest.setdefault(opened.press or "", (row.entry_id, row.host, opened))
    if not newest:
        return ()
    first = min(entry_id for entry_id, _, _ in newest.values())
    since = [(row.entry_id, decode(row.kind, from_json(row.kind, row.payload), {}))
             for row in connection.execute(of_runs.where(
                 entries.c.kind.in_(("ended", "requested")), entries.c.entry_id > first
             ).order_by(entries.c.entry_id))]
    return tuple(
        Course(press, host, opened, tuple(
            entry for at, entry in since if at > entry_id
            and not (isinstance(entry, Ended) and (entry.press or "") != press)))
        for press, (entry_id, host, opened) in newest.items())


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


def inventory(connection: Connection) -> Inventory:
    """The stacks that people have made, and what became of each."""
    rows = of_campaign(INVENTORY).with_only_columns(entries.c.kind, entries.c.payload)
    return inventory_of(decode(row.kind, from_json(row.kind, row.payload), {})
                        for row in connection.execute(rows))


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
    for row in connection.execute(light.add_columns(entries.c.entry_id).where(~heavy)).all():
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


def _names() -> CTE:
    """Names of all chains, each found by the index behind the one before.

    Grouping would read every entry: 13 s of five million, on every look at a console."""
    name = entries.c.campaign
    names = select(func.min(name).label("name")).cte("names", recursive=True)
    behind = select(func.min(name)).where(name > names.c.name).scalar_subquery()
    return names.union_all(select(behind).where(names.c.name.is_not(None)))


def chains(connection: Connection) -> tuple[str, ...]:
    """Names of all chains of entries, the oldest first."""
    names = _names()
    began = (select(entries.c.entry_id).where(entries.c.campaign == names.c.name)
             .order_by(entries.c.position).limit(1).scalar_subquery())
    query = select(names.c.name).where(names.c.name.is_not(None)).order_by(began)
    return tuple(connection.scalars(query))


def last_cycle_id(connection: Connection) -> object:
    """The highest cycle id over all chains, 0 where there is none."""
    names = _names()
    highest = (select(func.max(entries.c.cycle_id)).where(entries.c.campaign == names.c.name)
               .scalar_subquery())
    return connection.scalar(select(func.max(highest)).select_from(names)) or 0
