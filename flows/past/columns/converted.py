"""A sheet in the names and units of pressloop: what each column was understood as, and its numbers.

Nothing becomes a number that was none: a bound such as `>1000` stays one, a failure word in a
column of readings is a failure, and a cell in a unit of its own is converted by that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pressloop.flows.past.columns.chosen import Chosen, Picked, Trouble
from pressloop.flows.settings.columns import HowTable
from pressloop.trials.tables.columns.cells import ROOM, Cell, cell_of
from pressloop.trials.tables.columns.names import (
    AREA_CM2,
    DAMAGE,
    DIAMETER,
    DIE,
    ERROR,
    GAUGE,
    HELD,
    LOT,
    MODE,
    OPERATOR,
    RESISTANCE,
    SIGMA,
    STACK,
    THICKNESS,
)
from pressloop.trials.tables.columns.outcomes import (
    IN_WORK,
    INTACT,
    failure_in,
    said,
    says_failures,
)
from pressloop.trials.tables.columns.units import FORCE, OHM, PRESSURE, SHARE, Unit
from pressloop.trials.tables.outcomes import is_bound
from pressloop.trials.tables.rows import Spread

BOUND_SIGNS = {">": ">", "<": "<", "≥": ">", "≤": "<", "o": ">", "ü": ">", "a": ">", "m": ">",
               "u": "<", "b": "<", "l": "<", "w": "<"}
ALIKE = 2.0
"""Factor within which columns R1, R2, R3 are readings of one stack, and no parts of a circuit."""
DIGITS = 12


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the sheet, None where it is not: the die, the electrode, the separator
    and the temperature of the room."""

    die_mm: float | None = None
    area_cm2: float | None = None
    thickness_um: float | None = None
    room_c: float = 25.0


@dataclass(frozen=True, slots=True)
class Line:
    """How one quantity is read: from which columns, in which unit, what is done to its numbers, and
    the first ones before and after."""

    quantity: str
    headers: tuple[str, ...]
    unit: str
    stated: bool
    factor: str
    examples: tuple[tuple[str, str], ...]
    trivial: bool

    @property
    def words(self) -> str:
        """For a person."""
        told = " and ".join(repr(name) for name in self.headers)
        unit = f", {self.unit}" if self.unit and self.stated else ""
        if self.unit and not self.stated:
            unit = f", no unit written: taken as {self.unit}"
        first = ", ".join(f"{a} is {b}" for a, b in self.examples[:1] if a != b)
        return f"{self.quantity} is {told}{unit}" + (f", {self.factor}" if self.factor else "") + (
            f" ({first})" if first else "")


@dataclass(slots=True)
class _Work:
    """A sheet under way: its rows, and what is found on the way."""

    rows: Sequence[tuple[int, tuple[str, ...]]]
    marks: Mapping[int, str]
    chosen: Chosen
    how: HowTable
    known: Known
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    helping: set[str] = field(default_factory=set)

    def parts(self, place: int) -> list[Cell]:
        """The cells of a column, taken apart."""
        return [cell_of(cells[place], self.marks.get(place)) if place < len(cells) else Cell()
                for _, cells in self.rows]

    def raw(self, place: int) -> list[str]:
        """The cells of a column as they stand."""
        return [cells[place] if place < len(cells) else "" for _, cells in self.rows]

    def numbers(self, quantity: str) -> list[float | None] | None:
        """A column of numbers that others are worked out from, in the unit of OURS."""
        one = self.chosen.picked.get(quantity)
        if one is None:
            return None
        self.helping.add(quantity)
        return [_value(cell, one.stated) for cell in self.parts(one.places[0])]


@dataclass(frozen=True, slots=True)
class Converted:
    """Columns by the product's names, the quantities that others were worked out from, what is in
    the way, notes, and how each quantity was read."""

    columns: Mapping[str, Sequence[str]]
    helping: frozenset[str]
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]
    lines: tuple[Line, ...]


