"""Which column of a table is what, in which unit and with which sign: read from the header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

from trials.errors import BadInput

FREQUENCY, REAL, IMAGINARY, MODULUS, PHASE = "frequency", "real", "imaginary", "modulus", "phase"
_NAMES = {
    FREQUENCY: {"f", "freq", "frequency", "frequenz"},
    REAL: {"z'", "zreal", "realz", "zre", "rez", "re(z)", "real(z)", "re", "real"},
    IMAGINARY: {"z''", "zimag", "imagz", "zim", "imz", "im(z)", "imag(z)", "im", "imag",
                "imaginary"},
    MODULUS: {"|z|", "zmod", "modz", "mod(z)", "abs(z)", "zabs", "mag(z)", "z", "impedance",
              "modulus", "magnitude"},
    PHASE: {"phase", "phase(z)", "phasez", "zphase", "zphz", "phz", "phi", "theta", "arg(z)",
            "phaseangle"},
}
_OHM = {prefix + ohm: factor for ohm in ("Ohm", "ohm", "Ohms", "ohms", "\u03a9")
        for prefix, factor in (("", 1.0), ("m", 1e-3), ("k", 1e3), ("K", 1e3), ("M", 1e6))}
_UNITS = {
    FREQUENCY: {"": 1.0, "Hz": 1.0, "hz": 1.0, "HZ": 1.0, "mHz": 1e-3, "kHz": 1e3, "khz": 1e3,
                "KHz": 1e3, "MHz": 1e6},
    REAL: {"": 1.0, "OHM": 1.0, **_OHM},
    PHASE: {"": pi / 180, "deg": pi / 180, "\u00b0": pi / 180, "degree": pi / 180,
            "degrees": pi / 180, "Deg": pi / 180, "rad": 1.0, "Rad": 1.0, "radians": 1.0},
}
_UNITS[IMAGINARY] = _UNITS[MODULUS] = _UNITS[REAL]
_SAME = str.maketrans({"\u2032": "'", "\u2019": "'", "\u00b4": "'", "`": "'", "\u2033": "''",
                       "\u201d": "''", '"': "''", "\u2212": "-", "\u2013": "-",
                       "\u2126": "\u03a9"})
_SPLITS = (re.compile(r"(.+?)\s*/\s*([^/]*)"), re.compile(r"(.+?)\s*\[([^\]]*)\]"),
           re.compile(r"(.+?)\s*\(\s*(?!(?i:im\b|re\b|[zab]\s*\)))([^()]*)\)"),
           re.compile(r"(.+?)\s+in\s+(\S+)"),
           re.compile(r"(.+?)[\s_]((?i:[mkM]?hz|[mkM]?ohms?|deg|rad))"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place (0 is the first), header, and the factor to Hz, ohm or radian."""

    index: int
    header: str
    role: str
    unit: str = ""
    negated: bool = False

    def factor(self) -> float:
        """What a cell is multiplied by. Raises BadInput on a unit that is not known."""
        known = _UNITS[self.role]
        if self.unit not in known:
            raise BadInput(f"unit of column {self.header}", self.unit,
                           f"one of {', '.join(filter(None, known))}",
                           "Correct the header; area-related ohms must be turned into ohms.")
        return -known[self.unit] if self.negated else known[self.unit]


Columns = dict[str, Column]


def columns(headers: Sequence[str], units: Sequence[str] = ()) -> Columns:
    """The known columns by role, the first of each; `units` is a units row where there is one."""
    found: Columns = {}
    for index, header in enumerate(headers):
        column = _column(index, header, units[index] if index < len(units) else "")
        if column is not None:
            found.setdefault(column.role, column)
    return found


def complete(found: Columns) -> bool:
    """True for a frequency with both parts, or with modulus and phase."""
    pairs = ({REAL, IMAGINARY}, {MODULUS, PHASE})
    return FREQUENCY in found and any(pair <= set(found) for pair in pairs)


def required(found: Columns, where: str) -> Columns:
    """`found` when it is `complete`; raises BadInput with the columns that are missing."""
    if complete(found):
        return found
    polar = MODULUS in found or PHASE in found
    wanted = (MODULUS, PHASE) if polar and not {REAL, IMAGINARY} & set(found) else (REAL, IMAGINARY)
    lost = [role for role in (FREQUENCY, *wanted) if role not in found]
    raise BadInput(f"{where}: columns", f"no column for {' and '.join(lost)}",
                   "frequency with Re(Z) and Im(Z), or with |Z| and phase",
                   "Name them with unit, as in: freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm.")


def _column(index: int, header: str, unit: str) -> Column | None:
    text = header.strip().translate(_SAME).lstrip("#% ")
    for split in _SPLITS:
        if match := split.fullmatch(text):
            text, unit = match[1], match[2].strip()
            break
    name = re.sub(r"\((?:a|b)\)$|[\s_]", "", text.lower())
    plain = re.sub(r"^(?:-|neg|minus)", "", name)
    negated = plain != name
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1]
    for role, names in _NAMES.items():
        if plain in names:
            return Column(index, header.strip(), role, unit.strip("()[] "), negated)
    return None
