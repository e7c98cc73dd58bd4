"""Scribner ZPlot and ZView files (.z), old and new, and Z60W: a header, "End Comments", rows.

Columns stand in one order: Freq(Hz), Ampl, Bias, Time(Sec), Z'(a), Z''(b), GD, Err, Range. Files
of ZPlotW and Z60W end their header with the row of names, in quotes, and the number of points above
it.
"""

from __future__ import annotations

import dataclasses
import re

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.cells import WHITESPACE, cells
from pressloop.evaluation.readers._table.columns import columns, required
from pressloop.evaluation.readers._table.find import find_area_cm2, find_number
from pressloop.evaluation.readers._table.rows import Line, Table, numbered
from pressloop.evaluation.readers._table.sweeps import sweeps_of
from pressloop.trials.errors import BadInput

SUFFIXES = (".z",)
ORDER = ("Freq(Hz)", "Ampl", "Bias", "Time(Sec)", "Z'(a)", "Z''(b)", "GD", "Err", "Range")
_START = re.compile(r'\s*"?Z(?:PLOT|60W?\b)', re.IGNORECASE)
_ENDS = (re.compile(r'\s*"?End Comments"?\s*', re.IGNORECASE),
         re.compile(r'[\s"]*Freq\s*\(Hz\).*', re.IGNORECASE))
"""What ends a header: of one that has both, names may stand among its comments."""


def recognises(text: str) -> bool:
    """True for a file that starts with ZPLOT2, ZPlotW or Z60W, or has a line "End Comments"."""
    return bool(_START.match(text)) or any(
        line.strip().lower() == "end comments" for line in text.split("\n"))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps, with the surface area (cm2) and, under voltage control, Potential-AC (mV).

    Raises BadInput on a header without end, and on a row or a number of rows that is cut.
    """
    lines = numbered(text)
    end = next((place for mark in _ENDS for place, (_, line) in enumerate(lines)
                if mark.fullmatch(line)), None)
    rows = [(at, line) for at, line in lines[(end or 0) + 1:] if line.strip()]
    if end is None or not rows:
        raise BadInput(source, "no line End Comments with rows below", "a whole ZPlot file",
                       "The file is cut: save it again from ZPlot or ZView.")
    header = "\n".join(line for _, line in lines[:end])
    table = Table(source, required(columns(ORDER), source), len(ORDER), _delimiter(rows[0][1]),
                  rows, _promised(header, lines[end]), text.endswith("\n"))
    amplitude = find_number(r"^\s*Potential-AC:\s*(\S+)", header)
    area = find_number(r"^\s*Surface Area\s*:\s*(\S+)", header) or find_area_cm2(header)
    return tuple(dataclasses.replace(
        sweep, area_cm2=area,
        amplitude_mv=amplitude if "control voltage" in header.lower() else None)
        for sweep in sweeps_of(table))


def _delimiter(line: str) -> str:
    """Tab, semicolon, comma or `WHITESPACE`, for a line of numbers of either decimal mark."""
    for mark in ("\t", ";"):
        if mark in line.strip():
            return mark
    words = line.split()
    loose = len(words) > 1 and not any(word.endswith(",") for word in words)
    return WHITESPACE if loose or "," not in line else ","


def _promised(header: str, end: Line) -> int | None:
    above = cells(header.rsplit("\n", 1)[-1], ",")
    old = "freq" in end[1].lower() and len(above) == 1 and re.fullmatch("[0-9]{1,9}", above[0])
    count = float(above[0]) if old else find_number(r"^\s*Data Points:\s*([0-9]{1,9})\s*$", header)
    return None if count is None else int(count)
