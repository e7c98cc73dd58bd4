"""What a command says of a table before it uses it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pressloop.flows.console import say
from pressloop.trials.tables.files import Cells


def say_taken(path: Path, cells: Cells, ignored: Sequence[str], as_json: bool) -> None:
    """Rows read and left out, and how decimals were understood; with JSON the document says it."""
    if not as_json:
        say(f"{path.name}: {cells.words}.")
    if ignored:
        say(f"Columns not used: {', '.join(ignored)}.")
