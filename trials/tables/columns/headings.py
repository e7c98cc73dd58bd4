"""A header taken apart: the name of a quantity, and the unit that stands with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pressloop.trials.tables.columns.units import Unit, plain, units_of

BRACKETS = re.compile(r"[(\[{<]([^)\]}>]*)[)\]}>]")
QUALIFIER = re.compile(
    r"[\s_\-]+(set|setpoint|soll|ist|actual|mean|avg|mittel|target|nominal|measured|final|eis)$",
    re.IGNORECASE)
REMARK = re.compile(r"[a-z .,_#+-]{2,}|\d+", re.IGNORECASE)
"""What stands in brackets and is no unit: words and numbers, such as (set point) or (1)."""
FEWEST_LETTERS = 2
"""A header of one letter is a name: t is a time, and no tonne."""


@dataclass(frozen=True, slots=True)
class Heading:
    """`words` is the name folded to small plain letters, "" where the header is a unit alone.

    `units` what its unit may be, by dimension; `odd` what stands where a unit belongs and is none
    that is known."""

    raw: str
    words: str
    units: Mapping[str, Unit] = field(default_factory=dict)
    odd: str = ""

    @property
    def compact(self) -> str:
        """The name without spaces."""
        return self.words.replace(" ", "")


def heading(raw: str) -> Heading:
    """A header, whatever stands between name and unit.

    `P (MPa)`, `P/MPa`, `p_MPa`, `P, MPa`, `P in MPa`, `MPa`."""
    text = " ".join(raw.split())
    if len(text) >= FEWEST_LETTERS and (units := units_of(text)):
        return Heading(raw, "", units)
    inside = [one.strip() for one in BRACKETS.findall(text)]
    units = next((found for one in reversed(inside) if (found := units_of(one))), {})
    name = BRACKETS.sub(lambda m: " " if units_of(m[1]) else f" {m[1]} ", text)
    if units:
        return Heading(raw, folded(name), units)
    odd = next((one for one in inside if not _remark(one)), "")
    if inside and odd:
        return Heading(raw, folded(BRACKETS.sub(" ", text)), {}, odd)
    name = name.strip()
    bare = QUALIFIER.sub("", name)
    for left, right in _splits(bare):
        if found := units_of(right):
            return Heading(raw, folded(left + name[len(bare):]), found)
    return Heading(raw, folded(name), {}, _after_stroke(name))


def folded(text: str) -> str:
    """Small plain letters: no umlauts, accents or signs; ae, oe and ue are those of umlauts."""
    text = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).casefold()
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"(?<![aeq])([aou])e(?=[a-z])", r"\1", text)
    return " ".join(re.findall(r"[^\W_]+|%|#|\u00b1|\u2206|\u00d8", text.replace("_", " ")))


def _remark(text: str) -> bool:
    return bool(REMARK.fullmatch(text)) and not re.search(r"ohm|torr|dyn", text, re.IGNORECASE)


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Name and rest at every place where a unit may begin, the longest rest first."""
    for match in re.finditer(r"[\s_/,;:]+(in[\s_]+)?|(?<=[a-z])(?=[A-Z\u00b0])", text):
        if match.start() and match.end() < len(text):
            yield text[:match.start()], text[match.end():]


def _after_stroke(name: str) -> str:
    """What stands behind a stroke, as in P/Torr, where a unit belongs."""
    left, stroke, right = name.partition("/")
    return right.strip() if stroke and left.strip() and len(right.strip()) <= 8 else ""
