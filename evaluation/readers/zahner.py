"""Zahner text exports: the Thales list and the tables of Zahner Analysis (.txt, .csv).

Thales lists Number, Frequency/Hz, Impedance/Ohm, Phase/deg, Significance, Time/s below a few lines
"Name......: value"; Zahner Analysis writes the same, or Z'/Ohm and Z''/Ohm. The modulus and phase
are taken where there is no real and imaginary part.
"""

from __future__ import annotations

import dataclasses
import re

from evaluation.readers import _header
from evaluation.readers._columns import complete
from evaluation.readers._rows import find_number, numbered, sweep_of
from evaluation.readers._sweep import RawSweep

SUFFIXES = (".txt", ".csv")
_START = re.compile(r"zahner|thales|zennium", re.IGNORECASE)
_NUMBER_COLUMN = re.compile(r"[\s\"#]*(?:Number|No\.?)\"?\s*[,;\t ]\s*\"?(?:Frequency|freq)", re.I)
_VALUE = r"^[\s\"]*{}[\s.]*[:=]\s*([^\s,;]*[0-9][^\sA-Za-z\u00b0%]*)\s*{}"
_AREA = _VALUE.format("(?:Electrode )?Area", r"cm(?:\^?2|\u00b2)")
_AMPLITUDE = _VALUE.format("Amplitude", "mV")
_TEMPERATURE = _VALUE.format("Temperature", "\u00b0?C")


def recognises(text: str) -> bool:
    """True for a header with a Number column, or with the maker's name above its names row."""
    found = _header.find(numbered(text))
    if found is None or not complete(found.columns):
        return False
    lines = text.split("\n")
    above = "\n".join(lines[:found.line - 1])
    return bool(_START.search(above) or _NUMBER_COLUMN.match(lines[found.line - 1]))


def parse(text: str, source: str) -> RawSweep:
    """The sweep, with area, amplitude and temperature where the lines above the table say them.

    Raises BadInput on a missing column and on a cut row.
    """
    table = _header.table(text, source)
    above = _header.above(table, text)
    return dataclasses.replace(
        sweep_of(table), area_cm2=find_number(_AREA, above),
        amplitude_mv=find_number(_AMPLITUDE, above),
        temperature_c=find_number(_TEMPERATURE, above))
