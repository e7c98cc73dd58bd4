"""Times as the clock on the wall shows them: the ledger keeps UTC, a person at a press does not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pressloop.trials.ledger.log import LogRow
from pressloop.views.log import Line, line


def at_the_clock(rows: Iterable[LogRow]) -> list[Line]:
    """Entries in words, each with this computer's time instead of UTC."""
    return [line(row)._replace(utc=_here(row).strftime("%Y-%m-%d %H:%M:%S")) for row in rows]


def whose_clock(rows: Iterable[LogRow]) -> str:
    """Which time `at_the_clock` gives, as in "Times are those of this computer: CET."."""
    zones = dict.fromkeys(_here(row).strftime("%Z") for row in rows)
    return "Times are UTC." if list(zones) == ["UTC"] else (
        f"Times are those of this computer: {', '.join(zones)}.")


def _here(row: LogRow) -> datetime:
    return datetime.fromisoformat(row.utc).astimezone()
