"""What a row of a table says of its stack.

Intact with a resistance, failed, spoilt, set aside, or not read yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Intact, Outcome, SetAside
from pressloop.trials.quantity import Measurement, Quantity
from pressloop.trials.readings import LABELS, labelled, number_of, plausible
from pressloop.trials.tables.columns.cells import NO_READING

RESULT = ("resistance_ohm_cm2", "resistance_se_ohm_cm2", "failure_mode", "damage_index")
UNITS = "Check the unit and the row: no stack has that."
FROM_TABLE = "from a table of past presses"


def outcome_of(row: Mapping[str, str], quantities: Sequence[Quantity] = ()) -> Outcome | None:
    """The outcome that a row's cells tell; None where they tell none: the stack is in work.

    `quantities` are those that the objective measures, () for the resistance alone. Raises
    BadInput, under the name of the column."""
    resistance, mode = row.get("resistance_ohm_cm2", ""), row.get("failure_mode", "")
    index = row.get("damage_index", "")
    damage = Damage(number_of("damage_index", index), 0.01) if index else None
    if mode:
        if mode not in LABELS:
            raise BadInput("failure_mode", mode, f"one of {', '.join(LABELS)}, or empty",
                           "Use one of these words.")
        for name in ("resistance_ohm_cm2", *(q.name for q in quantities if q.sought)):
            if row.get(name):
                what = "resistance" if name == "resistance_ohm_cm2" else name
                raise BadInput(name, row[name], f"empty for a {mode} stack",
                               f"A failed stack has no {what}.")
        return labelled(mode, FROM_TABLE, damage)
    if quantities:
        return _measured(row, quantities, damage)
    if not resistance and "resistance_ohm_cm2" in row:
        return None
    if not resistance:
        raise BadInput("failure_mode", "empty", "given, as there is no column of resistances",
                       "Fill it in, drop the row, or add the column resistance_ohm_cm2.")
    if is_bound(resistance):
        return SetAside(f"the resistance is given as {resistance}, which is no reading")
    return _intact(row, resistance, (), damage)


def _intact(row: Mapping[str, str], resistance: str, measured: tuple[Measurement, ...],
            damage: Damage | None) -> Intact:
    error = row.get("resistance_se_ohm_cm2", "") if resistance else ""
    held = row.get("stack_pressure_mpa", "")
    return plausible(Intact(
        number_of("resistance_ohm_cm2", resistance) if resistance else None,
        number_of("resistance_se_ohm_cm2", error) if error else None, damage=damage,
        stack_pressure_mpa=number_of("stack_pressure_mpa", held) if held else None,
        measured=measured), UNITS)


def _measured(row: Mapping[str, str], quantities: Sequence[Quantity], damage: Damage | None
              ) -> Outcome | None:
    """The outcome of a stack by its measured quantities.

    In work before the first one that is sought is read, set aside where that is only bounded."""
    first, found = quantities[0], list[Measurement]()
    if not row.get(first.name):
        return None
    for q in quantities:
        cell = row.get(q.name, "")
        if cell and is_bound(cell):
            if q is first:
                return SetAside(f"{q.name} is given as {cell}, which is no reading")
        elif cell and not q.is_resistance:
            error = row.get(f"{q.name}_se", "")
            found.append(Measurement(q.name, number_of(q.name, cell), number_of(
                f"{q.name}_se", error) if error else None, q.unit))
    resistance = row.get("resistance_ohm_cm2", "")
    return _intact(row, "" if is_bound(resistance) else resistance, tuple(found), damage)


def is_bound(cell: str) -> bool:
    """True for a cell that bounds a reading, or says that it was out of range."""
    return cell[:1] in (">", "<") or cell.casefold() in NO_READING
