"""A header taken apart: the name of a quantity, and the unit that stands with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pressloop.trials.tables.columns.letters import without_marks
from pressloop.trials.tables.columns.units import (
    POWER_OF_TEN,
    Unit,
    logarithm,
    logged,
    plain,
    units_of,
)
from pressloop.trials.tables.decimals import WIDE

BRACKETS = re.compile(r"[(\[{<]([^)\]}>]*)[)\]}>]")
QUALIFIER = re.compile(
    r"[\s_\-]+(set|setpoint|sp|pv|soll|ist|actual|act\.?|mean|avg|mittel|target|nominal|measured|final|eis)$",
    re.IGNORECASE)
FACTOR = re.compile(rf"[x×*·]?\s*\b{POWER_OF_TEN}\s*[x×*·]?")
"""A power of ten beside a name: the numbers may have been multiplied by it, or are to be."""
UNIT_LIKE = re.compile(r"[a-z]{0,2}(psi|bar|torr|pa|hg|h2o|kgf?|tons?|tsi|lbs?|lbf|ohm|dyn|atm|"
                       r"newton)", re.IGNORECASE)
"""A word that is a unit, be it known or not, and no remark."""
REMARK = re.compile(r"[a-z .,_#+-]{2,}|\d+", re.IGNORECASE)
"""What stands in brackets and is no unit: words and numbers, such as (set point) or (1)."""
BESIDE_ITS_ERROR = re.compile(
    r"(?<=\S)\s*(?:±|\+/-|\+-)\s*(?:sd|se|sem|s\.d\.|std\.?(?:\s*dev\.?)?|stdev|error|err\.?|fehler|"
    r"stabw\.?|unc(?:ertainty)?\.?)(?!\w)", re.IGNORECASE)
"""What says that an error stands in the same cells, as in ASR ± SD (ohm cm2)."""
_ERRORS = (r"(?P<error>(?:(?:rel|std|fit)\.?\s*)*(?:error|err|fehler|stdev|std|sd|se|unc)\.?"
           r"(?:\s*dev\.?)?)")
SHARE_OF_ERROR = re.compile(rf"(?:[(\[]\s*|(?<=[\s_])){_ERRORS}\s*,?\s*%(?:\s*[)\]]|\s*$)",
                            re.IGNORECASE)
"""An error in per cent, as fit programs write it: R1(Error%), R1 err%."""
FEWEST_LETTERS = 2
"""A header of one letter is a name: t is a time, and no tonne."""


@dataclass(frozen=True, slots=True)
class Heading:
    """`words` is the name folded to small plain letters, "" where the header is a unit alone.

    `units` what its unit may be, by dimension; `odd` what stands where a unit belongs and is none
    that is known; `base` that of a logarithm, 0 for none."""

    raw: str
    words: str
    units: Mapping[str, Unit] = field(default_factory=dict)
    odd: str = ""
    base: float = 0.0

    @property
    def compact(self) -> str:
        """The name without spaces."""
        return self.words.replace(" ", "")


def heading(raw: str) -> Heading:
    """A header, whatever stands between name and unit.

    `P (MPa)`, `P/MPa`, `p_MPa`, `P, MPa`, `P in MPa`, `MPa`."""
    text = BESIDE_ITS_ERROR.sub("", " ".join(raw.translate(WIDE).split()))
    text = SHARE_OF_ERROR.sub(r" \g<error> (%)", text)
    base, rest = _logarithm(text)
    if base:
        of = heading(rest)
        return replace(of, raw=raw, base=base,
                       units={key: logged(unit, base) for key, unit in of.units.items()})
    factor = FACTOR.search(BRACKETS.sub(" ", text))
    if factor and not units_of(text) and not _splits_to_unit(text):
        return replace(_heading(raw, FACTOR.sub(" ", text)), units={}, odd=factor[0].strip())
    return _heading(raw, text)


def _logarithm(text: str) -> tuple[float, str]:
    """The base of a logarithm and its header, such as `R (ohm cm2)`; 0 and "" for none."""
    if match := re.fullmatch(r"((?:log_?10|log₁₀|lg|log|ln)\s*\([^()]*\))\s*([(\[].*)", text,
                             re.IGNORECASE):
        base, of = logarithm(match[1])
        return base, f"{of} {match[2]}"
    base, of = logarithm(text)
    if base:
        return base, of
    for inside in BRACKETS.findall(text):
        base, of = logarithm(inside)
        if base and units_of(of):
            return base, text.replace(inside, of)
    return 0.0, ""


def _splits_to_unit(text: str) -> bool:
    """True where the power of ten is part of the unit, as in R / 10^3 ohm."""
    return any(units_of(right) for _, right in _splits(text) if FACTOR.search(right))


def _heading(raw: str, text: str) -> Heading:
    """A header without logarithm, `text` as it is to be read."""
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
    text = without_marks(plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).casefold())
    text = re.sub(r"(?<![aeq])([aou])e(?=[a-z])", r"\1", text)
    return " ".join(re.findall(r"[^\W_]+|%|#|\u00b1|\u2206|\u00d8", text.replace("_", " ")))


def _remark(text: str) -> bool:
    return bool(REMARK.fullmatch(text)) and not re.search(r"ohm|torr|dyn", text, re.IGNORECASE) \
        and not UNIT_LIKE.fullmatch(text)


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Name and rest at every place where a unit may begin, the longest rest first."""
    for match in re.finditer(r"[\s_/,;:]+(in[\s_]+)?|(?<=[a-z])(?=[A-Z\u00b0])", text):
        if match.start() and match.end() < len(text):
            yield text[:match.start()], text[match.end():]


def _after_stroke(name: str) -> str:
    """What stands where a unit belongs: behind a stroke, as in P/Torr, or a last word like one."""
    left, stroke, right = name.partition("/")
    if stroke and left.strip() and len(right.strip()) <= 8:
        return right.strip()
    *before, last = re.split(r"[\s_]+", name.strip())
    return last if before and UNIT_LIKE.fullmatch(last) else ""
