"""The ledger: the append-only record of every trial, and the only state there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Engine, func, select

from pressloop.trials.entry import (
    Commanded,
    Corrected,
    Drawn,
    Entry,
    Evaluated,
    Faulted,
    Imported,
    InventoryEntry,
    Opened,
    Planned,
    Queued,
    Reconciled,
    Settled,
    Unqueued,
)
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.inventory import INVENTORY, Inventory
from pressloop.trials.ledger.address import busy_timeout_s, display, parse, sqlite_path
from pressloop.trials.ledger.codec import encode
from pressloop.trials.ledger.database import (
    AWAY_S,
    checkpoint,
    engine_for,
    reading,
    use_wal,
    writing,
)
from pressloop.trials.ledger.fold import fold
from pressloop.trials.ledger.queries import (
    bare,
    count_of_run,
    inventory,
    is_known,
    of_campaign,
    queue,
    times_opened,
)
from pressloop.trials.ledger.reader import LedgerReader
from pressloop.trials.ledger.rows import counted, key_of, one_line, to_bytes, to_json, trial_for
from pressloop.trials.ledger.schema import HEAD, entries, revision_of, upgrade
from pressloop.trials.ledger.storage import (
    StoredRow,
    add_row,
    go_on_counting,
    is_there,
    stored_rows,
    tied,
)
from pressloop.trials.people import Cautioned, Noted
from pressloop.trials.provenance import stamp

CLOSING = (Evaluated, Faulted, Settled, Reconciled, Corrected, Queued, Unqueued, Noted, Cautioned)
"""Entries after which the file itself has everything, without its log."""


class _Draft(NamedTuple):
    """An entry about to be added, and its columns as far as they are known before.

    `asked` is the number of requests to the campaign's runs under which it holds, None under any.
    """

    entry: Entry
    row: dict[str, Any]
    blobs: list[dict[str, Any]]
    asked: int | None = None


def _draft(campaign: str, trial: int | None, entry: Entry) -> _Draft:
    """Raises BadInput for what cannot be stored."""
    trial = trial_for(entry, trial)
    cycle = counted("cycle_id", entry.cycle_id) if isinstance(entry, Commanded) else None
    kind, payload, found = encode(entry)
    row = {"campaign": campaign, "trial": trial, "cycle_id": cycle, "kind": kind,
           "payload": to_json(kind, payload), **stamp()}
    return _Draft(entry, row, [{"name": name, **to_bytes(array)} for name, array in found.items()])


class Ledger(LedgerReader):
    """Appends entries and reads them back; safe to share between threads and processes.

    Every method raises LedgerProblem when the database is locked, full, damaged or gone.
    """

    def __init__(self, engine: Engine, shown_url: str) -> None:
        super().__init__(engine, shown_url)
        self._opened = dict[str, str]()

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """The ledger at an SQLAlchemy URL, such as sqlite:///runs/ledger.db.

        With create=False a ledger that is not there is refused, and nothing is created. A ledger
        of the present schema is opened without a lock to write. `?timeout=` sets the seconds to
        wait for another writer. Raises LedgerProblem.
        """
        parsed = parse(url)
        ledger = cls(engine_for(parsed, create=create), display(parsed))
        try:
            if ledger._needs_upgrade(create):
                with writing(ledger._engine, ledger.shown_url) as connection:
                    # Somebody else may have been faster: what counts is seen under the lock.
                    found = revision_of(connection, ledger.shown_url)
                    upgrade(connection, found, ledger.shown_url)
                if sqlite_path(parsed) is not None:
                    use_wal(ledger._engine, ledger.shown_url, busy_timeout_s(parsed))
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _needs_upgrade(self, create: bool) -> bool:
        with reading(self._engine, self.shown_url) as connection:
            found = revision_of(connection, self.shown_url)
        if found is None and not create:
            raise LedgerProblem("ledger", self.shown_url, "a pressloop ledger; it is empty",
                                "Correct the path; starting a campaign creates a new ledger.")
        return found != HEAD

    def append(self, campaign: str, trial: int | None, entry: Entry, *,
               patience_s: float = AWAY_S, asked: int | None = None) -> bool:
        """Records one fact; it is committed to disk when this returns.

        A database server that is away is waited for, for `patience_s`. With `asked`, only while
        people have asked for so many things of the campaign's runs and no more.

        Returns True when added, False for an imported row that the campaign holds already. Raises
        LedgerProblem when the fact, or its cycle id, is recorded already or cannot follow what the
        ledger says of this trial, or people have asked for more; BadInput when it cannot be stored.
        Nothing is added then.
        """
        one_line("campaign", campaign)
        draft = _draft(campaign, trial, entry)._replace(asked=asked)
        return self._append([draft], patience_s) == 1

    def append_all(self, campaign: str, facts: Sequence[tuple[int | None, Entry]], *,
                   patience_s: float = AWAY_S) -> int:
        """Records several facts, all or none, and returns how many were added. See `append`."""
        one_line("campaign", campaign)
        return self._append([_draft(campaign, trial, entry) for trial, entry in facts],
                            patience_s)

    def append_drawn(self, trial: int, plan: Planned, drawn: Drawn) -> None:
        """Records the plan of a trial and that its stack has left the inventory, both or neither.

        Raises LedgerProblem where the stack cannot be drawn any more, or as `append` does."""
        one_line("campaign", drawn.campaign)
        self._append([_draft(INVENTORY, None, drawn), _draft(drawn.campaign, trial, plan)])

    def _append(self, drafts: Sequence[_Draft], patience_s: float = AWAY_S) -> int:
        added = self._lasting(lambda again, left_s: self._add(drafts, again, left_s), patience_s)
        for draft in drafts:
            if isinstance(draft.entry, Opened):
                self._opened[draft.row["campaign"]] = draft.entry.settings_digest
        if any(isinstance(draft.entry, CLOSING) for draft in drafts):
            checkpoint(self._engine, emptied=False)
        return added

    def _add(self, drafts: Sequence[_Draft], again: bool, patience_s: float) -> int:
        """One transaction.

        `again` is True after one whose end nobody has heard of: if its entries are there, they
        count."""
        with writing(self._engine, self.shown_url, patience_s) as connection:
            if again and all(is_there(connection, draft.row) for draft in drafts):
                return len(drafts)
            # Read once, and followed from there: many stacks are added in one transaction.
            stock = cache(lambda: inventory(connection))
            return sum(self._add_one(connection, draft, stock) for draft in drafts)

    def _add_one(self, connection: Connection, draft: _Draft, stock: Callable[[], Inventory]
                 ) -> bool:
        row, entry = dict(draft.row), draft.entry
        campaign, trial = row["campaign"], row["trial"]
        if draft.asked not in (None, count_of_run(connection, campaign, "requested")):
            raise LedgerProblem("requests", "more than were obeyed", f"the {draft.asked} that the "
                                "run has obeyed", "The run obeys what came since, then goes on.")
        row["key"] = key_of(trial, entry, times_opened(connection, campaign))
        if is_known(connection, row):
            if isinstance(entry, Imported):
                return False
            raise LedgerProblem("ledger entry", row["key"], f"new in campaign {campaign}",
                                "It is recorded already; read the history and go on from it.")
        if trial is not None:
            story = bare(connection, of_campaign(campaign).where(entries.c.trial == trial))
            fold([*story, (trial, entry)])
        if isinstance(entry, Queued | Unqueued) or (
                isinstance(entry, Planned) and entry.queued is not None):
            queue(connection, campaign).take(entry)
        if isinstance(entry, InventoryEntry):
            stock().take(entry)
        digest = entry.settings_digest if isinstance(entry, Opened) else (
            self._opened.get(campaign))
        columns = tied(connection, row, draft.blobs, digest)
        add_row(connection, StoredRow(row | columns, draft.blobs))
        return True

    def checkpoint(self) -> None:
        """Brings everything into the one file of an SQLite ledger, as far as nobody reads it.

        Each stack that is done with does so too."""
        checkpoint(self._engine, emptied=True)

    def adopt(self, rows: Iterable[StoredRow],
              check: Callable[[Iterable[StoredRow]], None], given_out: int = 0) -> int:
        """Takes over the entries of another ledger, all or none, and returns their number.

        The next entry gets a number above those that the other has `given_out`.

        `check` is given what is then stored here and raises where that is not as it should be.
        Raises LedgerProblem where this ledger has entries of its own.
        """
        with writing(self._engine, self.shown_url) as connection:
            if connection.scalar(select(func.max(entries.c.entry_id))) is not None:
                raise LedgerProblem("ledger", self.shown_url, "one without entries", "Name a new "
                                    "one: a ledger is never mixed with another.")
            count = sum(add_row(connection, row) > 0 for row in rows)
            go_on_counting(connection, given_out)
            check(stored_rows(connection))
        return count
