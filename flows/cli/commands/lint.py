"""`pressloop lint`: what in a table would mislead a model."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich.padding import Padding
from rich.text import Text

from pressloop.flows.cli.commands.table_words import say_taken
from pressloop.flows.console import FAILED, emit
from pressloop.flows.past.reading import reading_of
from pressloop.flows.past.sheet import sheet_from
from pressloop.flows.past.soundness import with_accepted
from pressloop.flows.settings.campaign import read_settings
from pressloop.studies.lint import Findings, Severity, lint_sheet
from pressloop.views.plain_console import PlainConsole
from pressloop.views.study.words.lint import verdict

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def lint(data: Path, settings: Path | None, as_json: bool) -> int:
    """Prints what was found.

    Returns the exit code: 0 where nothing would mislead a model, 1 where something would. Raises
    BadInput for a file that is no table."""
    known = None if settings is None else read_settings(settings)
    reading = reading_of(data, known)
    cells = reading.cells
    found = with_accepted(lint_sheet(sheet_from(reading, data, known)), known)
    say_taken(data, cells, (), as_json)
    emit({"table": str(data), "taken": cells.taken, "rows": found.rows, "ok": not found.serious,
          "checks": found.checks, "findings": [asdict(one) for one in found.found]}, as_json,
         lambda: _show(found))
    return FAILED if found.serious else 0


def _show(found: Findings) -> None:
    console = PlainConsole(highlight=False)
    for one in found.found:
        console.print(Text.assemble(
            (f"{one.severity}: ", COLOURS[one.severity]), (one.where(found.row_word), "bold"),
            "" if one.sure == "certain" else f" ({one.sure})"))
        console.print(Padding(Text(f"{one.seen}: {one.why}.\n{one.remedy}"), (0, 0, 0, 2)))
    if found.found:
        console.print()
    console.print(Text(verdict(found)))
