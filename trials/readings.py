"""What a person or a table says of a stack.

Numbers, limits of what a stack can have, and words for how it ended."""

from __future__ import annotations

from pressloop.trials.checks import within
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, Spoilt

RESISTANCE_OHM_CM2 = (1e-3, 1e9)
"""From far below a single metal contact to a stack without contact at all."""
HIGHEST_HELD_MPA = 1000.0
UNITS = "Check the unit: no stack has that."
SPOILT = "spoilt"
LABELS = (*(str(mode) for mode in FailureMode), SPOILT)
"""What a stack without a resistance may be called."""


def plausible(outcome: Intact, remedy: str = UNITS) -> Intact:
    """The same. Raises BadInput for what no stack has: one such value would bend every model."""
    if outcome.resistance_ohm_cm2 is not None:
        within("resistance_ohm_cm2", outcome.resistance_ohm_cm2, *RESISTANCE_OHM_CM2, remedy)
    if outcome.resistance_se_ohm_cm2 is not None:
        within("resistance_se_ohm_cm2", outcome.resistance_se_ohm_cm2, 0.0,
               RESISTANCE_OHM_CM2[1], remedy)
    if outcome.stack_pressure_mpa is not None:
        within("stack_pressure_mpa", outcome.stack_pressure_mpa, 0.0, HIGHEST_HELD_MPA, remedy)
    return outcome


def labelled(label: str, why: str, damage: Damage | None = None) -> Failed | Spoilt:
    """The outcome that one of LABELS stands for."""
    return Spoilt(why) if label == SPOILT else Failed(FailureMode(label), why, damage)


def number_of(name: str, value: str | float) -> float:
    """`value` as a number. Raises BadInput, under this name, for text that is none."""
    if not isinstance(value, str):
        return float(value)
    try:
        # Python takes 1_000 and the digits of all scripts for numbers; people rarely mean them.
        if "_" in value or not value.isascii():
            raise ValueError
        return float(value)
    except ValueError:
        raise BadInput(name, value, "a number", "Write it without unit, and with one decimal point."
                       ) from None
