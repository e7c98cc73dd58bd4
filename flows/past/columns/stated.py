"""The unit that a header states of a named parameter or a measured quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pressloop.flows.past.columns.changes import change_of
from pressloop.flows.past.columns.picked import Trouble
from pressloop.flows.settings.units import conversion, pint_unit
from pressloop.trials.tables.columns.headings import heading

BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
MOST_PARTS = 4
"""Parts of a name, between its underscores, that may be its unit."""
LETTERS = {"ms": "mS", "s": "S", "mah": "mAh", "ah": "Ah", "j": "J", "mj": "mJ", "kj": "kJ",
           "n": "N", "mn": "mN", "pa": "Pa", "kpa": "kPa", "mpa": "MPa", "gpa": "GPa", "v": "V",
           "mv": "mV", "wh": "Wh", "mwh": "mWh", "k": "K", "a": "A", "ma": "mA", "w": "W",
           "mw": "mW", "us": "uS"}
"""Units in small letters, as they stand in names of columns."""
BEHIND = re.compile(r"(?:\s*[/,;:]\s*|\s+in\s+)(\S.*)$")
"""A unit that stands without brackets behind a name, as in sigma in S/m."""
DASHES = frozenset({"-", "\u2013", "\u2014"})
"""What stands in place of a unit where there is none."""
NO_UNIT = re.compile(r"[-\u2013\u2014/1]|a\.? ?u\.?|arb\.? ?u\w*\.?|rt|#?\d|"
                     r"@?\s*\d[\d.,]*\s*(?:°.*|deg.*|k|mpa)", re.IGNORECASE)
"""What stands in brackets and is no unit of the numbers, such as (25 °C) or (1)."""


def unit_of_name(rest: str) -> str:
    """The unit that the end of a column's name says, such as ms_per_cm; "" for none."""
    words = [LETTERS.get(w, w) if w != "per" else "/" for w in rest.split("_")]
    text = " ".join(words)
    return text if pint_unit(text) is not None else ""


def stated_unit(header: str, below: str, wanted: str) -> str:
    """The unit that a header, or the row below it, says; "" where none goes with `wanted`."""
    parts = header.split("_")
    ends = [unit_of_name("_".join(parts[-count:]).lower()) for count in
            range(min(MOST_PARTS, len(parts) - 1), 0, -1)]
    ends += [text.replace(" ", " / ", 1) for text in ends if wanted and " " in text]
    for text in (*_written(header), below, *ends):
        if text in DASHES and wanted and conversion("1", wanted) is not None:
            return "1"
        if text and (pint_unit(text) is not None or conversion(text, text) is not None) and (
                not wanted or change_of(text, wanted) is not None):
            return " ".join(text.split())
    return ""


def stem(name: str, unit: str) -> str:
    """A name without the unit that is its end, as toughness of toughness_j_per_m2; "" for none."""
    parts = name.split("_")
    for count in range(1, min(MOST_PARTS, len(parts) - 1) + 1):
        end = "_".join(parts[-count:]).lower()
        if (unit and end == "c" and conversion(unit, "degC")) or (
                unit and conversion(unit_of_name(end), unit) is not None):
            return "_".join(parts[:-count])
    return ""


def odd_unit(header: str, name: str, wanted: str) -> Trouble | None:
    """What stands in a header where a unit belongs, and does not go with the one that is wanted."""
    for text in _written(header) if wanted else ():
        bare = text.strip()
        if NO_UNIT.fullmatch(bare):
            continue
        known = pint_unit(bare) is not None
        if known or bare == heading(header).odd.strip():
            seen = f"in {bare}" if known else f"{bare!r} is no unit that is known"
            return Trouble(header, f"{seen}, and {name} is in {wanted}",
                           "Correct the header or the unit in the settings, or say the unit of "
                           f'the column there: [table] {name} = {{ column = "{header}", unit = '
                           f'"{wanted}" }}.')
    return None


def _written(header: str) -> Iterator[str]:
    """What stands in brackets, the last first, and behind the name without them."""
    yield from reversed(BRACKETS.findall(header))
    if match := BEHIND.search(BRACKETS.sub(" ", header).strip()):
        yield match[1]
