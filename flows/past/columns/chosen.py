"""Which column each quantity is read from, and in which unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pressloop.flows.past.columns.lots import lots
from pressloop.flows.past.columns.picked import (
    DIMENSION,
    Chosen,
    Picked,
    Trouble,
    below_of,
    unit_for,
)
from pressloop.flows.past.columns.reached import pairs
from pressloop.flows.settings.columns import AS_NAMED, QUANTITIES, ColumnTable, HowTable
from pressloop.trials.tables.columns.headings import FACTOR, Heading, heading
from pressloop.trials.tables.columns.layout import PRODUCT_NAMES
from pressloop.trials.tables.columns.names import (
    ERROR,
    KNOWN,
    LOT,
    MODE,
    NEEDS_UNIT,
    OPERATOR,
    OVER,
    RESISTANCE,
    STACK,
    Meaning,
    meanings,
)
from pressloop.trials.tables.columns.units import (
    FORCE,
    OHM,
    OURS,
    RESISTIVITY,
    Unit,
    logged,
    units_of,
)

FIRST_ONE = frozenset({STACK, LOT, OPERATOR, MODE})
"""Quantities of which the first of several columns is taken."""
REPLICATE = re.compile(r"(.*?)[\s_]*(?:no\.?|nr\.?|#)?[\s_]*(\d)")
KEY = {quantity: key for key, quantity in QUANTITIES.items()}
"""What [table] calls a quantity."""
TWICE = "there twice"
BENEATH = "Tables side by side: put one beneath the other"
CLOSE = 0.05
"""Ranks that are this near are equally likely."""


def chosen(header: Sequence[str], units: Sequence[str], how: HowTable = AS_NAMED,
           reserved: frozenset[str] = frozenset(), unasked: frozenset[str] = frozenset()
           ) -> Chosen:
    """Columns by quantity.

    `units` are those of a row of units, "" for none; `reserved` are headers that mean something
    else in these settings, `unasked` quantities that these do not ask for."""
    picked, troubles, notes = dict[str, Picked](), list[Trouble](), list[str]()
    for quantity, said in how.columns.items():
        found = _as_said(quantity, said, header, units)
        if isinstance(found, Picked):
            picked[quantity] = found
        else:
            troubles.append(found)
    taken = {place for one in picked.values() for place in one.places} | {
        place for place, name in enumerate(header) if name in how.ignore or name in reserved}
    asked = dict[str, Picked]()
    for pair in pairs(header, units, taken, set(how.columns) | unasked):
        quantity = pair.reached.quantity
        picked[quantity], asked[quantity] = pair.reached, pair.asked
        taken |= {*pair.reached.places, *pair.asked.places}
        notes.append(f"{quantity} is read from {pair.reached.headers[0]!r}, not from "
                     f"{pair.asked.headers[0]!r}")
    candidates = _candidates(header, units, taken, troubles,
                             set(picked) | set(how.columns) | unasked)
    _settle(candidates, picked, troubles, notes, header)
    if LOT not in how.columns:
        lots(header, taken, picked, notes)
    if RESISTANCE not in unasked:
        _side_by_side(header, units, taken, picked, notes)
    return Chosen(picked, tuple(troubles), tuple(notes), asked)


def _as_said(quantity: str, said: ColumnTable, header: Sequence[str], units: Sequence[str]
             ) -> Picked | Trouble:
    """The columns that the settings name."""
    for name in said.names:
        if name not in header:
            return Trouble(name, f"[table] names it for {quantity}, but there is no such column",
                           f"Columns found: {', '.join(header)}.")
    places = tuple(header.index(name) for name in said.names) or tuple(
        place for place, name in enumerate(header) if name == quantity)
    if not places:
        return Trouble(quantity, "[table] gives it a unit, but no column",
                       f"Name its column. Columns found: {', '.join(header)}.")
    names = tuple(header[place] for place in places)
    if said.unit is None:
        known = unit_for(quantity, heading(names[0]), below_of(units, places[0]))
        return Picked(quantity, places, names, known, own=names[0] == quantity)
    found = units_of(said.unit)
    unit = next((found[d] for d in KNOWN[quantity].dimensions if d in found), None)
    if unit is None:
        wanted = " or ".join(KNOWN[quantity].dimensions) or "none, as it has no unit"
        return Trouble(quantity, f"[table] says that its unit is {said.unit!r}",
                       f"Give one of {wanted}, such as {OURS.get(DIMENSION.get(quantity, ''), '')}."
                       )
    return Picked(quantity, places, names, unit)


def _candidates(header: Sequence[str], units: Sequence[str], taken: set[int],
                troubles: list[Trouble], settled: set[str]
                ) -> dict[str, list[tuple[float, Picked]]]:
    """Every column with the quantities it may be, by quantity."""
    found: dict[str, list[tuple[float, Picked]]] = {}
    for place, name in enumerate(header):
        if place in taken:
            continue
        below = below_of(units, place)
        of = _by_unit_below(heading(name), below)
        for meaning in _likely(of, below):
            if meaning.quantity in settled:
                continue
            if trouble := (_unknown_unit(of, below, meaning)
                           or _two_units(of, below, meaning.quantity)):
                troubles.append(trouble)
                break
            unit = meaning.unit or unit_for(meaning.quantity, of, below)
            one = Picked(meaning.quantity, (place,), (name,), unit, own=meaning.rank == 0.0)
            found.setdefault(meaning.quantity, []).append((meaning.rank, one))
    return found


def _by_unit_below(of: Heading, below: str) -> Heading:
    """The t of Press t, or of Pressing | t, above min is a time: no tonne."""
    stated = units_of(below)
    if RESISTIVITY in stated and not of.units:
        return replace(of, units=stated)
    letter = next((unit.text for unit in of.units.values()), "")
    if not stated or len(letter) != 1 or set(stated) & set(of.units) or not of.words:
        return of
    return replace(of, words=f"{of.words} {letter.casefold()}", units=stated)


def _likely(of: Heading, below: str) -> list[Meaning]:
    """What a column may mean; with a unit below the header, only what has such a unit."""
    found = meanings(of, PRODUCT_NAMES)
    stated = units_of(below)
    if stated and not of.units:
        found = [one for one in found if not KNOWN[one.quantity].dimensions
                 or set(KNOWN[one.quantity].dimensions) & set(stated)]
    return found


def _unknown_unit(of: Heading, below: str, meaning: Meaning) -> Trouble | None:
    quantity = meaning.quantity
    if not KNOWN[quantity].dimensions or meaning.rank == 0.0 or meaning.unit is not None or (
            units_of(below)):
        return None
    key = KEY.get(quantity, quantity)
    if of.base:
        text = logged(Unit("", 1.0, text=OURS[DIMENSION[quantity]]), of.base).text
        return Trouble(of.raw, "a logarithm of numbers whose unit is not written", "Say it in the "
                       f'settings: [table] {key} = {{ column = "{of.raw}", unit = "{text}" }}.')
    if FACTOR.fullmatch(of.odd):
        return Trouble(of.raw, f"{of.odd} beside its name, by which the numbers may have been "
                       "multiplied, or are to be", "Say the unit of the numbers in the settings, "
                       f'which is 10^3 {OURS[DIMENSION[quantity]]} where 1 means 1000: [table] '
                       f'{key} = {{ column = "{of.raw}", unit = "..." }}.')
    if of.odd:
        return Trouble(of.raw, f"{of.odd!r} is no unit that is known of a "
                       f"{KNOWN[quantity].dimensions[0]}", "Say it in the settings: [table] "
                       f'{key} = {{ column = "{of.raw}", unit = "..." }}.')
    if quantity == "pressure_mpa" and NEEDS_UNIT.search(of.words):
        return Trouble(of.raw, "a force without its unit", "Say it in the settings: [table] "
                       f'pressure_mpa = {{ column = "{of.raw}", unit = "kN" }}, or t.')
    return None


def _two_units(of: Heading, below: str, quantity: str) -> Trouble | None:
    """A unit in the header and another one in the row of units."""
    found = units_of(below)
    for dimension in KNOWN[quantity].dimensions:
        one, other = of.units.get(dimension), found.get(dimension)
        if one and other and (one.factor, one.offset) != (other.factor, other.offset):
            return Trouble(of.raw, f"the row of units below it says {other.text!r}",
                           "Correct one of the two.")
    return None


def _settle(candidates: dict[str, list[tuple[float, Picked]]], picked: dict[str, Picked],
            troubles: list[Trouble], notes: list[str], header: Sequence[str]) -> None:
    """One column for each quantity, the surest first; a column is read as one quantity only."""
    used = {place for one in picked.values() for place in one.places}
    order = sorted(candidates, key=lambda quantity: min(r for r, _ in candidates[quantity]))
    for quantity in order:
        free = sorted(((r, one) for r, one in candidates[quantity] if one.places[0] not in used),
                      key=lambda pair: (pair[0], _indirect(pair[1]), pair[1].places))
        if not free:
            continue
        best = free[0][1]
        if rivals := _rivals(free) if quantity not in FIRST_ONE else []:
            names = [best.headers[0], *rivals]
            if quantity in (RESISTANCE, ERROR) and _numbered(names):
                continue
            if quantity in PRODUCT_NAMES:
                twice = len(set(names)) == 1
                troubles.append(Trouble(
                    best.headers[0], TWICE if twice else
                    f"{' and '.join(names)} may both be {quantity}",
                    _one_of(header) if twice else "Name the one that counts in the settings: "
                    f'[table] {quantity} = "{names[0]}".' + (
                        f" {BENEATH}." if OVER in names[0] else "")))
            continue
        picked[quantity] = best
        used.add(best.places[0])
        for _, other in free[1:]:
            if quantity in PRODUCT_NAMES and not best.own:
                notes.append(f"{quantity} is read from {best.headers[0]!r}, not from "
                             f"{other.headers[0]!r}")


def _one_of(header: Sequence[str]) -> str:
    """What to do about a header that is there twice."""
    again = {name for name in header if name and header.count(name) > 1}
    return "Drop one." if len(again) == 1 else (
        f"{BENEATH}; else drop one.")


def _indirect(one: Picked) -> bool:
    """A force where a pressure may be there, ohm where it may be ohm cm2."""
    return one.unit is not None and one.unit.dimension in (FORCE, OHM)


def _rivals(free: Sequence[tuple[float, Picked]]) -> list[str]:
    """Headers that are as likely as the first one."""
    rank, best = free[0]
    return [one.headers[0] for r, one in free[1:]
            if abs(r - rank) < CLOSE and _indirect(one) == _indirect(best)]


def _numbered(names: Sequence[str]) -> bool:
    """Names that differ by a number only, such as R 1 and R 2."""
    found = [REPLICATE.fullmatch(heading(name).words) for name in names]
    return all(found) and len({match[1] for match in found if match}) == 1


def _side_by_side(header: Sequence[str], units: Sequence[str], taken: set[int],
                  picked: dict[str, Picked], notes: list[str]) -> None:
    """Readings of one stack in columns R1, R2, R3."""
    if RESISTANCE in picked:
        return
    used = taken | {place for one in picked.values() for place in one.places}
    groups: dict[tuple[str, str], list[tuple[int, Unit | None]]] = {}
    for place, name in enumerate(header):
        of = heading(name)
        match = REPLICATE.fullmatch(of.words)
        if place in used or match is None:
            continue
        base = Heading(match[1], match[1], of.units)
        meaning = next((one for one in meanings(base, frozenset()) if one.quantity == RESISTANCE),
                       None)
        if meaning is not None:
            unit = meaning.unit or unit_for(RESISTANCE, of, below_of(units, place))
            groups.setdefault((match[1], unit.text if unit else ""), []).append((place, unit))
    several = [one for one in groups.values() if len(one) > 1]
    if len(several) == 1:
        places = tuple(place for place, _ in several[0])
        picked[RESISTANCE] = Picked(RESISTANCE, places, tuple(header[p] for p in places),
                                    several[0][0][1])
