"""What the press reached beside what was asked of it: the actual value counts, not the asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pressloop.flows.past.columns.picked import Picked, below_of, unit_for
from pressloop.trials.tables.columns.headings import Heading, heading
from pressloop.trials.tables.columns.layout import PRODUCT_NAMES
from pressloop.trials.tables.columns.names import LESS, MORE, meanings
from pressloop.trials.tables.outcomes import is_exported

REACHED = ("pressure_mpa", "dwell_s", "temperature_c", "stack_pressure_mpa")
"""Quantities that are asked of a press, or held, and that it reaches more or less."""
JOINED = re.compile(r"\b(soll|ist)(?=druck|temp|zeit|kraft|halte|press)")
"""German words that stand before the name without a space."""
MEASURED = re.compile(r"\b(meas|gemessen|gem|mesure\w*|misurat\w*|medid\w*|zmierzon\w*|gemeten)\b")
"""What is reached where the same name stands beside it as a set point; else of a measurement."""
EXTREME = re.compile(r"\bmax\b")
"""A limit as often as what was reached."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The column of what was reached, and that of what was asked."""

    reached: Picked
    asked: Picked


def pairs(header: Sequence[str], units: Sequence[str], taken: set[int], settled: set[str]
          ) -> list[Pair]:
    """A pair for each quantity that one column asks for and one tells as it was.

    `taken` are places, and `settled` quantities, that mean something else. None in a table that
    pressloop has exported, which keeps both."""
    if is_exported(header):
        return []
    asked, reached = list[tuple[str, Picked]](), list[tuple[str, Picked, bool]]()
    for place, name in enumerate(header):
        if place in taken:
            continue
        of = heading(name)
        of = replace(of, words=JOINED.sub(r"\1 ", of.words))
        below = below_of(units, place)
        if LESS.search(of.words) or name in REACHED:
            bare = _without(LESS, of)
            asked += [(bare.words, one) for one in _as(bare, name, place, below)]
        elif MORE.search(of.words) and not EXTREME.search(of.words):
            bare = _without(MORE, of)
            reached += [(bare.words, one, True) for one in _as(bare, name, place, below)]
        elif MEASURED.search(of.words):
            bare = _without(MEASURED, of)
            reached += [(bare.words, one, False) for one in _as(bare, name, place, below)]
    found = list[Pair]()
    for quantity in REACHED:
        sets = [pair for pair in asked if pair[1].quantity == quantity]
        done = [one for words, one, sure in reached if one.quantity == quantity and (
            sure or any(words == other and not two.own for other, two in sets))]
        if len(sets) == len(done) == 1 and quantity not in settled:
            found.append(Pair(done[0], sets[0][1]))
    return found


def _without(pattern: re.Pattern[str], of: Heading) -> Heading:
    return replace(of, words=" ".join(pattern.sub(" ", of.words).split()))


def _as(of: Heading, name: str, place: int, below: str) -> list[Picked]:
    """The column as the quantity that its bare name means, where its unit is known."""
    if name in PRODUCT_NAMES:
        return [Picked(name, (place,), (name,), own=True)]
    first = next(iter(meanings(replace(of, raw=f" {of.raw}"), PRODUCT_NAMES)), None)
    if first is None or first.quantity not in REACHED:
        return []
    unit = first.unit or unit_for(first.quantity, of, below)
    return [] if unit is None else [Picked(first.quantity, (place,), (name,), unit)]
