"""LabOne sweeps (.csv) of Zurich Instruments' MFIA and MFLI: a line for each field of each sweep.

The first line is chunk;timestamp;size;fieldname, then values: a chunk is a sweep, its fields
frequency (or grid), realz and imagz, or absz and phasez in radians. Lines are filled up with nan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.cells import cells
from pressloop.evaluation.readers._table.columns import columns, required
from pressloop.evaluation.readers._table.rows import Table
from pressloop.evaluation.readers._table.sweeps import sweeps_of_all
from pressloop.trials.errors import BadInput

SUFFIXES: tuple[str, ...] = ()
"""None is its own: many programs write .csv, and this one is known by its first line."""
_HEAD = re.compile(r"\s*\"?chunk\"?\s*([;,\t])\s*\"?timestamp\"?\s*\1\s*\"?size\"?\s*\1\s*"
                   r"\"?fieldname\b", re.IGNORECASE)
_FREQUENCIES = ("frequency", "grid")
_PAIRS = ((("realz", "Re(Z)/Ohm"), ("imagz", "Im(Z)/Ohm")),
          (("absz", "|Z|/Ohm"), ("phasez", "Phase(Z)/rad")))
_VALUES = 4
"""Cells before the values of a line."""
Fields = dict[str, list[str]]


def recognises(text: str) -> bool:
    """True for a text that begins with LabOne's names of columns."""
    return bool(_HEAD.match(text))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps of all chunks. Raises BadInput for one without impedance, or that is cut."""
    head = _HEAD.match(text)
    mark = head[1] if head else ";"
    chunks: dict[str, Fields] = {}
    for line in text.split("\n")[1:]:
        if line.strip():
            row = cells(line, mark)
            chunks.setdefault(row[0], {})[_field(row)] = _values(row, source)
    return sweeps_of_all([_table(f"chunk {name}" if len(chunks) > 1 else "", fields, source)
                          for name, fields in chunks.items()])


def _field(row: list[str]) -> str:
    return row[_VALUES - 1].strip().lower() if len(row) >= _VALUES else ""


def _values(row: list[str], source: str) -> list[str]:
    """As many values as the line says it has. Raises BadInput where it has fewer."""
    said = row[2].strip() if len(row) > 2 else ""
    size, values = int(said) if said.isdecimal() else 0, row[_VALUES:]
    if size > len(values):
        raise BadInput(f"{source}: values of {_field(row)}", len(values),
                       f"{size}, as its line says",
                       "The file is cut: save the sweep again from LabOne.")
    return values[:size] if size else values


def _table(label: str, fields: Fields, source: str) -> Table:
    frequency = next((fields[name] for name in _FREQUENCIES if name in fields), None)
    pair = next((pair for pair in _PAIRS if all(name in fields for name, _ in pair)), None)
    if frequency is None or pair is None:
        raise BadInput(f"{source}: fields", _listed(fields), "frequency with realz and "
                       "imagz, or with absz and phasez",
                       "Save the sweep of an impedance, with these fields.")
    names = ["freq/Hz", *(name for _, name in pair)]
    points = zip(frequency, *(fields[name] for name, _ in pair), strict=False)
    rows = [(number, "\t".join(point)) for number, point in enumerate(points, 1)
            if point[0].strip().lower() != "nan"]
    return Table(source, required(columns(names), source), len(names), "\t", rows, label=label)


def _listed(fields: Iterable[str]) -> str:
    return ", ".join(sorted(filter(None, fields))[:8]) or "none"
