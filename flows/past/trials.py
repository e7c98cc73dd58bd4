"""Past presses from a plain table (CSV, Excel, Parquet): one row a stack, units in the column
names."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.envelope import check
from pressloop.optimizer.space import NAMES
from pressloop.trials.entry import Imported
from pressloop.trials.errors import BadInput, OutOfEnvelope
from pressloop.trials.outcome import Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.tables.files import Cells, cells_of
from pressloop.trials.tables.outcomes import RESULT, number_of, outcome_of
from pressloop.trials.trial import State, Trial

OPTIONAL = ("stack", "lot", "operator", "stack_pressure_mpa", *RESULT)


@dataclass(frozen=True, slots=True)
class Past:
    """One past press; `digest` tells the same row again, `line` is where it stands."""

    line: int
    digest: str
    stack: Stack
    recipe: Recipe
    outcome: Outcome

    def entry(self, source: str) -> Imported:
        """The ledger's form of it."""
        return Imported(self.digest, source, self.stack, self.recipe, self.outcome)

    def trial(self, number: int) -> Trial:
        """The optimiser's form of it."""
        return Trial(number, self.stack, self.recipe, State.IMPORTED, outcome=self.outcome)


@dataclass(frozen=True, slots=True)
class PastTable:
    """The past presses of a file, what was taken of it, and columns that mean nothing here."""

    past: tuple[Past, ...]
    cells: Cells
    ignored: tuple[str, ...]


def read_table(path: Path, settings: Settings) -> PastTable:
    """Every row of the table. A variable that the settings fix may be left out.

    Raises BadInput naming file, row and column for anything that cannot be used; then nothing of
    the table is used.
    """
    cells = cells_of(path)
    header = list(cells.header)
    _check_header(header, settings, path)
    cells.prove_read_one_way((*NAMES, *OPTIONAL), path)
    return PastTable(_different(_named(cells, path), settings, path), cells,
                     tuple(name for name in header if name not in (*NAMES, *OPTIONAL)))


def read_past(path: Path, settings: Settings) -> tuple[Past, ...]:
    """The past presses of a table, as `read_table` finds them."""
    return read_table(path, settings).past


def _different(rows: list[tuple[int, dict[str, str]]], settings: Settings, path: Path
               ) -> tuple[Past, ...]:
    found: dict[str, Past] = {}
    for line, row in rows:
        past = _past(line, row, settings, path)
        if past.digest in found:
            raise BadInput(f"{path.name} row {line}", "the same as row "
                           f"{found[past.digest].line}", "different from every other row",
                           "Delete the copy; if it is a replicate, add a column 'stack' that "
                           "tells the two apart.")
        found[past.digest] = past
    return tuple(found.values())


def prove_informative(past: tuple[Past, ...], settings: Settings, path: Path) -> None:
    """A table to learn from has two rows or more and varies what the space varies."""
    if len(past) < 2:
        raise BadInput(f"{path.name}: rows", len(past), "2 or more",
                       "Add past presses; `pressloop run` needs none and starts from the "
                       "reference recipe.")
    for name in settings.space.free:
        values = {getattr(one.recipe, name) for one in past}
        if len(values) == 1:
            raise BadInput(f"{path.name}: column {name}", f"{values.pop():g} in every row",
                           "varied, as [space] leaves it free",
                           f"Fix it in the settings ([space] {name} = one number), or add presses "
                           "that vary it.")


def _named(found: Cells, path: Path) -> list[tuple[int, dict[str, str]]]:
    rows = []
    for line, cells in found.rows:
        if len(cells) != len(found.header):
            raise BadInput(f"{path.name} row {line}", f"{len(cells)} cells",
                           f"{len(found.header)} cells, as in the header",
                           "The row may be cut off, or a decimal comma splits a number.")
        rows.append((line, dict(zip(found.header, cells, strict=True))))
    return rows


def _check_header(header: list[str], settings: Settings, path: Path) -> None:
    for name in header:
        if header.count(name) > 1:
            raise BadInput(f"{path.name}: column {name}", "there twice", "there once", "Drop one.")
    for name in settings.space.free:
        if name not in header:
            raise BadInput(f"{path.name}: column {name}", "missing", "present",
                           "Add it, or fix the variable in [space]. Columns found: "
                           f"{', '.join(header)}.")
    if not {"resistance_ohm_cm2", "failure_mode"} & set(header):
        raise BadInput(f"{path.name}: column resistance_ohm_cm2", "missing", "present",
                       f"Add it, or failure_mode. Columns found: {', '.join(header)}.")
    for name in header:
        near = difflib.get_close_matches(name, (*NAMES, *OPTIONAL), 1, cutoff=0.85)
        if near and name not in (*NAMES, *OPTIONAL) and near[0] not in header:
            raise BadInput(f"{path.name}: column {name}", "unknown", "a known name",
                           f"Did you mean {near[0]}?")


def _past(line: int, row: Mapping[str, str], settings: Settings, path: Path) -> Past:
    where = f"{path.name} row {line}"
    try:
        recipe = Recipe(*(_set_point(row, name, settings) for name in NAMES))
        check(recipe, settings.envelope)
        outcome = outcome_of(row)
        digest = _digest(row, recipe, outcome)
        stack = settings.stack_named(row.get("stack") or f"past-{digest[:8]}")
        stack = replace(stack, lot=row.get("lot") or stack.lot,
                        operator=row.get("operator") or stack.operator)
        return Past(line, digest, stack, recipe, outcome)
    except BadInput as error:
        kind = OutOfEnvelope if isinstance(error, OutOfEnvelope) else BadInput
        remedy = "Check the unit and the row; nothing of the table was used." \
            if kind is OutOfEnvelope else error.remedy
        raise kind(f"{where}: {error.name}", error.value, error.bound, remedy) from None


def _digest(row: Mapping[str, str], recipe: Recipe, outcome: Outcome) -> str:
    """Tells a press by what it was, not by how its row is written."""
    names = [row.get(name, "") for name in ("stack", "lot", "operator")]
    return hashlib.sha256(json.dumps([names, repr(recipe), repr(outcome)]).encode()
                          ).hexdigest()[:16]


def _set_point(row: Mapping[str, str], name: str, settings: Settings) -> float:
    low, high = getattr(settings.space, name)
    if row.get(name):
        value = number_of(name, row[name])
        if low == high and not abs(value - low) <= 1e-6 * max(abs(low), 1.0):
            raise BadInput(name, value, f"{low:g}, as [space] fixes it",
                           "Drop the row, or free the variable in [space].")
        return value
    if low == high:
        return float(low)
    raise BadInput(name, "empty", "a number", "Fill the cell or drop the row.")
