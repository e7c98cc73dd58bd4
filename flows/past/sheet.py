"""A table as the data check wants it: every cell as it stands, nothing refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import pi, sqrt
from pathlib import Path

import pandas as pd

from pressloop.flows.past.columns.chosen import TWICE
from pressloop.flows.past.columns.picked import Trouble
from pressloop.flows.past.reading import Reading
from pressloop.flows.settings.campaign import Settings
from pressloop.studies.lint import Finding, Severity, Sheet
from pressloop.studies.lint.sheet import KNOWN, USUAL_DIES_MM
from pressloop.trials.tables.files import Cells


def sheet_from(reading: Reading, path: Path, settings: Settings | None = None) -> Sheet:
    """The table of a file, with what the settings know of space and die."""
    found = reading.cells
    wide = len(found.header)
    rows = [[*cells[:wide], *[""] * (wide - len(cells))] for _, cells in found.rows]
    frame = pd.DataFrame(rows, index=[number for number, _ in found.rows],
                         columns=_told_apart(found), dtype=object)
    return Sheet(
        path.name, frame, None if settings is None else settings.space.core,
        _dies_mm(reading, settings),
        uneven={number: len(cells) for number, cells in found.rows if len(cells) != wide},
        repeated=tuple(name for name, count in Counter(found.header).items()
                       if count > 1 and name in KNOWN),
        told=(*(_trouble(one) for one in reading.troubles if one.seen != TWICE),
              *_units_row(found), *_strange_kinds(frame, settings)),
        quantities=() if settings is None else settings.quantities,
        parameters=() if settings is None else tuple(
            p.name for p in settings.space.others if not p.fixed and p.default is None))


def _trouble(one: Trouble) -> Finding:
    return Finding("headers", Severity.ERROR, one.column, (), one.seen,
                   "so its numbers are not used", one.remedy)


def _strange_kinds(frame: pd.DataFrame, settings: Settings | None) -> Iterator[Finding]:
    """Kinds that the settings do not know, by which `suggest` and `import` refuse a row."""
    for p in () if settings is None else settings.space.others:
        if not p.kinds or p.name not in frame:
            continue
        told = frame[p.name].astype(str).str.strip()
        for kind in sorted(set(told) - {"", *p.kinds}):
            yield Finding(
                "numbers", Severity.ERROR, p.name, tuple(int(row) for row in
                                                         told.index[told == kind]),
                f"{kind} is none of {', '.join(p.kinds)}",
                "a row of a kind that the settings do not know is not used",
                f"Add the kind to {p.name} in [space], or correct the cells.")


def _units_row(found: Cells) -> Iterator[Finding]:
    for row, why in found.left_out.items():
        if why == "units":
            yield Finding("headers", Severity.NOTE, "", (row,), "this row holds units",
                          "it is read as the units of the columns, and not as a stack",
                          "Nothing needs to be done.")


def _dies_mm(reading: Reading, settings: Settings | None) -> tuple[float, ...]:
    if settings is not None:
        return (_die_mm(settings),)
    return USUAL_DIES_MM if reading.die_mm is None else (reading.die_mm,)


def _told_apart(found: Cells) -> list[str]:
    """Headers, of which the second of a name gets a number."""
    seen: Counter[str] = Counter()
    names = []
    for name in found.header:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _die_mm(settings: Settings) -> float:
    return round(sqrt(4.0 * settings.envelope.die_area_mm2 / pi), 3)
