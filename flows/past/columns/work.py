"""A sheet under way from its columns to those of pressloop, and what reading one column takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pressloop.flows.past.columns.picked import Chosen, Picked, Trouble
from pressloop.flows.settings.columns import HowTable
from pressloop.trials.tables.columns.cells import ROOM, ROOM_STATED, Cell, cell_of
from pressloop.trials.tables.columns.spells import (
    HOURS_MINUTES,
    MINUTES_SECONDS,
    is_clock,
    kept_as_hours,
    seconds_of_clock,
    seconds_of_parts,
)
from pressloop.trials.tables.columns.units import FORCE, PRESSURE, Unit

DIGITS = 12


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the sheet, None where it is not.

    The die, the electrode, the separator and the temperature of the room."""

    die_mm: float | None = None
    area_cm2: float | None = None
    thickness_um: float | None = None
    room_c: float = 25.0


@dataclass(frozen=True, slots=True)
class Line:
    """How one quantity is read.

    From which columns, in which unit, what is done to its numbers, and the first ones before and
    after."""

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
class Work:
    """A sheet under way: its rows, and what is found on the way."""

    rows: Sequence[tuple[int, tuple[str, ...]]]
    marks: Mapping[int, str]
    chosen: Chosen
    how: HowTable
    known: Known
    header: Sequence[str] = ()
    read: str = "resistance"
    """What the readings are called."""
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    stands_for: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    helping: set[str] = field(default_factory=set)
    used: set[int] = field(default_factory=set)
    """Places of further columns that something is read from."""

    def parts(self, place: int) -> list[Cell]:
        """The cells of a column, taken apart."""
        return [cell_of(cells[place], self.marks.get(place)) if place < len(cells) else Cell()
                for _, cells in self.rows]

    def raw(self, place: int) -> list[str]:
        """The cells of a column as they stand."""
        return [cells[place] if place < len(cells) else "" for _, cells in self.rows]

    def free(self, but: str = "") -> Iterator[int]:
        """Places of columns that are no quantity, `but` for this one, and are not to be ignored."""
        taken = {place for quantity, one in self.chosen.picked.items() if quantity != but
                 for place in one.places}
        return (at for at, name in enumerate(self.header)
                if at not in taken and name not in self.how.ignore)

    def numbers(self, quantity: str) -> list[float | None] | None:
        """A column of numbers that others are worked out from, in the unit of OURS."""
        one = self.chosen.picked.get(quantity)
        if one is None:
            return None
        found = [value_of(cell, one.stated) for cell in self.parts(one.places[0])]
        if not any(found):
            # A column that nobody filled in tells no more than none.
            return None
        self.helping.add(quantity)
        return found

    def need(self, one: Picked, values: Sequence[float | None], what: str, of: str = "") -> None:
        """Puts rows among the troubles that have a number, and not what converts it.

        `of` is the dimension of the numbers that are converted by it, "" for all."""
        lost = [number for (number, _), cell, value in zip(
            self.rows, self.parts(one.places[0]), values, strict=True)
            if cell.number and not value and of in ("", *(cell.unit or (one.stated.dimension,)))]
        if lost:
            self.troubles.append(Trouble(
                one.headers[0], f"the {what} is missing in {rows_words(lost)}",
                "Its numbers are converted by it: fill it in, or drop the rows; where the settings "
                "tell it for all stacks, name its column in [table] ignore."))


def value_of(cell: Cell, unit: Unit) -> float | None:
    """The number of a cell in the unit of OURS; None for a bound or no number."""
    if not cell.number or cell.bound:
        return None
    try:
        own = (cell.unit or {}).get(unit.dimension, unit)
        found = own.convert(float(cell.number))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def text_of_number(value: float) -> str:
    """The shortest text that reads back as the number."""
    return f"{value:.{DIGITS}g}"


def line_of(one: Picked, factor: str, before: Sequence[str], after: Sequence[str], *,
          unit: str = "") -> Line:
    """How one quantity was read, with its first cells before and after."""
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if a and b][:3]
    return Line(one.quantity, one.headers, unit, one.unit is not None, factor, tuple(pairs),
                one.own and not factor)


