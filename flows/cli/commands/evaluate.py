"""`pressloop evaluate`: spectra read, judged and fitted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.readers import RawSweep
from pressloop.evaluation.reading import Reading, read
from pressloop.evaluation.relaxation_peaks import of_reading
from pressloop.evaluation.rules import Rules
from pressloop.flows.cli.commands.pictures import Evaluated, check_picture, draw
from pressloop.flows.cli.commands.read_files import (
    named,
    shown_name,
    spectrum_of,
    sweeps_in,
    told_of,
)
from pressloop.flows.console import BAD_INPUT, emit, one_line, say
from pressloop.trials.errors import BadInput
from pressloop.views.plain_console import PlainConsole


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks of `evaluate` besides the files and the rules."""

    area_cm2: float | None = None
    thickness_um: float | None = None
    sweep: str = ""
    columns: str = ""
    plot: Path | None = None


def evaluate(files: Sequence[Path], rules: Rules, asked: Asked, as_json: bool) -> int:
    """Prints the elements and verdict of every sweep of every file; returns the exit code.

    One bad file, or sweep, does not keep the others from being read. Raises BadInput on an area,
    a thickness or a picture that cannot be."""
    for option, value in (("--area-cm2", asked.area_cm2), ("--thickness-um", asked.thickness_um)):
        if value is not None and not value > 0:
            raise BadInput(option, value, "above 0", "Give what was measured.")
    check_picture(asked.plot)
    results: list[dict[str, Any]] = []
    done: list[Evaluated] = []
    for file in files:
        for found in sweeps_in(file, asked.sweep, asked.columns):
            try:
                done.append(_one(file, found, rules, asked))
                results.append(done[-1].result)
            except BadInput as error:
                say(f"pressloop: {named(file, found)}: {one_line(error)}")
                results.append({"file": str(file), "error": one_line(error)})
    emit({"spectra": results}, as_json, lambda: _show_all(results))
    if asked.plot is not None:
        draw(asked.plot, done, [one for one in results if "error" in one], rules)
    return BAD_INPUT if any("error" in result for result in results) else 0


def _one(file: Path, found: RawSweep | BadInput, rules: Rules, asked: Asked) -> Evaluated:
    spectrum = spectrum_of(file, found, asked.area_cm2)
    result: dict[str, Any] = {
        "file": str(file), **told_of(found), "points": int(spectrum.frequency_hz.size),
        "missing": len(spectrum.missing), "area_cm2": spectrum.area_cm2,
        "notes": list(spectrum.notes)}
    name = named(file, found)
    if (failure := hard_failure(spectrum, rules)) is not None:
        result |= {"valid": False, "verdict": f"{failure.mode}: {failure.evidence}"}
        return Evaluated(name, spectrum, None, result)
    reading = read(spectrum, rules)
    return Evaluated(name, spectrum, reading, result | _told(reading, asked))


def _told(reading: Reading, asked: Asked) -> dict[str, Any]:
    """A reading as plain values."""
    told: dict[str, Any] = {
        "valid": reading.trouble is None, "verdict": reading.trouble or "valid",
        "remarks": list(reading.notes),
        "circuit": reading.circuit, "elements": _elements(reading),
        "processes": [asdict(one) for one in reading.arcs], "circuits": [
            {"circuit": str(one.solution.circuit), "weight": one.weight,
             "residual": one.solution.rms} for one in reading.described],
        "kramers_kronig_residual": reading.ladder_rms, "fit_residual": reading.solution.rms,
        "interfacial_ohm_cm2": reading.interfacial_ohm_cm2 or None,
        "interfacial_se_ohm_cm2": _known(reading.interfacial_se_ohm_cm2),
        "summed": list(reading.summed), "interface_from": reading.limit.source,
        "interface_below_hz": reading.limit.hz,
        "total_polarisation_ohm_cm2": reading.total_ohm_cm2,
        "total_polarisation_se_ohm_cm2": _known(reading.total_se_ohm_cm2),
        "series_ohm_cm2": reading.series_ohm_cm2,
        "series_se_ohm_cm2": _known(reading.series_se_ohm_cm2),
        "relaxation_times": _relaxation(reading)}
    if asked.thickness_um is not None:
        told["conductivity_s_cm"] = reading.conductivity_s_cm(asked.thickness_um)
    return told


