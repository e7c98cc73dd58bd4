"""`pressloop import`: past presses into the ledger, each row once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.lab import order_of, prove_lasting
from pressloop.flows.cli.commands.table_words import say_in_work, say_table, warnings_of
from pressloop.flows.console import emit, tell
from pressloop.flows.past.stack_names import one_outcome_each
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials.entry import Opened
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.provenance import versions
from pressloop.trials.wording import by_number, counted


def import_past(path: Path, data: Path, ledger_url: str | None, as_json: bool) -> None:
    """Adds the rows that the campaign does not hold yet. Nothing is added if any row is bad."""
    settings = read_settings(path)
    table = read_table(data, settings)
    warnings = warnings_of(table, data, settings)
    past, in_work = table.read, table.in_work
    order = order_of(settings, ledger=ledger_url)
    prove_lasting(order.ledger_url)
    name = settings.campaign.name
    with closing(Ledger.open(order.ledger_url)) as ledger:
        new = one_outcome_each(past, data, ledger.history(name, arrays=False))
        opened = ledger.opened(name)
        if opened is None or opened.settings_digest != settings.digest:
            ledger.append(name, None, Opened(settings.plain(), settings.digest, order.seed,
                                             versions(), f"import of {data.name}"))
        added = sum(ledger.append(name, ledger.next_number(name), one.entry(data.name))
                    for one in new)
    ledger_places.say_where(path, settings, order.ledger_url)
    ledger_places.note(path, order.ledger_url)
    say_table(data, table, warnings, as_json)
    say_in_work(in_work, table.in_work_words,
                "not added; import the table again once they have been read")
    result = {"campaign": name, "rows": len(past), "added": added, "known": len(past) - added,
              "in_work": len(in_work), "warnings": list(warnings), "table": table.cells.taken}
    emit(result, as_json, lambda: tell(
        f"{added} of {counted(len(past), 'row')} added to {name}; "
        f"{len(past) - added} {by_number(len(past) - added, 'was', 'were')} there already."))
