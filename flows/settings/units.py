"""Units of quantities and parameters, by pint.

At the door only, and for shown values as written."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.columns.units import POWERS, SCALED

OTHERWISE = {"%": "percent", "Ω": "ohm", "Ohm": "ohm", "µ": "u", "·": " ", "°C": "degC",
             "℃": "degC", "°F": "degF", "℉": "degF", "⁻¹": "^-1", "⁻²": "^-2", "²": "^2", "³": "^3"}
"""Signs that are written another way."""
SHARE = re.compile(r"\b(?:wt|vol|mol|at|mass|w|v|m|ma|gew)\.?[\s-]*%", re.IGNORECASE)
"""A share by weight, volume or number."""
POWER = re.compile(r"(?<=[A-Za-z])(-?[1-9])(?![0-9])")
"""An exponent without its sign, as in ohm cm2 or W m-2."""
FACTORS = ("S/cm", "ohm", "ohm * cm^2", "S", "cm^2/s", "1/ohm/cm^2")
"""Of quantities that are above 0 and vary by factors: conductivity, resistance (times area),
conductance, diffusivity."""


def known_unit(where: str, unit: str) -> str:
    """The unit as it was written, in one line; "" for none. Raises BadInput where it is none."""
    text = " ".join(unit.split())
    if text and pint_unit(text) is None:
        raise BadInput(where, unit, "a unit, such as S/cm, J/m^2, mAh/g or percent",
                       "Correct it, or leave it out.")
    return text


def varies_by_factors(unit: str) -> bool:
    """True for a unit of conductivity, resistance and the like."""
    found = pint_unit(unit) if unit else None
    return found is not None and any(found.is_compatible_with(_registry().parse_units(one))
                                     for one in FACTORS)


def factor(unit: str, to: str) -> float | None:
    """What a number in `unit` is multiplied by to be one in `to`, before an offset is added.

    None where they are of different dimensions, or one is none."""
    found = conversion(unit, to)
    return None if found is None else found[0]


def conversion(unit: str, to: str) -> tuple[float, float] | None:
    """What a number in `unit` is multiplied by, and what is added then, to be one in `to`.

    Added is 0 but between temperatures, as from K to degC. None where they are of different
    dimensions, or one is none."""
    (power, unit), (power_to, to) = _without_power(unit), _without_power(to)
    one, other = pint_unit(unit), pint_unit(to)
    if one is None or other is None or not one.is_compatible_with(other):
        return None
    added, at_one = (float(_registry().Quantity(value, one).to(other).magnitude)
                     for value in (0.0, 1.0))
    scale = power / power_to
    if added == 0.0:
        return float(f"{at_one * scale:.15g}"), 0.0
    return float(f"{(at_one - added) * power:.9g}") / power_to, float(f"{added:.9g}") / power_to


def _without_power(unit: str) -> tuple[float, str]:
    """The power of ten before a unit, as in 10^-4 S/cm, and the unit; 1 where there is none."""
    match = SCALED.fullmatch(unit.strip())
    if match is None:
        return 1.0, unit
    exponent = next(one for one in match.groups()[:3] if one)
    return float(f"1e{int(exponent.translate(POWERS))}"), match[4]


@cache
def pint_unit(text: str) -> Any:
    """What pint makes of a unit as labs write it; None where it is none."""
    text = SHARE.sub("percent", text)
    for sign, word in OTHERWISE.items():
        text = text.replace(sign, word)
    text = POWER.sub(r"^\1", text.replace("**", "^"))
    text = re.sub(r"(?<=[\w)])\s+(?=[A-Za-z(])", " * ", text.strip())
    if not text or not re.fullmatch(r"[\w\s^*/().+-]+", text):
        return None
    try:
        return _registry().parse_units(text)
    except Exception:  # noqa: BLE001 - pint raises what its tokenizer and parser do
        return None


@cache
def _registry() -> Any:
    import pint

    return pint.get_application_registry()
