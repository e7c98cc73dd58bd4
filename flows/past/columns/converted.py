"""A sheet in the names and units of pressloop: what each column was understood as, and its numbers.

Nothing becomes a number that was none: a bound such as `>1000` stays one, a failure word in a
column of readings is a failure, and a cell in a unit of its own is converted by that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pressloop.flows.past.columns.failed_stacks import read_failures
from pressloop.flows.past.columns.labels import read_names
from pressloop.flows.past.columns.named import Found, read_named
from pressloop.flows.past.columns.picked import Chosen, Trouble
from pressloop.flows.past.columns.pressures import read_pressure
from pressloop.flows.past.columns.resistances import read_errors, read_resistance
from pressloop.flows.past.columns.work import (
    Known,
    Line,
    Work,
    read_numbers,
    rows_words,
)
from pressloop.flows.settings.columns import HowTable
from pressloop.trials.tables.columns.names import DAMAGE, HELD, LOT, OPERATOR, STACK


@dataclass(frozen=True, slots=True)
class Converted:
    """Columns by the product's names, and how each quantity was read.

    Also the quantities that others were worked out from, what is in the way, and notes."""

    columns: Mapping[str, Sequence[str]]
    helping: frozenset[str]
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]
    lines: tuple[Line, ...]
    used: frozenset[int] = frozenset()
    """Places of columns that are no quantity, and that something is read from all the same."""


def converted(header: Sequence[str], rows: Sequence[tuple[int, tuple[str, ...]]],
              marks: Mapping[int, str], found: Chosen, how: HowTable, known: Known,
              named: Sequence[Found] = ()) -> Converted:
    """All quantities of a sheet, `named` ones of the settings among them.

    Raises nothing: what cannot be read is among the troubles."""
    measured = [one.wanted.name for one in named if one.wanted.quantity is not None]
    work = Work(rows, marks, found, how, known, header, measured[0] if measured else "resistance",
                list(found.troubles), list(found.notes))
    for quantity in (STACK, LOT, OPERATOR):
        read_names(work, quantity)
    for quantity in ("pressure_mpa", HELD):
        _read_with_asked(work, quantity, read_pressure)
    for quantity in ("dwell_s", "temperature_c", DAMAGE):
        _read_with_asked(work, quantity, read_numbers)
    read_resistance(work)
    read_errors(work)
    read_named(work, named)
    read_failures(work)
    return Converted(work.columns, frozenset(work.helping), tuple(work.troubles), tuple(work.notes),
                     tuple(work.lines), frozenset(work.used))


def _read_with_asked(work: Work, quantity: str, read: Callable[[Work, str], None]) -> None:
    """A column of what was reached; where its cells are empty, what was asked stands for it."""
    read(work, quantity)
    asked, reached = work.chosen.asked.get(quantity), work.columns.get(quantity)
    if asked is None or reached is None or all(reached):
        return
    picked, lines = work.chosen.picked[quantity], len(work.lines)
    work.chosen.picked[quantity] = asked
    read(work, quantity)
    work.chosen.picked[quantity] = picked
    del work.lines[lines:]
    filled = [number for (number, _), cell, other in zip(
        work.rows, reached, work.columns[quantity], strict=True) if other and not cell]
    work.columns[quantity] = [cell or other for cell, other in zip(
        reached, work.columns[quantity], strict=True)]
    if filled:
        work.used.update(asked.places)
        work.notes.append(f"{quantity} of {rows_words(filled)} is what was asked, as "
                          f"{picked.headers[0]!r} is empty there")
