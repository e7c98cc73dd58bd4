"""Past presses from a plain table (CSV, Excel, Parquet).

One row a stack, units in the column names."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pressloop.flows.past.columns.across import across
from pressloop.flows.past.reading import Reading, reading_of
from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.units import factor
from pressloop.optimizer.parameter import Parameter
from pressloop.optimizer.space import NAMES
from pressloop.trials.checks import within
from pressloop.trials.entry import Imported
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Outcome
from pressloop.trials.quantity import Quantity
from pressloop.trials.readings import number_of
from pressloop.trials.recipe import Recipe, Value
from pressloop.trials.stack import Stack
from pressloop.trials.tables.files import Cells
from pressloop.trials.tables.outcomes import RESULT, outcome_of
from pressloop.trials.tables.proofs import prove_once, prove_outcomes, prove_spelt
from pressloop.trials.trial import State, Trial

MOST_PRESSED = {"pressure_mpa": 1e5, "dwell_s": 1e8, "temperature_c": 3000.0}
"""Beyond what any press does: such a number has another unit."""
ABSOLUTE_ZERO_C = 273.15
OPTIONAL = ("stack", "lot", "operator", "stack_pressure_mpa", *RESULT)


@dataclass(frozen=True, slots=True)
class Past:
    """One past press; `digest` tells the same row again, `line` is where it stands.

    A stack that has not been read yet, and is in work, has no outcome."""

    line: int
    digest: str
    stack: Stack
    recipe: Recipe
    outcome: Outcome | None

    def entry(self, source: str) -> Imported:
        """The ledger's form of it. Raises BadInput for a stack that is in work."""
        if self.outcome is None:
            raise BadInput(f"row {self.line}", "without a reading", "read before it is recorded",
                           "Import it again once the stack has been measured.")
        return Imported(self.digest, source, self.stack, self.recipe, self.outcome)

    def trial(self, number: int) -> Trial:
        """The optimiser's form of it; one in work counts as a recipe that is under way."""
        state = State.PLANNED if self.outcome is None else State.IMPORTED
        return Trial(number, self.stack, self.recipe, state, outcome=self.outcome)


@dataclass(frozen=True, slots=True)
class PastTable:
    """The past presses of a file, what was taken of it, and columns that mean nothing here."""

    past: tuple[Past, ...]
    reading: Reading
    ignored: tuple[str, ...]

    @property
    def cells(self) -> Cells:
        """The table in pressloop's names and units."""
        return self.reading.cells

    @property
    def in_work_words(self) -> str:
        """Rows without a reading, with what their unused columns say of them."""
        rows = dict(self.cells.rows)
        at = {name: self.cells.header.index(name) for name in self.ignored}
        told = []
        for one in self.in_work:
            texts = [f"{name}: {rows[one.line][i]}" for name, i in at.items()
                     if re.search(r"[^\W\d_]{3}", rows[one.line][i])]
            told.append(f"row {one.line}" + (f" ({'; '.join(texts)})" if texts else ""))
        return ", ".join(told[:8]) + (f" and {len(told) - 8} more" if len(told) > 8 else "")

    @property
    def read(self) -> tuple[Past, ...]:
        """Rows with an outcome."""
        return tuple(one for one in self.past if one.outcome is not None)

    @property
    def in_work(self) -> tuple[Past, ...]:
        """Rows without a reading."""
        return tuple(one for one in self.past if one.outcome is None)


def read_table(path: Path, settings: Settings) -> PastTable:
    """Every row of the table.

    A variable that the settings fix may be left out; a row off it, or outside of the envelope, is
    read all the same.

    Raises BadInput naming file, row and column for anything that cannot be used; then nothing of
    the table is used.
    """
    reading = reading_of(path, settings)
    reading.prove(path)
    cells = reading.cells
    header = list(cells.header)
    _check_header(header, settings, path)
    others = settings.space.others
    cells.prove_read_one_way((*NAMES, *OPTIONAL, *(p.name for p in others if not p.kinds)), path)
    return PastTable(_different(cells, settings, path), reading, reading.unused)


def read_past(path: Path, settings: Settings) -> tuple[Past, ...]:
    """The past presses of a table, as `read_table` finds them."""
    return read_table(path, settings).past


def _offer(of: Quantity, header: Sequence[str]) -> str:
    """That a resistance tells the conductivity, where it may."""
    near = next((name for name in header if "resist" in name.lower() or "ohm" in name.lower()), "")
    if not near or factor(of.unit, "S/cm") is None:
        return ""
    return (f' Where {near} is that of the layer itself, thickness over it is meant: {of.name} = '
            f'{{ column = "{near}", unit = "ohm cm2" }}.')


def _different(cells: Cells, settings: Settings, path: Path) -> tuple[Past, ...]:
    found: dict[str, Past] = {}
    # Both are worked out from the settings, which takes longer than a row.
    parameters, described = settings.space.parameters, settings.stack_named("past")
    quantities, absent, rows = settings.quantities, settings.space.absent, dict(cells.rows)
    accepted, untold = (kind in settings.table.accept for kind in ("copies", "empty"))
    for line, where, row in tuple(cells.named(path)):
        past = _past(line, where, row, parameters, described, quantities, absent, untold=untold)
        if past.digest in found and (accepted or (quantities and all(
                rows[line] != rows[one.line] for one in found.values()
                if one.digest.startswith(past.digest)))):
            # Readings of few digits come again; what else the row says tells it from a copy, or
            # the settings do.
            past = _again(past, sum(d.startswith(past.digest) for d in found))
        if past.digest in found:
            raise BadInput(where, "the same as row "
                           f"{found[past.digest].line}", "different from every other row",
                           "Delete the copy; if it is a replicate, add a column 'stack' that "
                           'tells the two apart, or say [table] accept = ["copies"].')
        found[past.digest] = past
    return tuple(found.values())


