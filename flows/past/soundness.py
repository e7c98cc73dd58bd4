"""What `lint` calls an error stops a table from being learned from or kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pressloop.flows.past.sheet import sheet_from
from pressloop.flows.past.trials import PastTable
from pressloop.flows.settings.campaign import Settings
from pressloop.studies.lint import Finding, Findings, Options, Severity, Sheet, lint_sheet
from pressloop.studies.lint.rough import may_have_slipped
from pressloop.trials.errors import BadInput
from pressloop.trials.wording import by_number, counted

KINDS = ("confounded", "constant", "copies", "decimal point", "empty", "exchanged", "failures",
         "headers", "impossible", "lots", "numbers", "outliers", "shape", "stack pressure", "units")
"""Kinds of findings that may be accepted, as `lint` names them in its JSON."""
SAID = ("unused column", "confounded", "units")
"""Kinds whose warnings every command says that reads a table."""


def prove_sound(table: PastTable, path: Path, settings: Settings) -> tuple[str, ...]:
    """Raises BadInput for the first error that `lint` finds in the table.

    Unless the settings accept its kind. Returns warnings that are to be said, a line each."""
    sheet = sheet_from(table.reading, path, settings)
    found = with_accepted(lint_sheet(sheet, Options(without=_dear(sheet))), settings).found
    errors = [one for one in found if one.severity is Severity.ERROR]
    if errors:
        raise refusal(errors, path)
    return tuple(f"Warning: {one.where()}: {one.seen}: {one.why}. {one.remedy}" for one in found
                 if one.check in SAID and one.severity is Severity.WARNING)


def _dear(sheet: Sheet) -> tuple[str, ...]:
    """Checks that take seconds and find no error here.

    Areas of lots are never one, and a slipped point is looked for only where a reading lies far
    off."""
    if sheet.quantities and not any(q.is_resistance for q in sheet.quantities):
        return ()
    return ("lot_areas",) if may_have_slipped(sheet) else ("lot_areas", "outliers")


def with_accepted(found: Findings, settings: Settings | None) -> Findings:
    """The findings; an error of a kind that the settings accept is a note.

    Raises BadInput for a kind that there is not."""
    accepted = () if settings is None else settings.table.accept
    for name in accepted:
        if name not in KINDS:
            raise BadInput("table.accept", name, f"one of {', '.join(KINDS)}",
                           "Correct it, or leave it out.")
    return replace(found, found=tuple(
        replace(one, severity=Severity.NOTE, remedy="Accepted in the settings.")
        if one.severity is Severity.ERROR and one.check in accepted else one
        for one in found.found))


def refusal(errors: Sequence[Finding], path: Path) -> BadInput:
    """What is said of a table with these errors: the first, and how many there are besides."""
    first, left = errors[0], len(errors) - 1
    more = f" {by_number(left, 'There is', 'There are')} {counted(left, 'more error')}: see " \
        f"`pressloop lint {path.name}`." if left else ""
    return BadInput(f"{path.name}: {first.where()}", first.seen, "what can be meant as it stands",
                    f"{first.why[:1].upper()}{first.why[1:]}. {first.remedy} Nothing of the table "
                    f'was used.{more} If it is right: [table] accept = ["{first.check}"].')
