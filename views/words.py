"""Numbers as an engineer reads them: three significant digits and a unit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import Measurement, Quantity
from pressloop.trials.recipe import Recipe

OHM_CM2 = "Ω·cm²"
NBSP = "\u00a0"
"""Keeps a number and its unit on one line."""
DEGREES = re.compile(r"(?<=[0-9][ \u00a0])degC\b")
MINUTE = 60.0


Load = Callable[[float], str]
"""Writes a pressure on the stack (MPa) as the gauge of the press shows it, such as "1.89 t"."""


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
    return f"{significant(ohm_cm2)}{NBSP}{OHM_CM2}"


def with_signs(sentence: str) -> str:
    """A sentence whose units are spelt in letters, as records spell them, by their signs."""
    return DEGREES.sub("°C", sentence.replace("ohm cm2", OHM_CM2))


def unit_of(quantity: Quantity) -> str:
    """The unit that stands behind a value; "" for none."""
    return OHM_CM2 if quantity.is_resistance else quantity.unit


def called(quantity: Quantity) -> str:
    """What a quantity is called at the head of a line or a column."""
    return "Interfacial resistance" if quantity.is_resistance else quantity.name


def amount(value: float, of: Quantity) -> str:
    """A value with its unit."""
    return f"{significant(value)}{NBSP}{unit_of(of)}".rstrip(NBSP)


def span_of(low: float, high: float, of: Quantity) -> str:
    """A range of a quantity."""
    return interval(low, high, unit_of(of))


def axis_of(quantity: Quantity) -> str:
    """The title of an axis."""
    unit = unit_of(quantity)
    return f"{called(quantity)} ({unit})" if unit else called(quantity)


def readings_words(outcome: Intact) -> str:
    """Everything that was read of a stack."""
    told = [] if outcome.resistance_ohm_cm2 is None else [
        f"{plus_minus(outcome.resistance_ohm_cm2, outcome.resistance_se_ohm_cm2)} {OHM_CM2}"]
    return ", ".join((*told, *(measurement_words(one) for one in outcome.measured)))


def measurement_words(one: Measurement) -> str:
    """A reading with its name, error and unit."""
    return f"{one.name} {plus_minus(one.value, one.standard_error)} {one.unit}".rstrip()


def interval(low: float, high: float, unit: str = OHM_CM2) -> str:
    """A range with its unit, both ends with three digits."""
    return f"{significant(low)} to {significant(high)}{NBSP}{unit}".rstrip(NBSP)


def plus_minus(value: float, standard_error: float | None) -> str:
    """A value and its standard error to the same decimal place, at most four digits; no unit."""
    if standard_error is None or not 0.0 < standard_error < abs(value):
        return significant(value)
    digits = (1 - math.floor(math.log10(standard_error)), 3 - math.floor(math.log10(abs(value))))
    decimals = max(min(digits), 0)
    return f"{value:.{decimals}f} ± {standard_error:.{decimals}f}"


def percent(share: float) -> str:
    """A share or probability in percent; never a bare 0 or 100 for what is only close to it."""
    value = 100.0 * share
    if value < 0.1:
        return f"< 0.1{NBSP}%" if value > 0.0 else f"0{NBSP}%"
    if value > 99.9:
        return f"> 99.9{NBSP}%"
    rounded = f"{value:.0f}" if 10.0 <= value < 99.0 else plain(value)
    return f"{rounded}{NBSP}%"


def laws_words(weight: float | None) -> str:
    """How far stacks follow the laws of pressing, in a sentence; "" of a model that weighs none."""
    return "" if weight is None else (
        f"Your stacks follow the usual laws of pressing: {percent(weight)}.")


def plain(value: float) -> str:
    """A set point as the panel takes it: to 0.1, without a trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


def set_point(name: str, value: float) -> str:
    """A set point with its unit."""
    return f"{plain(value)}{NBSP}{VARIABLES[name].unit}"


def recipe_words(recipe: Recipe, load: Load | None = None) -> str:
    """All set points on one line; the pressure also as the gauge of the press shows it."""
    core = (set_point(name, getattr(recipe, name))
            + (on_gauge(recipe, load) if name == "pressure_mpa" else "") for name in recipe.core)
    return ", ".join((*core, *parameter_words(recipe)))


def on_gauge(recipe: Recipe, load: Load | None) -> str:
    """The load in brackets, to stand behind the pressure; "" without a gauge of its own."""
    return "" if load is None else f" ({load(recipe.pressure_mpa).replace(' ', NBSP)})"


def parameter_words(recipe: Recipe) -> list[str]:
    """What the recipe says besides pressure, dwell and temperature, a name and a value each."""
    return [f"{name}{NBSP}{value if isinstance(value, str) else significant(value)}"
            for name, value in recipe.named.items()]


def span_words(found: tuple[float, float] | tuple[str, ...], unit: str = "") -> str:
    """A range, or kinds, that are as good."""
    if isinstance(found[0], str):
        return ", ".join(map(str, found)) + (" only" if len(found) == 1 else "")
    low, high = (plain(float(end)) for end in found)
    told = f"{low} only" if low == high else f"{low} to {high}"
    return f"{low} {unit} only" if unit and low == high else f"{told} {unit}".strip()


def minutes(seconds: float) -> str:
    """A long dwell in minutes and seconds; empty for two minutes or less."""
    if seconds <= 2 * MINUTE:
        return ""
    whole, rest = divmod(round(seconds), int(MINUTE))
    return f"{whole} min {rest} s" if rest else f"{whole} min"
