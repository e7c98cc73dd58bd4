"""Readings of a column: numbers, bounds, and failures and errors that stand in their cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from pressloop.flows.past.columns.picked import Trouble
from pressloop.flows.past.columns.work import Work, changed, rows_words, text_of_number
from pressloop.trials.tables.columns.outcomes import failure_in
from pressloop.trials.tables.columns.units import Unit
from pressloop.trials.tables.outcomes import is_bound
from pressloop.trials.tables.rows import Spread

BOUND_SIGNS = {">": ">", "<": "<", "≥": ">", "≤": "<", "o": ">", "ü": ">", "a": ">", "m": ">",
               "u": "<", "b": "<", "l": "<", "w": "<"}


ALIKE = 2.0
"""Factor within which columns R1, R2, R3 are readings of one stack, and no parts of a circuit."""


def read_readings(work: Work, place: int, unit: Unit,
              change: Callable[[float, Unit, int], float | None], quantity: str) -> list[str]:
    """Readings of one column: numbers, bounds as `>1000`, words as they stand.

    Failures and errors that stand in its cells are put aside."""
    out, about = list[str](), list[int]()
    for at, (cell, raw) in enumerate(zip(work.parts(place), work.raw(place), strict=True)):
        own = unit if not cell.unit else cell.unit.get(unit.dimension)
        if isinstance(raw, Spread) and raw:
            work.troubles.append(Trouble(
                f"{quantity}, row {work.rows[at][0]}", "one merged cell for several stacks",
                "Give each stack its own reading."))
        if cell.word or own is None:
            failure = failure_in(cell.word, work.how.failure_words)
            if failure:
                work.failures[at] = failure
            out.append("" if failure else raw)
        elif cell.bound:
            number = changed(cell.number, own, at, change)
            out.append(f"{BOUND_SIGNS.get(raw[0].casefold(), '>')}{number}" if number else raw)
        else:
            about += [work.rows[at][0]] * cell.about
            out.append(changed(cell.number, own, at, change))
            if cell.error and own.base:
                work.errors[at] = error_of_logarithm(cell.error, own, out[-1])
            elif cell.error:
                work.errors[at] = changed(cell.error, own, at, change)
    if about:
        work.notes.append(f"resistance of {rows_words(about)} is written as about so much, and "
                          "taken as the number")
    bounds = [work.rows[at][0] for at, cell in enumerate(out) if is_bound(cell)]
    if bounds:
        work.notes.append(f"resistance of {rows_words(bounds)} is a bound and no reading: set "
                          "aside, and taught to no model")
    return out


def error_of_logarithm(error: str, unit: Unit, value: str) -> str:
    """The standard error of a value whose logarithm has this one; "" where there is no value."""
    logs = logs_of([value])
    try:
        relative = math.log(unit.base) * float(error)
    except ValueError:
        return error
    return text_of_number(math.exp(logs[0]) * relative) if logs else ""


def logs_of(cells: Sequence[str]) -> list[float]:
    """Logarithms of the cells that are numbers above 0."""
    found = []
    for cell in cells:
        try:
            value = float(cell)
        except ValueError:
            continue
        if value > 0.0 and math.isfinite(value):
            found.append(math.log(value))
    return found


def _alike(read: Sequence[Sequence[str]]) -> bool:
    spans = sorted(max(logs) - min(logs) for row in zip(*read, strict=True)
                   if len(logs := logs_of(row)) > 1)
    return not spans or spans[len(spans) // 2] <= math.log(ALIKE)


def _mean_of(work: Work, read: Sequence[Sequence[str]]) -> list[str]:
    """The geometric mean of the readings of each stack; their scatter is its standard error."""
    out = []
    for at, row in enumerate(zip(*read, strict=True)):
        logs = logs_of(row)
        odd = next((cell for cell in row if cell and not logs_of([cell])), "")
        if odd or not logs:
            out.append(odd)
            continue
        mean = sum(logs) / len(logs)
        out.append(text_of_number(math.exp(mean)))
        if len(logs) > 1:
            spread = math.sqrt(sum((one - mean)**2 for one in logs) / (len(logs) - 1))
            work.errors[at] = f"{math.exp(mean) * spread / math.sqrt(len(logs)):.4g}"
    return out


def _turned(cell: str) -> str:
    """A bound of the conductivity as one of its inverse."""
    return {">": "<", "<": ">"}.get(cell[:1], cell[:1]) + cell[1:] if is_bound(cell) else cell
