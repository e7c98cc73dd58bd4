"""BioLogic EC-Lab and BT-Lab text exports (.mpt), with their header.

Line 2 gives the number of header lines, the last of which names the columns. The area 0.001 cm2
(or 0) is what EC-Lab fills in when nobody typed one, and is taken as not given.
"""

from __future__ import annotations

import dataclasses
import re

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.cells import cells
from pressloop.evaluation.readers._table.columns import columns, groups, required
from pressloop.evaluation.readers._table.find import find_number
from pressloop.evaluation.readers._table.header import above, names_a_spectrum, tables
from pressloop.evaluation.readers._table.rows import Table, numbered
from pressloop.evaluation.readers._table.sweeps import sweeps_of, sweeps_of_all
from pressloop.trials.errors import BadInput

SUFFIXES = (".mpt",)
_START = re.compile(r"\s*(?:EC|BT)-Lab ASCII FILE", re.IGNORECASE)
_HEADER_LINES = re.compile(r"^Nb header lines\s*:\s*([0-9]{1,9})\s*$", re.MULTILINE)
_LOOPS = re.compile(r"^Loop [0-9]+ from point number ([0-9]{1,9}) to ([0-9]{1,9})", re.MULTILINE)
_PLACEHOLDER_CM2 = 0.001
_AREA = r"^Electrode surface area\s*:\s*(\S+)"


def recognises(text: str) -> bool:
    """True for a file that starts with "EC-Lab ASCII FILE" or "BT-Lab ASCII FILE"."""
    return bool(_START.match(text))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps (loops, cycles), with the area (cm2) and the sine amplitude Va (mV).

    Raises BadInput on damage.
    """
    count = _header_lines(text, source)
    lines = numbered(text)
    header = "\n".join(line for _, line in lines[:count])
    names = cells(lines[count - 1][1], "\t")
    if not groups(columns(names)) and names_a_spectrum(text):
        return _by_names(text, source)
    table = Table(source, required(columns(names), source), len(names), "\t", lines[count:],
                  _promised(header), text.endswith("\n"), short_rows=True)
    area = real_area(find_number(_AREA, header))
    amplitude = find_number(r"^Va \(mV\)\s+(\S+)", header)
    return tuple(dataclasses.replace(sweep, area_cm2=area, amplitude_mv=amplitude)
                 for sweep in sweeps_of(table))


def _by_names(text: str, source: str) -> tuple[RawSweep, ...]:
    """The table below the line that names its columns.

    For a file whose number of header lines does not lead there, as the header was edited."""
    note = "the number of header lines is wrong: the table was found by its column names"
    area = real_area(find_number(_AREA, above(text)))
    return tuple(dataclasses.replace(sweep, area_cm2=area, notes=(*sweep.notes, note))
                 for sweep in sweeps_of_all(tables(text, source)))


def real_area(area_cm2: float | None) -> float | None:
    """The area unless it is the one that EC-Lab fills in."""
    return None if area_cm2 is None or area_cm2 <= _PLACEHOLDER_CM2 * 1.001 else area_cm2


def _header_lines(text: str, source: str) -> int:
    match, lines = _HEADER_LINES.search(text), text.rstrip("\n").count("\n") + 1
    count = int(match[1]) if match else 0
    if not 3 <= count < lines:
        raise BadInput(f"{source}: Nb header lines", count if match else "missing",
                       f"from 3 to {lines - 1}, the file having {lines} lines",
                       "The file is cut, or was exported without rows: export it again.")
    return count


def _promised(header: str) -> int | None:
    """Number of rows by the loop list of the header, where it has one."""
    return max((int(last) + 1 for _, last in _LOOPS.findall(header)), default=None)
