"""A ledger copied to another place, entry by entry, and proved equal there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from pressloop.trials.errors import LedgerProblem
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.storage import StoredRow


def copy_into(source: Ledger, target: Ledger) -> int:
    """Copies every entry that is there now into an empty ledger and returns their number.

    The count of entry numbers comes along, so that the copy too tells of entries that are gone.
    Both are compared before the copy is kept; nothing is kept where they differ. The source may be
    written to meanwhile. Raises LedgerProblem when the target has entries or the copy is unequal.
    """
    upto = source.newest()
    # What PostgreSQL has given out may be more than was kept, and nobody's loss: SQLite's count
    # is exact.
    count = source.given_out() if source.counts_exactly or not target.counts_exactly else 0
    return target.adopt(source.rows(upto=upto),
                        lambda there: prove_equal(source.rows(upto=upto), there), count)


def prove_equal(source: Iterable[StoredRow], target: Iterable[StoredRow]) -> None:
    """Compares every column and every byte.

    Raises LedgerProblem naming the first entry that differs."""
    for number, (one, other) in enumerate(zip_longest(source, target), start=1):
        if one is None or other is None or _by_name(one) != _by_name(other):
            raise LedgerProblem("copy", f"entry {number}", "equal to its original", "Nothing was "
                                "kept. Prove the original with `pressloop verify`, copy again.")


def _by_name(stored: StoredRow) -> StoredRow:
    """Databases sort names each in its own way."""
    return StoredRow(stored.columns, sorted(stored.blobs, key=lambda blob: str(blob["name"])))