def converted(rows: Sequence[tuple[int, tuple[str, ...]]], marks: Mapping[int, str],
              found: Chosen, how: HowTable, known: Known) -> Converted:
    """All quantities of a sheet. Raises nothing: what cannot be read is among the troubles."""
    work = _Work(rows, marks, found, how, known, list(found.troubles), list(found.notes))
    for quantity in (STACK, LOT, OPERATOR):
        _names(work, quantity)
    for quantity in ("pressure_mpa", HELD):
        _pressure(work, quantity)
    for quantity in ("dwell_s", "temperature_c", DAMAGE):
        _plain_numbers(work, quantity)
    _resistance(work)
    _errors(work)
    _failures(work)
    return Converted(work.columns, frozenset(work.helping), tuple(work.troubles), tuple(work.notes),
                     tuple(work.lines))


def _value(cell: Cell, unit: Unit) -> float | None:
    if not cell.number or cell.bound:
        return None
    try:
        own = (cell.unit or {}).get(unit.dimension, unit)
        found = own.convert(float(cell.number))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _text(value: float) -> str:
    """The shortest text that reads back as the number."""
    return f"{value:.{DIGITS}g}"


def _names(work: _Work, quantity: str) -> None:
    one = work.chosen.picked.get(quantity)
    if one is None:
        return
    cells = work.raw(one.places[0])
    if not one.own:
        filled = [cell for cell in cells if cell]
        if quantity == STACK and len(set(filled)) < len(filled):
            # A name that several stacks share, as of a material, names no stack.
            return
        work.lines.append(_line(one, "", cells, cells))
    work.columns[quantity] = cells


def _line(one: Picked, factor: str, before: Sequence[str], after: Sequence[str], *,
          unit: str = "") -> Line:
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if a and b][:3]
    return Line(one.quantity, one.headers, unit, one.unit is not None, factor, tuple(pairs),
                one.own and not factor)


def _column(work: _Work, one: Picked, change: Callable[[float, Unit, int], float | None],
            factor: str) -> None:
    """A column of numbers by what `change` makes of each one, its unit and the place of its row."""
    place, unit = one.places[0], one.stated
    raw, out = work.raw(place), list[str]()
    about = list[int]()
    for at, cell in enumerate(work.parts(place)):
        own = cell.unit and next((u for d, u in cell.unit.items() if d == unit.dimension or {
            d, unit.dimension} <= {PRESSURE, FORCE}), None)
        if cell.word or cell.bound or (cell.unit and own is None):
            out.append(_room(work, raw[at]) if one.quantity == "temperature_c" else raw[at])
            continue
        about += [work.rows[at][0]] * cell.about
        out.append(_changed(cell.number, own or unit, at, change))
    if about:
        work.notes.append(f"{one.quantity} of {_rows(about)} is written as about so much, and "
                          "taken as the number")
    work.columns[one.quantity] = out
    work.lines.append(_line(one, factor, raw, out, unit=unit.text))


def _changed(number: str, unit: Unit, at: int, change: Callable[[float, Unit, int], float | None]
             ) -> str:
    try:
        value = float(number) if number else None
    except ValueError:
        return number
    if value is None or not math.isfinite(value):
        return number
    new = change(value, unit, at)
    # Never an empty cell: that would say that nothing was read.
    return f"{number} (not convertible)" if new is None else number if new == value else _text(new)


def _room(work: _Work, text: str) -> str:
    if text.casefold().strip() not in ROOM:
        return text
    note = f"room temperature is taken as {work.known.room_c:g} degC"
    if note not in work.notes:
        work.notes.append(note)
    return _text(work.known.room_c)


def _plain_numbers(work: _Work, quantity: str) -> None:
    one = work.chosen.picked.get(quantity)
    if one is not None:
        unit = one.stated
        _column(work, one, lambda value, own, _: own.convert(value), _scaling(unit))


def _scaling(unit: Unit) -> str:
    if unit.offset and unit.factor == 1.0:
        return f"{-unit.offset:g} subtracted"
    if unit.offset:
        return f"times {unit.factor:.6g} {'plus' if unit.offset > 0 else 'minus'} " \
            f"{abs(unit.offset):.6g}"
    return "" if unit.factor == 1.0 else f"times {unit.factor:.6g}"


