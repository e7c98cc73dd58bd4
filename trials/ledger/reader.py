"""What a ledger can be asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, func, select

from pressloop.trials.entry import Entry, Opened, Reconciled
from pressloop.trials.errors import LedgerAway
from pressloop.trials.inventory import INVENTORY, Inventory
from pressloop.trials.ledger.chain import Proven, unproven
from pressloop.trials.ledger.database import AWAY_S, damage, reading
from pressloop.trials.ledger.fold import advanced, fold
from pressloop.trials.ledger.log import LogRow, log_of
from pressloop.trials.ledger.queries import (
    Course,
    OrderedStack,
    bare,
    chains,
    count_of_run,
    courses,
    full,
    inventory,
    last_cycle_id,
    notes,
    of_campaign,
    of_run,
    ordered,
    photo,
    queue,
)
from pressloop.trials.ledger.rows import whole
from pressloop.trials.ledger.schema import arrays, entries
from pressloop.trials.ledger.storage import (
    AT_ONCE,
    StoredRow,
    chain_from,
    given_out,
    head_of,
    stored_rows,
)
from pressloop.trials.ledger.turns import database_turn
from pressloop.trials.people import Cautioned, Note, Photo, Requested
from pressloop.trials.queue import Queue
from pressloop.trials.trial import Trial

T = TypeVar("T")
R = TypeVar("R", Opened, Reconciled, Requested, Cautioned)


class LedgerReader:
    """Answers about the entries of a ledger; changes none.

    Every method raises LedgerProblem when the database is locked, damaged or gone.
    """

    def __init__(self, engine: Engine, shown_url: str) -> None:
        self._engine, self.shown_url = engine, shown_url
        self._told = dict[str, tuple[int, dict[int, Trial]]]()
        self._telling, self._proving = threading.Lock(), threading.Lock()
        self._proven = dict[str, Proven]()

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
        # found by number of entry. By name of campaign SQLite would walk over all of its entries;
        # the first time that is what is wanted, as other campaigns may have many more.
        rows = select(entries).where((entries.c.campaign + "") == campaign,
                                     entries.c.trial.is_not(None)).order_by(entries.c.entry_id)
        with self._telling:
            known, trials = self._told.get(campaign, (0, {}))
            newest = self.newest()
            if newest < known:
                # Another ledger was put in its place.
                known, trials = 0, {}
            if newest != known:
                since = rows.where(entries.c.entry_id.between(known + 1, newest)) if known else (
                    of_campaign(campaign).where(entries.c.trial.is_not(None),
                                                entries.c.entry_id <= newest))
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
        return tuple(name for name in self.chains() if name != INVENTORY)

    def chains(self) -> tuple[str, ...]:
        """Names of all chains of entries, the oldest first: the campaigns, and the inventory."""
        return self._ask(chains)

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

    def courses(self, campaign: str) -> tuple[Course, ...]:
        """The latest run of each press, the latest opened first.

        What was asked of it since, and how it ended; () before the first one."""
        return self._ask(lambda connection: courses(connection, campaign))

    def requested(self, campaign: str) -> tuple[Requested, ...]:
        """What people asked of the campaign's runs, the oldest first."""
        return self._of_run(campaign, Requested)

    def cautioned(self, campaign: str) -> Cautioned | None:
        """The latest change of caution, None where nobody has changed it."""
        found = self._of_run(campaign, Cautioned, newest=True)
        return found[0] if found else None

    def noted(self, campaign: str) -> tuple[Note, ...]:
        """Notes of people, the oldest first; a photo is read by itself, with `photo`."""
        return tuple(self._ask(lambda connection: notes(connection, campaign)))

    def times_noted(self, campaign: str) -> int:
        """How many notes there are."""
        return self._ask(lambda connection: count_of_run(connection, campaign, "noted"))

    def photo(self, campaign: str, number: int) -> Photo | None:
        """The photo of the note of this number, shape (n,) bytes; None where there is none."""
        return self._ask(lambda connection: photo(connection, campaign, number))

    def _of_run(self, campaign: str, kind: type[R], *, newest: bool = False) -> tuple[R, ...]:
        found = self._ask(lambda connection: of_run(connection, campaign, kind.__name__.lower(),
                                                    newest))
        return tuple(one for one in found if isinstance(one, kind))

    def queue(self, campaign: str) -> Queue:
        """Recipes that people have asked for and that no stack was planned by yet."""
        return self._ask(lambda connection: queue(connection, campaign))

    def inventory(self) -> Inventory:
        """The stacks that people have made, and what became of each."""
        return self._ask(inventory)

    def next_number(self, campaign: str) -> int:
        """The first trial number above all that the campaign has used, from 1.

        Also above those that stacks on the press are named by."""
        query = select(func.max(entries.c.trial)).where(entries.c.campaign == campaign)
        used = whole("trial", self._ask(lambda connection: connection.scalar(query)) or 0)
        return max(used + 1, *(one.first_free for one in self.reconciled(campaign)), 1)

    def ordered(self) -> tuple[OrderedStack, ...]:
        """Every stack of every campaign that was planned, with the cycle it was commanded under."""
        return self._ask(ordered)

    def last_cycle_id(self) -> int:
        """The highest cycle id over all campaigns, 0 when there is none."""
        return whole("cycle_id", self._ask(last_cycle_id))

    def log(self, campaign: str, trial: int | None = None, last: int | None = None
            ) -> tuple[LogRow, ...]:
        """One row per entry, in the order of recording; of one trial, or the newest, if asked."""
        return self._ask(lambda connection: log_of(connection, campaign, trial, last))

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

    def turn(self, campaign: str, patience_s: float) -> AbstractContextManager[bool]:
        """Whose turn it is at planning a stack of the campaign; see `database_turn`.

        For databases that have such locks (PostgreSQL)."""
        return database_turn(self._engine, f"plans of {campaign}", patience_s)

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

    def strays(self) -> int:
        """Arrays that belong to no entry; 0 in a ledger that nobody has meddled with."""
        query = select(func.count()).select_from(arrays).where(
            arrays.c.entry_id.not_in(select(entries.c.entry_id)))
        return self._ask(lambda connection: connection.scalar(query)) or 0

    def head(self, campaign: str) -> tuple[int, str]:
        """Position and hash of the campaign's newest entry; (0, "") where there is none."""
        return self._ask(lambda connection: head_of(connection, campaign)) or (0, "")

    def hash_at(self, campaign: str, position: int) -> str:
        """Hash of the campaign's entry at that position; "" where there is none."""
        query = select(entries.c.hash).where(
            entries.c.campaign == campaign, entries.c.position == position)
        return str(self._ask(lambda connection: connection.scalar(query)) or "")

    def close(self) -> None:
        """Gives the connections back; what was appended is on disk already."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
