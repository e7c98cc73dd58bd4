"""Entries and their arrays, append-only by the database's own hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates both tables and the triggers that refuse to change what is written."""
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("trial", sa.Integer),
        sa.Column("cycle_id", sa.BigInteger),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("recorded_utc", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("code_version", sa.Text, nullable=False),
        sa.UniqueConstraint("campaign", "key", name="uq_entries_key"),
        sa.UniqueConstraint("campaign", "cycle_id", name="uq_entries_cycle"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_trial", "entries", ["campaign", "trial"])
    op.create_table(
        "arrays",
        sa.Column("entry_id", sa.Integer, sa.ForeignKey("entries.entry_id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("dtype", sa.Text, nullable=False),
        sa.Column("shape", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    {"sqlite": _guard_sqlite, "postgresql": _guard_postgresql}[op.get_bind().dialect.name]()


def downgrade() -> None:
    """Refused: going back would drop what was measured."""
    raise NotImplementedError("a ledger is never taken back; restore a backup instead")


# INSERT OR REPLACE deletes the old row without waking a DELETE trigger, hence a guard of its own.
_SAME_ENTRY = """SELECT 1 FROM entries WHERE entry_id = NEW.entry_id
    OR (campaign = NEW.campaign AND (key = NEW.key OR cycle_id = NEW.cycle_id))"""
_SAME_ARRAY = "SELECT 1 FROM arrays WHERE entry_id = NEW.entry_id AND name = NEW.name"


def _guard_sqlite() -> None:
    for table, same in (("entries", _SAME_ENTRY), ("arrays", _SAME_ARRAY)):
        for name, when in (("update", "BEFORE UPDATE"), ("delete", "BEFORE DELETE")):
            op.execute(f"CREATE TRIGGER {table}_no_{name} {when} ON {table} BEGIN "
                       "SELECT RAISE(ABORT, 'the ledger is append-only'); END")
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
                   f"WHEN EXISTS ({same}) BEGIN "
                   "SELECT RAISE(ABORT, 'the ledger holds this already'); END")


def _guard_postgresql() -> None:
    op.execute("CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
               "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$")
    for table in ("entries", "arrays"):
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
                   f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()")
