"""`pressloop check`: opens everything, compares limits, dry-runs a recipe; moves nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pressloop.flows.campaign.lab import open_lab, order_of
from pressloop.flows.console import emit
from pressloop.flows.operator.entered import asked_for, by_person_alone
from pressloop.flows.preflight import rows
from pressloop.flows.preflight.dry_run import recipe_named, recipe_rows
from pressloop.flows.preflight.ledger import ledger_rows
from pressloop.flows.preflight.limits import limit_rows, set_rows, space_rows
from pressloop.flows.preflight.nights import night_rows
from pressloop.flows.settings.campaign import read_settings
from pressloop.flows.settings.campaign_tables import NO_DEVICE
from pressloop.flows.settings.machine_steps import with_steps_of_press


def check(path: Path, recipe: str | None, as_json: bool) -> int:
    """Prints a row per check.

    Returns the exit code: 0 ready, 1 not ready, 2 the settings are to be corrected. Raises BadInput
    for settings or a recipe that cannot be read, Fault when a machine does not answer."""
    settings = with_steps_of_press(read_settings(path))
    asked = None if recipe is None else recipe_named(recipe, settings)
    if settings.press.driver == NO_DEVICE:
        return _told(path, [[rows.NO_PRESS], space_rows(settings)], as_json)
    order, today = order_of(settings), datetime.now().astimezone().date()
    with open_lab(settings, order, prove=False) as (press, meter):
        groups = [
            rows.press_rows(press, today), rows.interlock_rows(press),
            [*([] if by_person_alone(settings) else rows.meter_rows(meter, today)),
             *rows.entered_rows(asked_for(settings))], limit_rows(settings, press.identify()),
            [*space_rows(settings), *set_rows(settings, press.identify()),
             *ledger_rows(press, settings, order, path)], night_rows(settings),
            [] if asked is None else recipe_rows(asked, settings, press)]
    return _told(path, groups, as_json)


def _told(path: Path, groups: list[list[rows.Row]], as_json: bool) -> int:
    """Prints the rows; returns the exit code."""
    found = [row for group in groups for row in group]
    code = max((row.code for row in found if not row.ok), default=0)
    result = {"settings": str(path), "ok": code == 0,
              "checks": [{"check": r.what, "found": r.found, "ok": r.ok} for r in found]}
    emit(result, as_json, lambda: _show(path, groups, code == 0))
    return code


def _show(path: Path, groups: list[list[rows.Row]], verdict: bool) -> None:
    console = Console()
    table = Table(title=Text(str(path)), title_justify="left")
    table.add_column("check", no_wrap=console.width >= 80)
    table.add_column("found", overflow="fold", ratio=1)
    table.add_column("", no_wrap=True)
    for group in groups:
        for row in group:
            # Text, because a remedy that names [envelope] is no markup.
            table.add_row(Text(row.what), Text(row.found),
                          Text("ok", "green") if row.ok else Text("no", "bold red"))
        table.add_section()
    console.print(table)
    console.print("Ready. Nothing has moved." if verdict else "Not ready. Nothing has moved.")
