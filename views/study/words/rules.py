"""Which rules of pressing the readings contradict, in sentences."""

from __future__ import annotations

import math

from pressloop.studies.sensitivity.physics_checks import CheckedRule, Odd
from pressloop.studies.sensitivity.physics_rules import CRUSHED, DAMAGE
from pressloop.studies.sensitivity.sensitivity import Findings
from pressloop.trials.wording import by_number, listed


def flags_words(found: Findings) -> list[str]:
    """Checks that were raised, or that none was."""
    told = [c for c in found.checks if not c.why_not]
    words = [flag_words(one, found.row_word) for one in found.flags]
    if not words and told:
        words = [none_words(len(told))]
    return words + [odd_words(one, found.row_word) for one in found.odd]


def odd_words(one: Odd, word: str) -> str:
    """That the others contradict a reading; `word` is what a row is called."""
    return (f"{word.capitalize()} {one.number} stands alone: it measured "
            f"{one.measured_ohm_cm2:.3g} Ω·cm², where the others lead to expect "
            f"{one.expected_ohm_cm2:.3g} ({one.low_ohm_cm2:.3g} to {one.high_ohm_cm2:.3g}).")


def none_words(told: int) -> str:
    """That no rule is contradicted, of those that could be looked at."""
    if told == 1:
        return "The readings keep the one rule of pressing that they can be held against."
    return (f"The readings contradict none of the {told} rules of pressing that they can be held "
            "against.")


def flag_words(one: CheckedRule, word: str) -> str:
    """Rule, what the rows say instead, and which do."""
    return f"{one.look.rule}: here it does ({slope_words(one)}). {rows_words(one, word)}"


def slope_words(one: CheckedRule, start: str = "by") -> str:
    """The slope of a check in percent of resistance, or in points of a share."""
    assert one.slope is not None and one.low is not None and one.high is not None
    step = "per 10 °C" if one.look.variable == "temperature_c" else "per doubling"
    share = one.look.quantity in (DAMAGE, CRUSHED)
    values = [100.0 * (v if share else math.expm1(v)) for v in (one.slope, one.low, one.high)]
    unit = "points" if share else "%"
    if not start:
        return f"{values[0]:+.2g} {unit} ({values[1]:+.2g} to {values[2]:+.2g}) {step}"
    return (f"{start} {values[0]:+.2g} {unit} {step}, 95 % interval {values[1]:+.2g} to "
            f"{values[2]:+.2g}")


def rows_words(one: CheckedRule, word: str) -> str:
    """Which rows cause a flag; `word` is what a row is called."""
    count = len(one.rows)
    rows = f"{by_number(count, word, f'{word}s')} " + listed([str(n) for n in one.rows])
    if one.cured:
        return f"Look at {rows}: without {by_number(count, 'it', 'them')} it does not."
    return (f"Not a few {word}s say so but most of the {one.stacks} there; {rows} "
            f"{by_number(count, 'weighs', 'weigh')} most.")
