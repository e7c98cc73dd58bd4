"""Which rules of pressing the readings contradict, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from studies.sanity import Finding
from studies.sanity_rules import CRUSHED, DAMAGE
from studies.wording import listed

if TYPE_CHECKING:
    from studies.sensitivity import Findings


def flags_words(found: Findings) -> list[str]:
    """Checks that were raised, or that none was."""
    told = [c for c in found.checks if not c.why_not]
    words = [flag_words(one) for one in found.flags]
    if not words and told:
        words = [none_words(len(told))]
    words += [f"Row {one.number} stands alone: {one.measured_ohm_cm2:.3g} Ω·cm² where the others "
              f"let expect {one.expected_ohm_cm2:.3g} ({one.low_ohm_cm2:.3g} to "
              f"{one.high_ohm_cm2:.3g})." for one in found.odd]
    return words


def none_words(told: int) -> str:
    """That no rule is contradicted, of those that could be looked at."""
    if told == 1:
        return "The readings keep the one rule of pressing that they can be held against."
    return (f"The readings contradict none of the {told} rules of pressing that they can be held "
            "against.")


def flag_words(one: Finding) -> str:
    """Rule, what the rows say instead, and which do."""
    return f"{one.look.rule}: here it does ({slope_words(one)}). {rows_words(one)}"


def slope_words(one: Finding, start: str = "by") -> str:
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


def rows_words(one: Finding) -> str:
    """Which rows cause a flag."""
    rows = ("row " if len(one.rows) == 1 else "rows ") + listed([str(n) for n in one.rows])
    if one.cured:
        return f"Look at {rows}: without {'it' if len(one.rows) == 1 else 'them'} it does not."
    return f"Not a few rows say so but most of the {one.stacks} there; {rows} weigh most."
