"""A sheet of stacks for the inventory: CSV, Excel or Parquet, one row a stack."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pressloop.trials.entry import Stocked
from pressloop.trials.errors import BadInput
from pressloop.trials.inventory import prove_stocked
from pressloop.trials.readings import number_of
from pressloop.trials.tables.files import cells_of

NEEDED = ("barcode", "lot")
TIMES = ("made", "exposed")
NUMBERS = ("exposure_limit_h", "thickness_um", "area_cm2", "pre_press_mpa", "anode_press_mpa")
WORDS = ("operator", "note")
COLUMNS = (*NEEDED, *TIMES, *NUMBERS, *WORDS)
_DOTTED = re.compile(r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?=$|[ T])")
"""Such as 30.11.2026 14:30."""


def read_sheet(path: Path) -> list[Stocked]:
    """The stacks of a sheet. Raises BadInput naming the row, or the column that is not known."""
    cells = cells_of(path)
    _prove_columns(cells.header, path)
    cells.prove_read_one_way(NUMBERS, path)
    if cells.left_out:
        number, why = next(iter(cells.left_out.items()))
        if why not in ("comment", "empty", "units"):
            raise BadInput(f"{path.name} row {number}", why, "a stack",
                           "Delete it, or begin it by #.")
    found: dict[str, str] = {}
    stacks = []
    for _, where, row in cells.named(path):
        one = _stack(where, row)
        if one.barcode in found:
            raise BadInput(f"{where}: barcode", one.barcode, f"one of its own; {found[one.barcode]}"
                           " has it", "Two stacks have no barcode in common.")
        found[one.barcode] = where
        stacks.append(one)
    return stacks


def _prove_columns(header: tuple[str, ...], path: Path) -> None:
    for name in header:
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, 1)
            raise BadInput(f"{path.name}: column", name, f"one of {', '.join(COLUMNS)}",
                           f"Did you mean {near[0]}?" if near else "Remove it.")
    for name in (*NEEDED, "made"):
        if name not in header:
            raise BadInput(f"{path.name}: column", name, "present", "Add it.")


def _stack(where: str, row: Mapping[str, str]) -> Stocked:
    try:
        given: dict[str, Any] = {name: number_of(name, row[name]) for name in NUMBERS
                                 if row.get(name)}
        given |= {name: row[name].strip() for name in WORDS if row.get(name)}
        made = utc("made", row["made"])
        stack = Stocked(row["barcode"].strip(), row["lot"].strip(), made,
                        utc("exposed", row["exposed"]) if row.get("exposed") else made)
        stack = replace(stack, **given)
        prove_stocked([stack])
        return stack
    except BadInput as error:
        raise BadInput(f"{where}: {error.name}", error.value, error.bound, error.remedy) from None


def _as_iso(date: re.Match[str]) -> str:
    day, month, year = date.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def utc(name: str, told: str) -> str:
    """A time that a person wrote, as ISO 8601 in UTC; without a zone it is this computer's.

    Or a date with points, whose day comes first wherever they are written. Raises BadInput for
    none, and for one to come."""
    try:
        moment = datetime.fromisoformat(_DOTTED.sub(_as_iso, told.strip())).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise BadInput(name, told, "a date and time", "Write it like 2026-03-01T14:30.") from None
    if moment > datetime.now(UTC):
        raise BadInput(name, told, "in the past", "Correct it, or this computer's clock.")
    return moment.isoformat(timespec="seconds")
