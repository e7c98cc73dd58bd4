"""Ways to fail, from their own column and from words in the column of readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pressloop.flows.past.columns.picked import Picked
from pressloop.flows.past.columns.remarks import (
    NAN,
    answered,
    causes,
    has_reading,
    is_remark,
    remarked,
)
from pressloop.flows.past.columns.resistances import are_words
from pressloop.flows.past.columns.work import Work, line_of, rows_words
from pressloop.trials.tables.columns.headings import folded
from pressloop.trials.tables.columns.names import ERROR, MODE, RESISTANCE, asked
from pressloop.trials.tables.columns.outcomes import (
    ASKS_SOUND,
    IN_WORK,
    INTACT,
    OPPOSITE,
    failure_in,
    said,
    says_failures,
)


def read_failures(work: Work) -> None:
    """Ways to fail, from their own column and from words in the column of readings."""
    one = work.chosen.picked.get(MODE)
    error = work.chosen.picked.get(ERROR)
    if one is None and error is not None and are_words(work, error):
        one = replace(error, quantity=MODE)
        work.chosen.picked[MODE] = one
    own = work.how.failure_words
    if one is None and (at := _told_anywhere(work)) is not None:
        one = Picked(MODE, (at,), (work.header[at],))
        work.chosen.picked[MODE] = one
    cells = [""] * len(work.rows)
    if one is not None:
        raw = work.raw(one.places[0])
        picked = _told_anywhere(work) == one.places[0]
        if one.own or picked or says_failures(asked(folded(one.headers[0])), raw, own):
            cells = _modes(work, one, raw)
        else:
            one = None
    more = answered(work, cells)
    causes(work, cells)
    remarked(work, cells)
    for at, mode in (*work.failures.items(), *work.stands_for.items()):
        cells[at] = cells[at] or mode
    if one is not None or more or any(cells):
        work.columns[MODE] = cells
        read = work.columns.get(RESISTANCE, [])
        if read:
            work.columns[RESISTANCE] = ["" if mode and cell.casefold() == NAN else cell
                                        for cell, mode in zip(read, cells, strict=True)]
    if work.failures:
        rows = rows_words([work.rows[at][0] for at in work.failures])
        work.notes.append(f"{work.read} of {rows} is a word for a failure, and taken as one")


def _told_anywhere(work: Work) -> int | None:
    """The column, whatever its name, that holds outcome words only and tells of a failure."""
    for at in work.free(but=MODE):
        words = [word for word in work.raw(at) if word]
        if words and all(
                said(word, work.how.failure_words) is not None for word in words) and any(
                failure_in(word, work.how.failure_words) for word in words):
            return at
    return None


def _modes(work: Work, one: Picked, raw: Sequence[str]) -> list[str]:
    told, out = dict[str, str](), list[str]()
    sound = asked(folded(one.headers[0])) in ASKS_SOUND
    remark = is_remark(one.headers[0])
    for cell in raw:
        found = said(cell, work.how.failure_words)
        if sound and cell.casefold() in OPPOSITE:
            found = OPPOSITE[cell.casefold()]
        if found is None and remark and has_reading(work, len(out)):
            found = INTACT
        mode = cell if found is None else "" if found in (INTACT, IN_WORK) else found
        out.append(mode)
        if cell and mode != cell and said(cell, work.how.failure_words) is not None:
            told[cell] = mode or ("not failed" if found == INTACT else "in work")
    if told or not one.own:
        work.lines.append(replace(line_of(one, ", ".join(
            f"{word!r} is {mode}" for word, mode in list(told.items())[:6]), (), ()),
            trivial=False))
    return out
