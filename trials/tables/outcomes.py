"""What a row of a table says of its stack: intact with a resistance, or failed."""

from __future__ import annotations

from collections.abc import Mapping

from pressloop.trials.checks import within
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, Outcome

RESULT = ("resistance_ohm_cm2", "resistance_se_ohm_cm2", "failure_mode", "damage_index")
RESISTANCE_OHM_CM2 = (1e-3, 1e9)
"""From far below a single metal contact to a stack without contact at all."""
HIGHEST_HELD_MPA = 1000.0
UNITS = "Check the unit and the row: no stack has that."


def outcome_of(row: Mapping[str, str]) -> Outcome:
    """The outcome that a row's cells tell. Raises BadInput, under the name of the column."""
    resistance, mode = row.get("resistance_ohm_cm2", ""), row.get("failure_mode", "")
    index = row.get("damage_index", "")
    damage = Damage(number_of("damage_index", index), 0.01) if index else None
    if mode:
        if mode not in list(FailureMode):
            raise BadInput("failure_mode", mode, f"one of {', '.join(FailureMode)}, or empty",
                           "Use one of these words.")
        if resistance:
            raise BadInput("resistance_ohm_cm2", resistance, f"empty for a {mode} stack",
                           "A failed stack has no resistance.")
        return Failed(FailureMode(mode), "from a table of past presses", damage)
    if not resistance:
        raise BadInput("resistance_ohm_cm2", "empty", "a number, or failure_mode given",
                       "Fill one of the two or drop the row.")
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
