"""Each entry says under which settings and versions it was written.

It is chained to the one before it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from pressloop.trials.ledger.chain import first_link, link

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = (("position", sa.Integer, "0"), ("settings_digest", sa.Text, ""),
           ("versions", sa.Text, "{}"), ("hash", sa.Text, ""))

LIFT = {"sqlite": "DROP TRIGGER entries_no_update",
        "postgresql": "ALTER TABLE entries DISABLE TRIGGER entries_append_only"}
# A program of the schema before, which still runs, must not write beside the chain.
CHAINED = {"sqlite": "CREATE TRIGGER entries_chained BEFORE INSERT ON entries WHEN NEW.hash = '' "
                     "BEGIN SELECT RAISE(ABORT, 'this ledger is chained: update pressloop'); END",
           "postgresql": "ALTER TABLE entries ADD CONSTRAINT entries_chained CHECK (hash <> '')"}
RESTORE = {"sqlite": "CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN "
                     "SELECT RAISE(ABORT, 'the ledger is append-only'); END",
           "postgresql": "ALTER TABLE entries ENABLE TRIGGER entries_append_only"}


def upgrade() -> None:
    """Adds the columns and links what is there, as it stands: from here on a change shows."""
    connection = op.get_bind()
    for name, kind, default in COLUMNS:
        op.add_column("entries", sa.Column(name, kind, nullable=False, server_default=default))
    op.execute(LIFT[connection.dialect.name])
    _link_all(connection)
    op.execute(RESTORE[connection.dialect.name])
    op.execute(CHAINED[connection.dialect.name])
    op.create_index("ix_entries_position", "entries", ["campaign", "position"], unique=True)


def downgrade() -> None:
    """Refused: going back would drop what was recorded."""
    raise NotImplementedError("a ledger is never taken back; restore a backup instead")


def _link_all(connection: sa.Connection) -> None:
    entries = sa.Table("entries", sa.MetaData(), autoload_with=connection)
    arrays = sa.Table("arrays", sa.MetaData(), autoload_with=connection)
    ids = connection.scalars(sa.select(entries.c.entry_id).order_by(entries.c.entry_id)).all()
    last: dict[str, dict[str, Any]] = {}
    for entry_id in ids:
        row = dict(connection.execute(
            sa.select(entries).where(entries.c.entry_id == entry_id)).mappings().one())
        blobs = [dict(blob) for blob in connection.execute(
            sa.select(arrays).where(arrays.c.entry_id == entry_id)).mappings()]
        before = last.get(row["campaign"])
        new = _columns(row, before)
        new["hash"] = link(before["hash"] if before else first_link(row["campaign"]), row | new,
                           blobs)
        connection.execute(
            sa.update(entries).where(entries.c.entry_id == entry_id).values(**new))
        last[row["campaign"]] = new


def _columns(row: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """Place, settings and versions of an entry: those of the opening before it."""
    new: dict[str, Any] = {"position": before["position"] + 1 if before else 1,
                           "settings_digest": before["settings_digest"] if before else "",
                           "versions": before["versions"] if before else "{}"}
    if row["kind"] == "opened":
        opened = json.loads(row["payload"])
        new["settings_digest"] = opened["settings_digest"]
        new["versions"] = json.dumps(opened.get("versions", {}))
    return new
