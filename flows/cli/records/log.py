"""`pressloop log`: who did what, in the order it happened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Column, Table
from rich.text import Text

from pressloop.flows.campaign.stored import existing, named
from pressloop.flows.cli.commands.report import writable
from pressloop.flows.console import emit, tell
from pressloop.trials.ledger.log import LogRow
from pressloop.views.log import stretches, write_log
from pressloop.views.plain_console import PlainConsole


def log(url: str, campaign: str | None, out: Path | None, as_json: bool) -> None:
    """Prints the log, or writes it as one HTML page."""
    with existing(url) as ledger:
        name = named(ledger, campaign)
        rows = ledger.log(name)
    if out is not None:
        with writable(out.parent):
            path = write_log(out, name, rows)
        emit({"campaign": name, "log": str(path)}, as_json, lambda: tell(f"log: {path}"))
        return
    emit({"campaign": name, "entries": [row._asdict() for row in rows]}, as_json,
         lambda: show_log(rows))


def show_log(rows: Sequence[LogRow]) -> None:
    """Prints entries in words, by whoever wrote them."""
    console = PlainConsole(highlight=False)
    for who, by, lines in stretches(rows):
        console.print(Text(who, style="bold"), Text(by, style="dim"))
        table = Table("No.", "UTC", "Trial", "What", Column("In words", overflow="fold"), box=None,
                      pad_edge=False)
        for one in lines:
            table.add_row(str(one.position), one.utc, one.trial, one.kind, Text(one.told))
        console.print(table)
        console.print()
