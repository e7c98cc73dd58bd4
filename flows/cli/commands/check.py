"""`pressloop check`: opens everything, compares limits, dry-runs a recipe; moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rich.table import Table
from rich.text import Text

from pressloop.flows.campaign.lab import open_lab, order_of
from pressloop.flows.console import BAD_INPUT, emit
from pressloop.flows.operator.entered import asked_for, by_person_alone
from pressloop.flows.preflight import rows
from pressloop.flows.preflight.dry_run import recipe_named, recipe_rows
from pressloop.flows.preflight.ledger import ledger_rows
from pressloop.flows.preflight.limits import limit_rows, set_rows, space_rows
from pressloop.flows.preflight.nights import night_rows
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.flows.settings.campaign_tables import NO_DEVICE
from pressloop.flows.settings.machine_steps import with_steps_of_press
from pressloop.trials.errors import Fault
from pressloop.views.plain_console import PlainConsole

Groups = list[list[rows.Row]]


def check(path: Path, recipe: str | None, as_json: bool, press: str = "") -> int:
    """Prints a row per check, of one press or of all that share the campaign.

    Returns the exit code: 0 ready, 1 not ready, 2 the settings are to be corrected. Raises BadInput
    for settings or a recipe that cannot be read, Fault when the only machine does not answer."""
    settings = read_settings(path)
    if settings.press.driver == NO_DEVICE:
        settings = settings.of_press(press)
        return _told(path, [[rows.NO_PRESS], space_rows(settings)], as_json)
    names = [press] if press or len(settings.presses) < 2 else [p.name for p in settings.presses]
    if len(names) == 1:
        return _told(path, _of_one(settings, names[0], recipe, path)[1], as_json)
    return _told(path, _of_several(settings, names, recipe, path), as_json)


def _of_one(settings: Settings, name: str, recipe: str | None, path: Path) -> tuple[str, Groups]:
    """The serial number of a press, and what is asked of it."""
    settings = with_steps_of_press(settings.of_press(name))
    asked = None if recipe is None else recipe_named(recipe, settings)
    order = order_of(settings, press=settings.press_name)
    today = datetime.now().astimezone().date()
    with open_lab(settings, order, prove=False) as (press, meter):
        return press.identify().serial, [
            rows.press_rows(press, today), rows.interlock_rows(press),
            [*([] if by_person_alone(settings) else rows.meter_rows(meter, today)),
             *rows.entered_rows(asked_for(settings))], limit_rows(settings, press.identify()),
            [*space_rows(settings), *set_rows(settings, press.identify()),
             *ledger_rows(press, settings, order, path)], night_rows(settings),
            [] if asked is None else recipe_rows(asked, settings, press)]


def _of_several(settings: Settings, names: Sequence[str], recipe: str | None, path: Path
                ) -> Groups:
    """The rows of each press with its name before them; one that is silent is a row too."""
    found, known = Groups(), dict[str, str]()
    for name in names:
        try:
            serial, groups = _of_one(settings, name, recipe, path)
        except Fault as silent:
            found.append([rows.Row(f"{name}: press", str(silent), False)])
            continue
        found += [[replace(row, what=f"{name}: {row.what}") for row in some] for some in groups]
        if (other := known.setdefault(serial, name)) != name:
            found.append([rows.Row(f"{name}: press is", f"the same as {other}: correct one of the "
                                   "addresses", False, BAD_INPUT)])
    return found


def _told(path: Path, groups: list[list[rows.Row]], as_json: bool) -> int:
    """Prints the rows; returns the exit code."""
    found = [row for group in groups for row in group]
    code = max((row.code for row in found if not row.ok), default=0)
    result = {"settings": str(path), "ok": code == 0,
              "checks": [{"check": r.what, "found": r.found, "ok": r.ok} for r in found]}
    emit(result, as_json, lambda: _show(path, groups, code == 0))
    return code


def _show(path: Path, groups: list[list[rows.Row]], verdict: bool) -> None:
    console = PlainConsole()
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
