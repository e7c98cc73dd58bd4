"""What a row of a table says of its stack: intact with a resistance, failed, spoilt, set aside, or
not read yet."""

from __future__ import annotations

from collections.abc import Mapping

from pressloop.trials.checks import within
from pressloop.trials.corrections import LABELS, SPOILT
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import (
    Damage,
    Failed,
    FailureMode,
    Intact,
    Outcome,
    SetAside,
    Spoilt,
)
from pressloop.trials.tables.columns.cells import NO_READING

RESULT = ("resistance_ohm_cm2", "resistance_se_ohm_cm2", "failure_mode", "damage_index")
RESISTANCE_OHM_CM2 = (1e-3, 1e9)
"""From far below a single metal contact to a stack without contact at all."""
HIGHEST_HELD_MPA = 1000.0
UNITS = "Check the unit and the row: no stack has that."
FROM_TABLE = "from a table of past presses"


def outcome_of(row: Mapping[str, str]) -> Outcome | None:
    """The outcome that a row's cells tell; None where they tell none: the stack is in work. Raises
    BadInput, under the name of the column."""
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
        return Spoilt(FROM_TABLE) if mode == SPOILT else Failed(
            FailureMode(mode), FROM_TABLE, damage)
    if not resistance and "resistance_ohm_cm2" in row:
        return None
    if not resistance:
        raise BadInput("failure_mode", "empty", "given, as there is no column of resistances",
                       "Fill it in, drop the row, or add the column resistance_ohm_cm2.")
    if is_bound(resistance):
        return SetAside(f"the resistance is given as {resistance}, which is no reading")
    error = row.get("resistance_se_ohm_cm2", "")
    held = row.get("stack_pressure_mpa", "")
    return _plausible(Intact(
        number_of("resistance_ohm_cm2", resistance),
        number_of("resistance_se_ohm_cm2", error) if error else None, damage=damage,
        stack_pressure_mpa=number_of("stack_pressure_mpa", held) if held else None))


def _plausible(outcome: Intact) -> Intact:
    """Raises BadInput for what no stack has: one such row would bend every model."""
    within("resistance_ohm_cm2", outcome.resistance_ohm_cm2, *RESISTANCE_OHM_CM2, UNITS)
    if outcome.resistance_se_ohm_cm2 is not None:
        within("resistance_se_ohm_cm2", outcome.resistance_se_ohm_cm2, 0.0,
               RESISTANCE_OHM_CM2[1], UNITS)
    if outcome.stack_pressure_mpa is not None:
        within("stack_pressure_mpa", outcome.stack_pressure_mpa, 0.0, HIGHEST_HELD_MPA, UNITS)
    return outcome


def is_bound(cell: str) -> bool:
    """True for a cell that bounds a reading, or says that it was out of range."""
    return cell[:1] in (">", "<") or cell.casefold() in NO_READING


def number_of(name: str, text: str) -> float:
    """The number in a cell. Raises BadInput, under the name of the column."""
    try:
        # Python takes 1_000 and the digits of all scripts for numbers; a table rarely means them.
        if "_" in text or not text.isascii():
            raise ValueError
        return float(text)
    except ValueError:
        raise BadInput(name, text, "a number", "Write it without unit, and with one decimal point."
                       ) from None
