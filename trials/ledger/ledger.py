"""The ledger: the append-only record of every trial, and the only state there is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Self, TypeVar

from sqlalchemy import Connection, Engine, func, select

from pressloop.trials.entry import (
    Commanded,
    Corrected,
    Entry,
    Evaluated,
    Faulted,
    Imported,
    Opened,
    Planned,
    Queued,
    Reconciled,
    Settled,
    Unqueued,
)
from pressloop.trials.errors import LedgerAway, LedgerProblem
from pressloop.trials.ledger.chain import Proven, unproven
from pressloop.trials.ledger.codec import encode
from pressloop.trials.ledger.database import (
    AWAY_S,
    busy_timeout_s,
    checkpoint,
    damage,
    display,
    engine_for,
    parse,
    reading,
    sqlite_path,
    use_wal,
    writing,
)
from pressloop.trials.ledger.fold import advanced, fold
from pressloop.trials.ledger.log import LogRow, log_of
from pressloop.trials.ledger.queries import (
    Order,
    bare,
    full,
    is_known,
    of_campaign,
    of_run,
    ordered,
    queue,
    times_opened,
)
from pressloop.trials.ledger.rows import (
    counted,
    key_of,
    one_line,
    to_bytes,
    to_json,
    trial_for,
    whole,
)
from pressloop.trials.ledger.schema import HEAD, arrays, entries, revision_of, upgrade
from pressloop.trials.ledger.storage import (
    AT_ONCE,
    StoredRow,
    add_row,
    chain_from,
    given_out,
    go_on_counting,
    head_of,
    is_there,
    stored_rows,
    tied,
)
from pressloop.trials.queue import Queue
from pressloop.trials.stamp import stamp
from pressloop.trials.trial import Trial

CLOSING = (Evaluated, Faulted, Settled, Reconciled, Corrected, Queued, Unqueued)
"""Entries after which the file itself has everything, without its log."""
T = TypeVar("T")
R = TypeVar("R", Opened, Reconciled)


class _Draft(NamedTuple):
    """An entry about to be added, and its columns as far as they are known before."""

    entry: Entry
    row: dict[str, Any]
    blobs: list[dict[str, Any]]


def _draft(campaign: str, trial: int | None, entry: Entry) -> _Draft:
    """Raises BadInput for what cannot be stored."""
    trial = trial_for(entry, trial)
    cycle = counted("cycle_id", entry.cycle_id) if isinstance(entry, Commanded) else None
    kind, payload, found = encode(entry)
    row = {"campaign": campaign, "trial": trial, "cycle_id": cycle, "kind": kind,
           "payload": to_json(kind, payload), **stamp()}
    return _Draft(entry, row, [{"name": name, **to_bytes(array)} for name, array in found.items()])


class Ledger:
    """Appends entries and reads them back; safe to share between threads and processes.

    Every method raises LedgerProblem when the database is locked, full, damaged or gone.
    """

    def __init__(self, engine: Engine, shown_url: str) -> None:
        self._engine, self.shown_url = engine, shown_url
        self._told = dict[str, tuple[int, dict[int, Trial]]]()
        self._telling, self._proving = threading.Lock(), threading.Lock()
        self._opened = dict[str, str]()
        self._proven = dict[str, Proven]()

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
               patience_s: float = AWAY_S) -> bool:
        """Records one fact; it is committed to disk when this returns.

        A database server that is away is waited for, for `patience_s`.

        Returns True when added, False for an imported row that the campaign holds already. Raises
        LedgerProblem when the fact, or its cycle id, is recorded already or cannot follow what the
        ledger says of this trial; BadInput when it cannot be stored. Nothing is added then.
        """
        return self.append_all(campaign, [(trial, entry)], patience_s=patience_s) == 1

    def append_all(self, campaign: str, facts: Sequence[tuple[int | None, Entry]], *,
                   patience_s: float = AWAY_S) -> int:
        """Records several facts, all or none, and returns how many were added. See `append`."""
        one_line("campaign", campaign)
        drafts = [_draft(campaign, trial, entry) for trial, entry in facts]
        added = self._lasting(lambda again, left_s: self._add(drafts, again, left_s), patience_s)
        for _, entry in facts:
            if isinstance(entry, Opened):
                self._opened[campaign] = entry.settings_digest
        if any(isinstance(entry, CLOSING) for _, entry in facts):
            checkpoint(self._engine, emptied=False)
        return added

    def _lasting(self, work: Callable[[bool, float], T], patience_s: float = AWAY_S) -> T:
        """Does the work again where the connection was lost in the middle.

        `again` says so, and the seconds that are left."""
        deadline = time.monotonic() + patience_s
        try:
            return work(False, patience_s)
        except LedgerAway:
            if (left_s := deadline - time.monotonic()) <= 0:
                raise
            return work(True, left_s)

    def _ask(self, question: Callable[[Connection], T]) -> T:
        """The answer as of one moment."""
        def work(_again: bool, left_s: float) -> T:
            with reading(self._engine, self.shown_url, left_s) as connection:
                return question(connection)

        return self._lasting(work)

    def _add(self, drafts: Sequence[_Draft], again: bool, patience_s: float) -> int:
        """One transaction.

        `again` is True after one whose end nobody has heard of: if its entries are there, they
        count."""
        with writing(self._engine, self.shown_url, patience_s) as connection:
            if again and all(is_there(connection, draft.row) for draft in drafts):
                return len(drafts)
            return sum(self._add_one(connection, draft) for draft in drafts)

    def _add_one(self, connection: Connection, draft: _Draft) -> bool:
        row, entry = dict(draft.row), draft.entry
        campaign, trial = row["campaign"], row["trial"]
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
        digest = entry.settings_digest if isinstance(entry, Opened) else (
            self._opened.get(campaign))
        columns = tied(connection, row, draft.blobs, digest)
        add_row(connection, StoredRow(row | columns, draft.blobs))
        return True

    def history(self, campaign: str, *, arrays: bool = True) -> tuple[Trial, ...]:
        """The campaign's trials ordered by number; empty for a campaign nobody opened.

        With arrays=False traces stay None and spectra (), which is cheap enough for polling.
        """
        if not arrays:
            return self._bare_history(campaign)
        rows = of_campaign(campaign).where(entries.c.trial.is_not(None))
        return fold(self._ask(lambda connection: full(connection, rows)))

    def _bare_history(self, campaign: str) -> tuple[Trial, ...]:
        # What was read once never changes, so that only what is new since then is read and told:
        # found by number of entry. By name of campaign SQLite would walk over all of its entries.
        rows = select(entries).where((entries.c.campaign + "") == campaign,
                                     entries.c.trial.is_not(None)).order_by(entries.c.entry_id)
        with self._telling:
            known, trials = self._told.get(campaign, (0, {}))
            newest = self.newest()
            if newest < known:
                # Another ledger was put in its place.
                known, trials = 0, {}
            if newest != known:
                since = rows.where(entries.c.entry_id.between(known + 1, newest))
                trials = advanced(trials, self._ask(lambda connection: bare(connection, since)))
                self._told[campaign] = newest, trials
        return tuple(trials[number] for number in sorted(trials))

    def trial(self, campaign: str, number: int) -> Trial | None:
        """One trial with all its readings, None where the campaign has no such number."""
        rows = of_campaign(campaign).where(entries.c.trial == number)
        found = fold(self._ask(lambda connection: full(connection, rows)))
        return found[0] if found else None

    def facts(self, campaign: str) -> tuple[tuple[int | None, Entry], ...]:
        """Every entry with its trial number, as it was appended and in that order."""
        return tuple(self._ask(lambda connection: full(connection, of_campaign(campaign))))

    def campaigns(self) -> tuple[str, ...]:
        """Names of all campaigns, the oldest first."""
        name = entries.c.campaign
        query = select(name).group_by(name).order_by(func.min(entries.c.entry_id))
        return tuple(self._ask(lambda connection: connection.scalars(query).all()))

    def opened(self, campaign: str) -> Opened | None:
        """The latest opening of the campaign, None when it never was."""
        found = self._of_run(campaign, Opened, newest=True)
        return found[0] if found else None

    def openings(self, campaign: str) -> tuple[Opened, ...]:
        """Every opening of the campaign, the oldest first."""
        return self._of_run(campaign, Opened)

    def reconciled(self, campaign: str) -> tuple[Reconciled, ...]:
        """What people said of cycles that the press knew and this campaign did not.

        The oldest first."""
        return self._of_run(campaign, Reconciled)

    def _of_run(self, campaign: str, kind: type[R], *, newest: bool = False) -> tuple[R, ...]:
        found = self._ask(lambda connection: of_run(connection, campaign, kind.__name__.lower(),
                                                    newest))
        return tuple(one for one in found if isinstance(one, kind))

    def queue(self, campaign: str) -> Queue:
        """Recipes that people have asked for and that no stack was planned by yet."""
        return self._ask(lambda connection: queue(connection, campaign))

    def next_number(self, campaign: str) -> int:
        """The first trial number above all that the campaign has used, from 1.

        Also above those that stacks on the press are named by."""
        query = select(func.max(entries.c.trial)).where(entries.c.campaign == campaign)
        used = whole("trial", self._ask(lambda connection: connection.scalar(query)) or 0)
        return max(used + 1, *(one.first_free for one in self.reconciled(campaign)), 1)

    def ordered(self) -> tuple[Order, ...]:
        """Every stack of every campaign that was planned, with the cycle it was commanded under."""
        return self._ask(ordered)

    def last_cycle_id(self) -> int:
        """The highest cycle id over all campaigns, 0 when there is none."""
        query = select(func.max(entries.c.cycle_id))
        return whole("cycle_id", self._ask(lambda connection: connection.scalar(query)) or 0)

    def log(self, campaign: str) -> tuple[LogRow, ...]:
        """One row per entry, in the order of recording."""
        return self._ask(lambda connection: log_of(connection, campaign))

    def rows(self, campaign: str | None = None, upto: int | None = None, at_once: int = AT_ONCE
             ) -> Iterator[StoredRow]:
        """Every entry as it is stored, of one campaign or of all, in the order of recording.

        With `upto` none of a higher entry number; `at_once` of them are fetched at a time."""
        with reading(self._engine, self.shown_url) as connection:
            yield from stored_rows(connection, campaign, upto, at_once)

    def newest(self) -> int:
        """The highest entry number, 0 in an empty ledger."""
        query = select(func.max(entries.c.entry_id))
        return self._ask(lambda connection: connection.scalar(query)) or 0

    def given_out(self) -> int:
        """The highest entry number that the database has given out, by its own count.

        More than `newest` where `counts_exactly`: entries are gone. PostgreSQL also counts those
        whose writing was broken off."""
        return self._ask(given_out)

    @property
    def counts_exactly(self) -> bool:
        """True where a number is given out with its entry or not at all (SQLite)."""
        return self._engine.dialect.name == "sqlite"

    def damage(self) -> str:
        """What the database finds wrong with its own file, "" for nothing."""
        return self._ask(damage)

    def prove(self, campaign: str) -> None:
        """Proves that the campaign's entries are as they were written.

        From where this ledger object has proved them before. Raises LedgerProblem naming the first
        one that is not."""
        with self._proving:
            known = self._proven.get(campaign, unproven(campaign))
            self._proven[campaign] = self._ask(
                lambda connection: chain_from(connection, campaign, known))

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

    def strays(self) -> int:
        """Arrays that belong to no entry; 0 in a ledger that nobody has meddled with."""
        query = select(func.count()).select_from(arrays).where(
            arrays.c.entry_id.not_in(select(entries.c.entry_id)))
        return self._ask(lambda connection: connection.scalar(query)) or 0

    def head(self, campaign: str) -> tuple[int, str]:
        """Position and hash of the campaign's newest entry; (0, "") where there is none."""
        return self._ask(lambda connection: head_of(connection, campaign)) or (0, "")

    def close(self) -> None:
        """Gives the connections back; what was appended is on disk already."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
