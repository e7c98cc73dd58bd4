"""What a row of a table says of its stack.

Intact with a resistance, failed, spoilt, set aside, or not read yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import (
    Achieved,
    Damage,
    Failed,
    Intact,
    Outcome,
    SetAside,
    Spoilt,
    Withdrawn,
)
from pressloop.trials.quantity import Measurement, Quantity
from pressloop.trials.readings import LABELS, labelled, number_of, plausible
from pressloop.trials.tables.columns.cells import NO_READING

T = TypeVar("T", bound=Outcome)
RESULT = ("resistance_ohm_cm2", "resistance_se_ohm_cm2", "failure_mode", "damage_index")
UNITS = "Check the unit and the row: no stack has that."
FROM_TABLE = "from a table of past presses"
EXPORTED = ("trial", "state", "outcome", "reason", "damage_se")
"""Columns that tables have together which pressloop has exported itself; they are read as well."""
ACHIEVED = ("achieved_pressure_mpa", "achieved_dwell_s", "achieved_temperature_c")
"""Columns that such tables have where a press did not keep to a recipe."""
DAMAGE_SE = 0.01
"""Of a damage index whose table does not tell it."""
WITHOUT_READING: dict[str, type[SetAside] | type[Spoilt] | type[Withdrawn]] = {
    "set_aside": SetAside, "spoilt": Spoilt, "withdrawn": Withdrawn}


def outcome_of(row: Mapping[str, str], quantities: Sequence[Quantity] = ()) -> Outcome | None:
    """The outcome that a row's cells tell; None where they tell none: the stack is in work.

    `quantities` are those that the objective measures, () for the resistance alone. Raises
    BadInput, under the name of the column."""
    resistance, mode = row.get("resistance_ohm_cm2", ""), row.get("failure_mode", "")
    damage = _damage(row)
    if mode:
        if mode not in LABELS:
            raise BadInput("failure_mode", mode, f"one of {', '.join(LABELS)}, or empty",
                           "Use one of these words.")
        for name in ("resistance_ohm_cm2", *(q.name for q in quantities if q.sought)):
            if row.get(name):
                what = "resistance" if name == "resistance_ohm_cm2" else name
                raise BadInput(name, row[name], f"empty for a {mode} stack",
                               f"A failed stack has no {what}.")
        return with_achieved(labelled(mode, FROM_TABLE, damage), row)
    if (told := _told(row)) is not None:
        return told
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


def is_exported(names: Collection[str]) -> bool:
    """Whether these are columns of a table that pressloop has exported itself."""
    return all(name in names for name in EXPORTED)


def _damage(row: Mapping[str, str]) -> Damage | None:
    if not (index := row.get("damage_index", "")):
        return None
    error = row["damage_se"] if is_exported(row) else ""
    return Damage(number_of("damage_index", index),
                  number_of("damage_se", error) if error else DAMAGE_SE)


def with_achieved(outcome: T, row: Mapping[str, str]) -> T:
    """The outcome with what the press did instead of its set points, as exported tables tell it."""
    pressure, dwell, warm = (row.get(name, "") for name in ACHIEVED)
    if not (is_exported(row) and pressure and dwell and isinstance(outcome, (Intact, Failed))):
        return outcome
    done = Achieved(number_of(ACHIEVED[0], pressure), number_of(ACHIEVED[1], dwell),
                    number_of(ACHIEVED[2], warm) if warm else None)
    return replace(outcome, achieved=done)


def _told(row: Mapping[str, str]) -> Outcome | None:
    """What an exported table tells of a stack that has no reading, and will have none.

    A fault of the machine says nothing of the recipe either."""
    if not is_exported(row):
        return None
    why = row["reason"] or FROM_TABLE
    if made := WITHOUT_READING.get(row["outcome"]):
        return made(why)
    ended = not row["outcome"] and row["state"] in ("faulted", "settled")
    return SetAside(f"{row['state']}: {why}") if ended else None


def _intact(row: Mapping[str, str], resistance: str, measured: tuple[Measurement, ...],
            damage: Damage | None) -> Intact:
    error = row.get("resistance_se_ohm_cm2", "") if resistance else ""
    held = row.get("stack_pressure_mpa", "")
    if resistance and not any(c.isdigit() for c in resistance) and not is_float(resistance):
        raise BadInput("resistance_ohm_cm2", resistance, "a number, or a known word for a failure",
                       "Clear the cell of a stack that is not measured yet; a word of "
                       f'your lab for a failed one: [table] failure_words = {{ "{resistance}" = '
                       '"failed" }, or crushed, shorted, delaminated.')
    made = plausible(Intact(
        number_of("resistance_ohm_cm2", resistance) if resistance else None,
        number_of("resistance_se_ohm_cm2", error) if error else None, damage=damage,
        stack_pressure_mpa=number_of("stack_pressure_mpa", held) if held else None,
        measured=measured), UNITS)
    return with_achieved(made, row)


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


def is_float(text: str) -> bool:
    """True for what Python reads as a number, inf and nan among them."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_bound(cell: str) -> bool:
    """True for a cell that bounds a reading, or says that it was out of range."""
    return cell[:1] in (">", "<") or cell.casefold() in NO_READING
