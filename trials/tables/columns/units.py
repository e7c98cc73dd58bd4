"""Units as labs spell them: `Ω·cm²`, `Ohm cm^2`, `kOhm cm2`, `kg/cm2`, `N mm-2`, `°C`, `min`.

A spelling may be of several dimensions: `ms` is a millisecond or a millisiemens, `K` a temperature.
What is meant is told by the quantity, so `units_of` gives one unit for each dimension.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache

from pressloop.trials.tables.columns import cyrillic, east_asian
from pressloop.trials.tables.columns.spells import clock_format

PRESSURE, FORCE, TIME, TEMPERATURE = "pressure", "force", "time", "temperature"
OHM, OHM_AREA, RESISTIVITY = "resistance", "resistance times area", "resistivity"
CONDUCTANCE, CONDUCTIVITY = "conductance", "conductivity"
LENGTH, AREA, SHARE = "length", "area", "share"
OURS = {PRESSURE: "MPa", FORCE: "N", TIME: "s", TEMPERATURE: "degC", OHM: "ohm",
        OHM_AREA: "ohm cm2", RESISTIVITY: "ohm cm", CONDUCTANCE: "S", CONDUCTIVITY: "S/cm",
        LENGTH: "mm", AREA: "cm2", SHARE: "%"}
"""The unit that numbers of a dimension are converted to."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`value * factor + offset` is the value in the unit of `OURS`; `text` is as it was written.

    `base` is that of a logarithm, whose power comes first, and 0 for none; `clock` tells the parts
    of a spell such as 1:30, "" for none."""

    dimension: str
    factor: float
    offset: float = 0.0
    text: str = ""
    base: float = 0.0
    clock: str = ""

    def convert(self, value: float) -> float:
        """A number in this unit, in that of `OURS`.

        To 12 digits, beyond which there is noise of binary arithmetic only."""
        if self.base:
            try:
                value = self.base**value
            except OverflowError:
                return math.inf
        elif self.factor == 1.0 and self.offset == 0.0:
            return value
        return float(f"{value * self.factor + self.offset:.12g}")


ANY_CASE: dict[str, tuple[str, float]] = {
    "pa": (PRESSURE, 1e-6), "hpa": (PRESSURE, 1e-4), "kpa": (PRESSURE, 1e-3),
    "mpa": (PRESSURE, 1.0), "gpa": (PRESSURE, 1e3), "bar": (PRESSURE, 0.1),
    "bars": (PRESSURE, 0.1), "mbar": (PRESSURE, 1e-4), "kbar": (PRESSURE, 100.0),
    "psi": (PRESSURE, 6.894757293168e-3), "psig": (PRESSURE, 6.894757293168e-3),
    "ksi": (PRESSURE, 6.894757293168), "kpsi": (PRESSURE, 6.894757293168),
    "mpsi": (PRESSURE, 6894.757293168), "atm": (PRESSURE, 0.101325), "at": (PRESSURE, 0.0980665),
    "kn": (FORCE, 1e3), "newton": (FORCE, 1.0), "kilonewton": (FORCE, 1e3),
    "t": (FORCE, 9806.65), "to": (FORCE, 9806.65), "tf": (FORCE, 9806.65),
    "ton": (FORCE, 9806.65), "tons": (FORCE, 9806.65), "tonne": (FORCE, 9806.65),
    "tonnes": (FORCE, 9806.65), "tonnen": (FORCE, 9806.65), "tonnellate": (FORCE, 9806.65),
    "toneladas": (FORCE, 9806.65), "kgf": (FORCE, 9.80665), "kp": (FORCE, 9.80665),
    "shortton": (FORCE, 8896.443230521), "longton": (FORCE, 9964.01641818352),
    "kip": (FORCE, 4448.2216152605), "kips": (FORCE, 4448.2216152605),
    "kg": (FORCE, 9.80665), "lbf": (FORCE, 4.4482216152605), "lb": (FORCE, 4.4482216152605),
    "lbs": (FORCE, 4.4482216152605),
    "s": (TIME, 1.0), "sec": (TIME, 1.0), "secs": (TIME, 1.0), "second": (TIME, 1.0),
    "seconds": (TIME, 1.0), "sek": (TIME, 1.0), "sekunde": (TIME, 1.0), "sekunden": (TIME, 1.0),
    "secondes": (TIME, 1.0), "ms": (TIME, 1e-3), "min": (TIME, 60.0), "mins": (TIME, 60.0),
    "minute": (TIME, 60.0), "minutes": (TIME, 60.0), "minuten": (TIME, 60.0),
    "minuti": (TIME, 60.0), "minutos": (TIME, 60.0), "h": (TIME, 3600.0), "hr": (TIME, 3600.0),
    "hrs": (TIME, 3600.0), "hour": (TIME, 3600.0), "hours": (TIME, 3600.0), "std": (TIME, 3600.0),
    "stunde": (TIME, 3600.0), "stunden": (TIME, 3600.0), "heures": (TIME, 3600.0),
    **dict.fromkeys(("dk", "dak", "dakika", "perc", "minut", "minuty", "minuta", "minuter",
                     "minutter", "minuto"), (TIME, 60.0)),
    **dict.fromkeys(("sn", "saniye", "sekund", "sekundy", "sekunder", "segundos", "segundo",
                     "secondi", "seconde", "seconden", "secunde"), (TIME, 1.0)),
    **dict.fromkeys(("saat", "godz", "hod", "uur", "ora", "ore", "óra", "hora", "horas", "heure",
                     "tim", "timmar", "timer", "tuntia"), (TIME, 3600.0)),
    "d": (TIME, 86400.0), "nm": (LENGTH, 1e-6), "um": (LENGTH, 1e-3), "μm": (LENGTH, 1e-3),
    "micron": (LENGTH, 1e-3), "microns": (LENGTH, 1e-3), "mm": (LENGTH, 1.0), "cm": (LENGTH, 10.0),
    "m": (LENGTH, 1e3), "in": (LENGTH, 25.4), "inch": (LENGTH, 25.4),
    "inches": (LENGTH, 25.4), **dict.fromkeys(("mil", "mils", "thou"), (LENGTH, 0.0254)),
    "%": (SHARE, 1.0), "percent": (SHARE, 1.0), "prozent": (SHARE, 1.0),
}
BY_CASE: dict[str, tuple[str, float]] = {
    "N": (FORCE, 1.0), "MN": (FORCE, 1e6), "daN": (FORCE, 10.0),
    "ohm": (OHM, 1.0), "kohm": (OHM, 1e3),
    "Kohm": (OHM, 1e3), "Mohm": (OHM, 1e6), "mohm": (OHM, 1e-3), "μohm": (OHM, 1e-6),
    "S": (CONDUCTANCE, 1.0), "mS": (CONDUCTANCE, 1e-3), "μS": (CONDUCTANCE, 1e-6),
    "uS": (CONDUCTANCE, 1e-6), "nS": (CONDUCTANCE, 1e-9),
}
LOWER_CASE = {"s": (CONDUCTANCE, 1.0), "ms": (CONDUCTANCE, 1e-3), "us": (CONDUCTANCE, 1e-6),
              "siemens": (CONDUCTANCE, 1.0), "millisiemens": (CONDUCTANCE, 1e-3),
              "n": (FORCE, 1.0)}
"""What headers without capital letters mean beside a length, or where a force is expected."""
TEMPERATURES = {"c": (1.0, 0.0), "°c": (1.0, 0.0), "oc": (1.0, 0.0), "degc": (1.0, 0.0),
                "gradc": (1.0, 0.0), "celsius": (1.0, 0.0), "gradcelsius": (1.0, 0.0),
                "°с": (1.0, 0.0), "град": (1.0, 0.0), "к": (1.0, -273.15),
                "degreescelsius": (1.0, 0.0), "degcelsius": (1.0, 0.0), "°": (1.0, 0.0),
                "k": (1.0, -273.15), "kelvin": (1.0, -273.15), "°k": (1.0, -273.15),
                "f": (5.0 / 9.0, -160.0 / 9.0), "°f": (5.0 / 9.0, -160.0 / 9.0),
                "degf": (5.0 / 9.0, -160.0 / 9.0), "fahrenheit": (5.0 / 9.0, -160.0 / 9.0)}
WORDED = ((r"(?:u\.?s\.?|short)[ _-]*t(?:ons?)?(?:[ _-]?f(?:orce)?)?|tons?,? *\(?(?:us|short)\)?",
           "shortton"),
          (r"(?:u\.?k\.?|long|imperial)[ _-]*tons?(?:[ _-]?f(?:orce)?)?|tons?,? *\(?(?:uk|long)\)?",
           "longton"),
          ("kilo ohms?", "kohm"), ("milli ohms?", "mohm"), ("mega ohms?", "Mohm"),
          ("square centimet(?:er|re)s?", "cm2"), ("centimet(?:er|re)s?", "cm"),
          ("millimet(?:er|re)s?", "mm"), ("metric (?:tons?|tonnes?)", "t"),
          ("quadratzentimeter", "cm2"), ("sq ?cm", "cm2"), ("cm ?sq", "cm2"), ("pounds?", "lb"),
          ("qcm", "cm2"), ("qmm", "mm2"))
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
POWER_OF_TEN = r"10\s*(?:(?:\^|\*\*)\s*([+-]?\d+)|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
"""Two groups: an exponent as it stands, or in raised digits."""
SCALED = re.compile(r"(?:[x×*·]\s*)?(?:10\s*(?:\^|\*\*)\s*([+-]?\d{1,2})|10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})"
                    r"|1e([+-]?\d{1,2}))[\s·*×x]+(.+)", re.IGNORECASE)
"""A unit with a power of ten before it: the numbers are of so many of it."""
LOGARITHM = re.compile(r"(log_?10|log₁₀|lg|log|ln)\s*(?:\((.+)\)|\[(.+)\]|[\s_]+(.+))",
                       re.IGNORECASE)
NATURAL = "ln"
TOKEN = re.compile(r"(/|[A-Za-zμ°%]+)\s*([+-]?\d)?")


def units_of(text: str) -> dict[str, Unit]:
    """The units that a text may be, by dimension; none where it is no unit."""
    return dict(_units_of(text))


def logarithm(text: str) -> tuple[float, str]:
    """The base of a logarithm and what it is of, such as 10 and `R / ohm cm2`; 0 and "" for none.

    `log` and `lg` are those to the base of 10, as chemists write them."""
    match = LOGARITHM.fullmatch(text.strip())
    if match is None:
        return 0.0, ""
    of = next(part for part in match.groups()[1:] if part)
    return (math.e if match[1].casefold() == NATURAL else 10.0), of


def logged(unit: Unit, base: float) -> Unit:
    """The unit of logarithms to a base; its text says so, and can be read again."""
    name = NATURAL if base == math.e else "log10"
    return replace(unit, base=base, text=f"{name}({unit.text})")


def plain(text: str) -> str:
    """The text with one sign for each thing.

    Ohm for Ω, 2 for ², a space for the dots between units."""
    text = unicodedata.normalize("NFKC", text.replace("º", "°").replace("˚", "°"))
    text = text.replace("µ", "μ").replace("Ω", "ohm").replace("−", "-")
    text = text.replace("ω", "ohm").replace("–", "-")
    return re.sub(r"\s+", " ", text).strip()


@cache
def _units_of(text: str) -> tuple[tuple[str, Unit], ...]:
    shown = re.sub(r"\s+", " ", text).strip()
    base, of = logarithm(shown)
    if base:
        return tuple((key, logged(unit, base)) for key, unit in _units_of(of)
                     if key in (OHM, OHM_AREA, CONDUCTIVITY))
    if scaled := SCALED.fullmatch(shown.strip("()[]{} ")):
        power = int((scaled[1] or scaled[2] or scaled[3]).translate(POWERS))
        return tuple((key, replace(unit, factor=unit.factor * 10.0**power, text=shown))
                     for key, unit in _units_of(scaled[4]) if not unit.offset and not unit.base)
    if clock := clock_format(shown):
        return ((TIME, Unit(TIME, 1.0, text=shown, clock=clock)),)
    words = plain(text).strip("()[]{} .,;:")
    found = _temperature(words, shown) | _of_factors(_factors(words), shown)
    return tuple(found.items())


def _temperature(words: str, shown: str) -> dict[str, Unit]:
    key = re.sub(r"[\s._]+", "", words).casefold()
    if key not in TEMPERATURES:
        return {}
    factor, offset = TEMPERATURES[key]
    return {TEMPERATURE: Unit(TEMPERATURE, factor, offset, shown)}


def _factors(words: str) -> list[tuple[str, int]] | None:
    """Symbols with their exponents, such as kg and cm to the power of -2.

    None for what is no product of symbols."""
    for spelled, symbol in WORDED:
        words = re.sub(rf"\b{spelled}\b", symbol, words, flags=re.IGNORECASE)
    words = re.sub(r"ohms?", "ohm ", words, flags=re.IGNORECASE)
    words = re.sub(r"\^|\*\*", "", words)
    words = cyrillic.in_latin(words)
    for spelled, symbol in east_asian.UNITS.items():
        words = words.replace(spelled, symbol)
    words = re.sub(r"(?<=[A-Za-z])\s?-(?=[A-Za-z])", " ", words)
    words = re.sub(r"[·⋅∙•・*×_\s.]+", " ", re.sub(r"\bx\b", " ", words))
    words = re.sub(r"\bper\b|\bpro\b", "/", words).strip()
    factors, sign, end = list[tuple[str, int]](), 1, 0
    for match in TOKEN.finditer(words):
        if words[end:match.start()].strip() or (match[1] == "/" and (sign < 0 or match[2])):
            return None
        end = match.end()
        if match[1] == "/":
            sign = -1
            continue
        factors.append((match[1], sign * int(match[2] or 1)))
        sign = 1
    return None if words[end:].strip() or sign < 0 or not factors else factors


def _of_factors(factors: list[tuple[str, int]] | None, shown: str) -> dict[str, Unit]:
    """Products of one symbol, or of two.

    As they stand in pressures, resistances times area and conductivities."""
    if factors is None or len(factors) > 2:
        return {}
    known = [_symbol(name) for name, _ in factors]
    powers = [power for _, power in factors]
    if not all(known):
        return {}
    found: dict[str, Unit] = {}
    if len(factors) == 1:
        for dimension, factor in known[0].items():
            if dimension == LENGTH and powers == [2]:
                found[AREA] = Unit(AREA, factor**2 / 100.0, text=shown)
            elif powers == [1]:
                found[dimension] = Unit(dimension, factor, text=shown)
        return found
    one, length = known[0], known[1].get(LENGTH)
    if length is None:
        return {}
    if FORCE in one and powers == [1, -2]:
        found[PRESSURE] = Unit(PRESSURE, one[FORCE] / length**2, text=shown)
    if OHM in one and powers in ([1, 2], [1, 1]):
        power = powers[1]
        found[OHM_AREA if power == 2 else RESISTIVITY] = Unit(
            OHM_AREA if power == 2 else RESISTIVITY, one[OHM] * (length / 10.0)**power, text=shown)
    if CONDUCTANCE in one and powers in ([1, -1], [1, 1]):
        # Names without a stroke, such as sigma_ms_cm, mean the quotient: nothing else is measured.
        found[CONDUCTIVITY] = Unit(CONDUCTIVITY, one[CONDUCTANCE] * 10.0 / length, text=shown)
    return found


def _symbol(name: str) -> dict[str, float]:
    """Factor by dimension of one symbol."""
    found: dict[str, float] = {}
    cased = re.sub(r"ohm$", "ohm", name, flags=re.IGNORECASE)
    for table, key in ((ANY_CASE, name.casefold()), (LOWER_CASE, name if name.islower() else ""),
                       (BY_CASE, cased)):
        if key in table:
            dimension, factor = table[key]
            found[dimension] = factor
    return found
