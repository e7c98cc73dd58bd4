"""Passwords of a database are used and never told."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from trial_stories import OPENED

from pressloop.trials import Ledger, Opened
from pressloop.trials.ledger.address import hidden, parse, without_passwords


@pytest.mark.parametrize("address, shown", [
    ("postgresql://ana:hush@host/lab", "postgresql://ana:***@host/lab"),
    ("postgresql+psycopg://ana:hush@host:5433/lab?sslmode=require",
     "postgresql+psycopg://ana:***@host:5433/lab?sslmode=require"),
    ("postgresql://ana@host/lab", "postgresql://ana@host/lab"),
    ("sqlite:///lab.db", "sqlite:///lab.db"),
    ("nonsense", "nonsense"),
])
def test_what_is_shown_has_no_password_and_can_be_used(address: str, shown: str) -> None:
    assert hidden(address) == shown
    assert hidden(shown) == shown
    assert "hush" not in shown
    if "***" in shown:
        assert parse(shown).password == "hush", "within this process"


def test_a_password_among_the_options_is_hidden_too() -> None:
    shown = hidden("postgresql://ana@host/lab?password=hush&sslmode=require")
    assert "hush" not in shown
    assert parse(shown).query["password"] == "hush"


def test_stars_that_this_process_never_saw_are_no_password() -> None:
    """Those of settings that a ledger kept: the client then asks PGPASSWORD or ~/.pgpass."""
    assert parse("postgresql://eve:***@elsewhere/lab").password is None
    parsed = parse("postgresql://eve@elsewhere/lab?password=***&sslmode=require")
    assert parsed.query == {"sslmode": "require"}


def test_an_address_given_once_is_known_by_what_is_shown_of_it() -> None:
    parse("postgresql://joe:silent@host/lab")
    assert parse("postgresql://joe:***@host/lab").password == "silent"


def test_settings_in_plain_values() -> None:
    plain = {"campaign": {"name": "n", "ledger": "postgresql://ana:hush@host/lab"},
             "earlier": {"ledger": None, "campaigns": ["a"]}, "seed": 7}
    assert "hush" not in str(without_passwords(plain))
    assert without_passwords(plain)["earlier"] == plain["earlier"]


def test_the_log_of_an_older_ledger_does_not_show_it(tmp_path: Path) -> None:
    settings = {"campaign": {"ledger": "postgresql://ana:hush@host/lab"}}
    with closing(Ledger.open(f"sqlite:///{tmp_path}/l.db")) as ledger:
        ledger.append("c", None, Opened(settings, OPENED.settings_digest, 7))
        assert "hush" not in str(ledger.log("c"))
        ledger.prove("c")
