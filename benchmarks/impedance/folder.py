"""Real spectra in a folder: which are accepted, why others are not, how repeats agree.

Files whose names end in loop, repeat or sweep and a number are repeats of one cell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.impedance.judged import Said, evaluated
from benchmarks.impedance.specimens import VALID
from pressloop.evaluation.readers import read_spectra
from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput

REPEAT = re.compile(r"(loop|repeat|sweep)[ _-]?\d+$", re.IGNORECASE)


def report(folder: Path, area_cm2: float) -> None:
    """Prints a line per spectrum, what share is accepted, and the spread of each cell's repeats."""
    rules, cells = Rules(), defaultdict[str, list[Said]](list)
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md"):
        try:
            spectra = read_spectra(path, area_cm2=area_cm2)
        except BadInput as unreadable:
            print(f"{path.name}: cannot be read: {unreadable}")
            continue
        for number, spectrum in enumerate(spectra, 1):
            said = evaluated(spectrum, rules)
            name = path.name if len(spectra) == 1 else f"{path.name} sweep {number}"
            print(line(name, said), flush=True)
            cells[cell_of(path, folder)].append(said)
    print()
    for cell, readings in cells.items():
        if len(readings) > 1:
            print(f"{cell}: {agreement(readings)}")
    every = [said for readings in cells.values() for said in readings]
    print(f"all: {sum(one.verdict == VALID for one in every)} of {len(every)} accepted, CPU median "
          f"{np.median([one.cpu_s for one in every] or [np.nan]):.2f} s")


def cell_of(path: Path, folder: Path) -> str:
    """The file's name without what counts its repeats."""
    return REPEAT.sub(r"\1*", str(path.relative_to(folder).with_suffix("")))


def line(name: str, said: Said) -> str:
    """One reading in one line."""
    numbers = (f"interface {said.interface:.4g} +- {said.interface_se:.2g}, total {said.total:.4g} "
               f"+- {said.total_se:.2g} ohm cm2, {said.circuit}, {said.cpu_s:.2f} s")
    return f"{name}: {said.verdict}: {said.reason or numbers}" + (
        f" [{numbers}]" if said.reason and said.circuit else "")


def agreement(readings: Sequence[Said]) -> str:
    """How many are accepted, and the largest deviation from their median."""
    valid = [one for one in readings if one.verdict == VALID]
    told = f"{len(valid)} of {len(readings)} accepted"
    if len(valid) < 2:
        return told
    total, interface = (np.array([getattr(one, name) for one in valid])
                        for name in ("total", "interface"))
    within = [float(np.max(np.abs(v / np.median(v) - 1))) for v in (total, interface)]
    return (f"{told}; total {np.median(total):.4g} ohm cm2, all within {within[0]:.2%}; interface "
            f"{np.median(interface):.4g}, all within {within[1]:.2%}")
