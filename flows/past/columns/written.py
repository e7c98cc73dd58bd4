"""A reading of a sheet as `[table]` of a settings file, for a person to check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set

from pressloop.flows.past.columns.labels import IN_PART
from pressloop.flows.past.columns.picked import Picked, Trouble
from pressloop.flows.past.columns.work import Line
from pressloop.flows.settings.columns import QUANTITIES

KEYS = {quantity: key for key, quantity in QUANTITIES.items()}


def quoted(text: str) -> str:
    """A string of TOML; JSON's are."""
    return json.dumps(text, ensure_ascii=False)


def table_lines(picked: Mapping[str, Picked], helping: Set[str], lines: Sequence[Line],
                troubles: Sequence[Trouble], unused: Sequence[str],
                header_row: int | None) -> list[str]:
    """`[table]`: a line for each quantity with its column and unit.

    As comments what is done to its numbers, the first of them, columns that are not used, and what
    is still to be told."""
    told = {line.quantity: line for line in lines}
    out = ["[table]"]
    if header_row is not None:
        out.append(f"header_row = {header_row}")
    shown, stuck = set[tuple[str, ...]](), {one.column for one in troubles}
    for quantity, one in picked.items():
        wanted = quantity in told or quantity in helping or stuck & set(one.headers)
        if one.headers in shown or not wanted:
            continue
        shown.add(one.headers)
        out += _comment(told.get(quantity))
        # Parameters and measured quantities stand there by their own names.
        line = f"{KEYS.get(one.quantity, one.quantity)} = {_value(one)}"
        part = quantity in told and told[quantity].factor == IN_PART
        out.append(f"# {line}   # where rows of one name are presses of one stack" if part
                   else line)
    out += [f"# TO DO: {one.column}: {one.seen}. {one.remedy}" for one in troubles]
    if unused:
        out.append(f"# Columns that are not used: {', '.join(map(_one_line, unused))}")
    return out


def _value(one: Picked) -> str:
    names = (f"column = {quoted(one.headers[0])}" if len(one.headers) == 1
             else f"columns = [{', '.join(map(quoted, one.headers))}]")
    unit = f", unit = {quoted(one.stated.text)}" if one.stated.text else ""
    return f"{{ {names}{unit} }}"


def _comment(line: Line | None) -> list[str]:
    if line is None:
        return []
    what = [f"{line.quantity}: {line.factor or 'as it stands'}"]
    if line.unit and not line.stated:
        what.append("NO UNIT IS WRITTEN IN THE SHEET: correct it if it is another one")
    if line.examples:
        what.append("first rows: " + ", ".join(
            f"{_one_line(a)} is {_one_line(b)}" if a != b else _one_line(a)
            for a, b in line.examples))
    return [f"# {'; '.join(what)}"]


def _one_line(text: str) -> str:
    return " ".join(text.split())
