"""The ledger that is filled in bulk has the rows that the ledger itself would write."""

from __future__ import annotations

from pathlib import Path

import pytest
from few_stacks import press_few

from benchmarks.scale.big_ledger import copies, fill, template_of
from pressloop.trials import Ledger
from pressloop.trials.ledger.verification import prove


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings name their ledger from where the program runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRESSLOOP_STATE", str(tmp_path / "state"))


OWN = {"recorded_utc", "operator", "host", "versions", "code_version", "hash", "entry_id"}
"""Columns that tell of the writer, and of what was written before."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'big.db'}"
    return str(request.getfixturevalue("postgres").database())


@pytest.mark.slow
def test_rows_in_bulk_are_those_of_append(url: str, tmp_path: Path) -> None:
    of = template_of(press_few(tmp_path, 2))
    fill(url, of, 2, 5)
    with Ledger.open(url) as bulk, Ledger.open(f"sqlite:///{tmp_path / 'own.db'}") as own:
        assert bulk.campaigns() == ("c0000", "c0001")
        assert all(prove(bulk, name).sound for name in bulk.chains())
        assert len(bulk.history("c0000")) == len(bulk.history("c0001", arrays=False)) == 5
        for trial, fact in bulk.facts("c0000"):
            own.append("c0000", trial, fact)
        for one, other in zip(bulk.rows("c0000"), own.rows("c0000"), strict=True):
            assert {k: v for k, v in one.columns.items() if k not in OWN} == {
                k: v for k, v in other.columns.items() if k not in OWN}
            assert [{**b, "entry_id": 0} for b in one.blobs] == [
                {**b, "entry_id": 0} for b in other.blobs]
        # Somebody goes on in it.
        assert bulk.append("c0001", *own.facts("c0000")[0]) and prove(bulk, "c0001").sound


def test_copies_are_tied_one_to_the_next(tmp_path: Path) -> None:
    of = template_of(press_few(tmp_path, 1))
    hashes = [columns["hash"] for columns, _ in copies(of, "c", 3)]
    assert len(set(hashes)) == len(hashes)
