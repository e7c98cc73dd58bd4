"""What labs write into a cell beside a number: `n/a`, `>1000`, `ca. 40`, `40 ± 2`, `5 min`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pressloop.trials.tables.columns.units import POWER_OF_TEN, POWERS, Unit, units_of
from pressloop.trials.tables.decimals import plain_number

EMPTY = frozenset({
    "", "-", "–", "—", "--", "---", "/", ".", "?", "n/a", "na", "n.a.", "n.a", "#n/a", "#na",
    "k.a.", "k. a.", "k.a", "none", "null", "nil", "tbd", "t.b.d.", "n.d.", "nd", "n.d", "n.m.",
    "n. a.", "n. d.", "missing", "not measured", "nicht gemessen", "fehlt", "ausstehend", "pending",
    "in progress", "in arbeit", "in work", "läuft", "running", "not yet", "noch nicht", "todo",
    "s.d.", "non mesuré", "sin medir", "no medido", "non misurato", "nie mierzono", "niet gemeten",
    "ej mätt", "neměřeno", "не измерено", "не изм.", "нет данных", "н/д", "未测", "未測定",
    "미측정", "#nv", "#div/0!", "#wert!", "#value!", "#ref!", "#bezug!"})
"""Cells without a reading; #NV and its like are what Excel shows for one."""
NO_READING = frozenset({"ol", "o.l.", "overload", "overflow", "over range", "out of range",
                        "überlauf", "überlast", "off scale", "overrange", "over-range",
                        "infinity", "infinite", "unendlich", "∞", "+∞", "1.#inf"})
MARKS = "\u00a0\u202f\u2009'\u2019\u02bc "
"""Marks of thousands that are no point and no comma."""
NUMBER = rf"[+-]?(?:\d{{1,3}}(?:[{MARKS}]\d{{3}})+(?:[.,]\d+)?|\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d+)?"
BOUND = re.compile(
    rf"(>=?|<=?|≥|≤|über|unter|over|above|below|more than|less than|mehr als|weniger als|mind\.|"
    rf"at least|at most)\s*({NUMBER})\s*(.*)", re.IGNORECASE)
ABOUT = re.compile(
    rf"(?:ca\.?|circa|c\.|~|≈|∼|approx\.?|about|etwa|rund|around)\s*({NUMBER})\s*(.*)",
    re.IGNORECASE)
WITH_ERROR = re.compile(rf"\(?({NUMBER})\s*(?:±|\+/-|\+-|\+/−)\s*({NUMBER})\)?\s*"
                        r"(?:\(n\s*=\s*\d+\))?\s*(.*)")
SHARED = re.compile(r"±|\+/?[-−]")
LAST_DIGITS = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\((\d{1,4})\)\s*(.*)")
"""A number with the standard error of its last digits in brackets, as in 14.2(6)."""
IN_BRACKETS = re.compile(rf"({NUMBER})\s*\(\s*(?:±\s*)?(\d+[.,]\d+)\s*\)\s*(.*)")
"""A number with its standard error in brackets, whose mark shows that it is no last digits."""
POWER = re.compile(rf"({NUMBER})\s*[x×*·⋅]\s*{POWER_OF_TEN}", re.IGNORECASE)
"""A number with a power of ten, such as 1.4×10^2 or 1.4·10⁻³."""
WITH_UNIT = re.compile(rf"({NUMBER})\s*([^\d\s].*)")
ALONE = re.compile(NUMBER)
SIGN = re.compile(r"(?:^|(?<=[eE]))[\u2212\u2012\u2013\ufe63\uff0d](?=[\d.,])")
"""Other signs that are a minus before a number."""
GROUPS = re.compile(rf"(?<=\d)[{MARKS}](?=\d{{3}})")
ROOM = frozenset({"rt", "r.t.", "room temperature", "raumtemperatur", "room temp", "room temp.",
                  "ambient", "zimmertemperatur", "room", "r. t.", "ambient temperature", "amb.",
                  "umgebung", "ambiante", "température ambiante", "temp. ambiante", "t. amb.",
                  "t amb", "tamb",
                  "ambiente", "temperatura ambiente", "temp. ambiente", "t. ambiente", "t.a.",
                  "temperatura pokojowa", "pokojowa", "temp. pokojowa", "t.p.",
                  "pokojová", "pokojová teplota", "rumstemperatur", "rumstemp",
                  "kamertemperatuur", "romtemperatur", "stuetemperatur", "oda sıcaklığı", "oda",
                  "huoneenlämpö", "szobahőmérséklet", "temperatura camerei", "комнатная",
                  "комнатная температура", "комн.", "комн", "ком.", "к.т.", "室温", "常温", "상온",
                  "실온", "室溫", "常溫", "r.t", "room-temperature", "room-temp"})
