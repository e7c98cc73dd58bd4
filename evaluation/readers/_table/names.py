"""What the name of a column means: quantity, unit, sign, logarithm, electrode."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pressloop.evaluation.readers._table import languages

FREQUENCY, REAL, IMAGINARY, MODULUS, PHASE = "frequency", "real", "imaginary", "modulus", "phase"
RESISTANCE, REACTANCE = "series resistance", "reactance"
PARALLEL_R = "parallel resistance"
CONDUCTANCE, SUSCEPTANCE = "conductance", "susceptance"
ADMITTANCE, Y_PHASE = "admittance", "phase of the admittance"
SERIES_C, PARALLEL_C = "series capacitance", "parallel capacitance"
SERIES_L, PARALLEL_L = "series inductance", "parallel inductance"
LOSS, QUALITY = "loss factor", "quality factor"
CYCLE, COMPLEX = "cycle", "complex impedance"
DIELECTRIC = "dielectric"
_ANGULAR = "angular frequency"

_NAMES: dict[str, set[str]] = {
    FREQUENCY: {"f", "freq", "frequency", "hz"},
    _ANGULAR: {"w", "omega", "\u03c9", "angularfrequency", "angularfreq", "angfreq",
               "radialfrequency", "circularfrequency"},
    REAL: {"z'", "zreal", "realz", "zre", "rez", "zr", "re(z)", "real(z)", "re", "real", "zprime",
           "z1", "zs'", "zsreal", "realpart", "re[z]", "rz", "z'real"},
    IMAGINARY: {"z''", "zimag", "imagz", "zim", "imz", "zi", "im(z)", "imag(z)", "im", "imag",
                "imaginary", "zimaginary", "imaginaryz", "zdoubleprime", "zdprime", "z2", "zs''",
                "zsimag", "zimg", "imaginarypart", "imagpart", "im[z]", "z''imag",
                "z''imaginary"},
    MODULUS: {"|z|", "zmod", "modz", "mod(z)", "abs(z)", "absz", "zabs", "mag(z)", "zmag", "magz",
              "z", "impedance", "modulus", "magnitude", "|zs|", "|z|magnitude", "magnitude(z)",
              "magnitudez", "zmagnitude"},
    PHASE: {"phase", "phase(z)", "phasez", "zphase", "zphz", "phz", "phi", "\u03c6", "\u03d5",
            "theta", "\u03b8", "thetaz", "ztheta", "\u03b8z", "arg(z)", "argz", "angle",
            "phaseangle", "tz", "thetad", "thetar", "thd", "thr", "zthd", "zthr", "phiz",
            "angle(z)", "anglez"},
    RESISTANCE: {"r", "rs", "esr", "rser", "resistance", "seriesresistance"},
    REACTANCE: {"x", "xs", "reactance", "seriesreactance"},
    PARALLEL_R: {"rp"},
    CONDUCTANCE: {"g", "gp", "y'", "re(y)", "yreal", "yre", "conductance"},
    SUSCEPTANCE: {"b", "bp", "y''", "im(y)", "yimag", "yim", "susceptance"},
    ADMITTANCE: {"y", "|y|", "ymod", "admittance", "abs(y)"},
    Y_PHASE: {"phase(y)", "thetay", "ytheta", "\u03b8y", "phasey"},
    SERIES_C: {"cs"}, PARALLEL_C: {"cp"}, SERIES_L: {"ls"}, PARALLEL_L: {"lp"},
    LOSS: {"d", "tand", "tandelta", "tan\u03b4", "tan(\u03b4)", "tan(delta)", "lossfactor",
           "dissipationfactor"},
    QUALITY: {"q", "qualityfactor"},
    CYCLE: {"cyclenumber", "zcycle", "cycle", "loop", "loopnumber", "scan", "sweep",
            "sweepnumber", "chunk", "segment", "segment#", "run", "spectrum", "spectrumnumber"},
    DIELECTRIC: {"eps'", "eps''", "\u03b5'", "\u03b5''", "epsilon'", "epsilon''", "sig'", "sig''",
                 "\u03c3'", "\u03c3''", "sigma'", "sigma''", "m'", "m''", "rho'", "rho''",
                 "\u03c1'", "\u03c1''", "permittivity", "conductivity", "resistivity"},
}
_ABROAD: dict[str, str] = {
    spelling: role for role, words in (
        (FREQUENCY, languages.FREQUENCY), (_ANGULAR, languages.ANGULAR), (REAL, languages.REAL),
        (IMAGINARY, languages.IMAGINARY), (MODULUS, languages.MODULUS), (PHASE, languages.PHASE),
        (RESISTANCE, languages.RESISTANCE), (REACTANCE, languages.REACTANCE))
    for name in words.split() for spelling in (name, languages.without_accents(name))}
_ROLE = _ABROAD | {name: role for role, names in _NAMES.items() for name in names}
_SAME = str.maketrans({"\u2032": "'", "\u2019": "'", "\u00b4": "'", "`": "'", "\u2033": "''",
                       "\u201d": "''", '"': "''", "\u2212": "-", "\u2013": "-",
                       "\u2126": "\u03a9", "{": "(", "}": ")",
                       **{chr(0xff00 + i): chr(0x20 + i) for i in range(1, 0x5f)}})
"""One letter for those that look the same, the wide ones of East Asia among them."""
_BRACKET = re.compile(r"(.+?)\s*[\[(](?!(?i:-?[zy]\w*'*|im|re|a|b|delta|\u03b4)[\])])([^()\[\]]*)"
                      r"[\])]")
_UNIT_WORD = re.compile(
    r"(.+?)[\s_]((?i:[mkM\u00b5u]?hz|[mkM\u00b5u]?ohms?(?:[\s_]cm2)?|[mkM]?\u03a9|deg|degrees?|rad"
    r"|db(?:ohms?)?"
    r"|[мк]?гц|[мк]?ом|град"
    r"|[pnmu\u00b5]?[fhs]))")
_IN = re.compile(r"(.+?)(?:\s+in|,)\s+(\S+)")
_LOG = re.compile(r"(20\s*[*\u00b7]?\s*)?(?i:log10|log|lg)\s*[_\s]*"
                  r"(?:\(\s*(.+?)\s*\)|\s(.+)|_(.+))\s*(?:[\[(]([^()\[\]]*)[\])])?")
_STARRED = re.compile(r"\b([zZ])\*")
"""A complex quantity by the star of physics, as in Re(Z*)."""
_NEGATIVE = re.compile(r"^(?:-1\*|-|neg\.?|minus|\(-\))")
_TURNED = re.compile(
    r"^\(?\s*-\s*1\s*\)?\s*[*x\u00d7\u00b7]\s*"
    r"|(?<!\^)\s*[\[(]\s*(?:neg(?:\.|ative)?|negated|inverted|-|-1|[*x\u00d7]\s*-1)\s*[\])]"
    r"|\b(?:negative|negated|inverted)\b", re.IGNORECASE)
"""A sign said in words or as a factor, as in "Z'' (neg.)", "Im(Z) inverted" or "(-1)*Im(Z)"."""
_FITTED = re.compile(
    r"(?i)[\[(\s_](?:fit(?:ted)?|model|calc(?:ulated|\.)?|sim(?:ulated|\.)?)[\])]?$")
"""What a program computed beside the measured columns."""
_DECIBEL = re.compile(r"dB(?:\s*(?:re\s*1\s*)?[\[(/_\s-]?\s*(ohms?|\u03a9|S|siemens)\s*[\])]?)?",
                      re.IGNORECASE)
"""Of an impedance: a magnitude in dB of nothing that is named may be any gain."""
DECIBEL = 1 / 20
"""Decades of a magnitude in a decibel."""
_DECIBEL_OF = re.compile(r"(?i:db)\s*[\[(]\s*(?i:ohms?|\u03a9)\s*[\])]")
_TRACE = re.compile(r"(?i:trc|trace|tr|ch)\s*[0-9]+\s*:?\s+(.+)")
_OF_TRACE = re.compile(r"(.+?)\s*[(\[](?i:trc|trace|tr|ch)\s*[0-9]+[)\]]")
_DATA = re.compile(r"(?i)(?<=[\w|)\]])(?:\s*-\s*|\s+)data(?=\s*(?:[(\[]|$))")
"""What an analyser calls any trace, as in "|Z|(ohm)-data"."""
_COUNTED = re.compile(r"(?:[^\W\d_]{1,8}\.?\s*)?[\[(]?[0-9]{1,2}[\])]?\s*[-:.)]\s+(.+)")
"""The number of a column before its name, as in "Column 2 - Z' (Ohm)"."""
_VOLTS_PER_AMPERE = re.compile(r"(-?)\s*v\([^()]*\)\s*/\s*(-?)\s*i\([^()]*\)", re.IGNORECASE)
"""What a circuit simulator calls an impedance."""
_NUMBERED = re.compile(r"(.+?)[._][0-9]+|(?i:(freq|zre|zim|zreal|zimag|phase))[0-9]+")
_FILLER = re.compile(r"\b(?:part|of|the|component|measured|raw|von|der|de|la|del|della|di|da|do)\b")
_ELECTRODE = re.compile(r"z(we-?ce|ce|we)\b")


@dataclass(frozen=True, slots=True)
class Name:
    """A column name taken apart; `electrode` is "" for the impedance of the cell as measured."""

    role: str
    unit: str = ""
    negated: bool = False
    log: float = 0.0
    """How many decades one unit is: 1 for a logarithm, DECIBEL, 0 for a plain number."""
    electrode: str = ""


def name_of(header: str, unit: str = "") -> Name | None:
    """What a header says, None where it is no quantity that counts here.

    `unit` is the cell below in a row of units; a unit in the header goes before it.
    """
    text = header.strip().translate(_SAME).lstrip("#%! ").strip("\ufeff ")
    text = re.sub(r"(?i)\bimpedance\s*:\s*(?=\w)", "", text)
    text = _DATA.sub("", text)
    text = _STARRED.sub(r"\1", text)
    if match := _TRACE.fullmatch(text) or _OF_TRACE.fullmatch(text):
        text = match[1]
    if _FITTED.search(text):
        return None
    text = _DECIBEL_OF.sub("dBOhm", text)
    if match := _VOLTS_PER_AMPERE.fullmatch(text):
        return Name(MODULUS, negated=match[1] != match[2])
    found = _named(text, unit)
    if found is None and (match := _COUNTED.fullmatch(text)):
        return name_of(match[1], unit)
    if found is None or _TURNED.fullmatch(f"({found.unit})"):
        bare, turns = _TURNED.subn(" ", text)
        found = _named(bare.strip(), unit) if turns else None
        return found and replace(found, negated=found.negated != bool(turns % 2))
    return found


def _named(text: str, unit: str) -> Name | None:
    if match := _LOG.fullmatch(text):
        inner = name_of(next(filter(None, match.groups()[1:4])), match[5] or unit)
        if inner is None or inner.role not in (FREQUENCY, MODULUS):
            return None
        return replace(inner, log=DECIBEL if match[1] else 1.0)
    name, own_unit = _split(text)
    found = _resolved(name)
    if found is None and (match := _NUMBERED.fullmatch(name)):
        found = _resolved(match[1] or match[2])
    if found is None:
        return None
    role, negated, electrode = found
    own_unit = own_unit or unit.strip("()[] ")
    if (match := _DECIBEL.fullmatch(own_unit)) and role in (MODULUS, ADMITTANCE) and (
            match[1] or re.search("[zy]|impedance|admittance", name.lower())):
        return Name(role, match[1] or "", negated, log=DECIBEL, electrode=electrode)
    return _with_unit(role, own_unit, negated, electrode, name)


def _with_unit(role: str, unit: str, negated: bool, electrode: str, name: str) -> Name:
    if role == _ANGULAR:
        role, unit = FREQUENCY, "rad/s" if unit in ("", "1/s", "s-1", "s^-1") else unit
    compact = re.sub(r"[\s_.-]", "", name.lower())
    if role == PHASE and unit in ("", "'"):
        unit = "rad" if compact.endswith(("thetar", "thr")) else (
            "deg" if compact.endswith(("thetad", "thd", "degrees", "deg")) else unit)
    return Name(role, unit, negated, electrode=electrode)


def _split(text: str) -> tuple[str, str]:
    """Name and unit: in brackets, after a slash, after "in", or as the last word."""
    if match := _BRACKET.fullmatch(text):
        return match[1].strip().removesuffix("/").strip(), match[2].strip()
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "/" and depth == 0 and place:
            return text[:place].strip(), text[place + 1:].strip("()[] ")
    for pattern in (_IN, _UNIT_WORD):
        if match := pattern.fullmatch(text):
            return match[1].strip(), match[2].strip()
    return text, ""


def _resolved(name: str) -> tuple[str, bool, str] | None:
    """Role, sign and electrode of a name without unit."""
    text = _FILLER.sub(" ", name.lower())
    electrode = ""
    if match := _ELECTRODE.search(text):
        electrode = match[1].replace("-", "")
        text = text.replace(match[0], "z")
    for words in _spellings(text):
        if (role := _ROLE.get(words)) is not None:
            return role, False, electrode
        plain = _NEGATIVE.sub("", words)
        if plain.startswith("(") and plain.endswith(")") and plain != words:
            plain = plain[1:-1]
        if plain != words and (role := _ROLE.get(plain)) is not None:
            return role, True, electrode
        if words.startswith("(") and words.endswith(")"):
            inner = _NEGATIVE.sub("", words[1:-1])
            if (role := _ROLE.get(inner)) is not None:
                return role, inner != words[1:-1], electrode
    return None


def _spellings(text: str) -> list[str]:
    """The name without blanks, and without the words that only repeat what it is."""
    compact = re.sub(r"\((?:a|b)\)$|[\s_]|\.(?![0-9])|(?<=[a-z|])-(?=[a-z\u03b8])", "", text)
    short = re.sub(r"impedance", "", compact) if compact != "impedance" else compact
    bare = re.sub(r"(?:degrees|deg)$", "", short)
    # As in "parte real de Z" and "Z imaginaria".
    abroad = re.sub(r"^(-?)z|\(z\)$|z$", r"\1", compact)
    known = _NEGATIVE.sub("", abroad) in _ABROAD
    words = (compact, short, bare, abroad if known else "")
    return list(dict.fromkeys(word for word in words if word))
