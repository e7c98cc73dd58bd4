"""A ledger of many campaigns, filled in bulk with the rows that `Ledger.append` would write.

Stacks of a template, an SQLite ledger with one finished campaign, are written over and over under
other names. Every entry is tied to the one before it as the ledger itself does, so that every chain
is sound; PostgreSQL takes them by COPY, SQLite a campaign at a time.

Run as `python -m benchmarks.scale.big_ledger URL TEMPLATE --campaigns 1000 --trials 1000`, with the
address of an empty database.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import Engine, create_engine, insert, text

from pressloop.trials.ledger.address import parse
from pressloop.trials.ledger.chain import first_link, link
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.schema import arrays, entries
from pressloop.trials.ledger.storage import StoredRow, go_on_counting

Rows = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""Columns of entries, and of their arrays."""


class Template(NamedTuple):
    """The opening of a campaign, and the entries of each of its stacks."""

    opening: StoredRow
    stacks: list[list[StoredRow]]


def template_of(url: str) -> Template:
    """The campaign of a ledger with one."""
    with closing(Ledger.open(url, create=False)) as ledger:
        rows = list(ledger.rows())
    opening = next(row for row in rows if row.columns["kind"] == "opened")
    stacks = defaultdict[int, list[StoredRow]](list)
    for row in rows:
        if row.columns["trial"] is not None:
            stacks[row.columns["trial"]].append(row)
    return Template(opening, list(stacks.values()))


def copies(of: Template, campaign: str, trials: int, *, with_arrays: bool = True
           ) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The entries of a campaign of so many trials, in their order, each tied to the one before."""
    before = first_link(campaign)
    for position, (row, number, key) in enumerate(_ordered(of, trials), 1):
        blobs = row.blobs if with_arrays else []
        cycle = number if row.columns["cycle_id"] is not None else None
        columns = {name: value for name, value in row.columns.items() if name != "entry_id"} | {
            "campaign": campaign, "trial": number, "key": key, "cycle_id": cycle,
            "position": position}
        if cycle is not None:
            columns["payload"] = json.dumps(json.loads(columns["payload"]) | {"cycle_id": cycle})
        before = columns["hash"] = link(before, columns, blobs)
        yield columns, blobs


def _ordered(of: Template, trials: int) -> Iterator[tuple[StoredRow, int | None, str]]:
    yield of.opening, None, "opened/1"
    for number in range(1, trials + 1):
        for row in of.stacks[number % len(of.stacks)]:
            kind, _, rest = row.columns["key"].partition("/")
            _, slash, reading = rest.partition("/")
            yield row, number, f"{kind}/{number}{slash}{reading}"


def fill(url: str, of: Template, campaigns: int, trials: int, arrays_of_every: int = 1) -> None:
    """Writes campaigns c0000, c0001 and so on, a transaction each.

    Only one in `arrays_of_every` has its arrays, which are most of the bytes."""
    Ledger.open(url).close()
    engine, number = create_engine(parse(url)), 0
    write = _copied if engine.dialect.name == "postgresql" else _inserted
    for index in range(campaigns):
        rows: Rows = ([], [])
        for columns, blobs in copies(of, f"c{index:04d}", trials,
                                     with_arrays=index % arrays_of_every == 0):
            number += 1
            rows[0].append(columns | {"entry_id": number})
            rows[1].extend(blob | {"entry_id": number} for blob in blobs)
        write(engine, rows)
    with engine.begin() as connection:
        go_on_counting(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if write is _copied else "ANALYZE"))
    engine.dispose()


def _inserted(engine: Engine, rows: Rows) -> None:
    with engine.begin() as connection:
        for table, found in zip((entries, arrays), rows, strict=True):
            if found:
                connection.execute(insert(table), found)


def _copied(engine: Engine, rows: Rows) -> None:
    with engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        for table, found in zip((entries, arrays), rows, strict=True):
            names = [column.name for column in table.columns]
            with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
                for row in found:
                    copy.write_row([row[name] for name in names])


def main() -> None:
    """Says how long it took."""
    asked = argparse.ArgumentParser()
    asked.add_argument("url")
    asked.add_argument("template")
    asked.add_argument("--campaigns", type=int, default=1000)
    asked.add_argument("--trials", type=int, default=1000)
    asked.add_argument("--arrays-of-every", type=int, default=1, help="campaigns, one has arrays")
    given = asked.parse_args()
    began = time.perf_counter()
    fill(given.url, template_of(given.template), given.campaigns, given.trials,
         given.arrays_of_every)
    print(f"{given.campaigns} x {given.trials} trials in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
