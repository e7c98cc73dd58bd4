"""Readings that the others contradict, each with the slip that would explain it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pressloop.studies.lint.expected import LEAST_FACTOR, Expected, expected
from pressloop.studies.lint.finding import Finding, Severity, Sure
from pressloop.studies.lint.lot_levels import comparable
from pressloop.studies.lint.sheet import ERROR, HELD, RESISTANCE, Sheet

LEAST_ABOVE = 3.0
"""Above its neighbours a reading is worth a look from this factor on, unless a slip explains it:
stacks that have come apart in part read up to 2.6 times more."""
SHOWN = 10
"""Outliers with a finding of their own; more of them are one finding together."""
EXPLAINED = 0.45
"""How near a corrected reading must come, in logarithms."""


def outliers(sheet: Sheet) -> Iterator[Finding]:
    """Readings that the others contradict."""
    sheet = comparable(sheet)
    found = expected(sheet)
    if found is None:
        return
    gap = found.read - found.expected
    rows = [row for row in gap.index[found.doubted] if _worth_a_look(found, row, gap[row])]
    rows.sort(key=lambda row: -abs(gap[row]))
    for row in rows[:SHOWN]:
        yield _outlier(sheet, found, row, gap[row])
    if len(rows) > SHOWN:
        yield Finding("outliers", Severity.WARNING, RESISTANCE, tuple(rows[SHOWN:]),
                      "further readings that the others contradict", "so many are no chance: a "
                      "lot, a die or a unit may have changed among them", "Look what these rows "
                      "have in common.", Sure.LIKELY)


def _worth_a_look(found: Expected, row: int, gap: float) -> bool:
    if abs(gap) < math.log(LEAST_FACTOR):
        return False
    return gap < 0.0 or gap > math.log(LEAST_ABOVE) or _slip(found, row, gap) != ""


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1e3 else f"{value:.0f}"


def _outlier(sheet: Sheet, found: Expected, row: int, gap: float) -> Finding:
    factor = math.exp(min(abs(gap), 300.0))
    times = f"{factor:.1f} times" if factor < 20 else f"{factor:.0f} times"
    way = f"{times} what its neighbours show" if gap > 0 else \
        f"{times} below what its neighbours show"
    seen = (f"{_number(math.exp(found.read[row]))} ohm cm2, {way} "
            f"(about {_number(math.exp(found.expected[row]))})")
    error, held = sheet.numbers(ERROR)[row], sheet.numbers(HELD)
    reasons = []
    if error > 0:
        share = 100.0 * error / math.exp(found.read[row])
        reasons.append(f"its fit error is {share:.2g} %" + (
            ", too small to explain it" if math.log1p(share / 100.0) < 0.5 * abs(gap) else ""))
    if held.notna().any() and abs(held[row] / held.median() - 1.0) > 0.1:
        reasons.append(f"it was held at {held[row]:g} MPa, the others at {held.median():g} MPa")
    slip = _slip(found, row, gap)
    if slip:
        reasons.append(slip)
    return Finding("outliers", Severity.ERROR if slip else Severity.WARNING, RESISTANCE,
                   (int(row),), seen, "; ".join(reasons) or "no slip of the pen explains it",
                   "Look at its spectrum and the lab's book; correct the cell, or leave the row "
                   "out if the stack was not sound. A model gives it little weight meanwhile.",
                   Sure.LIKELY)


def slipped_by(gap: float) -> float | None:
    """The power of ten by which a decimal point that slipped explains this gap of logarithms.

    None where none does."""
    return next((factor for factor in (10.0, 100.0, 1000.0)
                 if abs(abs(gap) - math.log(factor)) < EXPLAINED), None)


def _slip(found: Expected, row: int, gap: float) -> str:
    """The slip of the pen that would make the reading what is expected; "" where none would."""
    if (factor := slipped_by(gap)) is not None:
        return f"a decimal point that slipped by a factor of {factor:g} would explain it"
    points, here = found.points, found.points.loc[[row]]
    tried = []
    if {"pressure_mpa", "temperature_c"} <= set(points):
        tried.append(("pressure and temperature exchanged", here.rename(
            columns={"pressure_mpa": "temperature_c", "temperature_c": "pressure_mpa"})))
    for name, factor in (("pressure_mpa", 10.0), ("pressure_mpa", 0.1), ("dwell_s", 60.0)):
        if name in points:
            words = f"{name} {'times' if factor > 1 else 'over'} {max(factor, 1 / factor):g}"
            tried.append((words, here.assign(**{name: here[name] * factor})))
    for words, other in tried:
        inside = all(points[n].drop(row).min() <= other[n].iloc[0] <= points[n].drop(row).max()
                     for n in other)
        if inside and abs(found.read[row] - float(found.of_recipes(other)[0])) < min(
                EXPLAINED, 0.3 * abs(gap)):
            return f"{words} would explain it"
    return ""
