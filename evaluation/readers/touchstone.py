"""Touchstone files of one port (.s1p, .z1p, .ts), versions 1 and 2: impedance analysers, VNAs.

A line such as "# Hz Z RI R 50" says the unit of frequency, which parameter (S, Y or Z), how a
complex number is written (RI real and imaginary part, MA size and degrees, DB decibels and
degrees) and the resistance R in ohms, which S belongs to. Version 1 divides Z by R and multiplies
Y by it, version 2 does not.
"""

from __future__ import annotations

import dataclasses
import re

import numpy as np

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.cells import WHITESPACE
from pressloop.evaluation.readers._table.columns import columns, groups
from pressloop.evaluation.readers._table.rows import Table, numbered
from pressloop.evaluation.readers._table.sweeps import sweeps_of
from pressloop.trials.checks import ComplexArray
from pressloop.trials.errors import BadInput

SUFFIXES = (".s1p", ".z1p", ".y1p", ".ts")
_OPTION = re.compile(
    r"^[ \t]*#(?=.*\b(?:RI|MA|DB)\b)(?:[ \t]+(?:[kMG]?Hz|[SYZGH]|RI|MA|DB"
    r"|R[ \t]+[0-9.eE+]+))+[ \t]*(?:!.*)?$", re.IGNORECASE | re.MULTILINE)
_VERSION_2 = re.compile(r"^[ \t]*\[Version\][ \t]*2", re.IGNORECASE | re.MULTILINE)
_COUNT = re.compile(r"^[ \t]*\[Number of Frequencies\][ \t]*([0-9]{1,9})", re.I | re.MULTILINE)
_REFERENCE = re.compile(r"^[ \t]*\[Reference\][ \t]*([0-9.eE+]+)", re.IGNORECASE | re.MULTILINE)
_CELLS = 3
_ONE_PORT = "Export the one port that the cell is connected to, or Z with frequency as .csv."
_FORMS = {"RI": ("real", "imag"), "MA": ("|Z|", "phase/deg"), "DB": ("|Z|/dB", "phase/deg")}


def recognises(text: str) -> bool:
    """True for a text with the option line of Touchstone."""
    return _OPTION.search(text) is not None


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweep as an impedance in ohms.

    Raises BadInput on a file without option line, with hybrid parameters, with more ports than
    one, and on a row or a number of rows that is cut.
    """
    option = _OPTION.search(text)
    if option is None:
        raise BadInput(source, "no option line", "a line such as # Hz Z RI R 50",
                       "The file is no whole Touchstone file: export it again.")
    words = option[0].partition("!")[0].upper().split()[1:]
    ohms = float(words[words.index("R") + 1]) if "R" in words else 50.0
    kind = next((word for word in words if word in "SYZGH"), "S")
    if kind in "GH":
        raise BadInput(f"{source}: parameter", kind, "S, Y or Z of one port", _ONE_PORT)
    if reference := _REFERENCE.search(text):
        ohms = float(reference[1])
    unit = next((word for word in words if word.endswith("HZ")), "GHZ")
    form = next((word for word in words if word in _FORMS), "MA")
    lines = [(at, line.partition("!")[0].strip()) for at, line in numbered(text)]
    rows = [(at, line) for at, line in lines if line and line[0] not in "#["]
    if any(len(line.split()) > _CELLS for _, line in rows):
        raise BadInput(f"{source}: ports", "more than one", "one", _ONE_PORT)
    promised = _COUNT.search(text)
    names = columns((f"f/{unit[:-2].replace('K', 'k')}Hz", *_FORMS[form]))
    table = Table(source, groups(names), _CELLS, WHITESPACE, rows,
                  int(promised[1]) if promised else None, text.endswith("\n"))
    divided = not _VERSION_2.search(text)
    notes = (f"Touchstone 1 gives {kind} relative to {ohms:g} ohm, as its option line says",) if (
        divided and kind != "S" and ohms != 1.0) else ()
    return tuple(dataclasses.replace(
        sweep, impedance_ohm=_impedance(sweep.impedance_ohm, kind, ohms, divided=divided),
        notes=(*sweep.notes, *notes), turned="") for sweep in sweeps_of(table))


def _impedance(parameter: ComplexArray, kind: str, ohms: float, *, divided: bool) -> ComplexArray:
    """Ohms, shape (n,), from a parameter of one port, shape (n,)."""
    if kind == "Z":
        return parameter * ohms if divided else parameter
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "Y":
            return (ohms if divided else 1.0) / parameter
        return ohms * (1.0 + parameter) / (1.0 - parameter)
