"""`pressloop evaluate`: fits instruments' text exports."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.circuit import AUTO
from evaluation.classify import hard_failure
from evaluation.readers import RawSweep
from evaluation.reading import Reading, read
from evaluation.rules import Rules
from flows.commands.read_files import named, shown_name, spectrum_of, sweeps_in, told_of
from flows.console import BAD_INPUT, emit, one_line, say
from trials.errors import BadInput


def evaluate(files: list[Path], circuit: str, area_cm2: float | None, interface_below_hz: float,
             as_json: bool, sweep: str = "", columns: str = "") -> int:
    """Prints the elements and verdict of every sweep of every file; returns the exit code. One bad
    file, or sweep, does not keep the others from being read."""
    logging.getLogger("evaluation.readers").addHandler(_Notes())
    logging.getLogger("evaluation.readers").propagate = False
    rules = Rules(circuit=circuit or AUTO, interface_below_hz=interface_below_hz)
    if area_cm2 is not None and not area_cm2 > 0:
        raise BadInput("--area-cm2", area_cm2, "above 0", "Give the geometric area.")
    results, code = [], 0
    for file in files:
        for found in sweeps_in(file, sweep, columns):
            try:
                results.append(_one(file, found, rules, area_cm2))
            except BadInput as error:
                say(f"pressloop: {named(file, found)}: {one_line(error)}")
                results.append({"file": str(file), "error": one_line(error)})
                code = BAD_INPUT
    emit({"spectra": results}, as_json, lambda: _show_all(results))
    return code


class _Notes(logging.Handler):
    """Readers' notes go to the person."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def _one(file: Path, found: RawSweep | BadInput, rules: Rules,
         area_cm2: float | None) -> dict[str, Any]:
    spectrum = spectrum_of(file, found, area_cm2)
    result: dict[str, Any] = {
        "file": str(file), **told_of(found), "points": int(spectrum.frequency_hz.size),
        "missing": len(spectrum.missing), "area_cm2": spectrum.area_cm2,
        "notes": list(spectrum.notes)}
    if (failure := hard_failure(spectrum, rules)) is not None:
        return result | {"valid": False, "verdict": f"{failure.mode}: {failure.evidence}"}
    reading = read(spectrum, rules)
    return result | {
        "valid": reading.trouble is None, "verdict": reading.trouble or "valid",
        "circuit": str(reading.fit.circuit), "elements": _elements(reading),
        "kramers_kronig_residual": reading.ladder_rms, "fit_residual": reading.fit.rms,
        "interfacial_ohm_cm2": reading.interfacial_ohm_cm2 or None,
        "interfacial_se_ohm_cm2": _known(reading.interfacial_se_ohm_cm2),
        "summed": list(reading.summed), "total_polarisation_ohm_cm2": reading.total_ohm_cm2,
        "total_polarisation_se_ohm_cm2": _known(reading.total_se_ohm_cm2)}


def _elements(reading: Reading) -> list[dict[str, Any]]:
    """Each element with its standard error; null where the data do not determine it."""
    of, error = reading.fit.elements, reading.fit.standard_errors()
    rows: list[tuple[str, float | None, float | None, str]] = []
    if of.inductance_h is not None:
        rows.append(("L0", of.inductance_h, error.inductance_h, "H"))
    rows.append(("R0", of.series_ohm, error.series_ohm, "ohm"))
    for i in range(of.arc_ohm.size):
        rows += [(f"R{i + 1}", of.arc_ohm[i], error.arc_ohm[i], "ohm"),
                 (f"tau{i + 1}", of.arc_tau_s[i], error.arc_tau_s[i], "s"),
                 (f"alpha{i + 1}", of.arc_exponent[i], error.arc_exponent[i], "")]
    if of.tail_q is not None:
        rows += [("Q", of.tail_q, error.tail_q, "S s^alpha"),
                 ("alpha", of.tail_exponent, error.tail_exponent, "")]
    return [{"element": n, "value": float(v), "standard_error": _known(e), "unit": u}
            for n, v, e, u in rows if v is not None]


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _show_all(results: list[dict[str, Any]]) -> None:
    for result in results:
        if "error" not in result:
            _show(result)


def _show(result: dict[str, Any]) -> None:
    console = Console()
    console.print(f"\n[bold]{shown_name(result)}[/]  {result['points']} points, "
                  f"{result['area_cm2']:g} cm2", highlight=False)
    if "elements" in result:
        table = Table()
        for name in ("element", "value", "standard error", "unit"):
            table.add_column(name, justify="left" if name in ("element", "unit") else "right")
        for row in result["elements"]:
            error = row["standard_error"]
            table.add_row(row["element"], f"{row['value']:.4g}",
                          "not determined" if error is None else f"{error:.2g}", row["unit"])
        console.print(table)
        for name, key in (("total polarisation", "total_polarisation"),
                          (f"interfacial ({'+'.join(result['summed']) or 'none'})",
                           "interfacial")):
            value, error = result[f"{key}_ohm_cm2"], result[f"{key}_se_ohm_cm2"]
            shown = "none" if value is None else f"{value:.4g} ± {error or math.nan:.2g} ohm cm2"
            console.print(f"{name}: {shown}", highlight=False)
    colour = "green" if result["valid"] else "red"
    console.print(f"verdict: [{colour}]{result['verdict']}[/]", highlight=False)
