"""`pressloop lab`: database, Prefect server and workers, up and down in one command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.table import Table
from rich.text import Text
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from pressloop.flows.campaign.blackout import blackouts
from pressloop.flows.cli.services.link import say_link
from pressloop.flows.console import FAILED, emit, say, tell
from pressloop.flows.deployments.nights import lab_timezone, schedule_of
from pressloop.flows.lab import updown
from pressloop.flows.lab.folder import Folder, Lab
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import HIDDEN, display
from pressloop.views.plain_console import PlainConsole


def up(folder: Path, lab: Lab, foreground: bool, as_json: bool) -> None:
    """Brings the lab up. Without settings files, those of the last time are taken.

    Raises BadInput for settings, a schedule or ports that cannot be had."""
    there = Folder(folder)
    lab = replace(lab, directory=str(Path.cwd())) if lab.settings else there.read()
    prove(lab)
    there.make()
    if foreground:
        updown.in_foreground(there, lab)
    updown.up(there, lab)
    say_link(lab.server)
    say("Commands of a shell are admitted by: eval \"$(pressloop lab env --folder "
        f"{shlex.quote(str(folder))})\"")
    result = {"server": lab.server, "ledger": lab.ledger, "folder": str(there.path)}
    emit(result, as_json, lambda: tell("\n".join(
        [f"Prefect: {lab.server.removesuffix('/api')}",
         *([f"Ledger:  {lab.ledger}"] if lab.ledger else [])])))


def prove(lab: Lab) -> None:
    """Raises BadInput for settings, a schedule or a window that is none."""
    blackouts(lab.blackouts)
    for path in map(Path, lab.settings):
        zone = lab_timezone(read_settings(path).campaign.timezone)
        if lab.cron:
            schedule_of(lab.cron, zone)
    if lab.database and HIDDEN in display(parse_any(lab.database)):
        raise BadInput("--database", "given with a password", "without one", "It is kept in a "
                       "file: leave the password to PGPASSFILE or PGPASSWORD.")


def parse_any(address: str) -> URL:
    """An address of PostgreSQL by any driver. Raises BadInput for one that is none."""
    try:
        found = make_url(address)
    except ArgumentError:
        found = URL.create("none")
    if found.get_backend_name() != "postgresql":
        raise BadInput("--database", address.rpartition("@")[2], "an address of PostgreSQL",
                       "Write it like postgresql+asyncpg://prefect@host/prefect.")
    return found


def absolute(paths: Sequence[Path]) -> tuple[str, ...]:
    """The settings files as the lab finds them again."""
    return tuple(str(path.resolve()) for path in paths)


def down(folder: Path, stop: bool, as_json: bool) -> None:
    """Ends the lab; data, secrets and backups stay. Raises BadInput while runs are in work."""
    there = Folder(folder)
    updown.down(there, stop=stop)
    emit({"folder": str(there.path), "up": False}, as_json, lambda: tell(
        f"The lab is down. Its data stays in {there.path}."))


def status(folder: Path, as_json: bool) -> int:
    """Prints what runs; returns the exit code: 0 where all does."""
    there = Folder(folder)
    found, runs = updown.parts(there), updown.runs_in_work(there)
    # Names end with the time, to the second.
    last = max((one.name for one in there.backups.glob("*.db")), key=lambda name: name[-21:],
               default=None)
    ok = all(part.up for part in found)
    emit({"folder": str(there.path), "up": ok, "runs_in_work": runs, "last_backup": last,
          "parts": [{"part": p.name, "up": p.up, "words": p.words} for p in found]}, as_json,
         lambda: _show(found, runs, last))
    return 0 if ok else FAILED


def _show(found: Sequence[updown.Part], runs: int, last: str | None) -> None:
    table = Table("Part", "", "", box=None, pad_edge=False, show_header=False)
    for part in found:
        table.add_row(part.name, Text("up", "green") if part.up else Text("down", "yellow"),
                      Text(part.words))
    PlainConsole(highlight=False).print(table)
    tell(f"runs in work: {runs}; last backup: {last or 'none yet'}")


def env(folder: Path) -> None:
    """Prints what a shell evaluates to be admitted to the lab's server and ledger."""
    there = Folder(folder)
    lab = there.read()
    tell("export " + " ".join(f"{name}={shlex.quote(value)}" for name, value
                              in updown.admitted(there, lab).items()))
