"""Headers: known columns under other names or in other units, and rows of another length."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator

from pressloop.optimizer.space import NAMES
from pressloop.studies.lint.finding import Finding, Severity, Sure
from pressloop.studies.lint.sheet import KNOWN, MODE, RESISTANCE, Sheet

WORDS = {
    "pressure_mpa": {"pressure", "press", "p", "force", "load", "f"},
    "dwell_s": {"dwell", "hold", "holding", "time", "duration"},
    "temperature_c": {"temperature", "temp"},
    RESISTANCE: {"resistance", "asr", "r", "rint", "impedance"},
}
"""What the known columns are called elsewhere."""
CONVERT = {
    ("pressure_mpa", "bar"): "divide by 10", ("pressure_mpa", "kpa"): "divide by 1000",
    ("pressure_mpa", "pa"): "divide by 1e6", ("pressure_mpa", "gpa"): "multiply by 1000",
    ("pressure_mpa", "psi"): "multiply by 0.006895", ("pressure_mpa", "mpa"): "rename it",
    ("dwell_s", "s"): "rename it", ("dwell_s", "sec"): "rename it",
    ("dwell_s", "min"): "multiply by 60", ("dwell_s", "h"): "multiply by 3600",
    ("dwell_s", "ms"): "divide by 1000",
    ("temperature_c", "k"): "subtract 273.15", ("temperature_c", "f"): "subtract 32, times 5/9",
    ("temperature_c", "c"): "rename it", ("temperature_c", "degc"): "rename it",
    (RESISTANCE, "ohm"): "multiply by the electrode area in cm2",
    (RESISTANCE, "kohm"): "multiply by 1000 and by the electrode area in cm2",
    (RESISTANCE, "mohm"): "divide by 1000 and multiply by the electrode area in cm2",
}
FORCE = {"t": 9806.65, "ton": 9806.65, "tons": 9806.65, "tonne": 9806.65, "tonnes": 9806.65,
         "kn": 1000.0, "n": 1.0, "kgf": 9.80665}
"""Newton in one of these units; over the die's area it is pressure."""


def headers(sheet: Sheet) -> Iterator[Finding]:
    """Columns that are there under another name or in another unit, and those that are missing."""
    missing = [name for name in _needed(sheet) if not sheet.has(name)]
    named = {one.column for one in sheet.told}
    for name in missing:
        found = [(column, remedy) for column in sheet.cells.columns
                 if column not in KNOWN and (remedy := _remedy(str(column), name, sheet))]
        if any(column in named for column, _ in found) or (
                name == RESISTANCE and any(re.search("sigma|conduct|leitf|σ", str(one).lower())
                                           for one in named)):
            continue
        for column, remedy in found:
            yield Finding(
                "headers", Severity.ERROR, str(column), (), f"{column} stands where {name} is "
                "expected", f"pressloop knows {name} only, so this column is not used",
                f"Call it {name}." if remedy == "rename it" else
                f"In the column {column} {remedy}; call it {name}.", Sure.LIKELY)
        if not found and not (name == RESISTANCE and sheet.has(MODE)):
            near = difflib.get_close_matches(name, map(str, sheet.cells.columns), 1, cutoff=0.8)
            hint = f"Did you mean {name} by {near[0]}?" if near else \
                "Add it" + (", or fix it in [space] of the settings." if name in NAMES else ".")
            yield Finding("headers", Severity.ERROR if near or name == RESISTANCE else
                          Severity.WARNING, name, (), "there is no such column",
                          "without it this part of a recipe is not known" if name in NAMES
                          else "without it nothing is known of the stacks", hint,
                          Sure.LIKELY if near else Sure.CERTAIN)


def read_already(sheet: Sheet) -> Iterator[Finding]:
    """What was found when the file was read.

    Units that are not known, columns that may be either of two, and what is no pressure or
    resistance without an area."""
    yield from sheet.told


def shape(sheet: Sheet) -> Iterator[Finding]:
    """Rows with more or fewer cells than the header, headers given twice, no rows at all."""
    if not len(sheet):
        yield Finding("shape", Severity.ERROR, "", (), "no rows below the header",
                      "there is nothing to learn from", "Add past presses.")
    for name in sheet.repeated:
        yield Finding("shape", Severity.ERROR, name, (), "two columns have this name",
                      "which of them is meant cannot be told", "Drop or rename one.")
    if sheet.uneven:
        cells = sorted(set(sheet.uneven.values()))
        yield Finding(
            "shape", Severity.ERROR, "", tuple(sheet.uneven),
            f"{' or '.join(map(str, cells))} cells where the header has "
            f"{len(sheet.cells.columns)}", "the row is cut off, or a decimal comma splits a number "
            "in a table whose columns are told apart by commas",
            "Write numbers with a point, or separate the columns by semicolons.")


def _needed(sheet: Sheet) -> list[str]:
    free = NAMES if sheet.space is None else sheet.space.free
    return [*free, RESISTANCE]


def _remedy(column: str, name: str, sheet: Sheet) -> str:
    """How numbers of this column become those of the known one; "" where it is another thing."""
    spelled = unicodedata.normalize("NFKC", column).lower().replace("ω", "ohm")
    parts = [part for part in re.split(r"[^a-z0-9]+", spelled) if part]
    if not parts or parts[0] not in WORDS[name] or parts[-1] in {"se", "sd", "error"}:
        return ""
    units = parts[1:]
    if name == "pressure_mpa" and (unit := next((u for u in units if u in FORCE), "")):
        die = sheet.dies_mm[0]
        factor = FORCE[unit] / (sheet.dies_cm2[0] * 100.0)
        return (f"divide the force by the area of the die (on a die of {die:g} mm multiply by "
                f"{factor:.4g})")
    if name == RESISTANCE and "cm2" in units:
        return "rename it" if units[0] == "ohm" else CONVERT.get((name, units[0]), "").replace(
            " and by the electrode area in cm2", "").replace(
            " and multiply by the electrode area in cm2", "")
    for unit in units:
        if (name, unit) in CONVERT:
            return CONVERT[name, unit]
    return "check the unit" if not units and len(parts[0]) > 1 else ""
