"""A ledger copied to another database is the same to the bit, or is not kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from trial_stories import OPENED, PLANNED, same, story

from pressloop.trials import Ledger, LedgerProblem
from pressloop.trials.ledger.copying import copy_into, prove_equal
from pressloop.trials.ledger.storage import StoredRow
from pressloop.trials.ledger.verification import prove


def filled(url: str) -> Ledger:
    """Two campaigns, their entries mixed."""
    ledger = Ledger.open(url)
    ledger.append("c", None, OPENED)
    for entry in story():
        ledger.append("c", 1, entry)
        if entry is PLANNED:
            ledger.append("größer & mehr", 1, entry)
    return ledger


@pytest.mark.slow
def test_to_postgresql_and_back(postgres: Any, tmp_path: Path) -> None:
    with (closing(filled(f"sqlite:///{tmp_path}/one.db")) as first,
          Ledger.open(postgres.database()) as server,
          Ledger.open(f"sqlite:///{tmp_path}/two.db") as second):
        assert copy_into(first, server) == copy_into(server, second) == 9
        for name in first.campaigns():
            assert same(second.facts(name), first.facts(name))
            assert server.head(name) == second.head(name) == first.head(name)
        assert server.append("c", 2, PLANNED), "the next number is free"
        assert prove(server, "c").sound


@pytest.mark.slow
def test_a_ledger_is_never_mixed_with_another(tmp_path: Path) -> None:
    with (closing(filled(f"sqlite:///{tmp_path}/one.db")) as first,
          closing(filled(f"sqlite:///{tmp_path}/two.db")) as second):
        before = second.facts("c")
        with pytest.raises(LedgerProblem, match=r"one without entries.*never mixed"):
            copy_into(first, second)
        assert same(second.facts("c"), before)


def test_entries_written_meanwhile_do_not_come_along(tmp_path: Path) -> None:
    with (closing(filled(f"sqlite:///{tmp_path}/one.db")) as first,
          Ledger.open(f"sqlite:///{tmp_path}/two.db") as second):
        upto = first.newest()
        first.append("c", 2, PLANNED)
        assert second.adopt(first.rows(upto=upto), lambda there: prove_equal(
            first.rows(upto=upto), there)) == 9
        assert prove(second, "c").sound


def test_a_copy_that_differs_is_not_kept(tmp_path: Path) -> None:
    def spoilt(row: StoredRow) -> StoredRow:
        return StoredRow(row.columns | {"operator": "somebody else"}, row.blobs)

    with (closing(filled(f"sqlite:///{tmp_path}/one.db")) as first,
          Ledger.open(f"sqlite:///{tmp_path}/two.db") as second):
        with pytest.raises(LedgerProblem, match="copy = entry 1: must be equal"):
            second.adopt(map(spoilt, first.rows()), lambda there: prove_equal(first.rows(), there))
        with pytest.raises(LedgerProblem, match="copy = entry 9: must be equal"):
            second.adopt(first.rows(upto=first.newest() - 1),
                         lambda there: prove_equal(first.rows(), there))
        assert second.campaigns() == ()