@dataclass(frozen=True, slots=True)
class Spells:
    """How the spells between colons of a column are read.

    `said` is what two parts are, "" where nothing tells; `hours` where a spreadsheet keeps minutes
    and seconds as hours and minutes."""

    said: str
    hours: bool

    @classmethod
    def of(cls, work: Work, one: Picked) -> Spells:
        """As the unit of the column tells; what may be two things is put among the troubles."""
        raw, unit = work.raw(one.places[0]), one.stated
        said = unit.clock or ("" if one.unit is None else {
            60.0: MINUTES_SECONDS, 3600.0: HOURS_MINUTES}.get(unit.factor, ""))
        hours = said == MINUTES_SECONDS and kept_as_hours(raw)
        doubt = next((at for at, cell in enumerate(raw) if is_clock(cell)
                      and seconds_of_clock(cell, said) is None), None)
        if doubt is None and not said and kept_as_hours(raw):
            doubt = next(at for at, cell in enumerate(raw) if is_clock(cell))
        if doubt is not None:
            work.troubles.append(Trouble(
                one.headers[0], f"{raw[doubt]} (row {work.rows[doubt][0]}), which may be minutes "
                "and seconds, hours and minutes, or a time of day", "Say it in the settings: "
                f'[table] dwell_s = {{ column = "{one.headers[0]}", unit = "mm:ss" }}, or h:mm, or '
                f'h:mm:ss; a time of day: [table] ignore = ["{one.headers[0]}"].'))
        if hours:
            work.notes.append(f"{one.headers[0]} is of minutes and seconds, which the sheet keeps "
                              f"as hours and minutes: {next(filter(is_clock, raw))} is read so")
        return cls(said, hours)

    def seconds(self, text: str) -> float | None:
        """Seconds of a cell that is no plain number; None for one that is no spell."""
        found = seconds_of_clock(text, self.said)
        if found is not None:
            return found / 60.0 if self.hours else found
        return seconds_of_parts(text)


def read_column(work: Work, one: Picked, change: Callable[[float, Unit, int], float | None],
            factor: str) -> None:
    """A column of numbers by what `change` makes of each one, its unit and the place of its row."""
    place, unit = one.places[0], one.stated
    raw, out = work.raw(place), list[str]()
    spells = Spells.of(work, one) if one.quantity == "dwell_s" else None
    about = list[int]()
    for at, cell in enumerate(work.parts(place)):
        own = cell.unit and next((u for d, u in cell.unit.items() if d == unit.dimension or {
            d, unit.dimension} <= {PRESSURE, FORCE}), None)
        if spells is not None and (spell := spells.seconds(cell.word)) is not None:
            out.append(text_of_number(spell))
            continue
        if unit.clock and cell.number:
            out.append(f"{raw[at]} (not {unit.text})")
            continue
        if cell.word or cell.bound or (cell.unit and own is None):
            out.append(room_temperature(work, raw[at]) if one.quantity == "temperature_c"
                       else raw[at])
            continue
        about += [work.rows[at][0]] * cell.about
        out.append(changed(cell.number, own or unit, at, change))
    if about:
        work.notes.append(f"{one.quantity} of {rows_words(about)} is written as about so much, and "
                          "taken as the number")
    work.columns[one.quantity] = out
    work.lines.append(line_of(one, factor, raw, out, unit=unit.text))


def changed(number: str, unit: Unit, at: int, change: Callable[[float, Unit, int], float | None]
             ) -> str:
    """A number converted, as text; as it stands where it is none."""
    try:
        value = float(number) if number else None
    except ValueError:
        return number
    if value is None or not math.isfinite(value):
        return number
    new = change(value, unit, at)
    # Never an empty cell: that would say that nothing was read.
    if new is None:
        return f"{number} (not convertible)"
    return number if new == value else text_of_number(new)


def room_temperature(work: Work, text: str) -> str:
    """The temperature of the room for its words; other text as it stands.

    Where the cell says it, as in RT (23 °C), that one."""
    stated = ROOM_STATED.fullmatch(text.strip())
    if stated and stated[1].casefold().strip(" ~(=") in ROOM:
        return stated[2].replace(",", ".")
    if text.casefold().strip() not in ROOM:
        return text
    note = f"room temperature is taken as {work.known.room_c:g} degC"
    if note not in work.notes:
        work.notes.append(note)
    return text_of_number(work.known.room_c)


def read_numbers(work: Work, quantity: str) -> None:
    """A column of numbers that its unit alone converts."""
    one = work.chosen.picked.get(quantity)
    if one is not None:
        unit = one.stated
        read_column(work, one, lambda value, own, _: own.convert(value), scaling(unit))


def scaling(unit: Unit) -> str:
    """What a unit does to its numbers, in words."""
    if unit.base:
        base = "e" if unit.base == math.e else f"{unit.base:g}"
        return f"{base} to the power of it" + (
            "" if unit.factor == 1.0 else f", times {unit.factor:.6g}")
    if unit.offset and unit.factor == 1.0:
        return f"{-unit.offset:g} subtracted"
    if unit.offset:
        return f"times {unit.factor:.6g} {'plus' if unit.offset > 0 else 'minus'} " \
            f"{abs(unit.offset):.6g}"
    return "" if unit.factor == 1.0 else f"times {unit.factor:.6g}"


def rows_words(numbers: Sequence[int]) -> str:
    """Row numbers in words."""
    some = sorted(set(numbers))
    shown = ", ".join(map(str, some[:12])) + (f" and {len(some) - 12} more" if len(some) > 12
                                              else "")
    return f"row{'s' * (len(some) > 1)} {shown}"
