"""What a command says of a table before it uses it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pressloop.flows.console import say
from pressloop.flows.past.soundness import prove_sound
from pressloop.flows.past.trials import Past, PastTable
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.envelope import violations
from pressloop.trials.tables.files import Cells
from pressloop.trials.wording import by_number, counted


def say_taken(path: Path, cells: Cells, ignored: Sequence[str], as_json: bool) -> None:
    """Rows read and left out, how decimals were understood, and columns under other names.

    With JSON the document says it."""
    if not as_json:
        say(f"{path.name}: {cells.words}.")
        for line in cells.columns:
            say(f"  {line}.")
    if ignored:
        say(f"Columns not used: {', '.join(ignored)}.")


def say_in_work(in_work: Sequence[Past], rows: str, what: str) -> None:
    """Names the rows without a reading, and what becomes of them."""
    if in_work:
        say(f"{counted(len(in_work), 'row')} without a reading, {rows}: {what}.")


def warnings_of(table: PastTable, path: Path, settings: Settings) -> tuple[str, ...]:
    """What is to be said of the table, a line each.

    Warnings of the data check, and what the table and the settings do not have in common. Raises
    BadInput for an error of the data check."""
    return (*prove_sound(table, path, settings), *_outside(table, settings),
            *_origins(table, settings))


def say_table(path: Path, table: PastTable, warnings: Sequence[str], as_json: bool) -> None:
    """What was taken of the table, and the warnings."""
    say_taken(path, table.cells, table.ignored, as_json)
    for line in warnings:
        say(line)


def _outside(table: PastTable, settings: Settings) -> tuple[str, ...]:
    """A line where rows lie outside the envelope: history may, but more often a unit is wrong."""
    outside = [(one.line, found) for one in table.past if not one.recipe.without
               and (found := violations(one.recipe, settings.envelope))]
    if not outside:
        return ()
    line, (first, *_) = outside[0]
    return (f"Warning: {counted(len(outside), 'row')} of {len(table.past)} "
            f"{by_number(len(outside), 'lies', 'lie')} outside the envelope, as row {line}: "
            f"{first.name} = {first.value:g} must be {first.bound}. Is the unit right?",)


def _origins(table: PastTable, settings: Settings) -> tuple[str, ...]:
    """A line where the table names lots or operators, but not those of the settings.

    Its stacks are then other ones, which changes what is learned from them."""
    lots = sorted({one.stack.lot for one in table.past})
    operators = sorted({one.stack.operator for one in table.past})
    here = [(one.stack.lot, one.stack.operator) for one in table.past]
    lot, operator, *_ = settings.origin
    if not here or (lot, operator) in here:
        return ()
    if lot not in lots:
        what, name, named = "lot", lot, lots
        then = ("its stacks count as those of other lots, so that all is less sure and recipes are "
                "more careful")
    elif operator not in operators:
        what, name, named = "operator", operator, operators
        then = "stacks of the same lot by others stand for them"
    else:
        return (f"Warning: no row is of lot {lot} by operator {operator}, as the settings say "
                "([stack]): stacks of the same lot by others stand for them.",)
    shown = ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")
    return (f"Warning: the settings say {what} {name!r} ([stack] {what}), which no row has; the "
            f"table has {shown}: {then}. Correct the settings if it is the same {what}.",)
