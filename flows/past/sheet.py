"""A table as the data check wants it: every cell as it stands, nothing refused."""

from __future__ import annotations

from collections import Counter
from math import pi, sqrt
from pathlib import Path

import pandas as pd

from pressloop.flows.settings.campaign import Settings
from pressloop.studies.lint import Sheet
from pressloop.studies.lint.sheet import USUAL_DIES_MM
from pressloop.trials.tables.files import Cells, cells_of


def raw_sheet(path: Path, settings: Settings | None = None) -> Sheet:
    """The table of a file, with what the settings know of space and die. Raises BadInput for a
    file that is no table, or has a column that can be read in two ways."""
    return sheet_from(cells_of(path), path, settings)


def sheet_from(found: Cells, path: Path, settings: Settings | None = None) -> Sheet:
    """The same from cells that were read before."""
    found.prove_read_one_way(found.header, path)
    wide = len(found.header)
    rows = [[*cells[:wide], *[""] * (wide - len(cells))] for _, cells in found.rows]
    frame = pd.DataFrame(rows, index=[number for number, _ in found.rows],
                         columns=_told_apart(found), dtype=object)
    return Sheet(
        path.name, frame, None if settings is None else settings.space.core,
        USUAL_DIES_MM if settings is None else (_die_mm(settings),),
        uneven={number: len(cells) for number, cells in found.rows if len(cells) != wide},
        repeated=tuple(name for name, count in Counter(found.header).items() if count > 1))


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
