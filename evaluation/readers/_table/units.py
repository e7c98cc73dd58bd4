"""Units of columns: the factor from a cell to hertz, ohm, radian, siemens, farad or henry."""

from __future__ import annotations

import re
from math import pi

from pressloop.evaluation.readers._table import names as n
from pressloop.trials.tables.columns.cyrillic import in_latin

_PREFIXES = {"": 1.0, "m": 1e-3, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "u": 1e-6,
             "\u00b5": 1e-6, "\u03bc": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}


def _scaled(*symbols: str) -> dict[str, float]:
    return {prefix + symbol: factor for symbol in symbols
            for prefix, factor in _PREFIXES.items()}


_LOST = ("?", "\ufffd")
"""What is left of a sign that some program could not write: no other unit of the column has one.
Beside them, UTF-8 that was read as cp1252."""
_OHM = {"": 1.0, "OHM": 1.0, "OHMS": 1.0, "kOHM": 1e3, "KOHM": 1e3,
        **_scaled("Ohm", "ohm", "Ohms", "ohms", "\u03a9", *_LOST, "\u00ce\u00a9",
                  "\u00e2\u201e\u00a6")}
_ANGLE = {"": pi / 180, "deg": pi / 180, "\u00b0": pi / 180, "degree": pi / 180, "'": pi / 180,
          "degrees": pi / 180, "Deg": pi / 180, "Degrees": pi / 180, "DEG": pi / 180,
          "deg.": pi / 180, "Grad": pi / 180, "\u00ba": pi / 180, "rad": 1.0, "Rad": 1.0,
          "radians": 1.0, "mrad": 1e-3, "\u00c2\u00b0": pi / 180,
          **dict.fromkeys(_LOST, pi / 180)}
_RAD_S = dict.fromkeys(("rad/s", "rad s-1", "rad s^-1", "rad*s-1", "rads-1", "rad/sec",
                        "rad s^(-1)", "rad\u00b7s-1", "rad\u00b7s\u207b\u00b9", "rad s\u207b\u00b9",
                        "s-1 rad"), 1 / (2 * pi))
_HERTZ = {"": 1.0, "hz": 1.0, "HZ": 1.0, "khz": 1e3, "KHz": 1e3, "KHZ": 1e3, "kHZ": 1e3,
          "1/s": 1.0, "s-1": 1.0, "s^-1": 1.0, "Hertz": 1.0, "hertz": 1.0, **_scaled("Hz"),
          **_RAD_S}
_SIEMENS = {"": 1.0, "1/Ohm": 1.0, "Ohm-1": 1.0, "Ohm^-1": 1.0, "mho": 1.0, "1/\u03a9": 1.0,
            "siemens": 1.0, "Siemens": 1.0, **_scaled("S")}
_FARAD = {"": 1.0, **_scaled("F", "Farad", "farad")}
_HENRY = {"": 1.0, **_scaled("H", "Henry", "henry")}
_NONE = {"": 1.0, "-": 1.0, "1": 1.0}
UNITS: dict[str, dict[str, float]] = {
    n.FREQUENCY: _HERTZ, n.PHASE: _ANGLE, n.Y_PHASE: _ANGLE,
    n.LOSS: _NONE, n.QUALITY: _NONE, n.CYCLE: _NONE,
    **dict.fromkeys((n.REAL, n.IMAGINARY, n.MODULUS, n.COMPLEX, n.RESISTANCE, n.REACTANCE,
                     n.PARALLEL_R), _OHM),
    **dict.fromkeys((n.CONDUCTANCE, n.SUSCEPTANCE, n.ADMITTANCE), _SIEMENS),
    n.SERIES_C: _FARAD, n.PARALLEL_C: _FARAD, n.SERIES_L: _HENRY, n.PARALLEL_L: _HENRY}
_AREA = re.compile(r"(.+?)[\s_.*\u00b7\u22c5-]*(c?m)(?:\^?2|\u00b2|\^\(2\)|\*\*2)")
_BY_AREA = re.compile(r".+/\s*c?m(?:\^?2|\u00b2)")


def factor(role: str, unit: str) -> tuple[float, bool] | None:
    """The factor, and whether it gives ohm cm2 rather than ohm; None for a unit not known."""
    known = UNITS.get(role, {})
    unit = in_latin(unit.strip())
    if unit in known:
        return known[unit], False
    match = _AREA.fullmatch(unit)
    if match and known is _OHM and match[1] in known and not unit.startswith("/"):
        return known[match[1]] * (1.0 if match[2] == "cm" else 1e4), True
    return None


def names_of(role: str) -> str:
    """Some units of a role, for a message."""
    short = {n.FREQUENCY: "Hz, kHz, MHz, mHz, rad/s", n.PHASE: "deg, rad, mrad",
             n.Y_PHASE: "deg, rad, mrad",
             n.MODULUS: "Ohm, mOhm, kOhm, MOhm, Ohm cm2, dB(Ohm)"}
    return short.get(role, "Ohm, mOhm, kOhm, MOhm, Ohm cm2" if UNITS.get(role) is _OHM
                     else "the SI unit, with or without prefix")


def divided_by_area(unit: str) -> bool:
    """True for ohms per area, which no impedance has."""
    return bool(_BY_AREA.fullmatch(unit))
