"""What a command says of a table before it uses it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pressloop.flows.console import say
from pressloop.flows.past.trials import Past
from pressloop.trials.tables.files import Cells
from pressloop.trials.wording import counted


def say_taken(path: Path, cells: Cells, ignored: Sequence[str], as_json: bool) -> None:
    """Rows read and left out, and how decimals were understood; with JSON the document says it."""
    if not as_json:
        say(f"{path.name}: {cells.words}.")
    if ignored:
        say(f"Columns not used: {', '.join(ignored)}.")


def by_reading(past: Sequence[Past]) -> tuple[tuple[Past, ...], tuple[Past, ...]]:
    """Stacks that have an outcome, and those that are in work."""
    return (tuple(one for one in past if one.outcome is not None),
            tuple(one for one in past if one.outcome is None))


def say_in_work(in_work: Sequence[Past], what: str) -> None:
    """Names the rows without a reading."""
    if in_work:
        rows = ", ".join(str(one.line) for one in in_work[:10])
        more = ", ..." if len(in_work) > 10 else ""
        say(f"{counted(len(in_work), 'row')} without a reading (row {rows}{more}): {what}.")
