"""What the data check says, in sentences."""

from __future__ import annotations

from pressloop.studies.lint import Findings, Severity
from pressloop.trials.wording import counted, listed

SHOWN = 6
"""Findings that are told in full; the others are in the list below."""


def sentences(found: Findings) -> tuple[str, ...]:
    """The verdict, and what is to be looked at first."""
    first = [one for one in found.found if one.severity is not Severity.NOTE]
    return (verdict(found), *(
        f"{one.severity.capitalize()}, {one.where(found.row_word)}: {one.seen}. {one.remedy}"
        for one in first[:SHOWN]), *(
            [f"And {len(first) - SHOWN} more, listed below."] if len(first) > SHOWN else []))


def verdict(found: Findings) -> str:
    """How many findings there are of each severity."""
    counts = [counted(found.count(s), str(s)) for s in Severity if found.count(s)]
    rows = counted(found.rows, found.row_word)
    what = f"{found.name} ({rows})" if found.name else f"All {rows}"
    if not counts:
        return f"{what}: nothing suspicious in {counted(len(found.checks), 'check')}."
    return f"{what}: {listed(counts)}." + (
        " Correct the errors before anything is concluded from it." if found.serious else "")
