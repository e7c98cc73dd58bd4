"""Names of stacks, lots and operators, as they stand in their columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pressloop.flows.past.columns.work import Work, line_of, rows_words
from pressloop.trials.tables.columns.names import STACK

SHOWN = 4
"""Names that a note gives."""
IN_PART = "where one row alone has the name"
"""How a column of stacks is read whose names are there twice in part."""
JOIN = " / "
"""Between the lots of one stack."""


def read_names(work: Work, quantity: str) -> None:
    """A column of names as it stands; several ones of lots are joined."""
    one = work.chosen.picked.get(quantity)
    if one is None:
        return
    cells = work.raw(one.places[0])
    if len(one.places) > 1:
        cells = [JOIN.join(filter(None, row)) for row in zip(*map(work.raw, one.places),
                                                             strict=True)]
    how = "joined" if len(one.places) > 1 else ""
    if quantity == STACK and not one.own and quantity not in work.how.columns:
        cells, before = _alone(work, one.headers[0], cells), cells
        if not any(cells):
            return
        how = "" if cells == before else IN_PART
    if not one.own:
        work.lines.append(line_of(one, how, work.raw(one.places[0]), cells))
    work.columns[quantity] = cells


def _alone(work: Work, header: str, cells: Sequence[str]) -> list[str]:
    """Names that one row has; those of several rows are told, and name no stack.

    Where most rows share theirs, as that of a material, none does."""
    rows = defaultdict[str, list[int]](list)
    for (number, _), cell in zip(work.rows, cells, strict=True):
        if cell:
            rows[cell].append(number)
    again = {name: numbers for name, numbers in rows.items() if len(numbers) > 1}
    if not again:
        return list(cells)
    told = ", ".join(f"{name!r} in {rows_words(numbers)}" for name, numbers in
                     list(again.items())[:SHOWN])
    more = f" and {len(again) - SHOWN} more" if len(again) > SHOWN else ""
    some = 2 * sum(map(len, again.values())) < sum(map(len, rows.values()))
    said = f'[table] stack = "{header}"'
    work.notes.append(
        f"{header!r} has {told}{more}: " + (
            "these rows are taken without a name; give each stack a name of its own, or, where "
            f"they are presses of one stack, say {said}" if some else
            f"it is taken for no name of a stack; where it is that of one, pressed again, say "
            f"{said}"))
    return ["" if cell in again else cell for cell in cells] if some else [""] * len(cells)
