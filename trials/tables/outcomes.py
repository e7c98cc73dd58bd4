"""What a row of a table says of its stack.

Intact with a resistance, failed, spoilt, set aside, or not read yet."""

from __future__ import annotations

from collections.abc import Mapping

from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Intact, Outcome, SetAside
from pressloop.trials.readings import LABELS, labelled, number_of, plausible
from pressloop.trials.tables.columns.cells import NO_READING

RESULT = ("resistance_ohm_cm2", "resistance_se_ohm_cm2", "failure_mode", "damage_index")
UNITS = "Check the unit and the row: no stack has that."
FROM_TABLE = "from a table of past presses"


def outcome_of(row: Mapping[str, str]) -> Outcome | None:
    """The outcome that a row's cells tell; None where they tell none: the stack is in work.

    Raises BadInput, under the name of the column."""
    resistance, mode = row.get("resistance_ohm_cm2", ""), row.get("failure_mode", "")
    index = row.get("damage_index", "")
    damage = Damage(number_of("damage_index", index), 0.01) if index else None
    if mode:
        if mode not in LABELS:
            raise BadInput("failure_mode", mode, f"one of {', '.join(LABELS)}, or empty",
                           "Use one of these words.")
        if resistance:
            raise BadInput("resistance_ohm_cm2", resistance, f"empty for a {mode} stack",
                           "A failed stack has no resistance.")
        return labelled(mode, FROM_TABLE, damage)
    if not resistance and "resistance_ohm_cm2" in row:
        return None
    if not resistance:
        raise BadInput("failure_mode", "empty", "given, as there is no column of resistances",
                       "Fill it in, drop the row, or add the column resistance_ohm_cm2.")
    if is_bound(resistance):
        return SetAside(f"the resistance is given as {resistance}, which is no reading")
    error = row.get("resistance_se_ohm_cm2", "")
    held = row.get("stack_pressure_mpa", "")
    return plausible(Intact(
        number_of("resistance_ohm_cm2", resistance),
        number_of("resistance_se_ohm_cm2", error) if error else None, damage=damage,
        stack_pressure_mpa=number_of("stack_pressure_mpa", held) if held else None), UNITS)


def is_bound(cell: str) -> bool:
    """True for a cell that bounds a reading, or says that it was out of range."""
    return cell[:1] in (">", "<") or cell.casefold() in NO_READING
