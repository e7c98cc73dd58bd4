"""Words that the sentences of several rooms share."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from unicodedata import category

CALLED = {"pressure_mpa": "pressure", "dwell_s": "dwell", "temperature_c": "temperature"}
"""What people call the set points."""
LEAST_SHARE = 1e-6
"""Of the shares that are said in full; smaller ones are none to a person."""


def capitalised(text: str) -> str:
    """The beginning of a sentence; what follows the first letter stays as it is."""
    return text[:1].upper() + text[1:]


def is_printed(letter: str) -> bool:
    """Whether it shows as itself; spaces of every width do."""
    return letter.isprintable() or category(letter) == "Zs"


def printable(text: str, instead: str = " ", kept: str = "\n\t") -> str:
    """The text with `instead` for each character that could write over a display.

    Those `kept` stay: line breaks and tabs unless told otherwise."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if is_printed(c) or c in kept else instead for c in text)


def percent(share: float) -> str:
    """A share in whole percent."""
    value = 100.0 * share
    return "less than 1 %" if 0.0 <= value < 0.95 else f"{value:.0f} %"


def in_percent(share: float, decimals: int = 0) -> str:
    """A share in percent, with so many decimals, or as many as show that it is not none at all."""
    text = f"{100.0 * share:.{decimals}f}"
    unsaid = abs(share) >= LEAST_SHARE and not float(text)
    return f"{100.0 * share:.1g} %" if unsaid else f"{text} %"


def by_number(number: float, one: str, many: str) -> str:
    """The word that goes with a number, as in "is" and "are"."""
    return one if number == 1 else many


def counted(number: int, noun: str, many: str = "") -> str:
    """As in "1 stack" and "2 stacks"; `many` is the plural where it is no mere s."""
    return f"{number} {by_number(number, noun, many or f'{noun}s')}"


def called(kind: str, name: str) -> str:
    """A group by kind and name, as in "lot A"; once where the name says it, as in "lot 1"."""
    return name if name.lower().startswith(kind) else f"{kind} {name}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """As in "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plain_name(name: str) -> str:
    """A name as files, folders and artifacts may be called: lower case, digits and dashes.

    No two names become the same: one that is written otherwise carries a number of its own."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return plain if plain == name else f"{plain or 'named'}-{zlib.crc32(name.encode()):08x}"


def of_budget(used: int, budget: int) -> str:
    """Stacks beside how many there are to be; a budget that is overdrawn is no share of itself."""
    if used > budget:
        return f"{counted(used, 'stack')}, {used - budget} more than the budget of {budget}"
    return f"{used} of {counted(budget, 'stack')}"