def _pressure(work: _Work, quantity: str) -> None:
    """Pressures; forces over the area of the die; oil pressure by the areas of piston and die."""
    one = work.chosen.picked.get(quantity)
    if one is None and quantity == "pressure_mpa":
        one = _oil(work)
        if one is None:
            return
    if one is None:
        return
    unit, oil = one.stated, one.quantity == GAUGE
    forces = unit.dimension == FORCE or oil or any(
        FORCE in (cell.unit or {}) for cell in work.parts(one.places[0]))
    areas, where = _die_areas(work) if forces else (None, "")
    if forces and areas is None:
        work.troubles.append(Trouble(
            one.headers[0], "a force, and the die that it is spread over is not known",
            "Name the settings, whose [envelope] die_diameter_mm tells it, or add a column 'die "
            "diameter (mm)'."))
        return
    piston = math.pi * (work.how.piston_diameter_mm or 0.0)**2 / 4.0

    def change(value: float, own: Unit, at: int) -> float | None:
        area = areas[at] if areas is not None else None
        if oil:
            return None if not area else float(
                f"{own.convert(value) * piston / area:.{DIGITS}g}")
        if own.dimension != FORCE:
            return own.convert(value)
        return None if not area else float(f"{own.convert(value) / area:.{DIGITS}g}")

    factor = _scaling(unit)
    if unit.dimension == FORCE or oil:
        each = unit.factor * (piston if oil else 1.0)
        one_area = areas[0] if areas and len(set(areas)) == 1 else None
        factor = f"over the area of the die, {where}" + (
            f", times {each / one_area:.6g}" if one_area else "")
    _column(work, replace(one, quantity=quantity), change, factor)


def _oil(work: _Work) -> Picked | None:
    one = work.chosen.picked.get(GAUGE)
    if one is None:
        return None
    work.helping.add(GAUGE)
    if one.unit is None or work.how.piston_diameter_mm is None:
        work.troubles.append(Trouble(
            one.headers[0], "an oil pressure, which is no pressure on the sample",
            "Say in the settings how wide the piston is: [table] piston_diameter_mm; or give the "
            "force or the pressure on the sample."))
        return None
    work.chosen.picked["pressure_mpa"] = one
    return one


def _die_areas(work: _Work) -> tuple[list[float | None] | None, str]:
    """The area of the die in mm2 for each row, and where it was taken from."""
    for quantity, words in ((DIE, "by its column"), ("", ""), (DIAMETER, "by its column")):
        if not quantity:
            if (die := work.known.die_mm) is not None:
                area = math.pi * die**2 / 4.0
                return [area] * len(work.rows), f"{die:g} mm wide"
            continue
        found = work.numbers(quantity)
        if found is not None:
            return [None if d is None else math.pi * d**2 / 4.0 for d in found], words
    return None, ""


def _electrode_areas(work: _Work) -> tuple[list[float | None] | None, str]:
    """The area of the electrode in cm2 for each row, and where it was taken from."""
    if (areas := work.numbers(AREA_CM2)) is not None:
        return areas, "by its column"
    if (found := work.numbers(DIAMETER)) is not None:
        return [None if d is None else math.pi * d**2 / 400.0 for d in found], "by its column"
    if (found := work.numbers(DIE)) is not None:
        return [None if d is None else math.pi * d**2 / 400.0 for d in found], "that of its die"
    if work.known.area_cm2 is not None:
        return [work.known.area_cm2] * len(work.rows), f"{work.known.area_cm2:.4g} cm2"
    if (die := work.known.die_mm) is not None:
        return [math.pi * die**2 / 400.0] * len(work.rows), f"that of the die, {die:g} mm wide"
    return None, ""


def _resistance(work: _Work) -> None:
    one = work.chosen.picked.get(RESISTANCE)
    if one is None:
        _from_conductivity(work)
        return
    unit = one.stated
    areas, where = _electrode_areas(work) if unit.dimension == OHM else (None, "")
    if unit.dimension == OHM and areas is None:
        work.troubles.append(Trouble(
            one.headers[0], "a resistance in ohm, and the area of the electrode is not known",
            "Name the settings, which tell it, or add a column 'area (cm2)'; it is multiplied by "
            "the area then."))
        return

    def change(value: float, own: Unit, at: int) -> float | None:
        new = own.convert(value)
        if unit.dimension != OHM:
            return new
        area = areas[at] if areas is not None else None
        return None if not area else float(f"{new * area:.{DIGITS}g}")

    factor = _scaling(unit)
    if unit.dimension == OHM:
        factor = (factor + ", " if factor else "") + f"times the area of the electrode, {where}"
    read = [_readings(work, place, unit, change, one.quantity) for place in one.places]
    if len(read) > 1 and not _alike(read):
        work.troubles.append(Trouble(
            " and ".join(one.headers), "too different to be readings of the same stack",
            "If they are parts of a circuit, name the one that is the interface in the settings: "
            f'[table] resistance_ohm_cm2 = "{one.headers[0]}".'))
        return
    work.columns[RESISTANCE] = _mean_of(work, read) if len(read) > 1 else read[0]
    if len(read) > 1:
        factor = (factor + ", " if factor else "") + \
            f"the geometric mean of {len(read)} readings of each stack"
    work.lines.append(_line(one, factor, work.raw(one.places[0]), work.columns[RESISTANCE],
                            unit=unit.text))


