"""Proof that a ledger is complete and in order: its chain, its values, the story of each stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pressloop.trials.entry import Opened
from pressloop.trials.errors import BadInput, LedgerProblem, shown
from pressloop.trials.inventory import Inventory
from pressloop.trials.ledger.chain import Proven, chain_trouble, unproven
from pressloop.trials.ledger.codec import decode
from pressloop.trials.ledger.fold import advanced
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.rows import from_bytes, from_json, key_of
from pressloop.trials.ledger.storage import StoredRow
from pressloop.trials.queue import Queue
from pressloop.trials.trial import Trial


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry of a campaign that cannot have been written so, and why.

    `entry_id` is its row in the database, None where that cannot be read."""

    entry_id: int | None
    position: int
    trial: int | None
    kind: str
    why: str

    def __str__(self) -> str:
        of = f" of trial {shown(self.trial)}" if self.trial is not None else ""
        row = f"; row {self.entry_id}" if self.entry_id is not None else ""
        return f"entry {shown(self.position)} ({shown(self.kind)}{of}{row}): {self.why}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of one campaign; `broken` is None where all is well.

    `head` is the hash of the last good entry, `entries` their number; `unseen` are expected hashes
    that it lacks."""

    campaign: str
    entries: int
    head: str
    open_trials: tuple[int, ...] = ()
    broken: Broken | None = None
    unseen: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """True where nothing is broken or missing."""
        return self.broken is None and not self.unseen


def prove(ledger: Ledger, campaign: str, expected: Sequence[str] = ()) -> Proof:
    """Reads every entry of a campaign, with its arrays, up to the first broken one.

    Proves that no entry up to the last is missing, moved, added or changed (chain), that each can
    be read and says what its columns say, and that the entries of each stack come in an order that
    can have happened. `expected` are hashes noted earlier, or their first digits: a chain that
    lacks one has lost its newest entries or was written anew.
    """
    try:
        return _Prover(campaign, expected).over(ledger.rows(campaign))
    except LedgerProblem:
        # One by one, it shows which entry it is that cannot be read.
        return _Prover(campaign, expected).up_to_unreadable(ledger.rows(campaign, at_once=1))


class _Prover:
    """Walks one campaign; holds what the entries so far amount to."""

    def __init__(self, campaign: str, expected: Sequence[str]) -> None:
        self._campaign, self._unseen = campaign, set(expected)
        self._good, self._opened = unproven(campaign), 0
        self._digests = {""}
        self._trials: dict[int, Trial] = {}
        self._queue, self._inventory = Queue(), Inventory()

    def over(self, rows: Iterable[StoredRow]) -> Proof:
        return self._proof(next(self._faulty(rows), None))

    def up_to_unreadable(self, rows: Iterable[StoredRow]) -> Proof:
        try:
            return self.over(rows)
        except LedgerProblem as unreadable:
            return self._proof(Broken(None, self._good.position + 1, None, "unreadable",
                                      str(unreadable)))

    def _proof(self, broken: Broken | None) -> Proof:
        left = tuple(t.number for t in self._trials.values() if t.is_open)
        good = self._good
        return Proof(self._campaign, good.position, good.hash if good.position else "", left,
                     broken, tuple(sorted(self._unseen)))

    def _faulty(self, rows: Iterable[StoredRow]) -> Iterator[Broken]:
        for stored in rows:
            row = stored.columns
            try:
                why = chain_trouble(self._good, row, stored.blobs) or self._told_trouble(stored)
            except (BadInput, ArithmeticError, LookupError, TypeError, ValueError) as trouble:
                why = f"it does not hold what an entry holds: {trouble}"
            if why:
                yield Broken(row["entry_id"], row["position"], row["trial"], row["kind"], why)
            self._good = Proven(row["entry_id"], row["position"], row["hash"])
            self._unseen = {some for some in self._unseen if not row["hash"].startswith(some)}

    def _told_trouble(self, stored: StoredRow) -> str:
        row, trial = stored.columns, stored.columns["trial"]
        arrays = {blob["name"]: from_bytes(blob["dtype"], blob["shape"], blob["data"])
                  for blob in stored.blobs}
        entry = decode(row["kind"], from_json(row["kind"], row["payload"]), arrays)
        if row["key"] != key_of(trial, entry, self._opened):
            return f"its key {shown(row['key'])} is not that of what it says"
        if isinstance(entry, Opened):
            self._opened += 1
            self._digests.add(entry.settings_digest)
        if row["settings_digest"] not in self._digests or (
                isinstance(entry, Opened) and row["settings_digest"] != entry.settings_digest):
            return "its settings are none that the campaign was opened with"
        if row["cycle_id"] != getattr(entry, "cycle_id", None):
            return f"its cycle id {shown(row['cycle_id'])} is not that of what it says"
        self._queue.take(entry)
        self._inventory.take(entry)
        if trial is not None:
            # One trial's story is carried on, not the whole campaign's.
            known = {trial: self._trials[trial]} if trial in self._trials else {}
            self._trials[trial] = _bare(advanced(known, [(trial, entry)])[trial])
        return ""


def _bare(trial: Trial) -> Trial:
    recorded = None if trial.recorded is None else _bare(trial.recorded)
    return replace(trial, trace=None, spectra=(), recorded=recorded)

