"""Zahner text exports: the Thales list and the tables of Zahner Analysis (.txt, .csv).

Thales lists Number, Frequency/Hz, Impedance/Ohm, Phase/deg, Significance, Time/s below a few lines
"Name......: value"; Zahner Analysis writes the same, or Z'/Ohm and Z''/Ohm. The modulus and phase
are taken where there is no real and imaginary part.
"""

from __future__ import annotations

import dataclasses
import re

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table import header
from pressloop.evaluation.readers._table.find import find_area_cm2, find_number
from pressloop.evaluation.readers._table.rows import numbered
from pressloop.evaluation.readers._table.sweeps import sweeps_of_all

SUFFIXES = (".txt", ".csv")
_START = re.compile(r"zahner|thales|zennium", re.IGNORECASE)
_NUMBER_COLUMN = re.compile(r"[\s\"#]*(?:Number|No\.?)\"?\s*[,;\t ]\s*\"?(?:Frequency|freq)", re.I)
_VALUE = r"^[\s\"]*{}[\s.]*[:=]\s*([^\s,;]*[0-9][^\sA-Za-z\u00b0%]*)\s*{}"
_AREA = _VALUE.format("(?:Electrode )?Area", r"cm(?:\^?2|\u00b2)")
_AMPLITUDE = _VALUE.format("Amplitude", "mV")
_TEMPERATURE = _VALUE.format("Temperature", "\u00b0?C")


def recognises(text: str) -> bool:
    """True for a header with a Number column, or with the maker's name above its names row."""
    lines = numbered(text)
    found = header.find(lines)
    if found is None or not found.complete():
        return False
    above = "\n".join(line for _, line in lines[:found.place])
    return bool(_START.search(above) or _NUMBER_COLUMN.match(lines[found.place][1]))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps, with area, amplitude and temperature where the lines above the table say them.

    Raises BadInput on a missing column and on a cut row.
    """
    above = header.above(text)
    return tuple(dataclasses.replace(
        sweep, area_cm2=find_number(_AREA, above) or find_area_cm2(above),
        amplitude_mv=find_number(_AMPLITUDE, above),
        temperature_c=find_number(_TEMPERATURE, above))
        for sweep in sweeps_of_all(header.tables(text, source)))
