"""The log of a campaign: one row per entry, with who wrote it and where."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

from pressloop.trials.ledger.address import without_passwords
from pressloop.trials.ledger.queries import of_campaign
from pressloop.trials.ledger.rows import from_json
from pressloop.trials.ledger.schema import entries


class LogRow(NamedTuple):
    """One line of the log.

    Its place in the campaign, when (UTC, ISO 8601), which trial, what, its plain values, by whom,
    on which machine, by which code, under which settings, its hash."""

    position: int
    utc: str
    trial: int | None
    kind: str
    payload: dict[str, Any]
    operator: str
    host: str
    code_version: str
    settings_digest: str
    versions: dict[str, str]
    hash: str


def log_of(connection: Connection, campaign: str, trial: int | None = None,
           last: int | None = None) -> tuple[LogRow, ...]:
    """One row per entry, in the order of recording; of one trial, or so many of the newest.

    Raises LedgerProblem if one is no JSON."""
    columns = (entries.c.position, entries.c.recorded_utc, entries.c.trial, entries.c.kind,
               entries.c.payload, entries.c.operator, entries.c.host, entries.c.code_version,
               entries.c.settings_digest, entries.c.versions, entries.c.hash)
    query = of_campaign(campaign).with_only_columns(*columns)
    if trial is not None:
        query = query.where(entries.c.trial == trial)
    if last is not None:
        query = query.order_by(None).order_by(entries.c.entry_id.desc()).limit(last)
    found = list(connection.execute(query).all())
    if last is not None:
        found.reverse()
    return tuple(LogRow(*row)._replace(payload=_payload(row.kind, row.payload),
                                       versions=from_json(row.kind, row.versions))
                 for row in found)


def _payload(kind: str, stored: str) -> dict[str, Any]:
    """Without the password of a database that an older pressloop kept with the settings."""
    found = from_json(kind, stored)
    if isinstance(settings := found.get("settings"), dict):
        found["settings"] = without_passwords(settings)
    return found
