"""Past presses from a DataFrame or a file, for scripts and notebooks: trials to learn from.

The columns are those of `docs/reference/tables.md`. The command line reads the same tables with the
settings of a campaign, which add the envelope; here no machine is named, and none is commanded.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, FailureMode, Outcome
from pressloop.trials.quantity import Quantity
from pressloop.trials.readings import number_of
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.tables.files import cells_of
from pressloop.trials.tables.outcomes import (
    ACHIEVED,
    EXPORTED,
    RESULT,
    is_bound,
    is_exported,
    outcome_of,
)
from pressloop.trials.tables.proofs import (
    prove_different,
    prove_once,
    prove_outcomes,
    prove_spelt,
)
from pressloop.trials.tables.rows import MOST_COLUMNS, MOST_ROWS, text_of
from pressloop.trials.trial import State, Trial

if TYPE_CHECKING:
    import pandas as pd

SET_POINTS = ("pressure_mpa", "dwell_s", "temperature_c")
SAMPLE = ("lot", "operator", "area_cm2", "thickness_um")
EARLIER = ("pre_press_mpa", "anode_press_mpa")
SHARED = (*SET_POINTS, *SAMPLE, *EARLIER, "stack_pressure_mpa")
"""What all stacks may have in common, so that no column says it."""
COLUMNS = ("stack", *SHARED, *RESULT)
OF_EXPORTS = {"stack_area_cm2": "area_cm2", "measured_stack_pressure_mpa": "stack_pressure_mpa"}
"""What columns of tables that pressloop has exported are called here."""
Row = tuple[str, dict[str, str]]
"""Where a row stands, in words, and its cells by column, "" for an empty one."""


def read_trials(table: pd.DataFrame | Path | str, *, measured: Sequence[Quantity] = (),
                **shared: float | str) -> tuple[Trial, ...]:
    """Past presses as trials, one for each row of a DataFrame or of a CSV, Excel or Parquet file.

    Needed are set points (`pressure_mpa`, `dwell_s`, `temperature_c`), the sample (`lot`,
    `operator`, `area_cm2`, `thickness_um`), and `resistance_ohm_cm2` or `failure_mode`; with other
    `measured` quantities, a column of the name of each (and NAME_se for its standard error), in its
    unit. `shared` holds what is the same for all stacks, such as `temperature_c=25`: it counts
    where there is no column, or an empty cell. Columns of other names are not read. A stack without
    a reading is in work: a planned trial without an outcome. A bound such as ">1000" is set aside.
    Of the trials that `pressloop export` has written, all outcomes come back.

    Raises BadInput, which names row and column, for anything that cannot be used; then nothing of
    the table is used.
    """
    for name in shared:
        if name not in SHARED:
            raise _unknown(f"read_trials({name}=...)", name, SHARED)
    header, rows = _renamed(*(_of_file(Path(table)) if isinstance(table, (str, Path))
                              else _of_frame(table)))
    _prove_header(header, shared, measured)
    defaults = {name: text_of(value) for name, value in shared.items()}
    # Where there is no column of resistances, an empty cell of it is no stack in work.
    names = [name for name in COLUMNS if name != RESULT[0] or name in header]
    names += [one for q in measured for one in (q.name, f"{q.name}_se") if one not in names]
    names += (*EXPORTED, *ACHIEVED) if is_exported(header) else ()
    trials = tuple(_trial(number, where, {name: row.get(name) or defaults.get(name, "")
                                          for name in names}, measured)
                   for number, (where, row) in enumerate(rows, start=1))
    prove_different((_said(trial), where, where)
                    for trial, (where, _) in zip(trials, rows, strict=True))
    return trials


def _renamed(header: list[str], rows: list[Row]) -> tuple[list[str], list[Row]]:
    """The columns of an exported table by the names that are read here."""
    if not is_exported(header):
        return header, rows
    names = {old: new for old, new in OF_EXPORTS.items() if new not in header}
    return [names.get(name, name) for name in header], [
        (where, {names.get(name, name): cell for name, cell in row.items()}) for where, row in rows]


def _of_file(path: Path) -> tuple[list[str], list[Row]]:
    found = cells_of(path)
    found.prove_read_one_way(COLUMNS, path)
    return list(found.header), [(where, row) for _, where, row in found.named(path)]


def _of_frame(frame: pd.DataFrame) -> tuple[list[str], list[Row]]:
    """Rows are named by the index, as a notebook shows it."""
    rows, columns = frame.shape
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise BadInput("table", f"{rows} rows, {columns} columns",
                       f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns",
                       "A table of past presses has one row a stack.")
    header = [str(name).strip() for name in frame.columns]
    return header, [(f"row {label}", dict(zip(header, cells, strict=True)))
                    for label, cells in zip(frame.index, _cells(frame), strict=True)]


def _cells(frame: pd.DataFrame) -> Iterator[list[str]]:
    missing = frame.isna().to_numpy()
    for gaps, values in zip(missing, frame.itertuples(index=False, name=None), strict=True):
        yield ["" if gap else text_of(_plain(value)) for gap, value in zip(
            gaps, values, strict=True)]


def _plain(value: Any) -> Any:
    """A number of numpy as one of Python."""
    return value.item() if hasattr(value, "item") else value


def _prove_header(header: list[str], shared: Mapping[str, object], measured: Sequence[Quantity]
                  ) -> None:
    prove_once(header, header)
    prove_spelt(header, COLUMNS)
    for name in (*SET_POINTS, *SAMPLE):
        if name not in header and name not in shared:
            raise BadInput(f"column {name}", "missing", "present",
                           f"Add it, or say what all stacks have: read_trials(table, {name}=...).")
    for q in measured:
        if q.sought and q.name not in header:
            raise BadInput(f"column {q.name}", "missing", "present",
                           f"Add it. Columns found: {', '.join(header)}.")
    if not measured:
        prove_outcomes(header)


def _trial(number: int, where: str, row: Mapping[str, str], measured: Sequence[Quantity]) -> Trial:
    try:
        stack = Stack(row["stack"] or f"row-{number}", row["lot"], row["operator"],
                      number_of("area_cm2", row["area_cm2"]),
                      None if is_exported(row) and not row["thickness_um"]
                      else number_of("thickness_um", row["thickness_um"]),
                      *_earlier(row))
        recipe = Recipe(*(number_of(name, row[name]) for name in SET_POINTS))
        outcome = _failed_by_value(row, measured) or outcome_of(row, measured)
        state = State.PLANNED if outcome is None else State.IMPORTED
        return Trial(number, stack, recipe, state, outcome=outcome)
    except BadInput as error:
        raise BadInput(f"{where}: {error.name}", error.value, error.bound, error.remedy) from None


def _earlier(row: Mapping[str, str]) -> tuple[float | None, float | None]:
    """What the sample was pressed at before: separator and anode."""
    pre, anode = (number_of(name, row[name]) if row[name] else None for name in EARLIER)
    return pre, anode


def _failed_by_value(row: Mapping[str, str], measured: Sequence[Quantity]) -> Outcome | None:
    """A stack whose value stands for a failure."""
    for q in measured:
        if q.failed_at is not None and row[q.name] and not is_bound(row[q.name]) and q.failed(
                number_of(q.name, row[q.name])):
            return Failed(FailureMode.UNKNOWN, f"{q.name} {row[q.name]}")
    return None


def _said(trial: Trial) -> tuple[object, ...]:
    """What a row says of its press, whatever its number."""
    stack = trial.stack
    name = "" if stack.stack_id == f"row-{trial.number}" else stack.stack_id
    return name, stack.lot, stack.operator, trial.recipe, repr(trial.outcome)


def _unknown(where: str, name: str, known: tuple[str, ...]) -> BadInput:
    near = difflib.get_close_matches(name, known, 1)
    return BadInput(where, "unknown", f"one of {', '.join(known)}",
                    f"Did you mean {near[0]}?" if near else "Leave it out.")
