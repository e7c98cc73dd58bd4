"""VersaStudio data files (.par) of Princeton Applied Research instruments.

Each <Segment1>, <Segment2> ... has a line "Definition=Segment #, Point #, ..." that names the
columns, and rows below. Segments without a frequency (open circuit, pulses) are passed over.
"""

from __future__ import annotations

import dataclasses
import re

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.cells import cells
from pressloop.evaluation.readers._table.columns import columns, groups, required
from pressloop.evaluation.readers._table.find import find_area_cm2
from pressloop.evaluation.readers._table.names import FREQUENCY
from pressloop.evaluation.readers._table.rows import Line, Table, numbered
from pressloop.evaluation.readers._table.sweeps import sweeps_of_all
from pressloop.trials.errors import BadInput

SUFFIXES = (".par",)
_SEGMENT = re.compile(r"^<(Segment[0-9]*)>", re.IGNORECASE)
_DEFINITION = re.compile(r"^Definition\s*=", re.IGNORECASE)
_SETTING = re.compile(r"^[A-Za-z][\w #()]*=")


def recognises(text: str) -> bool:
    """True for a text with a <Segment> and a Definition."""
    return bool(re.search(r"^<Segment[0-9]*>", text, re.MULTILINE | re.IGNORECASE)
                and re.search(r"^Definition\s*=", text, re.MULTILINE | re.IGNORECASE))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps of all segments with a frequency, with the area of the working electrode.

    Raises BadInput where there is none."""
    lines = numbered(text)
    starts = [place for place, (_, line) in enumerate(lines) if _SEGMENT.match(line.strip())]
    if not starts:
        raise _none(source)
    found = [table for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
             if (table := _table(lines[start:end], source, several=len(starts) > 1,
                                 ended=text.endswith("\n"))) is not None]
    if not found:
        raise _none(source)
    area = find_area_cm2(text)
    return tuple(dataclasses.replace(sweep, area_cm2=area) for sweep in sweeps_of_all(found))


def _none(source: str) -> BadInput:
    return BadInput(source, "no segment with Frequency(Hz), Z Real and Z Imag",
                    "an impedance file", "Give the file of an impedance experiment.")


def _table(segment: list[Line], source: str, *, several: bool, ended: bool) -> Table | None:
    definition = next((place for place, (_, line) in enumerate(segment)
                       if _DEFINITION.match(line.strip())), None)
    if definition is None:
        return None
    names = cells(segment[definition][1].partition("=")[2], ",")
    while names and names[-1] in ("", "0"):
        names.pop()
    found = columns(names)
    if not any(column.role == FREQUENCY for column in found):
        return None
    rows: list[Line] = []
    for at, line in segment[definition + 1:]:
        if line.lstrip().startswith("<"):
            break
        if not _SETTING.match(line.strip()):
            rows.append((at, line))
    name = segment[0][1].strip().strip("<>")
    return Table(source, groups(found) or required(found, f"{source} {name}"), len(names), ",",
                 rows, ended=ended or (bool(rows) and rows[-1][0] != segment[-1][0]),
                 label=name if several else "")
