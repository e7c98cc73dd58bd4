"""Spectra of instruments' files for a command: which sweeps, and every note said to the person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape

from pressloop.evaluation.readers import RawSweep, chosen, listed, read_sweeps, to_spectrum
from pressloop.flows.console import say
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import Spectrum


def sweeps_in(file: Path, sweep: str, columns: str) -> Sequence[RawSweep | BadInput]:
    """The sweeps of a file that `sweep` names, or what is wrong with the file.

    A number, last, all; empty: all, and which there are is said."""
    try:
        found = read_sweeps(file, columns=columns)
        if not sweep and len(found) > 1:
            say(f"{file}: {len(found)} sweeps, each is evaluated; choose with --sweep. "
                f"{listed(found)}.")
        return chosen(found, sweep or "all")
    except BadInput as error:
        return [error]


def spectrum_of(file: Path, found: RawSweep | BadInput, area_cm2: float | None) -> Spectrum:
    """The spectrum of a sweep; its notes are said. Raises BadInput."""
    if isinstance(found, BadInput):
        raise found
    spectrum = to_spectrum(found, area_cm2)
    if None not in (area_cm2, found.area_cm2) and area_cm2 != found.area_cm2:
        say(f"{file}: --area-cm2 {area_cm2:g} is used, not the {found.area_cm2:g} of the file.")
    for note in spectrum.notes:
        say(f"{named(file, found)}: {note}")
    return spectrum


def named(file: Path, found: RawSweep | BadInput) -> str:
    """The file, and the sweep where there are several."""
    if isinstance(found, BadInput) or found.count == 1:
        return str(file)
    return f"{file} sweep {found.number}"


def told_of(found: RawSweep | BadInput) -> dict[str, Any]:
    """Which sweep of its file this is, for JSON."""
    if isinstance(found, BadInput):
        return {}
    return {"sweep": found.number, "sweeps": found.count, "sweep_name": found.label}


def shown_name(result: dict[str, Any]) -> str:
    """The same for a person."""
    name = str(result["file"])
    if result.get("sweeps", 1) > 1:
        label = f" ({result['sweep_name']})" if result["sweep_name"] else ""
        name += f" sweep {result['sweep']} of {result['sweeps']}{label}"
    return escape(name)
