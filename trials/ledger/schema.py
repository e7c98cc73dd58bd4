"""The ledger's two tables, and how a database is recognised as a ledger and brought up to date."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    text,
)

from pressloop.trials.errors import LedgerProblem

HEAD = "0002"
"""The revision this program writes; known here so that reading needs no Alembic."""

MIGRATIONS = Path(__file__).parent / "migrations"

metadata = MetaData()

entries = Table(
    "entries", metadata,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    Column("campaign", Text, nullable=False),
    Column("trial", Integer),
    Column("cycle_id", BigInteger),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("recorded_utc", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("settings_digest", Text, nullable=False, server_default=""),
    Column("versions", Text, nullable=False, server_default="{}"),
    Column("hash", Text, nullable=False, server_default=""),
    UniqueConstraint("campaign", "key", name="uq_entries_key"),
    UniqueConstraint("campaign", "cycle_id", name="uq_entries_cycle"),
    Index("ix_entries_trial", "campaign", "trial"),
    Index("ix_entries_position", "campaign", "position", unique=True),
    # Numbers of entries are never given out again, also after a restore that lost the last ones.
    sqlite_autoincrement=True,
)

arrays = Table(
    "arrays", metadata,
    Column("entry_id", Integer, ForeignKey("entries.entry_id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("dtype", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# Alembic keeps the migration under way in module globals.
_one_migration_at_a_time = threading.Lock()


def revision_of(connection: Connection, shown_url: str) -> str | None:
    """The ledger's revision, None for an empty database.

    Raises LedgerProblem when the tables are somebody else's. Only reads.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if not {"alembic_version", "entries", "arrays"} <= tables:
        raise LedgerProblem("ledger", shown_url, "a pressloop ledger; it has the tables "
                            f"{', '.join(sorted(tables)[:5])}",
                            "Name another file: this one is left as it is.")
    got = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if got is None else str(got)


def upgrade(connection: Connection, revision: str | None, shown_url: str) -> None:
    """Brings the database of this open transaction to HEAD.

    Raises LedgerProblem when `revision` is not one this program knows: nothing is changed then.
    """
    # Alembic is loaded here: a ledger that is up to date is read without it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise LedgerProblem("ledger schema", revision, f"{HEAD} or older ({shown_url})",
                            "A newer pressloop wrote this ledger: update pressloop.")
    config.attributes["connection"] = connection
    with _one_migration_at_a_time:
        command.upgrade(config, "head")
