"""Readings: numbers that are none, shorts and overflows, errors, failures with a resistance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pressloop.studies.lint.finding import Finding, Severity, Sure, listed
from pressloop.studies.lint.sheet import ERROR, HELD, MODE, NUMERIC, RESISTANCE, Sheet, rows_where
from pressloop.trials.outcome import FailureMode
from pressloop.trials.readings import LABELS
from pressloop.trials.tables.columns.cells import BOUND, NO_READING
from pressloop.trials.wording import counted

OVERFLOW = 1e9
"""Ohm cm2 that no stack has; analysers write 9.9E37 for a reading that they do not have."""
SAME_HELD, MIXED_HELD = 0.02, 0.10
"""Relative spread of the stack pressure that is a reading's, and one that is another setting's."""
DIGITISED = "a model then takes every reading for as good as the others"


FEW_INTACT = 5
"""Intact stacks below which even a straight line over the set points has no stack to spare."""


def intact(sheet: Sheet) -> pd.Series:
    """Which rows have the resistance of an intact stack, by row."""
    values = sheet.numbers(RESISTANCE)
    return (values > 0.0) & (values < OVERFLOW) & (sheet.text(MODE) == "")


def bounds(text: pd.Series) -> pd.Series:
    """Which cells bound a reading, such as `>1000`, or say that it was out of range."""
    return text.map(lambda cell: bool(BOUND.match(cell)) or cell.strip().casefold() in NO_READING
                    ).astype(bool)


def intact_stacks(sheet: Sheet) -> Iterator[Finding]:
    """Tables in which no stack, or hardly one, came out whole."""
    read = sheet.text(RESISTANCE)
    stated = (read != "") & ~bounds(read) & (sheet.text(MODE) == "")
    count, failed = int(stated.sum()), int((sheet.text(MODE) != "").sum())
    # A column that is missing, or empty beside stacks that did not fail, is told by others.
    has_outcomes = count + failed > 0 and (sheet.has(RESISTANCE) or failed == len(sheet))
    if count >= FEW_INTACT or not has_outcomes:
        return
    kept = "no intact stack" if not count else f"{counted(count, 'intact stack')} only"
    yield Finding(
        "intact", Severity.WARNING, RESISTANCE, (),
        f"{kept}, {counted(failed, 'failed stack')}",
        "nothing can be learned of resistance, only of what breaks stacks" if not count else
        "too few to tell what a recipe does to resistance from scatter",
        "Press where stacks stay whole, such as at lower pressure if they were crushed or shorted; "
        "if they were intact, empty failure_mode and fill in the resistance." if failed else
        "Add more stacks.")


def not_numbers(sheet: Sheet) -> Iterator[Finding]:
    """Text where a number belongs."""
    for name in NUMERIC:
        if not sheet.has(name):
            continue
        text = sheet.text(name)
        bad = (text != "") & ~np.isfinite(sheet.numbers(name))
        if name == RESISTANCE and (bound := bad & bounds(text)).any():
            bad &= ~bound
            yield Finding(
                "numbers", Severity.NOTE, name, rows_where(bound),
                f"reads {listed([repr(str(v)) for v in text[bound].unique()])}",
                "this bounds a resistance and is no reading, so the stacks are set aside and teach "
                "no model", "Measure again in another range if these stacks matter.")
        if bad.any():
            yield Finding(
                "numbers", Severity.ERROR, name, rows_where(bad),
                f"reads {listed([repr(str(v)) for v in text[bad].unique()])}",
                "this is no number",
                "Write the number, or leave the cell empty where there is no reading.")


def empty_cells(sheet: Sheet) -> Iterator[Finding]:
    """Rows without a set point that others have, and rows that do not say how the stack ended."""
    for name in ("pressure_mpa", "dwell_s", "temperature_c"):
        lost = sheet.text(name) == ""
        if sheet.has(name) and lost.any() and not lost.all() and (
                sheet.space is None or name in sheet.space.free):
            yield Finding("empty", Severity.ERROR, name, rows_where(lost), "empty",
                          "a press without this set point is not a known recipe",
                          "Fill it in or drop the row.")
    untold = (sheet.text(RESISTANCE) == "") & (sheet.text(MODE) == "")
    if sheet.has(RESISTANCE) and untold.any():
        yield Finding("empty", Severity.NOTE, RESISTANCE, rows_where(untold),
                      "neither a resistance nor a failure", "such stacks count as in work: nothing "
                      "is learned from them, and their recipes are not suggested again",
                      f"If they failed, write {', '.join(map(str, FailureMode))} into "
                      "failure_mode; spoilt, if a person spoilt them.")


def impossible(sheet: Sheet) -> Iterator[Finding]:
    """Resistances of zero or less, and an analyser's overflow."""
    values = sheet.numbers(RESISTANCE)
    if (short := values <= 0.0).any():
        yield Finding("impossible", Severity.ERROR, RESISTANCE, rows_where(short),
                      f"reads {listed([f'{v:g}' for v in values[short].unique()])}",
                      "a resistance of zero or less is a short or a sign slip, not a good stack",
                      "Leave it empty and write shorted into failure_mode.")
    if (over := values >= OVERFLOW).any():
        yield Finding("impossible", Severity.ERROR, RESISTANCE, rows_where(over),
                      f"reads {listed([f'{v:g}' for v in values[over].unique()])}",
                      "this is what an analyser writes when it has no reading (9.9E37), or an open "
                      "circuit", "Leave it empty; write delaminated into failure_mode if the stack "
                      "had come apart.")


