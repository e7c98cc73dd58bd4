"""Plain tables (.csv, .txt): a header line that names the columns, numbers below.

Cells are parted by tab, semicolon, comma or blanks; several tables may follow one another, several
spectra stand side by side, and a table may lie on its side. Lines above the header may say
`area_cm2: 0.785` (or with "=", "," and a leading "#"), as may `amplitude_mv`, `temperature_c`,
`stack_pressure_mpa` and `rest_s`; or name an area with its unit, as in "Electrode area: 78.5 mm2".
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table import header, layout
from pressloop.evaluation.readers._table.find import find_area_cm2, find_number
from pressloop.evaluation.readers._table.on_its_side import upright
from pressloop.evaluation.readers._table.sweeps import sweeps_of, sweeps_of_all

SUFFIXES = (".csv", ".txt", ".dat", ".tsv")
LAST_RESORT = True
_FIELDS = ("area_cm2", "amplitude_mv", "temperature_c", "stack_pressure_mpa", "rest_s")


def recognises(text: str) -> bool:
    """True when a line names frequency and impedance, or lines that stand for columns do."""
    return header.names_a_spectrum(text) or upright(text) is not None


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps of the tables. Raises BadInput on a missing column, a cut row, other text."""
    if not header.names_a_spectrum(text):
        text = upright(text) or text
    above = header.above(text)
    return tuple(dataclasses.replace(sweep, **_said(above))
                 for sweep in sweeps_of_all(header.tables(text, source)))


def parse_columns(text: str, source: str, said: str) -> tuple[RawSweep, ...]:
    """The sweeps of a table whose columns a person named, as in f,re,-im. Raises BadInput."""
    table = layout.table(text, source, said)
    above = "\n".join(text.split("\n")[:table.lines[0][0] - 1])
    return tuple(dataclasses.replace(sweep, **_said(above)) for sweep in sweeps_of(table))


def _said(above: str) -> dict[str, Any]:
    said = {field: find_number(rf"^[#%\s\"]*{re.escape(field)}\"?\s*[:=,;\t]\s*(\S+)", above)
            for field in _FIELDS}
    if said["area_cm2"] is None:
        said["area_cm2"] = find_area_cm2(above)
    return said
