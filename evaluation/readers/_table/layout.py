"""`--columns f,re,-im`: a person says what the columns of a file are, whatever its header says."""

from __future__ import annotations

from collections import Counter

from pressloop.evaluation.readers._table.cells import WHITESPACE, cells, is_number
from pressloop.evaluation.readers._table.columns import Column, groups
from pressloop.evaluation.readers._table.names import name_of
from pressloop.evaluation.readers._table.rows import Line, Table, numbered
from pressloop.trials.errors import BadInput

_LOOKED_AT = 400
_FORM = "Such as f,re,-im or f/kHz,|z|/Ohm,phase/deg or _,f,rs,x; _ skips a column."


def table(text: str, source: str, said: str) -> Table:
    """The rows of a text under the columns a person named. Raises BadInput where that cannot be."""
    named = _columns(said)
    lines = [(at, line) for at, line in numbered(text) if line.strip()]
    needed = 1 + max(column.index for column in named)
    delimiter, start = _first_row(lines, named)
    if start is None:
        raise BadInput(f"{source}: --columns", said,
                       f"the columns of the rows, but no line has {needed} numbers there", _FORM)
    below = lines[start:]
    widths = Counter(len(cells(line, delimiter)) for _, line in below)
    return Table(source, groups(named), max(widths, key=lambda width: widths[width]), delimiter,
                 below, ended=text.endswith("\n"))


def _columns(said: str) -> list[Column]:
    named = []
    for index, word in enumerate(said.split(",")):
        token = word.strip()
        if token.strip("_ "):
            name = name_of(token)
            if name is None:
                raise BadInput("--columns", token, "f, re, im, -im, |z|, phase, rs, x, cp, d ... "
                               "or the name of a column", _FORM)
            named.append(Column(index, token, name))
    if not groups(named):
        raise BadInput("--columns", said, "a frequency with two parts of an impedance", _FORM)
    for group in groups(named):
        for column in group.chosen():
            column.factor()
    return named


def _first_row(lines: list[Line], named: list[Column]) -> tuple[str, int | None]:
    """The delimiter under which most lines have numbers in the named columns.

    Also the first such line."""
    best: tuple[int, str, int | None] = (0, WHITESPACE, None)
    for delimiter in ("\t", ";", ",", ":", WHITESPACE):
        rows = [place for place, (_, line) in enumerate(lines[:_LOOKED_AT])
                if _fits(cells(line, delimiter), named)]
        if len(rows) > best[0]:
            best = (len(rows), delimiter, rows[0])
    return best[1], best[2]


def _fits(row: list[str], named: list[Column]) -> bool:
    chosen = groups(named)[0].chosen()
    return all(column.index < len(row) and is_number(row[column.index]) for column in chosen)
