"""The processes of spectra with their capacitances, as an HTML table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from pressloop.evaluation.processes import RANGES_F_CM2, Process
from pressloop.evaluation.relaxation_peaks import hertz
from pressloop.views.figures.shown import Shown
from pressloop.views.page import render
from pressloop.views.words import OHM_CM2, plus_minus, significant

HEADS = ("Process", OHM_CM2, "Peak", "Time constant, s", "Exponent", "F/cm²", "Usual for",
         "Counted as")
LEFT = ("Process", "Usual for", "Counted as")
UNCERTAIN = "not determined"


class Group(NamedTuple):
    """The processes of one spectrum."""

    label: str
    colour: str
    rows: Sequence[tuple[str, ...]]


def process_table(shown: Sequence[Shown]) -> Markup:
    """The table, with a column of names where there are several spectra.

    "" where there is no process."""
    groups = [Group(one.label, one.colour, cells_of(one)) for one in shown]
    if not any(group.rows for group in groups):
        return Markup()
    return render("spectra/processes.html", heads=HEADS, groups=groups, several=len(shown) > 1,
                  css=["" if head in LEFT else "num" for head in HEADS], ranges=_ranges())


def cells_of(one: Shown) -> list[tuple[str, ...]]:
    """The cells below `HEADS`, a row for each process of the most likely circuit.

    Nothing of a spectrum that is not valid is counted."""
    if one.reading is None:
        return []
    summed = one.reading.summed if one.valid else ()
    return [_cells(process, one.reading.area_cm2, process.name in summed)
            for process in one.reading.described[0].processes]


def _cells(one: Process, area_cm2: float, interface: bool) -> tuple[str, ...]:
    error = one.standard_error_ohm * area_cm2
    ohm = one.resistance_ohm * area_cm2
    known = plus_minus(ohm, error) if math.isfinite(error) else f"{significant(ohm)}, {UNCERTAIN}"
    return (one.name, known, hertz(one.peak_hz, 3),
            significant(1.0 / (2.0 * math.pi * one.peak_hz)), f"{one.exponent:.2f}",
            significant(one.capacitance_f_cm2, 2), one.kind,
            "interface" if interface else "" if one.closed else "not closed")


def _ranges() -> str:
    """Which capacitances belong to what."""
    ends = [f"{name} below {limit:g}" for name, limit in RANGES_F_CM2 if math.isfinite(limit)]
    last = RANGES_F_CM2[-1][0]
    return (f"Usual capacitances in F/cm² of stacks some 0.1 cm thick: {', '.join(ends)}, {last} "
            "beyond (Irvine, Sinclair and West 1990).")
