"""A number, or an area with its unit, in the text above a table."""

from __future__ import annotations

import math
import re

from pressloop.evaluation.readers._table.cells import is_number, number

_SQUARE = r"(c|m)?m(?:2|\u00b2|\^2|\*\*2)"
_AREA = re.compile(
    r"^[#%\s\"]*(?:(?:geometric(?:al)?|working|we|electrode|sample|cell|active|contact|pellet)[\s_]+){0,3}"
    r"(?:(?:surface\s+)?area|(?:elektroden)?fl\u00e4che|surface|superficie|\u00e1rea|aire"
    r"|(?:\u7535\u6781|\u96fb\u6975)?(?:\u9762\u79ef|\u9762\u7a4d))(?:\s+A)?"
    r"(?:\s+of\s+(?:the\s+)?\w+)?\"?[\s_,;]*"
    rf"(?:[(\[/]?\s*{_SQUARE}\s*[)\]]?)?\"?(?:\s*[:=,;\t\uff1a]|\s)\s*\"?"
    r"([0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?)\"?\s*[,;\t]?\s*\"?"
    rf"(?:[(\[]?{_SQUARE}[)\]]?)?\"?\s*(?:[,;\t]|$)", re.IGNORECASE | re.MULTILINE)
"""Such as "Electrode area (mm2): 78.5" or "Fläche; 1,131; cm²"; without a unit it is no area."""
_UNIT = re.compile(_SQUARE, re.IGNORECASE)


def find_area_cm2(text: str) -> float | None:
    """The first area above 0 that stands with its unit, None where there is none."""
    for match in _AREA.finditer(text):
        unit = _UNIT.search(match[0])
        size = float(match[2].replace(",", "."))
        if unit is not None and size > 0:
            return size * {"c": 1.0, "m": 1e-2, "": 1e4}[(unit[1] or "").lower()]
    return None


def find_number(pattern: str, text: str) -> float | None:
    """The number in group 1 of the first match (case ignored), None where there is none."""
    match = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    cell = match[1].rstrip(".,") if match else ""
    value = number(cell) if is_number(cell) else None
    return None if value is None or math.isnan(value) else value
