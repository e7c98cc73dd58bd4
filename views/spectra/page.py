"""Spectra compared in one HTML file that opens by double-click and asks nothing of the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pressloop.evaluation.reading import Reading
from pressloop.evaluation.relaxation_peaks import hertz
from pressloop.trials.wording import capitalised, counted, in_percent
from pressloop.views.figures.look import GREEN, RED, Panel
from pressloop.views.figures.nyquist import bode, nyquist
from pressloop.views.figures.relaxation import relaxation
from pressloop.views.figures.residuals import residuals
from pressloop.views.figures.shown import Shown
from pressloop.views.page import write_page
from pressloop.views.spectra.process_table import process_table
from pressloop.views.words import OHM_CM2, percent, plus_minus, significant

NO_READING = "no reading"


def spectra_panels(shown: Sequence[Shown]) -> list[Panel]:
    """Nyquist, Bode, residuals and relaxation times of these spectra."""
    return [nyquist(shown, "Nyquist"), bode(shown, "Bode"), residuals(shown), relaxation(shown)]


def write_spectra(path: Path, shown: Sequence[Shown], unread: Sequence[str] = ()) -> Path:
    """Writes the page and returns its path; an older one is replaced whole or not at all.

    `unread` says in a sentence each which files could not be read."""
    title = shown[0].label if len(shown) == 1 else f"{len(shown)} spectra"
    return write_page(path, "spectra/page.html", title=title, unread=unread,
                      found=[_found(one) for one in shown], panels=spectra_panels(shown),
                      processes=process_table(shown), unit=OHM_CM2, plots=True)


class Found(NamedTuple):
    """What was found in a spectrum.

    The verdict in a sentence, with a sign for those who see no colours; what was left out, averaged
    or is in doubt, and what the relaxation times say."""

    label: str
    colour: str
    sign: str
    sign_colour: str
    verdict: str
    notes: Sequence[str]
    facts: Sequence[tuple[str, str, str]]
    ohms: Sequence[str]
    circuit: str


def _found(one: Shown) -> Found:
    sign, colour = ("✓", GREEN) if one.valid else ("✗", RED)
    words = capitalised(one.verdict)
    notes = [*one.spectrum.notes, *(one.reading.notes if one.reading else ())]
    if one.relaxation is not None:
        notes.append(str(one.relaxation))
    verdict = words if words.endswith(".") else f"{words}."
    facts = _facts(one, one.reading) if one.reading else []
    ohms = [value.removesuffix(f" {OHM_CM2}") for _, value, _ in facts[:3]]
    return Found(one.label, one.colour, sign, colour, verdict, notes, facts, ohms,
                 one.reading.circuit if one.reading else "")


def _facts(one: Shown, reading: Reading) -> list[tuple[str, str, str]]:
    """Resistances first; those of a spectrum that is not valid are no readings."""
    interface, total = NO_READING, NO_READING
    if one.valid:
        interface = _ohms(reading.interfacial_ohm_cm2, reading.interfacial_se_ohm_cm2)
        total = _ohms(reading.total_ohm_cm2, reading.total_se_ohm_cm2)
    best = reading.described[0].weight
    return [
        ("Interfacial resistance", interface, " + ".join(reading.summed) if one.valid else ""),
        ("Total polarisation", total, ""),
        ("Series resistance", _ohms(reading.series_ohm_cm2, reading.series_se_ohm_cm2,
                                    bool(reading.fixed)), ""),
        ("Circuit", reading.circuit,
         f"weight {percent(best)}" if len(reading.described) > 1 else ""),
        ("Residual", f"{in_percent(reading.solution.rms, 2)} of |Z|",
         f"{in_percent(reading.ladder_rms, 2)} with any circuit"),
        ("Sweep", counted(one.hz.size, "point"), f"{hertz(float(one.hz.max()))} to "
         f"{hertz(float(one.hz.min()))}, {one.spectrum.area_cm2:g} cm²"),
    ]


def _ohms(value: float, error: float, fixed: bool = False) -> str:
    if fixed:
        return f"{significant(value)} {OHM_CM2}"
    return f"{plus_minus(value, error)} {OHM_CM2}" if error > 0.0 else "not determined"
