"""What things are called within a crate: the same in each of its documents, and each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pressloop.trials.trial import Trial


def stack_id(trial: Trial) -> str:
    """The stack of a trial."""
    return f"#stack-{trial.number}"


def pressing_id(trial: Trial) -> str:
    """The pressing of a trial."""
    return f"#pressing-{trial.number}"


def measurement_id(trial: Trial) -> str:
    """The measurement of a trial, and what it was found to mean."""
    return f"#measurement-{trial.number}"


def device_id(name: str) -> str:
    """A press or a meter by its name in the ledger."""
    return f"#device-{plain(name)}"


def column_id(table: str, column: str) -> str:
    """A column of a table."""
    return f"#{table}-{plain(column)}"


def plain(name: str) -> str:
    """A name as part of an address."""
    return quote(name, safe="")


def references(names: Sequence[str]) -> Any:
    """References to entities: one by itself, several as a list, None for none."""
    found = [{"@id": name} for name in names]
    return found[0] if len(found) == 1 else found or None