def _elements(reading: Reading) -> list[dict[str, Any]]:
    """Each parameter with its standard error; null where the data do not determine it."""
    of = reading.solution
    return [{"element": name, "value": float(value), "standard_error": _known(float(error)),
             "unit": parameter.unit, "fixed": name in reading.fixed}
            for (name, parameter), value, error in zip(
                of.circuit.parameters, of.values, of.standard_errors, strict=True)]


def _relaxation(reading: Reading) -> dict[str, Any]:
    """Peaks of the relaxation times against the processes, and what can be told apart."""
    found = of_reading(reading)
    return {"said": str(found), "told_apart_factor": found.apart,
            "peaks": [{"peak_hz": one.hz, "resistance_ohm_cm2": one.resistance_ohm
                       * reading.area_cm2} for one in found.peaks],
            "left_out_hz": [one.hz for one in found.left_out],
            "unseen_hz": [one.hz for one in found.unseen]}


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _show_all(results: list[dict[str, Any]]) -> None:
    for result in results:
        if "error" not in result:
            _show(result)


def _show(result: dict[str, Any]) -> None:
    console = PlainConsole()
    console.print(f"\n[bold]{shown_name(result)}[/]  {result['points']} points, "
                  f"{result['area_cm2']:g} cm2", highlight=False)
    if "elements" in result:
        console.print(f"circuit: {result['circuit']}", highlight=False)
        console.print(_element_table(result))
        if result["processes"]:
            console.print(_process_table(result))
        console.print(result["relaxation_times"]["said"], highlight=False)
        _show_resistances(console, result)
    colour = "green" if result["valid"] else "red"
    console.print(f"verdict: [{colour}]{result['verdict']}[/]", highlight=False)
    for remark in result.get("remarks", ()):
        console.print(f"  {remark}", highlight=False)


def _element_table(result: dict[str, Any]) -> Table:
    table = Table()
    for name in ("element", "value", "standard error", "unit"):
        table.add_column(name, justify="left" if name in ("element", "unit") else "right")
    for row in result["elements"]:
        error = row["standard_error"]
        said = "fixed" if row["fixed"] else "not determined" if error is None else f"{error:.2g}"
        table.add_row(row["element"], f"{row['value']:.4g}", said, row["unit"])
    return table


def _process_table(result: dict[str, Any]) -> Table:
    table = Table()
    for name in ("process", "ohm cm2", "top, Hz", "exponent", "F/cm2", "as usual for", "counted"):
        left = name in ("process", "as usual for", "counted")
        table.add_column(name, justify="left" if left else "right")
    for row in result["processes"]:
        table.add_row(row["name"], f"{row['resistance_ohm_cm2']:.4g}", f"{row['peak_hz']:.3g}",
                      f"{row['exponent']:.2f}", f"{row['capacitance_f_cm2']:.2g}", row["kind"],
                      "interface" if row["interface"] else "")
    return table


def _series(result: dict[str, Any]) -> str:
    """One at an end of its range is no value."""
    value, error = f"{result['series_ohm_cm2']:.4g}", result["series_se_ohm_cm2"]
    if error is not None and error > 0.0:
        return f"{value} ± {error:.2g} ohm cm2"
    fixed = any(one["fixed"] for one in result["elements"])
    return f"{value} ohm cm2" if fixed else "not determined"


def _show_resistances(console: PlainConsole, result: dict[str, Any]) -> None:
    console.print(f"series: {_series(result)}", highlight=False)
    for name, key in (("total polarisation", "total_polarisation"),
                      (f"interfacial ({'+'.join(result['summed']) or 'none'})", "interfacial")):
        value, error = result[f"{key}_ohm_cm2"], result[f"{key}_se_ohm_cm2"]
        spread = "" if error is None else f" ± {error:.2g}"
        shown = "none" if value is None else f"{value:.4g}{spread} ohm cm2"
        console.print(f"{name}: {shown}", highlight=False)
    if result.get("conductivity_s_cm"):
        console.print(f"ionic conductivity of the separator: {result['conductivity_s_cm']:.3g} "
                      "S/cm", highlight=False)
