"""PalmSens session files (.pssession) of PSTrace: JSON in UTF-16.

Every entry of Measurements has a DataSet whose Values are arrays, each with a Unit (Type such as
PalmSens.Units.Hertz, quantity Q such as -Z'') and its numbers in DataValues. Older files write all
names in lower case. Measurements that are no impedance are passed over.
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

SUFFIXES = (".pssession",)
_PREFIXES = {"Milli": "m", "Kilo": "k", "Mega": "M", "Micro": "u", "Giga": "G"}


def recognises(text: str) -> bool:
    """True for JSON that speaks of Measurements."""
    return text.lstrip("\ufeff \n").startswith("{") and '"measurements"' in text.lower()


def parse(text: str, source: str) -> tuple[RawSweep, ...]:
    """The impedance of every measurement of the session. Raises BadInput where there is none."""
    try:
        session = _lower(json.loads(text.strip("\ufeff \n\x00")))
    except (ValueError, RecursionError) as error:
        raise BadInput(source, str(error), "a whole PalmSens session",
                       "The file is cut or was changed: save the session again.") from None
    found = [table for place, one in enumerate(_lists(session, "measurements"), start=1)
             for table in _tables(one, source, place)]
    if not found:
        raise BadInput(source, "no impedance measurement", "one in the session",
                       "Give the session in which the impedance was measured.")
    return sweeps_of_all(found)


def _tables(measurement: dict[str, Any], source: str, place: int) -> Iterator[Table]:
    """One table a data set, as text of the columns that PSTrace itself exports."""
    sets = [measurement.get("dataset"), *(one.get("dataset") for one in
                                          _lists(measurement, "eisdatalist"))]
    for data in sets:
        arrays = [array for array in _lists(data or {}, "values") if not array.get("hidden")]
        named = columns([_header(array) for array in arrays])
        if not groups(named):
            continue
        numbers = [[str(one.get("v", "")) for one in _lists(array, "datavalues")]
                   for array in arrays]
        longest = max(len(column) for column in numbers)
        rows = [(row + 1, "\t".join(column[row] if row < len(column) else "nan"
                                    for column in numbers)) for row in range(longest)]
        label = str(measurement.get("title") or f"measurement {place}")
        yield Table(source, groups(named), len(arrays), "\t", rows, label=label)
        return


def _header(array: dict[str, Any]) -> str:
    """What an array is, in the words of a column header."""
    unit = array.get("unit") or {}
    kind = str(unit.get("type", "")).rpartition(".")[2]
    name = str(unit.get("q") or array.get("description") or kind)
    symbol = str(unit.get("s") or ("Hz" if kind == "Hertz" else ""))
    prefix = next((short for word, short in _PREFIXES.items() if kind.startswith(word)), "")
    return f"{name} / {prefix}{symbol}" if symbol else name


def _lists(value: Any, key: str) -> list[dict[str, Any]]:
    found = value.get(key) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower(one) for key, one in value.items()}
    return [_lower(one) for one in value] if isinstance(value, list) else value
