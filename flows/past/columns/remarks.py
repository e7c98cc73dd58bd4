"""Failures beside the column of failures: columns such as `Cracked?`, and what remarks tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pressloop.flows.past.columns.picked import Picked
from pressloop.flows.past.columns.work import Work, line_of
from pressloop.trials.tables.columns.headings import folded
from pressloop.trials.tables.columns.names import MODE, REMARK, RESISTANCE, asked
from pressloop.trials.tables.columns.outcomes import (
    FAILED,
    IN_WORK,
    INTACT,
    ONLY_AS_OUTCOME,
    failure_in,
    said,
)

WHETHER = re.compile(r"の?有無|有无|여부|是否|[?？]")
"""What makes a question of a way to fail, in a header from China, Japan or Korea."""
NAN = "nan"
"""What programs write for a reading that there is none of."""


def answered(work: Work, cells: list[str]) -> bool:
    """Ways to fail that have a column each, with yes or no in it, put into `cells`.

    A stack that failed in two of these ways is one whose cause is not known. True where there is
    such a column."""
    found = list(_questions(work))
    for at, mode, raw in found:
        for row, cell in enumerate(raw):
            if said(cell) == FAILED:
                cells[row] = mode if cells[row] in ("", mode) else FAILED
        one = Picked(MODE, (at,), (work.header[at],))
        work.lines.append(replace(line_of(one, f"yes is {mode}", (), ()), trivial=False))
        work.used.add(at)
    return bool(found)


def remarked(work: Work, cells: list[str]) -> None:
    """Failures that a remark tells of, put into `cells`: of stacks without a reading and a failure.

    Of one with a reading, only a remark that says nothing else counts: the two speak against each
    other, and the row is refused for it."""
    told = list[str]()
    for at in work.free():
        if not is_remark(work.header[at]):
            continue
        for row, cell in enumerate(work.raw(at)):
            open_yet = cells[row] in ("", FAILED)
            mode = failure_in(cell, work.how.failure_words) if cell and open_yet else ""
            if mode in ("", cells[row]):
                continue
            if not has_reading(work, row) or len(cell.split()) < 3:
                cells[row] = mode
                told.append(f"row {work.rows[row][0]} is {mode}, as {work.header[at]!r} says "
                            f"{cell[:40]!r}")
    if told:
        work.notes.append("; ".join(told[:6]) + (f" and {len(told) - 6} more" if len(told) > 6
                                                 else ""))


def causes(work: Work, cells: list[str]) -> None:
    """How stacks failed, put into `cells`, of which another column says only that they did.

    The cells of such a column are outcome words only, and tell of a way to fail."""
    for at in work.free():
        raw = work.raw(at)
        if FAILED not in cells or is_remark(work.header[at]) or any(
                cell and said(cell, work.how.failure_words) is None for cell in raw):
            continue
        told = dict[str, str]()
        for row, cell in enumerate(raw):
            mode = failure_in(cell, work.how.failure_words) if cells[row] == FAILED else ""
            if mode not in ("", FAILED):
                cells[row] = told[cell] = mode
        if told:
            words = ", ".join(f"{word!r} is {mode}" for word, mode in list(told.items())[:6])
            work.lines.append(replace(line_of(Picked(MODE, (at,), (work.header[at],)), words,
                                              (), ()), trivial=False))
            work.used.add(at)


def is_remark(header: str) -> bool:
    """True for a column in which people write what they like."""
    return REMARK.search(folded(header)) is not None


def _questions(work: Work) -> Iterator[tuple[int, str, Sequence[str]]]:
    """Columns whose header is a way to fail and whose cells answer it with yes or no."""
    for at in work.free():
        header = work.header[at]
        mode = said(asked(folded(header))) or said(WHETHER.sub("", header).strip())
        raw = work.raw(at)
        answers = {cell.casefold() for cell in raw if cell}
        if mode not in (None, "", FAILED, INTACT, IN_WORK) and answers and all(
                one in ONLY_AS_OUTCOME for one in answers):
            yield at, str(mode), raw


def has_reading(work: Work, row: int) -> bool:
    """True where the row has something in its column of readings."""
    read = work.columns.get(RESISTANCE)
    return read is not None and read[row].casefold() not in ("", NAN)
