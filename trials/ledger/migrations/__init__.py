"""Alembic migrations of the ledger; run by `pressloop.trials.ledger.schema.upgrade` only."""
