"""Runs the migrations inside the transaction that `schema.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from pressloop.trials.ledger.schema import metadata

# Logging is left alone: the program around this one has set it up already.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)

with context.begin_transaction():
    context.run_migrations()
