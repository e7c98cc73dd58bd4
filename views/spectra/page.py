"""Spectra compared in one HTML file that opens by double-click and asks nothing of the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pressloop.evaluation.reading import Reading
from pressloop.evaluation.relaxation_peaks import hertz
from pressloop.trials.wording import counted
from pressloop.views.figures.look import GREEN, RED, Panel
from pressloop.views.figures.nyquist import bode, nyquist
from pressloop.views.figures.relaxation import relaxation
from pressloop.views.figures.residuals import residuals
from pressloop.views.figures.shown import Shown
from pressloop.views.files import write_atomically
from pressloop.views.page import facts, page, panels, tag, text
from pressloop.views.spectra.process_table import TITLE as PROCESSES
from pressloop.views.spectra.process_table import process_table, swatch
from pressloop.views.words import OHM_CM2, percent, plus_minus, significant

NO_PROCESS = "No process was fitted."
NO_READING = "no reading"
HEADS = ("Spectrum", "Verdict", f"Interfacial, {OHM_CM2}", f"Total, {OHM_CM2}",
         f"Series, {OHM_CM2}", "Circuit")
NUMERIC = HEADS[2:5]


def spectra_panels(shown: Sequence[Shown]) -> list[Panel]:
    """Nyquist, Bode, residuals and relaxation times of these spectra."""
    return [nyquist(shown, "Nyquist"), bode(shown, "Bode"), residuals(shown), relaxation(shown)]


def write_spectra(path: Path, shown: Sequence[Shown], unread: Sequence[str] = ()) -> Path:
    """Writes the page and returns its path; an older one is replaced whole or not at all. `unread`
    says in a sentence each which files could not be read."""
    title = shown[0].label if len(shown) == 1 else f"{len(shown)} spectra"
    header = tag("header", tag("p", "Impedance spectra", class_="eyebrow") + tag("h1", text(title))
                 + "".join(tag("p", text(one), class_="warning") for one in unread))
    table = process_table(shown) or tag("p", NO_PROCESS, class_="muted")
    body = (header + _section("What was found", _found(shown))
            + _section("Figures", panels(spectra_panels(shown), "spectra"))
            + _section(PROCESSES, tag("div", table, class_="panel")))
    html = page(f"{title}: impedance", body)
    return write_atomically(path, lambda draft: _write(draft, html))


def _write(draft: Path, html: str) -> None:
    draft.write_text(html, encoding="utf-8", newline="\n")


def _section(title: str, content: str) -> str:
    return tag("section", tag("h2", text(title)) + content)


def _found(shown: Sequence[Shown]) -> str:
    """What was found: one spectrum at length, several as rows of a table."""
    if len(shown) == 1:
        return tag("div", _said(shown[0]) + (facts(_facts(shown[0], shown[0].reading))
                                             if shown[0].reading else "") + _notes(shown[0]),
                   class_="panel")
    head = "".join(tag("th", text(h), scope="col", class_="num" if h in NUMERIC else "")
                   for h in HEADS)
    rows = "".join(tag("tr", "".join(_cells(one))) for one in shown)
    table = tag("table", tag("thead", tag("tr", head)) + tag("tbody", rows))
    return tag("div", tag("div", table, class_="scroll"), class_="panel")


def _cells(one: Shown) -> list[str]:
    reading = one.reading
    cells = [tag("td", swatch(one.colour) + text(one.label), class_="name",
                 style="min-width:12em"),
             tag("td", _said(one) + _notes(one), class_="why", style="min-width:17em")]
    if reading is None:
        return [*cells, *[tag("td", "")] * (len(HEADS) - 2)]
    values = [value.removesuffix(f" {OHM_CM2}") for _, value, _ in _facts(one, reading)[:3]]
    return [*cells, *(tag("td", text(value), class_="num") for value in values),
            tag("td", text(reading.circuit), class_="name")]


def _said(one: Shown) -> str:
    """The verdict in a sentence, with a sign for those who see no colours."""
    sign, colour = ("✓ ", GREEN) if one.valid else ("✗ ", RED)
    words = one.verdict[0].upper() + one.verdict[1:]
    words += "" if words.endswith(".") else "."
    return tag("p", tag("b", text(sign), style=f"color:{colour}") + text(words))


def _notes(one: Shown) -> str:
    """What was left out, averaged or is in doubt, and what the relaxation times say."""
    notes = [*one.spectrum.notes, *(one.reading.notes if one.reading else ())]
    if one.relaxation is not None:
        notes.append(str(one.relaxation))
    return tag("ul", "".join(tag("li", text(note)) for note in notes), class_="muted small",
               style="margin:8px 0 0;padding-left:18px") if notes else ""


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
        ("Residual", f"{reading.solution.rms:.2%} of |Z|",
         f"{reading.ladder_rms:.2%} with any circuit"),
        ("Sweep", counted(one.hz.size, "point"), f"{hertz(float(one.hz.max()))} to "
         f"{hertz(float(one.hz.min()))}, {one.spectrum.area_cm2:g} cm²"),
    ]


def _ohms(value: float, error: float, fixed: bool = False) -> str:
    if fixed:
        return f"{significant(value)} {OHM_CM2}"
    return f"{plus_minus(value, error)} {OHM_CM2}" if error > 0.0 else "not determined"
