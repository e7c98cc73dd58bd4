"""Prefect's own settings, put in place before Prefect is imported.

Whatever is set already wins: these are defaults of this program, not orders.
"""

from __future__ import annotations

import os

PRIVATE = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
"""Nothing leaves the machine: server heartbeat, client events, and the UI's own analytics."""

HEARTBEAT_S = 30
"""The shortest that Prefect allows between two signs of life of a run."""

STEADY = {
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_CLIENT_MAX_RETRIES": "2",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE":
        "prefect.server.concurrency.lease_storage.filesystem",
}
"""Prefect never starts a server behind our back, which would outlive us: `server.py` beside this
file does. A server that went away must not hold up the press for long."""

SAFE = {"PYTHONSAFEPATH": "1"}
"""Prefect starts Python in the lab's folder: a `prefect.py` or a `flows/` there is no library."""

QUIET = {"PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL", "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL"}
"""For runs that draw their own progress and say themselves what went wrong."""
ON_SCREEN = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
"""The log of a run is not printed beside that, unless somebody has set a level of it."""
UNREAD = {"PREFECT_LOGGING_LEVEL": "CRITICAL"}
"""A temporary server's log is read by nobody; another server's page shows it."""


def prepare(*, quiet: bool) -> None:
    """Sets the defaults; call it before anything imports Prefect."""
    chosen = {**PRIVATE, **STEADY, **SAFE}
    if quiet:
        chosen |= QUIET
        if "PREFECT_LOGGING_LEVEL" not in os.environ:
            chosen |= ON_SCREEN if os.environ.get("PREFECT_API_URL") else ON_SCREEN | UNREAD
    for name, value in chosen.items():
        os.environ.setdefault(name, value)