def _readings(work: _Work, place: int, unit: Unit,
              change: Callable[[float, Unit, int], float | None], quantity: str) -> list[str]:
    """Readings of one column: numbers, bounds as `>1000`, words as they stand; failures and errors
    that stand in its cells are put aside."""
    out, about = list[str](), list[int]()
    for at, (cell, raw) in enumerate(zip(work.parts(place), work.raw(place), strict=True)):
        own = unit if not cell.unit else cell.unit.get(unit.dimension)
        if isinstance(raw, Spread) and raw:
            work.troubles.append(Trouble(
                f"{quantity}, row {work.rows[at][0]}", "one merged cell for several stacks",
                "Give each stack its own reading."))
        if cell.word or own is None:
            failure = failure_in(cell.word, work.how.failure_words)
            if failure:
                work.failures[at] = failure
            out.append("" if failure else raw)
        elif cell.bound:
            number = _changed(cell.number, own, at, change)
            out.append(f"{BOUND_SIGNS.get(raw[0].casefold(), '>')}{number}" if number else raw)
        else:
            about += [work.rows[at][0]] * cell.about
            out.append(_changed(cell.number, own, at, change))
            if cell.error:
                work.errors[at] = _changed(cell.error, own, at, change)
    if about:
        work.notes.append(f"resistance of {_rows(about)} is written as about so much, and taken "
                          "as the number")
    bounds = [work.rows[at][0] for at, cell in enumerate(out) if is_bound(cell)]
    if bounds:
        work.notes.append(f"resistance of {_rows(bounds)} is a bound and no reading: set aside, "
                          "and taught to no model")
    return out


def _logs(cells: Sequence[str]) -> list[float]:
    found = []
    for cell in cells:
        try:
            value = float(cell)
        except ValueError:
            continue
        if value > 0.0 and math.isfinite(value):
            found.append(math.log(value))
    return found


