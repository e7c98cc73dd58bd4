"""Tables to sweeps: every group of columns, parted where a sweep ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from pressloop.evaluation.readers._sweep import RawSweep, sweep_from
from pressloop.evaluation.readers._table.cells import is_number, number
from pressloop.evaluation.readers._table.columns import Group
from pressloop.evaluation.readers._table.points import points_of
from pressloop.evaluation.readers._table.rows import Row, Table, disagreement, rows_of
from pressloop.evaluation.readers._table.split import sweeps_in
from pressloop.trials.errors import BadInput
from pressloop.trials.wording import in_percent

_DISAGREES = 0.05
_ELECTRODES = {"wece": "Zwe-ce, between working and counter electrode, was taken",
               "we": "Zwe, of the working electrode, was taken"}


def sweeps_of(table: Table) -> tuple[RawSweep, ...]:
    """Every sweep of a table, in file order; of columns that stand twice, one.

    Raises BadInput as `rows_of` and `points_of` do, and on the impedance of a counter electrode.
    """
    rows, notes = rows_of(table)
    found: list[RawSweep] = []
    done: list[int] = []
    for group in table.groups:
        sweeps = _of_group(table, group, rows, notes)
        twice = group.frequency.index in done and all(
            any(_same(sweep, other) for other in found) for sweep in sweeps)
        if not twice:
            found += sweeps
            done.append(group.frequency.index)
    return tuple(found)


def sweeps_of_all(tables: Iterable[Table]) -> tuple[RawSweep, ...]:
    """Every sweep of several tables; a table without rows has none."""
    return tuple(sweep for table in tables for sweep in sweeps_of(table))


def _of_group(table: Table, group: Group, rows: Sequence[Row], notes: Sequence[str]
              ) -> list[RawSweep]:
    electrode = group.first.name.electrode
    if electrode == "ce":
        raise BadInput(f"{table.source}: column {group.first.header}",
                       "of the counter electrode alone", "the impedance of the whole cell",
                       "Export Re(Z) and -Im(Z); or, if this is meant, say so: --columns "
                       f"'{group.said()}'.")
    points, more = points_of(table, group, rows)
    all_notes = [*table.notes, *notes, *more, *filter(None, [_ELECTRODES.get(electrode, "")])]
    if (away := disagreement(group, [row for _, row in rows])) > _DISAGREES:
        header = group.modulus.header if group.modulus else ""
        all_notes.append(f"the column {header} differs from the size of the two parts by "
                         f"{in_percent(away)}: a column is not what its name says")
    parted = sweeps_in(points)
    if not parted and table.label == "" and not rows:
        return []
    return [sweep_from(piece, group, table.source, _label(table, group, piece[0].cycle
                                                          if len(parted) > 1 else ""), all_notes)
            for piece in parted] or [sweep_from([], group, table.source, table.label, all_notes)]


def _label(table: Table, group: Group, cycle: str) -> str:
    words = [table.label, group.label]
    if cycle and group.cycle is not None:
        name = re.sub(r"\s*(?:number|#)$", "", group.cycle.header)
        value = number(cycle) if is_number(cycle) else None
        words.append(f"{name} {cycle if value is None else f'{value:g}'}")
    return ", ".join(filter(None, words))


def _same(one: RawSweep, other: RawSweep) -> bool:
    return (one.frequency_hz.size > 0 and np.array_equal(one.frequency_hz, other.frequency_hz)
            and np.array_equal(one.impedance_ohm, other.impedance_ohm)
            and one.imaginary == other.imaginary and one.label == other.label)