def failures(sheet: Sheet) -> Iterator[Finding]:
    """Failed stacks that carry a resistance, and failures by unknown words."""
    mode = sheet.text(MODE)
    both = (mode != "") & (sheet.text(RESISTANCE) != "")
    if both.any():
        yield Finding("failures", Severity.ERROR, RESISTANCE, rows_where(both),
                      "a resistance for a stack that failed", "a failed stack has no interfacial "
                      "resistance: a number there, real or made up, bends the model",
                      "Empty the cell, or the failure if the stack was sound.")
    known = list(LABELS)
    if (odd := (mode != "") & ~mode.isin(known)).any():
        yield Finding("failures", Severity.ERROR, MODE, rows_where(odd),
                      f"reads {listed([str(m) for m in mode[odd].unique()])}",
                      "failures differ in which way pressure must go, so their names matter",
                      f"Use one of {', '.join(known)}.")


def standard_errors(sheet: Sheet) -> Iterator[Finding]:
    """Standard errors that are missing, zero, or as large as the reading."""
    values, errors = sheet.numbers(RESISTANCE), sheet.numbers(ERROR)
    if not sheet.has(ERROR):
        if sheet.has(RESISTANCE):
            yield Finding("errors", Severity.NOTE, ERROR, (), "no standard errors of the fits",
                          DIGITISED, "Keep what the impedance fit states, in ohm cm2.")
        return
    lost = values.notna() & (sheet.text(ERROR) == "")
    if lost.any():
        all_of = lost.sum() == values.notna().sum()
        yield Finding("errors", Severity.NOTE if all_of else Severity.WARNING, ERROR,
                      rows_where(lost), "empty beside a resistance", DIGITISED,
                      "Fill in what the impedance fit states.")
    if (zero := errors <= 0.0).any():
        yield Finding("errors", Severity.WARNING, ERROR, rows_where(zero), "zero or negative",
                      "no fit is exact: a zero stands for an error that was not worked out",
                      "Leave the cell empty, or fill in the error of the fit.")
    if (wide := errors > 0.5 * values.where(values > 0)).any():
        yield Finding("errors", Severity.WARNING, ERROR, rows_where(wide),
                      "more than half of the resistance", "such a fit hardly knows the resistance; "
                      "or the error is in percent", "Look at the spectrum, or measure again.",
                      Sure.LIKELY)


def stack_pressures(sheet: Sheet) -> Iterator[Finding]:
    """Impedance read at different stack pressures."""
    if not sheet.has(RESISTANCE):
        return
    held = sheet.numbers(HELD)
    measured = sheet.numbers(RESISTANCE).notna()
    if not sheet.has(HELD) or held.notna().sum() == 0:
        yield Finding("stack pressure", Severity.NOTE, HELD, (), "not recorded",
                      "resistance depends on the pressure held during impedance; whether it was "
                      "the same for all cannot be told", "Keep it in a column of its own, in MPa.")
        return
    if (lost := measured & held.isna()).any():
        yield Finding("stack pressure", Severity.WARNING, HELD, rows_where(lost), "empty",
                      "whether these stacks were held as hard as the others cannot be told",
                      "Fill in what was held during impedance.")
    levels = held[measured].dropna()
    middle, apart = levels.median(), levels.max() - levels.min()
    if middle > 0 and apart > SAME_HELD * middle:
        most = levels.round(1).mode().iloc[0]
        yield Finding(
            "stack pressure", Severity.WARNING, HELD,
            rows_where(measured & ((held - most).abs() > SAME_HELD * most)),
            f"{levels.nunique()} stack pressures from {levels.min():g} to {levels.max():g} MPa "
            f"(most often {most:g} MPa)", "held less hard, a stack reads higher, by more than many "
            "a recipe makes; a slope over pressure may even change its sign "
            "(Cronau 2021, doi 10.1021/acsenergylett.1c01299)",
            "Compare only rows that were held alike.")
