"""`pressloop stacks`: what people do with the stacks of the inventory, and what is there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Column, Table
from rich.text import Text

from pressloop.flows.campaign.decisions.own_recipes import said
from pressloop.flows.campaign.lab import prove_lasting
from pressloop.flows.campaign.stored import existing
from pressloop.flows.cli.records.log import show_log
from pressloop.flows.cli.records.stack_sheet import read_sheet, utc
from pressloop.flows.console import emit, tell
from pressloop.trials.entry import Entry, Handled, Stocked
from pressloop.trials.errors import BadInput
from pressloop.trials.inventory import INVENTORY, Item, prove_stocked
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.wording import counted
from pressloop.views.plain_console import PlainConsole


class Given(NamedTuple):
    """What the command line says of all the stacks that it adds; "" and None for nothing."""

    lot: str = ""
    made: str = ""
    exposed: str = ""
    exposure_limit_h: float | None = None
    operator: str | None = None
    note: str = ""


def add_stacks(url: str, barcodes: Sequence[str], sheet: Path | None, given: Given,
               as_json: bool) -> None:
    """Adds stacks, all or none; those that are there just so already are left alone.

    Raises BadInput for values that no stack can have, and where another stack has the barcode."""
    if bool(barcodes) == (sheet is not None):
        raise BadInput("BARCODE", "given with --from" if barcodes else "missing",
                       "barcodes, or --from SHEET", "Give one of the two.")
    if sheet is not None and given != Given():
        raise BadInput("--from", sheet, "given alone", "The sheet has a column for each of these.")
    entries = read_sheet(sheet) if sheet is not None else _typed(barcodes, given)
    prove_stocked(entries)
    prove_lasting(url)
    with closing(Ledger.open(url)) as ledger:
        ledger.prove(INVENTORY)
        known = ledger.inventory().items
        new = [one for one in entries if one.barcode not in known or known[one.barcode].made != one]
        for one in new:
            if (other := known.get(one.barcode)) is not None:
                raise BadInput("barcode", one.barcode, "new in the inventory", "A stack of lot "
                               f"{other.made.lot}, made {other.made.made_utc}, has it. Give this "
                               "one another barcode; no stack was added.")
        if new:
            ledger.append_all(INVENTORY, [(None, one) for one in new])
    same = len(entries) - len(new)
    emit({"added": [one.barcode for one in new], "there_before": same}, as_json, lambda: tell(
        f"{counted(len(new), 'stack')} added" + (f", {same} there before." if same else ".")))


def _typed(barcodes: Sequence[str], given: Given) -> list[Stocked]:
    if not given.lot:
        raise BadInput("--lot", "missing", "the name of the stacks' lot", "Add it.")
    made = utc("--made", given.made) if given.made else _now()
    exposed = utc("--exposed", given.exposed) if given.exposed else made
    return [Stocked(one.strip(), given.lot.strip(), made, exposed, given.exposure_limit_h,
                    given.operator, note=given.note) for one in barcodes]


def handle(url: str, barcodes: Sequence[str], what: str, where: str, reason: str,
           as_json: bool) -> None:
    """Records what was done to these stacks, all or none.

    Raises LedgerProblem for a stack that is not there or with which that cannot be done."""
    if what in ("quarantined", "released"):
        reason = said(reason)
    where = " ".join(where.split())
    with existing(url) as ledger:
        ledger.prove(INVENTORY)
        items = ledger.inventory().items
        steps = {name: items[name].steps if name in items else 0 for name in barcodes}
        facts: list[tuple[int | None, Entry]] = [
            (None, Handled(name, steps[name] + 1, what, where, reason)) for name in steps]
        ledger.append_all(INVENTORY, facts)
    emit({"stacks": list(steps), "what": what, "where": where}, as_json, lambda: tell(
        f"{counted(len(steps), 'stack')} {what}{f' at {where}' if where else ''}."))


def list_stacks(url: str, unused: bool, as_json: bool) -> None:
    """Prints the inventory."""
    now = datetime.now(UTC)
    with existing(url) as ledger:
        items = [one for one in ledger.inventory().items.values()
                 if not (unused and one.drawn is not None)]
    emit({"stacks": [_plain(one, now) for one in items]}, as_json, lambda: _show(items, now))


def log_stacks(url: str, as_json: bool) -> None:
    """Prints every entry of the inventory, with who made it."""
    with existing(url) as ledger:
        rows = ledger.log(INVENTORY)
    emit({"entries": [row._asdict() for row in rows]}, as_json, lambda: show_log(rows))


def _plain(item: Item, now: datetime) -> dict[str, Any]:
    end, drawn = item.expires, item.drawn
    return {"barcode": item.made.barcode, "lot": item.made.lot, "made_utc": item.made.made_utc,
            "exposed_utc": item.made.exposed_utc, "expires_utc": end and end.isoformat(),
            "where": item.where, "quarantine": item.quarantine, "state": _state(item, now),
            "campaign": drawn and drawn.campaign, "trial": drawn and drawn.trial}


def _state(item: Item, now: datetime) -> str:
    if item.drawn is not None:
        return f"used: trial {item.drawn.trial} of {item.drawn.campaign}"
    return item.unfit(now) or (f"loaded at {item.where}" if item.where else "on the shelf")


def _show(items: Sequence[Item], now: datetime) -> None:
    if not items:
        tell("No stack in the inventory: `pressloop stacks add` adds some.")
        return
    table = Table("Barcode", "Lot", "Made (UTC)", "Expires (UTC)", Column("State", overflow="fold"),
                  box=None, pad_edge=False)
    for item in items:
        end = item.expires
        table.add_row(Text(item.made.barcode), Text(item.made.lot), _minute(item.made.made_utc),
                      "never" if end is None else _minute(end.isoformat()),
                      Text(_state(item, now)))
    PlainConsole(highlight=False).print(table)


def _minute(told: str) -> str:
    return f"{datetime.fromisoformat(told).astimezone(UTC):%Y-%m-%d %H:%M}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
