"""Spectra that scripts keep as JSON: lists by the name of a column, or an object for each point.

Such as {"freq_Hz": [...], "Z_real": [...], "Z_imag": [...]} and [{"f": 1e6, "re": 10.2,
"im": -3.1}, ...], at the top or one level below it, beside other things. Names are those that a
table may have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.columns import columns, groups
from pressloop.evaluation.readers._table.rows import Table
from pressloop.evaluation.readers._table.sweeps import sweeps_of_all
from pressloop.trials.errors import BadInput

SUFFIXES = (".json",)
_FEWEST = 2
"""Points below which a list is no column."""


def recognises(text: str) -> bool:
    """True for a JSON document that holds the columns of a spectrum."""
    return bool(_found(text))


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The sweeps of all tables in the document. Raises BadInput where there is none."""
    if not (found := _found(text)):
        raise BadInput(source, "no columns of a spectrum", "lists of numbers by name, or an object "
                       "for each point", "Name frequency and impedance, as in freq_Hz, Z_real, "
                       "Z_imag.")
    return sweeps_of_all([_table(name if len(found) > 1 else "", told, source)
                          for name, told in found])


def _table(label: str, told: dict[str, list[Any]], source: str) -> Table:
    rows = [(number, "\t".join(map(str, point)))
            for number, point in enumerate(zip(*told.values(), strict=True), 1)]
    return Table(source, groups(columns(list(told))), len(told), "\t", rows, label=label)


def _found(text: str) -> list[tuple[str, dict[str, list[Any]]]]:
    """Name and columns of each table of a document that is a spectrum's."""
    return [(name, told) for name, told in _tables(_document(text))
            if groups(columns(list(told)))]


def _document(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _tables(document: Any) -> Iterator[tuple[str, dict[str, list[Any]]]]:
    """The columns of a document, and of each thing in it."""
    inside = document.items() if isinstance(document, dict) else ()
    for name, one in [("", document), *inside]:
        if (table := _columns(one)) is not None:
            yield str(name), table


def _columns(one: Any) -> dict[str, list[Any]] | None:
    """Lists of numbers, equally long, by their names; None of anything else."""
    if isinstance(one, list) and one and all(isinstance(point, dict) for point in one):
        shared = [name for name in one[0] if all(name in point for point in one)]
        one = {name: [point[name] for point in one] for name in shared}
    if not isinstance(one, dict):
        return None
    lists = {str(name): values for name, values in one.items() if _numbers(values)}
    longest = max((len(values) for values in lists.values()), default=0)
    kept = {name: values for name, values in lists.items() if len(values) == longest}
    return kept or None


def _numbers(values: Any) -> bool:
    """A list of numbers; null is one that was not read."""
    return isinstance(values, list) and len(values) >= _FEWEST and all(
        value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
        for value in values)
