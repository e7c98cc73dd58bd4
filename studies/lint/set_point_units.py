"""Set points in another unit, told with the unit that they look like."""

from __future__ import annotations

from collections.abc import Iterator

from pressloop.optimizer.space import NAMES
from pressloop.studies.lint.exchanged import exchanges
from pressloop.studies.lint.finding import Finding, Severity, Sure
from pressloop.studies.lint.sheet import USUAL, Sheet
from pressloop.studies.lint.units import suspected
from pressloop.trials.wording import called

SURELY_OUTSIDE = 0.1
UNITS = {"pressure_mpa": "MPa", "dwell_s": "s", "temperature_c": "degC"}
WHY = {
    "pressure_mpa": "presses show force or oil pressure; what counts is force over the area of "
                    "the die",
    "dwell_s": "a hold that is 60 times too short or too long moves every conclusion about time",
    "temperature_c": "platens of such presses run from room temperature to about 150 degC",
}


def set_point_units(sheet: Sheet) -> Iterator[Finding]:
    """Set points in another unit, for the whole column or a lot of it."""
    exchanged = {(name, row) for one in exchanges(sheet) for name in (one.one, one.other)
                 for row in one.rows}
    for name in NAMES:
        for rows, words in suspected(sheet, name):
            if (name, rows[0]) in exchanged:
                # Two columns that are exchanged need no other unit.
                continue
            whole = len(rows) == sheet.numbers(name).notna().sum()
            yield _finding(sheet, name, rows, words, whole)


def _finding(sheet: Sheet, name: str, rows: tuple[int, ...], units: list[str], whole: bool
             ) -> Finding:
    values = sheet.numbers(name)[list(rows)]
    low, high = getattr(sheet.space, name) if sheet.searched(name) else USUAL[name]
    outside = 1.0 - values.between(*sheet.usual(name)).mean()
    sure = outside >= 1.0 - SURELY_OUTSIDE
    known = "the settings' space" if sheet.searched(name) else "what such presses are set to"
    unit, words = UNITS[name], " or ".join(units[:2])
    of = "" if whole else f" of {called('lot', sheet.text('lot')[rows[0]])}"
    return Finding(
        "units", Severity.ERROR if sure else Severity.WARNING, name, () if whole else rows,
        f"values{of} from {values.min():.4g} to {values.max():.4g}, where {known} is {low:g} to "
        f"{high:g} {unit}", f"these look like {words}; {WHY[name]}",
        f"Ask which unit was written down, and convert to {unit}"
        + (" with the area of your die." if "die" in words else "."),
        Sure.LIKELY if sure else Sure.POSSIBLE)
