"""Plain tables (.csv, .txt): one header line that names the columns, numbers below.

Cells are parted by tab, semicolon, comma or blanks. Lines above the header may say
`area_cm2: 0.785` (or with "=", "," and a leading "#"), as may `amplitude_mv`, `temperature_c`,
`stack_pressure_mpa` and `rest_s`.
"""

from __future__ import annotations

import dataclasses
import re

from evaluation.readers import _header
from evaluation.readers._columns import complete
from evaluation.readers._rows import find_number, numbered, sweep_of
from evaluation.readers._sweep import RawSweep

SUFFIXES = (".csv", ".txt", ".dat", ".tsv")
LAST_RESORT = True
_FIELDS = ("area_cm2", "amplitude_mv", "temperature_c", "stack_pressure_mpa", "rest_s")


def recognises(text: str) -> bool:
    """True when a line names frequency and impedance."""
    found = _header.find(numbered(text))
    return found is not None and complete(found.columns)


def parse(text: str, source: str) -> RawSweep:
    """The sweep of the table. Raises BadInput on a missing column, a cut row, a foreign line."""
    table = _header.table(text, source)
    above = _header.above(table, text)
    area, amplitude, temperature, pressure, rest = (
        find_number(rf"^[#%\s\"]*{re.escape(field)}\"?\s*[:=,;\t]\s*(\S+)", above)
        for field in _FIELDS)
    return dataclasses.replace(
        sweep_of(table), area_cm2=area, amplitude_mv=amplitude, temperature_c=temperature,
        stack_pressure_mpa=pressure, rest_s=rest)