ROOM_STATED = re.compile(r"(.+?)\s*\(?[~≈=]?\s*(\d+(?:[.,]\d+)?)\s*°?\s*[cC]?\)?")
"""Words for the room with its temperature, as in RT (23 °C)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in parts, all as text with a decimal point.

    A number ("" where there is none), its error, its own unit; `bound` for a number that is only a
    bound, `about` for a rounded one, `word` for what is no number at all."""

    number: str = ""
    error: str = ""
    unit: dict[str, Unit] | None = None
    bound: bool = False
    about: bool = False
    word: str = ""


def cell_of(text: str, mark: str | None) -> Cell:
    """Takes a cell apart. `mark` is the decimal mark of its column, None where it has none."""
    if text.casefold() in EMPTY:
        return Cell()
    text = _with_exponents(SIGN.sub("-", text))
    if ALONE.fullmatch(text):
        # What is a number by itself has its decimal point already.
        return Cell(_number(text, mark) if GROUPS.search(text) else text)
    for pattern, bound, about in ((BOUND, True, False), (ABOUT, False, True)):
        if match := pattern.fullmatch(text):
            number, rest = match.groups()[-2:]
            return _with_unit(text, number, "", rest, mark, bound=bound, about=about)
    return _with_rest(text, mark) or Cell(word=text)


def _with_rest(text: str, mark: str | None) -> Cell | None:
    """A number with its error or a unit of its own."""
    if match := LAST_DIGITS.fullmatch(text):
        return _with_unit(text, match[1], _of_last_digits(match[1], match[2]), match[3], mark)
    if match := IN_BRACKETS.fullmatch(text) or WITH_ERROR.fullmatch(text):
        return _with_unit(text, match[1], match[2], match[3], mark)
    match = WITH_UNIT.fullmatch(text)
    return None if match is None else _with_unit(text, match[1], "", match[2], mark)


def _with_exponents(text: str) -> str:
    """The text with 1.4e2 for 1.4×10^2.

    As it stands where a number and its error share a power of ten, or may do so."""
    new, count = POWER.subn(lambda match: f"{match[1]}e{(match[2] or match[3]).translate(POWERS)}",
                            text)
    return text if count == 1 and SHARED.search(text) else new


def _of_last_digits(number: str, digits: str) -> str:
    """The error that stands in brackets as a number: 0.6 for 14.2(6), 0.12 for 14.20(12)."""
    _, mark, decimals = re.sub("[.,]", ".", number).partition(".")
    return digits if not mark else f"{int(digits) * 10.0**-len(decimals):.{len(decimals)}f}"


def _with_unit(text: str, number: str, error: str, rest: str, mark: str | None, *,
               bound: bool = False, about: bool = False) -> Cell:
    units = units_of(rest) if rest else None
    if units == {}:
        return Cell(word=text)
    return Cell(_number(number, mark), _number(error, mark) if error else "", units, bound, about)


def _number(text: str, mark: str | None) -> str:
    return plain_number(GROUPS.sub("", text), mark)
