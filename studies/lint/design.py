"""What the presses were chosen to tell: labels, order, coverage, columns that do not vary."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import spearmanr

from pressloop.optimizer.space import NAMES
from pressloop.studies.lint.exchanged import misplaced
from pressloop.studies.lint.finding import Finding, Severity, Sure, listed
from pressloop.studies.lint.sheet import RESISTANCE, Sheet, rows_where
from pressloop.trials.wording import counted

SORTED, LONG = 0.95, 8
"""Rank correlation of rows and pressure from which on they count as sorted, and rows it takes."""
COVERED = 0.5
"""Share of a variable's range that presses should span."""
ONE_LEVEL = 3
"""Levels of pressure from which on an order can be told."""


def labels(sheet: Sheet) -> Iterator[Finding]:
    """Lots and operators that are not told."""
    for name, why in [
            ("lot", "lots differ by 8 % and more, which is then taken for scatter"),
            ("operator", "hands differ as lots do, which is then taken for scatter")]:
        lost = sheet.text(name) == ""
        if lost.all():
            yield Finding("labels", Severity.NOTE, name, (), "not recorded", why,
                          f"Keep a column {name}.")
        elif lost.any():
            yield Finding("labels", Severity.WARNING, name, rows_where(lost), "empty",
                          f"{why}; a nameless row is counted to another {name}", "Fill it in.")


def order(sheet: Sheet) -> Iterator[Finding]:
    """Presses in the order of their pressure."""
    values = sheet.numbers("pressure_mpa").dropna()
    if len(values) < LONG or values.nunique() < ONE_LEVEL:
        return
    rank = spearmanr(np.arange(len(values)), values).statistic
    if abs(rank) >= SORTED:
        yield Finding(
            "order", Severity.WARNING if sheet.ordered else Severity.NOTE, "pressure_mpa", (),
            f"{sheet.row_word}s stand in the order of {'rising' if rank > 0 else 'falling'} "
            "pressure", "if they were pressed in this order, whatever drifted meanwhile (humidity, "
            "a die, a powder) looks like an effect of pressure",
            "Press in random order; if the table was only sorted afterwards, all is well.",
            Sure.POSSIBLE)


def constant(sheet: Sheet) -> Iterator[Finding]:
    """Columns that never change where they are expected to."""
    if len(sheet) < 3:
        return
    free = NAMES if sheet.space is None else sheet.space.free
    for name in (*free, RESISTANCE):
        values = sheet.numbers(name).dropna()
        if len(values) >= 3 and values.nunique() == 1:
            known = name == RESISTANCE or sheet.space is not None
            yield Finding(
                "constant", (Severity.ERROR if name == RESISTANCE else Severity.WARNING)
                if known else Severity.NOTE, name, (), f"{values.iloc[0]:g} in every row",
                "stacks never read all alike: this is a default or a copied cell"
                if name == RESISTANCE else "what never changed, nothing can be learned about",
                "Look where the numbers come from." if name == RESISTANCE else
                f"Vary it, or fix it in the settings ([space] {name} = {values.iloc[0]:g}).")


def recipes(sheet: Sheet) -> Iterator[Finding]:
    """Fewer different recipes than a curved surface needs."""
    points = sheet.set_points().dropna(axis=1, how="all").dropna()
    varied = [name for name in points if points[name].nunique() > 1]
    count, d = len(points.drop_duplicates()), len(varied)
    need = (d + 1) * (d + 2) // 2
    if d and count < need:
        yield Finding("recipes", Severity.WARNING, "", (), counted(count, "different recipe"),
                      f"a curved response to {listed(varied)} has {need} unknowns, so these "
                      "recipes cannot tell where the best one is", "Press more different recipes "
                      "rather than more of the same.")


def coverage(sheet: Sheet) -> Iterator[Finding]:
    """Ranges of the settings that no press has been in."""
    if sheet.space is None or len(sheet) < LONG:
        return
    wrong = {name for name, rows in misplaced(sheet).items() if rows}
    for name in sheet.space.free:
        values = sheet.numbers(name).dropna()
        if name in wrong:
            # Numbers of another unit or column say nothing of the range.
            continue
        low, high = getattr(sheet.space, name)
        kept = values[values.between(low, high)]
        if kept.empty or values.nunique() == 1:
            continue
        span = abs(_scale(name, kept.max()) - _scale(name, kept.min()))
        share = span / abs(_scale(name, high) - _scale(name, low))
        if share < COVERED:
            yield Finding("coverage", Severity.WARNING, name, (),
                          f"from {kept.min():g} to {kept.max():g} of {low:g} to {high:g}",
                          f"of {100.0 * (1.0 - share):.0f} % of the range, on the scale on which "
                          "it acts, these stacks say nothing", "Narrow [space], or press there.")
        if (outside := (~values.between(low, high))).any():
            yield Finding("coverage", Severity.NOTE, name, rows_where(outside),
                          f"outside of {low:g} to {high:g}", "these rows help less, as no recipe "
                          "is sought there", "Widen [space] if such recipes are wanted.")


def _scale(name: str, value: float) -> float:
    return float(-1.0 / (value + 273.15) if name == "temperature_c" else np.log(value))
