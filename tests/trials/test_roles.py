"""The shipped roles on PostgreSQL: a reader who cannot append, a writer who cannot change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from trial_stories import OPENED, story

from pressloop.trials import Commanded, Ledger, LedgerProblem, Planned
from pressloop.trials.entry import Drawn, Stocked
from pressloop.trials.inventory import INVENTORY
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.slow
SHIPPED = Path(__file__).parents[2] / "deploy" / "roles.sql"
THEN = "2026-03-01T10:00:00+00:00"


@pytest.fixture(scope="module")
def granted(postgres: Any) -> Iterator[Callable[[str], str]]:
    """A ledger with a campaign and the shipped rights, by role; run twice, as it may be."""
    owner = postgres.database()
    with Ledger.open(owner) as ledger:
        ledger.append("c", None, OPENED)
        for entry in story():
            ledger.append("c", 1, entry)
    name = make_url(owner).database
    for _ in range(2):
        postgres.run("psql", "-h", str(postgres.folder), "-d", str(name), "-q", "-v",
                     "ON_ERROR_STOP=1", "-c", SHIPPED.read_text())
    yield lambda role: make_url(owner).set(username=role).render_as_string(hide_password=False)


def test_the_writer_does_all_that_a_campaign_does(granted: Callable[[str], str]) -> None:
    with Ledger.open(granted("pressloop_writer")) as ledger:
        number = ledger.next_number("c")
        plan = story()[0]
        assert isinstance(plan, Planned)
        assert ledger.append("c", number, plan)
        assert ledger.append("c", number, Commanded(ledger.last_cycle_id() + 1))
        ledger.append(INVENTORY, None, Stocked("a", "L", THEN, THEN))
        ledger.append_drawn(number + 1, plan, Drawn("a", "c", number + 1))
        assert prove(ledger, "c").sound
        assert ledger.given_out() >= ledger.newest()
        assert ledger.damage() == ""


def test_the_reader_reads_and_cannot_append(granted: Callable[[str], str]) -> None:
    with Ledger.open(granted("pressloop_reader"), create=False) as ledger:
        assert ledger.history("c")[0].outcome is not None
        assert ledger.campaigns() == ("c",)
        assert ledger.given_out() >= ledger.newest()
        before = ledger.newest()
        with pytest.raises(LedgerProblem) as refusal:
            ledger.append("c", 9, story()[0])
        assert "permission" in str(refusal.value)
        assert ledger.newest() == before


@pytest.mark.parametrize("role", ["pressloop_writer", "pressloop_reader"])
@pytest.mark.parametrize("change", [
    "UPDATE entries SET payload = '{}'", "DELETE FROM entries", "TRUNCATE entries, arrays",
    "DELETE FROM arrays", "UPDATE arrays SET data = ''", "DROP TABLE arrays",
    "ALTER TABLE entries DISABLE TRIGGER ALL", "CREATE TABLE mine (a int)",
    "UPDATE alembic_version SET version_num = '0001'",
    "SELECT setval('entries_entry_id_seq', 1)", "GRANT DELETE ON entries TO PUBLIC"])
def test_nobody_but_the_owner_changes_anything(granted: Callable[[str], str], role: str,
                                               change: str) -> None:
    engine = create_engine(granted(role))
    try:
        with engine.begin() as connection:
            if change.startswith("GRANT"):
                # PostgreSQL warns and grants nothing.
                connection.execute(text(change))
                assert not connection.scalar(text(
                    "SELECT has_table_privilege('pressloop_writer', 'entries', 'DELETE')"))
                return
            with pytest.raises(ProgrammingError,
                               match=r"permission denied|must be owner|append-only"):
                connection.execute(text(change))
    finally:
        engine.dispose()
