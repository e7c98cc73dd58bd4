"""Columns of named parameters and of measured quantities: found by their names, numbers converted.

A reading that is a bound stays one, a word for a failure is a failure, and so is a value that the
settings say stands for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pressloop.flows.past.columns.changes import Rows, change_of
from pressloop.flows.past.columns.picked import Picked, Trouble
from pressloop.flows.past.columns.resistances import electrode_areas
from pressloop.flows.past.columns.stated import (
    BRACKETS,
    odd_unit,
    stated_unit,
    stem,
    unit_of_name,
)
from pressloop.flows.past.columns.work import Work, line_of, rows_words, text_of_number
from pressloop.flows.settings.columns import ColumnTable
from pressloop.flows.settings.units import conversion, factor
from pressloop.trials.outcome import FailureMode
from pressloop.trials.quantity import Quantity
from pressloop.trials.tables.columns.cells import Cell
from pressloop.trials.tables.columns.headings import folded, heading
from pressloop.trials.tables.columns.names import THICKNESS
from pressloop.trials.tables.columns.outcomes import failure_in
from pressloop.trials.tables.columns.units import SHARE, Unit, units_of
from pressloop.trials.tables.outcomes import is_exported

ERROR_WORDS = frozenset({"se", "sem", "err", "error", "stderr", "uncertainty", "unc", "fehler",
                         "±"})
BESIDE_ERROR = frozenset({"std", "standard"})
"""Words by which a column is that of a standard error, and those that may stand with them: a
standard deviation is none."""
FEWEST_SHARES = 2
NO_DIMENSION = "measured"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that the settings speak of.

    Its name, the unit of its numbers, whether it holds kinds, and the quantity that it measures, or
    whose standard error it is."""

    name: str
    unit: str = ""
    kinds: bool = False
    quantity: Quantity | None = None
    error: bool = False
    said: ColumnTable | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Where it stands, and the unit that is written there, "" for none.

    `share` is that of a standard error which is a share of its reading, None for any other."""

    wanted: Wanted
    place: int
    header: str
    unit: str
    share: Unit | None = None

    @property
    def as_it_stands(self) -> bool:
        """True for a parameter under its own name, in its own unit."""
        w = self.wanted
        return self.header == w.name and w.quantity is None and w.said is None and (
            conversion(self.unit, w.unit) in (None, (1.0, 0.0)))


def found_columns(header: Sequence[str], units: Sequence[str], wanted: Sequence[Wanted]
                  ) -> tuple[list[Found], list[Trouble]]:
    """The columns that are there, and what stands in the way."""
    found, troubles, taken = list[Found](), list[Trouble](), set[int]()
    stated = dict[str, str]()
    for one in wanted:
        place = _place(header, one, taken)
        if isinstance(place, Trouble):
            troubles.append(place)
        elif place is not None:
            taken.add(place)
            below = units[place] if place < len(units) else ""
            unit = (one.said.unit if one.said else None) or stated_unit(
                header[place], below, one.unit)
            reading = stated.get(one.quantity.name, "") if one.quantity else ""
            if share := share_of_reading(header[place], below, one, reading):
                found.append(Found(one, place, header[place], share.text, share))
                continue
            if not unit and (odd := odd_unit(header[place], one.name, one.unit)):
                troubles.append(odd)
            if one.quantity is not None:
                # An error that names no unit is in that of its readings.
                unit = unit or (reading if one.error else "")
                stated.setdefault(one.quantity.name, unit)
            found.append(Found(one, place, header[place], unit))
    return found, troubles


def share_of_reading(header: str, below: str, one: Wanted, reading: str) -> Unit | None:
    """The unit of a standard error that is a share of its reading, None for another column.

    `reading` is the unit that is written of the readings."""
    said = one.said.unit if one.said else None
    shares = units_of(said) if said else {**heading(header).units, **units_of(below)}
    itself = factor("percent", one.unit) is not None if one.unit else SHARE in units_of(reading)
    return None if itself or not one.error else shares.get(SHARE)


def _place(header: Sequence[str], one: Wanted, taken: set[int]) -> int | Trouble | None:
    if one.said is not None and one.said.names:
        name = one.said.names[0]
        if name not in header:
            return Trouble(name, f"[table] names it for {one.name}, but there is no such column",
                           f"Columns found: {', '.join(header)}.")
        if len(one.said.names) > 1:
            return Trouble(name, f"[table] names several columns for {one.name}",
                           "Name one of them.")
        return header.index(name)
    if one.name in header:
        return header.index(one.name)
    same = _is_error_of if one.error else _same
    alike = [at for at, name in enumerate(header) if at not in taken and same(name, one.name)]
    if not alike and (bare := stem(one.name.removesuffix("_se"), one.unit)):
        alike = [at for at, name in enumerate(header) if at not in taken
                 and same(BRACKETS.sub(" ", name), bare + "_se" * one.error)
                 and stated_unit(name, "", one.unit)]
    if len(alike) > 1:
        return Trouble(header[alike[0]], f"{' and '.join(header[at] for at in alike)} may both be "
                       f"{one.name}", f'Name the one that counts: [table] {one.name} = "..."')
    return alike[0] if alike else None


def _same(header: str, name: str) -> bool:
    """Prime Delay (s) is prime_delay, and conductivity_ms_per_cm is conductivity."""
    bare = folded(BRACKETS.sub(" ", header)).replace(" ", "_")
    wanted = folded(name).replace(" ", "_")
    if bare.replace("_", "") == wanted.replace("_", ""):
        return True
    rest = bare.removeprefix(f"{wanted}_")
    return rest not in (bare, "se") and bool(unit_of_name(rest))


def _is_error_of(header: str, name: str) -> bool:
    """Toughness error (J/m2), toughness_se and SE toughness are the error of toughness_j_m2."""
    if _same(header, name):
        return True
    words = folded(BRACKETS.sub(" ", header)).replace(" ", "_").split("_")
    if ERROR_WORDS.isdisjoint(words):
        return False
    rest = "_".join(w for w in words if w not in ERROR_WORDS | BESIDE_ERROR)
    quantity = name.removesuffix("_se")
    return bool(rest) and (_same(rest, quantity) or _same(quantity, rest))


def read_named(work: Work, found: Sequence[Found]) -> None:
    """Every column in the names and units of the settings."""
    for one in found:
        picked = Picked(one.wanted.name, (one.place,), (one.header,),
                        Unit(NO_DIMENSION, 1.0, text=one.unit) if one.unit else None,
                        own=one.header == one.wanted.name)
        work.chosen.picked[one.wanted.name] = picked
        if one.as_it_stands or one.wanted.kinds:
            cells = work.raw(one.place)
            work.columns[one.wanted.name] = cells
            if not picked.own:
                work.lines.append(line_of(picked, "", cells, cells))
            continue
        _read_numbers(work, one, picked)


def _read_numbers(work: Work, one: Found, picked: Picked) -> None:
    wanted = one.wanted
    if one.share is not None:
        _read_shares(work, one, picked, one.share)
        return
    change = change_of(one.unit or wanted.unit, wanted.unit, *_geometry(work, one),
                       error=wanted.error)
    if change is None:
        work.troubles.append(Trouble(
            one.header, f"in {one.unit}, and {wanted.name} is in {wanted.unit or 'no unit'}",
            f"Give {wanted.name} a unit that it can be converted to, or correct that of the column "
            f'in [table] {wanted.name} = {{ column = "{one.header}", unit = "..." }}.'))
        return
    out, bounds, failed = list[str](), list[int](), list[int]()
    for at, (cell, raw) in enumerate(zip(work.parts(one.place), work.raw(one.place), strict=True)):
        text = _cell(work, one, cell, raw, at, change.of)
        if cell.bound:
            bounds.append(work.rows[at][0])
        if _stands_for_failure(wanted, text):
            failed.append(work.rows[at][0])
            work.stands_for.setdefault(at, str(FailureMode.UNKNOWN))
            text = ""
        out.append(text)
    if not one.unit and wanted.quantity is not None and not wanted.error:
        work.troubles += _shares(work, one, out)
    if bounds and wanted.quantity is not None:
        work.notes.append(f"{wanted.name} of {rows_words(bounds)} is a bound and no reading")
    if failed:
        q = wanted.quantity
        work.notes.append(f"{wanted.name} of {rows_words(failed)} is "
                          f"{q.failed_at if q else 0.0:g} or worse, which stands for a failed "
                          "stack")
    work.columns[wanted.name] = out
    work.lines.append(line_of(picked, change.words, work.raw(one.place), out,
                              unit=one.unit or wanted.unit))


def _read_shares(work: Work, one: Found, picked: Picked, unit: Unit) -> None:
    """Standard errors that are shares of their readings."""
    of = one.wanted.quantity.name if one.wanted.quantity else ""
    readings, out = work.columns.get(of, [""] * len(work.rows)), list[str]()
    raws = work.raw(one.place)
    for cell, raw, reading in zip(work.parts(one.place), raws, readings, strict=True):
        own = (cell.unit or {}).get(SHARE, unit)
        try:
            share = own.convert(float(cell.number)) / 100.0
            out.append(text_of_number(abs(float(reading)) * share))
        except ValueError:
            # No number, or no reading that it is a share of.
            out.append(raw if reading else "")
    work.columns[one.wanted.name] = out
    work.lines.append(line_of(picked, f"in per cent of {of}", raws, out, unit=one.unit))


def _shares(work: Work, one: Found, out: Sequence[str]) -> list[Trouble]:
    """Numbers without a unit that may be shares of 1 where per cent are wanted."""
    wanted = one.wanted
    if conversion("1", wanted.unit) != (100.0, 0.0) or is_exported(work.header):
        return []
    found = [float(text) for text in out if re.fullmatch(r"[\d.]+(e-?\d+)?", text)]
    if len(found) < FEWEST_SHARES or max(found) > 1.0:
        return []
    return [Trouble(
        one.header, f"{min(found):g} to {max(found):g} without a unit, which may be shares of 1 or "
        f"{wanted.unit}", f"Say which in the settings: [table] {wanted.name} = {{ column = "
        f'"{one.header}", unit = "1" }} for shares, or unit = "{wanted.unit}".')]


def _cell(work: Work, one: Found, cell: Cell, raw: str, at: int,
          change: Callable[[float, int], float | None]) -> str:
    if cell.word and one.wanted.quantity is not None and not one.wanted.error:
        if failure := failure_in(cell.word, work.how.failure_words):
            work.failures[at] = failure
            return ""
        return raw
    if cell.word or cell.unit:
        return raw
    number = _changed(cell.number, at, change)
    return f"{raw[:1]}{number}" if cell.bound and raw[:1] in "<>" else (
        f">{number}" if cell.bound else number)


def _changed(number: str, at: int, change: Callable[[float, int], float | None]) -> str:
    try:
        value = float(number) if number else None
    except ValueError:
        return number
    if value is None:
        return number
    new = change(value, at)
    if new is None:
        return f"{number} (not convertible)"
    return number if new == value else text_of_number(new)


def _stands_for_failure(wanted: Wanted, text: str) -> bool:
    if wanted.quantity is None or wanted.error:
        return False
    try:
        return wanted.quantity.failed(float(text))
    except ValueError:
        return False


def _geometry(work: Work, one: Found) -> tuple[Rows, Rows]:
    """Thickness (cm) and area (cm2) of each row, where a resistance is to become a conductivity."""
    if one.wanted.quantity is None or factor(one.unit or one.wanted.unit,
                                             one.wanted.unit) is not None:
        return None, None
    thick = work.numbers(THICKNESS)
    if thick is None and work.known.thickness_um is not None:
        thick = [work.known.thickness_um / 1000.0] * len(work.rows)
    areas = electrode_areas(work)[0]
    picked = work.chosen.picked[one.wanted.name]
    for values, what in ((thick, "thickness"), (areas, "area of the electrode")):
        if values is not None:
            work.need(picked, values, what)
    return None if thick is None else [None if t is None else t / 10.0 for t in thick], areas
