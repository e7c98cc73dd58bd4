"""Spectra that scripts keep as JSON: lists by the name of a column, or an object for each point.

Such as {"freq_Hz": [...], "Z_real": [...], "Z_imag": [...]} and [{"f": 1e6, "re": 10.2,
"im": -3.1}, ...], at the top or some levels below it, beside other things. Names are those that a
table may have, as may the columns beside rows that are lists. An impedance may be a list of complex
numbers: [re, im], "12.1-3.2j", or an object of both parts or lists of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.columns import columns, groups
from pressloop.evaluation.readers._table.names import MODULUS, name_of
from pressloop.evaluation.readers._table.points import complex_cell
from pressloop.evaluation.readers._table.rows import Table
from pressloop.evaluation.readers._table.sweeps import sweeps_of_all
from pressloop.trials.errors import BadInput

SUFFIXES = (".json",)
_FEWEST = 2
"""Points below which a list is no column."""
_AREA = re.compile(r'"(?:\w+_)?area_cm2"\s*:\s*([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)')
_PAIR = 2
_DEEPEST, _MOST = 4, 400
"""Levels of a document, and things of a list, that are looked through."""


def recognises(text: str) -> bool:
    """True for a JSON document that holds the columns of a spectrum."""
    return bool(_found(text))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps of all tables in the document, with its area_cm2 where it says one.

    Raises BadInput where there is no table."""
    if not (found := _found(text)):
        raise BadInput(source, "no columns of a spectrum", "lists of numbers by name, or an object "
                       "for each point", "Name frequency and impedance, as in freq_Hz, Z_real, "
                       "Z_imag.")
    areas = {float(area) for area in _AREA.findall(text)}
    area = areas.pop() if len(areas) == 1 else None
    return tuple(replace(sweep, area_cm2=area) for sweep in sweeps_of_all(
        [_table(name if len(found) > 1 else "", told, source) for name, told in found]))


def _table(label: str, told: dict[str, list[Any]], source: str) -> Table:
    rows = [(number, "\t".join(map(str, point)))
            for number, point in enumerate(zip(*told.values(), strict=True), 1)]
    return Table(source, groups(columns(list(told))), len(told), "\t", rows, label=label)


def _found(text: str) -> list[tuple[str, dict[str, list[Any]]]]:
    """Name and columns of each table of a document that is a spectrum's."""
    return list(_tables(_document(text)))


def _document(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _tables(document: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """The columns of a document, and of each thing in it, with what it is called."""
    if (table := _columns(document)) is not None and groups(columns(list(table))):
        yield name, table
    elif depth < _DEEPEST:
        for key, one in _inside(document):
            yield from _tables(one, _called(one) or key, depth + 1)


def _inside(document: Any) -> list[tuple[str, Any]]:
    if isinstance(document, dict):
        return [(str(key), one) for key, one in document.items()]
    if isinstance(document, list) and len(document) <= _MOST and not _numbers(document):
        return [(str(place), one) for place, one in enumerate(document, 1)]
    return []


def _called(one: Any) -> str:
    """What a thing calls itself, "" where it does not."""
    names = [one.get(key) for key in ("name", "label", "title")] if isinstance(one, dict) else []
    return next((name for name in names if isinstance(name, str)), "")


def _columns(one: Any) -> dict[str, list[Any]] | None:
    """Lists of numbers, equally long, by their names; None of anything else."""
    if isinstance(one, list) and one and all(isinstance(point, dict) for point in one):
        shared = [name for name in one[0] if all(name in point for point in one)]
        one = {name: [point[name] for point in one] for name in shared}
    if not isinstance(one, dict):
        return None
    one = _split(one) or one
    lists = {name: values for key, told in one.items()
             for name, values in _parted(str(key), told).items() if _numbers(values)}
    longest = max((len(values) for values in lists.values()), default=0)
    kept = {name: values for name, values in lists.items() if len(values) == longest}
    return kept or None


def _split(one: dict[str, Any]) -> dict[str, Any] | None:
    """Columns by their names, of a table kept as names and rows; None of anything else."""
    names, rows = one.get("columns"), one.get("data", one.get("rows"))
    if not (isinstance(names, list) and isinstance(rows, list) and all(
            isinstance(row, list) and len(row) == len(names) for row in rows)):
        return None
    return dict(zip(map(str, names), map(list, zip(*rows, strict=True)), strict=False))


def _parted(name: str, values: Any) -> dict[str, Any]:
    """The values by their name, numbered ones too.

    Those of a complex impedance by the names of both parts."""
    if isinstance(values, dict) and _numbers(listed := list(values.values())) and all(
            str(key).isdecimal() for key in values):
        return {name: listed}
    said = name_of(name)
    if said is None or said.role != MODULUS or said.negated:
        return {name: values}
    if isinstance(values, list) and values and all(isinstance(one, dict) for one in values):
        values = _columns(values)
    if isinstance(values, dict):
        return {str(part): told for part, told in values.items()}
    both = [_both(one) for one in values] if isinstance(values, list) else []
    if not both or any(one is None for one in both):
        return {name: values}
    unit = f"/{said.unit}" if said.unit else ""
    return {f"Re(Z){unit}": [one.real for one in both if one is not None],
            f"Im(Z){unit}": [one.imag for one in both if one is not None]}


def _both(one: Any) -> complex | None:
    """A complex number from a pair of numbers or a text."""
    if isinstance(one, str):
        return complex_cell(one)
    return complex(*one) if _numbers(one) and len(one) == _PAIR and None not in one else None


def _numbers(values: Any) -> bool:
    """A list of numbers; null is one that was not read."""
    return isinstance(values, list) and len(values) >= _FEWEST and all(
        value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
        for value in values)
