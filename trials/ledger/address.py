"""The address of a ledger: as SQLAlchemy reads it, and as it may be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from pressloop.trials.checks import within
from pressloop.trials.errors import LedgerProblem

INSTALL = "Install it; for PostgreSQL write postgresql+psycopg://user@host/database."
"""What to do where the driver of an address is not there."""
EXAMPLE = "Write it like sqlite:///runs/ledger.db."
FILE = re.compile(r"[^:*<>|\"\x00-\x1f]+\.(db|sqlite3?)", re.IGNORECASE)
"""What is meant as the path of a ledger."""
BUSY_TIMEOUT_S = 15.0
URI_OPTIONS = {"uri", "mode", "cache", "immutable", "nolock", "psow", "vfs"}
HIDDEN = "***"
_given_as: dict[str, URL] = {}
"""Addresses with their passwords, by how they are shown, as this process was given them."""


def parse(url: str) -> URL:
    """The address as SQLAlchemy reads it, PostgreSQL with the driver that this project has.

    Raises LedgerProblem without showing a password."""
    try:
        parsed = _given(make_url(url))
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        known = parsed.get_backend_name()
        usable = not parsed.get_dialect().is_async
    except (ArgumentError, ValueError):
        # What comes before the @ or after the ? of an address nobody understands may be secret.
        rest = str(url).rpartition("@")[2].partition("?")[0]
        remedy = f"Write it like sqlite:///{rest}." if FILE.fullmatch(rest) else EXAMPLE
        raise LedgerProblem("ledger address", rest, "a database URL", remedy) from None
    except ImportError as error:
        raise LedgerProblem("ledger address", display(parsed), "of an installed driver",
                            f"{error}. {INSTALL}") from None
    if not usable:
        raise LedgerProblem("ledger address", display(parsed), "of a driver that is not "
                            "asynchronous", EXAMPLE)
    if known == "sqlite":
        _refuse_unknown_options(parsed)
    return parsed


def _refuse_unknown_options(url: URL) -> None:
    # The driver drops a misspelt option without a word.
    allowed = {"timeout"} | (URI_OPTIONS if url.query.get("uri") == "true" else set())
    for option in url.query:
        if option not in allowed:
            raise LedgerProblem("ledger address option", option, " or ".join(sorted(allowed)),
                                "The others need sqlite:///file:path?uri=true.")


def hidden(address: str) -> str:
    """The address without its password, to be printed, recorded and handed on.

    `parse` puts it back within this process. In another one the database's client looks for it: in
    PGPASSWORD, or in ~/.pgpass. Unchanged where there is no password."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return address
    if HIDDEN not in (shown := display(url)):
        return address
    _given(url)
    return shown


def without_passwords(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Plain settings whose addresses of ledgers show no password."""
    return {name: value if not isinstance(value, Mapping) else {
        key: hidden(one) if key == "ledger" and isinstance(one, str) else one
        for key, one in value.items()} for name, value in settings.items()}


def _given(url: URL) -> URL:
    """The address with its password, where this process was ever given it.

    Without the stars that stand for one."""
    if HIDDEN not in (shown := display(url)):
        return url
    if url.password != HIDDEN and HIDDEN not in url.query.values():
        _given_as[shown] = url
        return url
    if (known := _given_as.get(shown)) is not None:
        return known
    bare = url.difference_update_query([k for k, v in url.query.items() if v == HIDDEN])
    return bare._replace(password=None) if bare.password == HIDDEN else bare


def display(url: URL) -> str:
    """The address as it may be shown: without any password."""
    stars = {key: HIDDEN for key in url.query if "pass" in key.lower()}
    shown = url.update_query_dict(stars).render_as_string(hide_password=True)
    return shown.replace("%2A%2A%2A", HIDDEN)


def sqlite_path(url: URL) -> Path | None:
    """The file of an SQLite address, None for one in memory or for another database."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or url.query.get("mode") == "memory":
        return None
    if url.query.get("uri") and name.startswith("file:"):
        name = unquote(urlsplit(name).path)
    return None if name in ("", ":memory:") else Path(name)


def busy_timeout_s(url: URL) -> float:
    """Seconds to wait for another writer: `?timeout=` of the address, or 15.

    Raises LedgerProblem for one that is no number of seconds."""
    asked = url.query.get("timeout", BUSY_TIMEOUT_S)
    try:
        seconds = float(asked)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise LedgerProblem("timeout", asked, "a number of seconds", "Write ?timeout=15.") from None
    return within("timeout", seconds, 0, 3600, "Give seconds, as in ?timeout=15.")
