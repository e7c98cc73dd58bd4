"""The die, and areas, that texts of a sheet name beside its table."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

_WORDS = (
    r"\b(?:die|matrize|stempel|mould|mold|werkzeug|pellet|diameter|durchmesser|pressform|diamètre|"
    r"matrice|moule|pastille|diámetro|diametro|matriz|molde|stampo|średnica|matryca|průměr|çapı?|"
    r"kalıp|диаметр\w*|пресс-?форм\w*|матриц\w*)\b|模具|直径|金型|ダイ径|금형|몰드|직경|ø|⌀")
_NUMBER = r"((?:\d+[\s-])?\d+/\d+|\d+(?:[.,]\d+)?|[½¼¾⅜⅝⅞])"
_LENGTH = (r"(mm|cm|мм|см|毫米|厘米|inch(?:es)?|in(?=[.,;)]|\s*$|\s+(?:die|dia|mo))|zoll|pouces?|"
           r"pollici|дюйм\w*|英寸|インチ|[\"″]|'')(?!\s*[²^2])")
LENGTHS = {"mm": 1.0, "мм": 1.0, "毫米": 1.0, "cm": 10.0, "см": 10.0, "厘米": 10.0}
INCH_MM = 25.4
BEHIND = re.compile(rf"(?:{_WORDS})[^\d\n]{{0,25}}{_NUMBER}[\s-]*{_LENGTH}", re.IGNORECASE)
"""Die 13 mm."""
BEFORE = re.compile(rf"{_NUMBER}[\s-]*{_LENGTH}[\s-]*(?:die|matrize|stempel|mould|mold|pellet|"
                    r"matrice|пресс)", re.IGNORECASE)
"""13 mm die."""
AS_A_KEY = re.compile(rf"(?:{_WORDS})[^\d\n]{{0,15}}[(\[]\s*{_LENGTH}\s*[)\]][\s:=]*{_NUMBER}\s*$",
                      re.IGNORECASE)
"""Die (mm): 13."""
OF_ANOTHER = re.compile(r"(electrode|elektrode|cathode|kathode|anode|particle|partikel|ball|kugel|"
                        r"bead|foil|collector|disc|punched|piston|pistone?|kolben|cylinder|"
                        r"zylinder)\w*\W*$", re.IGNORECASE)
"""Before the diameter of something else than the die."""
BESIDE_ANOTHER = re.compile(r"\s*(electrode|elektrode|cathode|kathode|anode|ball|kugel|bead|foil|"
                            r"disc)", re.IGNORECASE)
"""Behind the diameter of something else than the die."""
AREA = re.compile(rf"(?:\barea\b|\bfläche\b|\bsurface\b|\bárea\b|площадь|面积|面積|면적|\bA\s*=)"
                  rf"[^\d\n]{{0,15}}{_NUMBER}\s*(cm|mm|см|мм)\s*(?:²|\^?2)", re.IGNORECASE)
SAME_AREA = 0.02
"""Share within which two areas are the same."""


def dies_told(texts: Iterable[str]) -> tuple[float, ...]:
    """Different diameters of dies in mm that texts name, in their order."""
    found = list[float]()
    for text in texts:
        for pattern, number, unit in ((BEHIND, 1, 2), (BEFORE, 1, 2), (AS_A_KEY, 2, 1)):
            found += [_number(match[number]) * LENGTHS.get(match[unit].casefold(), INCH_MM)
                      for match in pattern.finditer(text)
                      if not OF_ANOTHER.search(text[:match.start()])
                      and not BESIDE_ANOTHER.match(text[match.end():])]
    return tuple(dict.fromkeys(found))


def areas_told(texts: Iterable[str]) -> tuple[float, ...]:
    """Different areas in cm2 that texts name, in their order."""
    return tuple(dict.fromkeys(
        _number(match[1]) * (LENGTHS[match[2].casefold()] / 10.0)**2
        for text in texts for match in AREA.finditer(text)))


def area_of(diameter_mm: float) -> float:
    """The area of a circle in cm2."""
    return math.pi * diameter_mm**2 / 400.0


def _number(text: str) -> float:
    whole, _, part = text.replace("-", " ").rpartition(" ")
    if "/" in part:
        over, under = part.split("/")
        return float(whole or 0) + float(over) / float(under)
    return unicodedata.numeric(part) if len(part) == 1 else float(part.replace(",", "."))
