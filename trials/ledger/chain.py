"""The chain of entries.

The hash of each entry covers the entry before it, so that nothing can be taken out, put in, moved
or changed without the hashes from there on telling.

One chain per campaign. What a chain cannot tell is that its newest entries are missing: that is
told by the database's own count, by the press, or by a hash noted elsewhere (`pressloop verify
--expect`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pressloop.trials.errors import shown

HASHED = ("campaign", "position", "trial", "cycle_id", "kind", "key", "payload", "recorded_utc",
          "operator", "host", "code_version", "settings_digest", "versions")
"""Columns that a hash covers: all but `entry_id`, which is the database's own count."""

Blob = Mapping[str, Any]
"""One stored array: name, dtype, shape and data."""


def first_link(campaign: str) -> str:
    """What stands before the first entry of a campaign."""
    return _sha256(f"pressloop ledger, campaign {campaign}".encode())


def link(before: str, row: Mapping[str, Any], blobs: Iterable[Blob]) -> str:
    """The hash of an entry: SHA-256 over the hash before it, its columns and its arrays."""
    columns = [row[name] for name in HASHED]
    arrays = sorted([blob["name"], blob["dtype"], blob["shape"], _sha256(blob["data"])]
                    for blob in blobs)
    return _sha256(json.dumps([before, columns, arrays]).encode())


@dataclass(frozen=True, slots=True)
class Proven:
    """How far the chain of a campaign has been proved: number, position and hash of that entry."""

    entry_id: int
    position: int
    hash: str


def unproven(campaign: str) -> Proven:
    """Before the first entry of a campaign."""
    return Proven(0, 0, first_link(campaign))


def chain_trouble(before: Proven, row: Mapping[str, Any], blobs: Iterable[Blob]) -> str:
    """Why this row cannot come after `before`; "" where it does."""
    try:
        right = row["hash"] == link(before.hash, row, blobs)
    except (TypeError, ValueError) as trouble:
        return f"it does not hold what an entry holds: {trouble}"
    if row["position"] != before.position + 1:
        return f"number {before.position + 1} should come here: an entry is missing or out of place"
    if not right:
        return "it, one of its arrays, or the entry before it is not what was written"
    return ""


def where(row: Mapping[str, Any]) -> str:
    """An entry as messages name it."""
    of = f" of trial {shown(row['trial'])}" if row["trial"] is not None else ""
    return f"{shown(row['position'])} ({shown(row['kind'])}{of}; row {row['entry_id']})"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
