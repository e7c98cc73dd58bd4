"""Whether the ledger that a run would use can be read and written, for `pressloop check`.

And whether it has all that the press remembers."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL

from pressloop.flows.campaign.drawing import drawable, wanted
from pressloop.flows.campaign.lab import Order, as_it_is, prove_ledger
from pressloop.flows.campaign.ledger_places import others_words, told
from pressloop.flows.console import BAD_INPUT
from pressloop.flows.preflight.rows import Row
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.protocols import Press
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import display, parse, sqlite_path
from pressloop.trials.ledger.database import engine_for, writing
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.schema import revision_of


def ledger_rows(press: Press, settings: Settings, order: Order, path: Path) -> list[Row]:
    """The ledger itself and, where it can be used, the press's memory beside it.

    Other ledgers that this settings file has filled are told, and keep no run from starting."""
    found = [ledger_row(order.ledger_url)]
    if found[0].ok:
        found.append(_memory(press, settings, order))
        found += _stacks(settings, order)
    if words := others_words(path, settings, order.ledger_url):
        found.append(Row("other ledgers", words))
    return found


def _stacks(settings: Settings, order: Order) -> list[Row]:
    """How many stacks the inventory has for this campaign, where it draws from there."""
    if (asked := wanted(settings)) is None:
        return []
    try:
        with as_it_is(order.ledger_url) as ledger:
            count, why = drawable(ledger, asked)
    except BadInput as problem:
        return [Row("stacks", str(problem), False, BAD_INPUT)]
    return [Row("stacks", why or f"{count} can be drawn from the inventory", not why)]


def _memory(press: Press, settings: Settings, order: Order) -> Row:
    try:
        prove_ledger(press, settings, order)
    except BadInput as problem:
        return Row("ledger has", str(problem), False, BAD_INPUT)
    return Row("ledger has", "all that the press remembers")


def ledger_row(url: str) -> Row:
    """Opens the ledger and takes, for a moment, its lock to write.

    One that is not there yet is not made, but the place for it is looked at."""
    try:
        parsed = parse(url)
        path = sqlite_path(parsed)
        if parsed.get_backend_name() == "sqlite" and path is None:
            return Row("ledger", "in memory: it forgets which stacks were pressed", False,
                       BAD_INPUT)
        if path is not None and not (path.exists() and path.stat().st_size):
            return _place(parsed, path.resolve())
        return _opened(url, parsed)
    except BadInput as problem:
        return Row("ledger", str(problem), False, BAD_INPUT)


def _place(parsed: URL, path: Path) -> Row:
    """For a ledger that is not there yet, or whose file is empty."""
    folder = path.parent
    if not folder.is_dir():
        return Row("ledger", f"its folder {folder} does not exist: create it, or correct the path",
                   False, BAD_INPUT)
    if not os.access(folder, os.W_OK | os.X_OK):
        return Row("ledger", f"its folder {folder} cannot be written by this user", False,
                   BAD_INPUT)
    if path.exists() and not os.access(path, os.W_OK):
        return Row("ledger", f"{path} cannot be written by this user", False, BAD_INPUT)
    return Row("ledger", f"{path}, made by the first run")


def _opened(url: str, parsed: URL) -> Row:
    shown, engine = display(parsed), engine_for(parsed, create=False)
    try:
        with writing(engine, shown) as connection:
            empty = revision_of(connection, shown) is None
    finally:
        engine.dispose()
    place = told(url)
    if empty:
        return Row("ledger", f"{place}, empty, made by the first run")
    ledger = Ledger.open(url, create=False)
    try:
        names = ", ".join(ledger.campaigns()) or "none"
    finally:
        ledger.close()
    return Row("ledger", f"{place}, campaigns: {names}")