def prove_informative(past: Sequence[Past], settings: Settings, path: Path,
                      held: Mapping[str, Value] | None = None) -> None:
    """A table to learn from has two rows or more and varies what the space varies.

    Except for variables that are `held`. Raises BadInput for another one."""
    if len(past) < 2:
        raise BadInput(f"{path.name}: rows", len(past), "2 or more",
                       "Add past presses; `pressloop run` needs none and starts from the "
                       "reference recipe.")
    for name in settings.space.free:
        if name not in NAMES or name in (held or {}):
            continue
        values = {one.recipe.value(name) for one in past}
        if len(values) == 1:
            raise BadInput(f"{path.name}: column {name}", f"{values.pop():g} in every row",
                           "varied, as [space] leaves it free",
                           f"Fix it in the settings ([space] {name} = one number), or add presses "
                           "that vary it.")


def _check_header(header: list[str], settings: Settings, path: Path) -> None:
    table, known = f"{path.name}: ", (*NAMES, *OPTIONAL)
    prove_once(header, known, table)
    for p in settings.space.varied:
        if p.name not in header and p.default is None:
            raise BadInput(f"{table}column {p.name}", "missing", "present",
                           f'Add it, name its column in the settings ([table] {p.name} = "..."), '
                           f"or fix the variable in [space]. Columns found: {', '.join(header)}."
                           f"{across(header)}")
    for q in settings.quantities:
        if q.sought and q.name not in header:
            raise BadInput(f"{path.name}: column {q.name}", "missing", "present",
                           f'Name its column in the settings: [table] {q.name} = "...". Columns '
                           f"found: {', '.join(header)}.{_offer(q, header)}")
    if not settings.quantities:
        if not {RESULT[0], RESULT[2]} & set(header) and (hint := across(header)):
            raise BadInput(f"{table}column {RESULT[0]}", "missing", "present", hint.strip())
        prove_outcomes(header, table)
    meant = [name for name in header if name not in settings.table.ignore]
    prove_spelt(meant, [name for name in known if name not in settings.space.absent], table)


def _again(past: Past, before: int) -> Past:
    digest = f"{past.digest}-{before + 1}"
    name = past.stack.stack_id
    named = f"past-{digest[:8]}-{before + 1}" if name == f"past-{past.digest[:8]}" else name
    return replace(past, digest=digest, stack=replace(past.stack, stack_id=named))


def _past(line: int, where: str, row: Mapping[str, str], parameters: Sequence[Parameter],
          described: Stack, quantities: Sequence[Quantity], absent: tuple[str, ...], *,
          untold: bool) -> Past:
    """The press of one row; `described` is a stack of these settings."""
    try:
        told = {p.name: _set_point(row, p, untold=untold) for p in parameters}
        recipe = _pressed(Recipe.of({name: value for name, value in told.items()
                                     if value is not None}, absent))
        outcome = outcome_of(row, quantities)
        digest = _digest(row, recipe, outcome)
        stack = replace(described, stack_id=row.get("stack") or f"past-{digest[:8]}",
                        lot=row.get("lot") or described.lot,
                        operator=row.get("operator") or described.operator)
        return Past(line, digest, stack, recipe, outcome)
    except BadInput as error:
        raise BadInput(f"{where}: {error.name}", error.value, error.bound, error.remedy) from None


def _digest(row: Mapping[str, str], recipe: Recipe, outcome: Outcome | None) -> str:
    """Tells a press by what it was, not by how its row is written."""
    names = [row.get(name, "") for name in ("stack", "lot", "operator")]
    return hashlib.sha256(json.dumps([names, repr(recipe), repr(outcome)]).encode()
                          ).hexdigest()[:16]


def _pressed(recipe: Recipe) -> Recipe:
    """Raises BadInput for what no press does.

    The envelope binds orders, not what was done before: rows hotter than the die of today bears are
    learned from."""
    for name, most in MOST_PRESSED.items():
        within(name, recipe.value(name), -ABSOLUTE_ZERO_C if name == "temperature_c" else 0.0,
               most, "Check the unit and the row; nothing of the table was used.")
    return recipe


def _set_point(row: Mapping[str, str], p: Parameter, *, untold: bool) -> Value | None:
    """What the row says of one variable, None where it says nothing.

    A default stands for it then. Without one the stack is kept and not learned from, where
    parameters that are `untold` are accepted."""
    told = row.get(p.name, "").strip()
    if told and p.kinds:
        if told not in p.kinds:
            raise BadInput(p.name, told, f"one of {', '.join(p.kinds)}",
                           f"Add the kind to {p.name} in [space], or correct the cell.")
        return told
    if told:
        return number_of(p.name, told)
    if p.fixed:
        return p.constant()
    if p.default is None and (p.name in NAMES or not untold):
        raise BadInput(p.name, "empty", "one of its kinds" if p.kinds else "a number",
                       "Fill the cell or drop the row." if p.name in NAMES else
                       "Fill the cell or drop the row; or keep such stacks and do not learn from "
                       'them: [table] accept = ["empty"].')
    return None
