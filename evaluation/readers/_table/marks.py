"""Which mark is the decimal one, and which parts thousands, in the numbers of one table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pressloop.evaluation.readers._table.cells import parts
from pressloop.trials.errors import BadInput

_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
"""1,234: a thousand or a bit more than one."""
_GROUPED = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})*(?:[.,][0-9]*)?")


@dataclass(frozen=True, slots=True)
class Marks:
    """The decimal mark and the mark between thousands; empty where there is none."""

    decimal: str = ""
    thousands: str = ""


def marks_of(source: str, numbered_cells: Iterable[tuple[int, str]]) -> Marks:
    """The marks of all numbers of a table, given with their line numbers.

    A mark that stands twice in a number, or before the other one, parts thousands; one that
    stands before other than three digits is decimal. Raises BadInput, naming the line, where both
    marks are decimal, or where nothing tells which is.
    """
    decimal: dict[str, int] = {}
    thousands: dict[str, int] = {}
    either: dict[str, int] = {}
    for at, cell in numbered_cells:
        if found := parts(cell):
            _sort(found[1], bool(found[2]), at, decimal, thousands, either)
    if len(decimal) > 1 or len(thousands) > 1 or set(decimal) & set(thousands):
        clash = max([*decimal.values(), *thousands.values()])
        raise _unclear(source, clash, decimal, thousands)
    if not decimal and not thousands and len(either) > 1:
        raise _unclear(source, max(either.values()), either, {})
    if not decimal:
        left = [mark for mark in either if mark not in thousands]
        decimal = {left[0]: 0} if left else {}
    mark = next(iter(decimal), "")
    other = next(iter([*thousands, *(one for one in either if one != mark)]), "")
    return Marks(mark, other)


def _sort(digits: str, exponent: bool, at: int, decimal: dict[str, int],
          thousands: dict[str, int], either: dict[str, int]) -> None:
    marks = re.findall("[.,]", digits)
    if not marks:
        return
    if len(set(marks)) == 2:
        decimal.setdefault(marks[-1], at)
        thousands.setdefault(marks[0], at)
        if not _GROUPED.fullmatch(digits):
            decimal.setdefault(marks[0], at)
    elif len(marks) > 1:
        thousands.setdefault(marks[0], at)
        if not _GROUPED.fullmatch(digits):
            decimal.setdefault(marks[0], at)
    else:
        clear = exponent or not _EITHER.fullmatch(digits)
        (decimal if clear else either).setdefault(marks[0], at)


def _unclear(source: str, at: int, decimal: dict[str, int], thousands: dict[str, int]) -> BadInput:
    both = " and ".join(sorted({*decimal, *thousands}))
    return BadInput(f"{source} line {at}", f"decimal marks {both}",
                    "one decimal mark in all columns", "Export without a mark between thousands.")