def _alike(read: Sequence[Sequence[str]]) -> bool:
    spans = sorted(max(logs) - min(logs) for row in zip(*read, strict=True)
                   if len(logs := _logs(row)) > 1)
    return not spans or spans[len(spans) // 2] <= math.log(ALIKE)


def _mean_of(work: _Work, read: Sequence[Sequence[str]]) -> list[str]:
    """The geometric mean of the readings of each stack; their scatter is its standard error."""
    out = []
    for at, row in enumerate(zip(*read, strict=True)):
        logs = _logs(row)
        odd = next((cell for cell in row if cell and not _logs([cell])), "")
        if odd or not logs:
            out.append(odd)
            continue
        mean = sum(logs) / len(logs)
        out.append(_text(math.exp(mean)))
        if len(logs) > 1:
            spread = math.sqrt(sum((one - mean)**2 for one in logs) / (len(logs) - 1))
            work.errors[at] = f"{math.exp(mean) * spread / math.sqrt(len(logs)):.4g}"
    return out


def _from_conductivity(work: _Work) -> None:
    """R = L / sigma, where the units say so: the resistance of an electrolyte of that thickness."""
    one = work.chosen.picked.get(SIGMA)
    if one is None:
        return
    work.helping.add(SIGMA)
    thick = work.numbers(THICKNESS)
    where = "by its column"
    if thick is None and work.known.thickness_um is not None:
        thick = [work.known.thickness_um / 1000.0] * len(work.rows)
        where = f"{work.known.thickness_um:g} um, by the settings"
    if one.unit is None or thick is None:
        work.troubles.append(Trouble(
            one.headers[0], "a conductivity"
            + (" without its unit" if one.unit is None else ", and the thickness is not known"),
            "resistance_ohm_cm2 is thickness over conductivity: " + (
                "give the unit in the header, such as (mS/cm)." if one.unit is None else
                "name the settings, which tell thickness_um, or add a column 'thickness (mm)'.")))
        return
    lengths = thick

    def change(value: float, own: Unit, at: int) -> float | None:
        length, sigma = lengths[at], own.convert(value)
        if not length or sigma == 0.0:
            return None
        return float(f"{length / 10.0 / sigma:.6g}")

    picked = replace(one, quantity=RESISTANCE)
    work.columns[RESISTANCE] = _readings(work, one.places[0], one.stated, change, RESISTANCE)
    work.columns[RESISTANCE] = [_turned(cell) for cell in work.columns[RESISTANCE]]
    work.lines.append(_line(picked, f"thickness ({where}) over conductivity",
                            work.raw(one.places[0]), work.columns[RESISTANCE],
                            unit=one.stated.text))


def _turned(cell: str) -> str:
    """A bound of the conductivity as one of its inverse."""
    return {">": "<", "<": ">"}.get(cell[:1], cell[:1]) + cell[1:] if is_bound(cell) else cell


def _errors(work: _Work) -> None:
    """Standard errors, in the unit of the resistance, in their own, or in per cent of it."""
    one = work.chosen.picked.get(ERROR)
    main = work.chosen.picked.get(RESISTANCE)
    if one is not None and main is not None and not _are_words(work, one):
        unit = one.unit or main.stated
        areas, _ = _electrode_areas(work) if unit.dimension == OHM else (None, "")
        values = work.columns.get(RESISTANCE, [])

        def change(value: float, own: Unit, at: int) -> float | None:
            if own.dimension == SHARE:
                logs = _logs([values[at]]) if at < len(values) else []
                return float(f"{math.exp(logs[0]) * value / 100.0:.6g}") if logs else None
            new = own.convert(value)
            area = areas[at] if areas is not None else None
            if own.dimension != OHM:
                return new
            return float(f"{new * area:.{DIGITS}g}") if area else None

        _column(work, replace(one, unit=unit), change, "in per cent of the resistance"
                if unit.dimension == SHARE else _scaling(unit))
    if work.errors:
        cells = list(work.columns.get(ERROR, [""] * len(work.rows)))
        for at, text in work.errors.items():
            cells[at] = cells[at] or text
        work.columns[ERROR] = cells


def _are_words(work: _Work, one: Picked) -> bool:
    """A column of failures, for which some labs have the word for error."""
    filled = [cell for cell in work.parts(one.places[0]) if cell.number or cell.word]
    return not one.own and 2 * sum(bool(cell.word) for cell in filled) > len(filled)


def _failures(work: _Work) -> None:
    """Ways to fail, from their own column and from words in the column of readings."""
    one = work.chosen.picked.get(MODE)
    error = work.chosen.picked.get(ERROR)
    if one is None and error is not None and _are_words(work, error):
        one = replace(error, quantity=MODE)
        work.chosen.picked[MODE] = one
    own = work.how.failure_words
    cells = [""] * len(work.rows)
    if one is not None:
        raw = work.raw(one.places[0])
        if one.own or says_failures(raw, own):
            cells = _modes(work, one, raw)
        else:
            one = None
    for at, mode in work.failures.items():
        cells[at] = cells[at] or mode
    if one is not None or work.failures:
        work.columns[MODE] = cells
    if work.failures:
        rows = _rows([work.rows[at][0] for at in work.failures])
        work.notes.append(f"resistance of {rows} is a word for a failure, and taken as one")


def _modes(work: _Work, one: Picked, raw: Sequence[str]) -> list[str]:
    told, out = dict[str, str](), list[str]()
    for cell in raw:
        found = said(cell, work.how.failure_words)
        mode = cell if found is None else "" if found in (INTACT, IN_WORK) else found
        out.append(mode)
        if cell and mode != cell:
            told[cell] = mode or ("not failed" if found == INTACT else "in work")
    if told or not one.own:
        work.lines.append(replace(_line(one, ", ".join(
            f"{word!r} is {mode}" for word, mode in list(told.items())[:6]), (), ()),
            trivial=False))
    return out


def _rows(numbers: Sequence[int]) -> str:
    some = sorted(set(numbers))
    shown = ", ".join(map(str, some[:12])) + (f" and {len(some) - 12} more" if len(some) > 12
                                              else "")
    return f"row{'s' * (len(some) > 1)} {shown}"
