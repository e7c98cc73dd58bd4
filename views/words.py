"""Numbers as an engineer reads them: three significant digits and a unit."""

from __future__ import annotations

import math
from typing import NamedTuple

from trials.recipe import Recipe

OHM_CM2 = "Ω·cm²"
MINUTE = 60.0


class Variable(NamedTuple):
    """How a set point of the press is called."""

    label: str
    unit: str


VARIABLES = {
    "pressure_mpa": Variable("Pressure", "MPa"),
    "dwell_s": Variable("Dwell", "s"),
    "temperature_c": Variable("Temperature", "°C"),
}


def significant(value: float, digits: int = 3) -> str:
    """`value` with this many significant digits; powers of ten only where zeros would pile up."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = math.floor(math.log10(abs(rounded)))
    if not -digits - 1 <= exponent <= 2 * digits:
        return f"{rounded:.{digits - 1}e}"
    return f"{rounded:.{max(digits - 1 - exponent, 0)}f}"


def resistance(ohm_cm2: float) -> str:
    """A resistance with its unit."""
    return f"{significant(ohm_cm2)} {OHM_CM2}"


def interval(low: float, high: float, unit: str = OHM_CM2) -> str:
    """A range with its unit, both ends with three digits."""
    return f"{significant(low)} to {significant(high)} {unit}".rstrip()


def plus_minus(value: float, standard_error: float | None) -> str:
    """A value and its standard error, to the same decimal place; no unit."""
    if standard_error is None or not 0.0 < standard_error < abs(value):
        return significant(value)
    decimals = min(max(1 - math.floor(math.log10(standard_error)), 0), 4)
    return f"{value:.{decimals}f} ± {standard_error:.{decimals}f}"


def percent(share: float) -> str:
    """A share or probability in percent; never a bare 0 or 100 for what is only close to it."""
    value = 100.0 * share
    if value < 0.1:  # noqa: PLR2004
        return "< 0.1 %" if value > 0.0 else "0 %"
    if 99.9 < value < 100.0:  # noqa: PLR2004
        return "> 99.9 %"
    return f"{value:.1f} %" if value < 10.0 else f"{value:.0f} %"  # noqa: PLR2004


def plain(value: float) -> str:
    """A set point as the panel takes it: to 0.1, without a trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


def set_point(name: str, value: float) -> str:
    """A set point with its unit."""
    return f"{plain(value)} {VARIABLES[name].unit}"


def recipe_words(recipe: Recipe) -> str:
    """The three set points on one line."""
    return ", ".join(set_point(name, getattr(recipe, name)) for name in VARIABLES)


def minutes(seconds: float) -> str:
    """A long dwell in minutes and seconds; empty for two minutes or less."""
    if seconds <= 2 * MINUTE:
        return ""
    whole, rest = divmod(round(seconds), int(MINUTE))
    return f"{whole} min {rest} s" if rest else f"{whole} min"


def counted(number: int, noun: str) -> str:
    """A number and its noun in the plural where due."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
