"""Data check: what in a table would mislead a model, before any model sees it.

A check is a function from a table to findings; to add one, write it and put it into CHECKS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from pressloop.studies.data import StudyData
from pressloop.studies.executor import Each, one_by_one
from pressloop.studies.lint.areas import lot_areas
from pressloop.studies.lint.confounded import confounded
from pressloop.studies.lint.copies import columns_twice, readings_twice, rows_twice, stacks_twice
from pressloop.studies.lint.design import constant, coverage, labels, order, recipes
from pressloop.studies.lint.finding import Finding, Severity, Sure
from pressloop.studies.lint.headers import headers, read_already, shape
from pressloop.studies.lint.lot_levels import lot_levels
from pressloop.studies.lint.measured import (
    quantity_columns,
    quantity_failures,
    quantity_numbers,
    quantity_readings,
)
from pressloop.studies.lint.outliers import outliers
from pressloop.studies.lint.readings import (
    empty_cells,
    failures,
    impossible,
    intact_stacks,
    not_numbers,
    stack_pressures,
    standard_errors,
)
from pressloop.studies.lint.set_point_units import set_point_units
from pressloop.studies.lint.sheet import Sheet, sheet_of
from pressloop.studies.lint.swaps import odd_set_points
from pressloop.studies.lint.units import resistance_beside
from pressloop.studies.lint.unused import unused_columns
from pressloop.trials.errors import BadInput

__all__ = ["CHECKS", "Check", "Finding", "Findings", "Options", "Severity", "Sheet", "Sure",
           "lint", "lint_sheet", "sheet_of"]

Check = Callable[[Sheet], Iterator[Finding]]
"""A check looks at a table and yields what it finds; it never raises on bad data."""

CHECKS: tuple[Check, ...] = (
    read_already, shape, headers, not_numbers, empty_cells, impossible, failures, intact_stacks,
    set_point_units, odd_set_points, resistance_beside, rows_twice, readings_twice, stacks_twice,
    columns_twice, stack_pressures, lot_levels, outliers, lot_areas, standard_errors, labels,
    confounded, order, constant, recipes, coverage, unused_columns)


MEASURED: tuple[Check, ...] = (quantity_columns, quantity_numbers, quantity_failures,
                               quantity_readings)
"""Of tables of other measured quantities."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the data check leaves out. Raises BadInput on other words.

    without: checks to leave out.
    """

    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = [check.__name__ for check in (*CHECKS, *MEASURED)]
        for name in self.without:
            if name not in known:
                raise BadInput("lint.without", name, f"one of {', '.join(known)}",
                               "Correct it, or leave it out.")


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a table of `rows` rows, the worst first.

    `name` is that of its file, "" for trials."""

    name: str
    rows: int
    found: tuple[Finding, ...] = ()
    row_word: str = "row"
    checks: tuple[str, ...] = field(default=())

    def count(self, severity: Severity) -> int:
        """How many findings are as bad as this."""
        return sum(one.severity is severity for one in self.found)

    @property
    def serious(self) -> bool:
        """True when something would mislead a model."""
        return self.count(Severity.ERROR) > 0

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """`findings`: one a row."""
        return {"findings": [
            {"check": one.check, "severity": str(one.severity), "sure": str(one.sure),
             "column": one.column, "rows": ", ".join(map(str, one.rows)), "seen": one.seen,
             "why": one.why, "remedy": one.remedy} for one in self.found]}


def lint(data: StudyData, options: Options | None = None, *, seed: int = 0,
         each: Each = one_by_one) -> Findings:
    """Checks trials, by number. `seed` is for the shape of a part: nothing is random here."""
    sheet = sheet_of(data.trials, "", data.space)
    return lint_sheet(replace(sheet, quantities=data.quantities), options, each=each)


def lint_sheet(sheet: Sheet, options: Options | None = None, *, each: Each = one_by_one
               ) -> Findings:
    """Checks a table as it stands in its file. Raises nothing on bad data, but tells of it."""
    checks = [c for c in checks_of(sheet) if c.__name__ not in (options or Options()).without]
    jobs = [(check, sheet) for check in checks]
    found = [one for some in each(_looked, jobs, "Data check") for one in some]
    found.sort(key=lambda one: list(Severity).index(one.severity))
    return Findings(sheet.name, len(sheet), tuple(found), sheet.row_word,
                    tuple(check.__name__ for check in checks))


def checks_of(sheet: Sheet) -> tuple[Check, ...]:
    """The checks that are made of a table.

    Where other quantities are measured, those of them in place of those of resistances."""
    if not sheet.quantities:
        return CHECKS
    if any(q.is_resistance for q in sheet.quantities):
        return (*CHECKS, *MEASURED)
    core = (set_point_units, odd_set_points) if sheet.space is not None else ()
    return (read_already, shape, *core, rows_twice, stacks_twice, columns_twice, *MEASURED)


def _looked(job: tuple[Check, Sheet]) -> tuple[Finding, ...]:
    """What one check finds.

    One that stumbles is told as such and costs the others nothing: it is no error in the table."""
    check, sheet = job
    try:
        return tuple(check(sheet)) if len(sheet) or check in (shape, read_already) else ()
    except Exception as error:  # noqa: BLE001 - told as a finding
        words = " ".join(str(error).split())[:200]
        return (Finding(
            check.__name__, Severity.WARNING, "", (),
            f"this check could not be made: {type(error).__name__}: {words}".rstrip(": "),
            "pressloop stumbled over the table, so what this check looks for was not looked for; "
            "the other checks were made", "Please report it, with this message and, if you may, "
            "the table."),)
