"""Alembic migrations of the ledger; run by `trials.schema.upgrade` only."""
