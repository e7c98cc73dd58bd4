"""What a check found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

SHOWN = 12
"""Rows that are named before "and so many more"."""


class Severity(StrEnum):
    """How bad a finding is.

    An error is a number that cannot be meant as it stands, a warning is sound and may mislead a
    model, a note is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Sure(StrEnum):
    """How sure the check is that something is wrong."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is suspicious: what is seen where, why it is, and what to do about it.

    `rows` are numbers as in the file; empty where the whole column or table is meant."""

    check: str
    severity: Severity
    column: str
    rows: tuple[int, ...]
    seen: str
    why: str
    remedy: str
    sure: Sure = Sure.CERTAIN

    def where(self, word: str = "row") -> str:
        """Column and rows in words."""
        named = row_words(self.rows, word)
        return ", ".join(part for part in (self.column, named) if part) or "table"


def row_words(rows: Sequence[int], word: str = "row") -> str:
    """Row numbers as people write them: "row 7", "rows 3 to 9, 12"; "" for none."""
    if not rows:
        return ""
    runs = list(_runs(sorted(set(rows))))
    named = ", ".join(str(a) if a == b else f"{a}, {b}" if b == a + 1 else f"{a} to {b}"
                      for a, b in runs[:SHOWN])
    left = sum(b - a + 1 for a, b in runs[SHOWN:])
    plural = "s" if len(set(rows)) > 1 else ""
    return f"{word}{plural} {named}" + (f" and {left} more" if left else "")


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    begin = before = rows[0]
    for row in rows[1:]:
        if row != before + 1:
            yield begin, before
            begin = row
        before = row
    yield begin, before


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names with commas, cut where there are many."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
