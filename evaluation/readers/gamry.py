"""Gamry Framework data files (.DTA): a header of tagged lines, then tables.

The impedance is the table ZCURVE: a row of names, a row of units, then rows that begin with a tab.
Every such table is a sweep; drift-corrected columns (ZrealDrCor) are not used.
Layout: https://help.gamry.com/eis-data-analysis-file-overview/
"""

from __future__ import annotations

import dataclasses
import re

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.cells import cells, plain_number
from pressloop.evaluation.readers._table.columns import columns, required
from pressloop.evaluation.readers._table.rows import Line, Table, numbered
from pressloop.evaluation.readers._table.sweeps import sweeps_of_all
from pressloop.trials.errors import BadInput

SUFFIXES = (".dta",)
_CURVE = re.compile(r"ZCURVE\w*\tTABLE(?:\t([0-9]{1,9}))?\s*", re.IGNORECASE)


def recognises(text: str) -> bool:
    """True for a file that starts with the tag EXPLAIN."""
    return text.lstrip().startswith("EXPLAIN")


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """Every ZCURVE, with AREA (cm2) and VAC (mV rms). Raises BadInput on any damage."""
    lines = numbered(text)
    starts = [place for place, (_, line) in enumerate(lines) if _CURVE.fullmatch(line)]
    if not starts:
        raise BadInput(source, "no table ZCURVE", "an impedance file",
                       "Give the file of a potentiostatic or galvanostatic EIS experiment.")
    tables = [_table(lines, start, source, ended=text.endswith("\n"), several=len(starts) > 1)
              for start in starts]
    return tuple(dataclasses.replace(sweep, area_cm2=_quantity(text, "AREA"),
                                     amplitude_mv=_quantity(text, "VAC"),
                                     notes=sweep.notes + _notes(text))
                 for sweep in sweeps_of_all(tables))


def _table(lines: list[Line], start: int, source: str, *, ended: bool,
           several: bool) -> Table:
    below = lines[start + 1:]
    stop = next((place for place, (_, line) in enumerate(below) if not line.startswith("\t")),
                len(below))
    if stop < 3:
        raise BadInput(f"{source} line {lines[start][0]}", f"{stop} lines in the table",
                       "names, units and rows", "The file is cut: export it again.")
    names, units = (cells(line, "\t") for _, line in below[:2])
    match = _CURVE.fullmatch(lines[start][1])
    promised = int(match[1]) if match and match[1] else None
    last_of_file = start + 1 + stop >= len(lines)
    label = f"{lines[start][1].split()[0]} in line {lines[start][0]}" if several else ""
    return Table(source, required(columns(names, units), source), len(names), "\t",
                 below[2:stop], promised, ended or not last_of_file, label=label)


def _quantity(text: str, tag: str) -> float | None:
    match = re.search(rf"^{tag}\tQUANT\t([^\t\n]*)", text, re.MULTILINE)
    return plain_number(match[1]) if match else None


def _notes(text: str) -> tuple[str, ...]:
    found = []
    if "ZrealDrCor" in text:
        found.append("Zreal and Zimag were taken, without the drift correction in the file")
    if re.search(r"^EXPERIMENTABORTED\tTOGGLE\tT", text, re.MULTILINE):
        found.append("the operator stopped this experiment before its last frequency")
    return tuple(found)
