"""The columns of a table that together make one spectrum, and several such groups side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pressloop.evaluation.readers._table import names as n
from pressloop.evaluation.readers._table import units as _units
from pressloop.evaluation.readers._table.names import (
    FREQUENCY,
    IMAGINARY,
    MODULUS,
    PHASE,
    REAL,
    Name,
    name_of,
)
from pressloop.evaluation.readers._table.pairs import LCR_ROLES, PAIRS
from pressloop.trials.errors import BadInput

_TOKENS = {FREQUENCY: "f", REAL: "re", IMAGINARY: "im", MODULUS: "|z|", PHASE: "phase",
           n.RESISTANCE: "rs", n.REACTANCE: "x"}
_EXAMPLE = "Name them with unit, as in: freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm; or say which column is " \
    "which with --columns, as in: --columns f,re,-im (an underscore skips a column)."
_POLAR_EXAMPLE = "Name them with unit, as in: freq/Hz, |Z|/Ohm, phase/deg; or say which column " \
    "is which with --columns, as in: --columns f,|z|/dB,phase/deg (an underscore skips a column)."


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place (0 is the first), its header, and what the header says."""

    index: int
    header: str
    name: Name

    @property
    def role(self) -> str:
        """Which quantity it is."""
        return self.name.role

    def factor(self) -> float:
        """What a cell is multiplied by. Raises BadInput on a unit that is not known."""
        found = _units.factor(self.role, self.name.unit)
        if found is None:
            per_area = _units.divided_by_area(self.name.unit)
            raise BadInput(
                f"unit of column {self.header}", self.name.unit, _units.names_of(self.role),
                "An impedance of an area is in Ohm cm2, ohms times cm2: correct the header."
                if per_area else "Correct the unit in the header, or say it with --columns, as in: "
                                 "--columns f/kHz,re/mOhm,-im/mOhm.")
        return -found[0] if self.name.negated else found[0]

    def scaled(self, value: complex) -> complex:
        """A cell in SI units, with the sign of physics. Raises BadInput as `factor` does."""
        if self.name.log:
            value = 10.0 ** min(value.real * self.name.log, 300.0)
        return value * self.factor()

    def by_area(self) -> bool:
        """True for ohm cm2."""
        found = _units.factor(self.role, self.name.unit)
        return found is not None and found[1]

    def token(self, *, turned: bool = False) -> str:
        """How --columns names this column, with the other sign if `turned`."""
        sign = "-" if self.name.negated != turned else ""
        unit = f"/{self.name.unit}" if self.name.unit not in ("", "Hz", "Ohm", "ohm", "deg") else ""
        decibel = self.name.log == n.DECIBEL
        unit = f"/dB{unit.removeprefix('/')}" if decibel else unit
        log = "log " if self.name.log and not decibel else ""
        return f"{sign}{log}{_TOKENS.get(self.role, self.role)}{unit}"


@dataclass(frozen=True, slots=True)
class Group:
    """A frequency and the two columns an impedance comes from (for a complex cell, one)."""

    frequency: Column
    first: Column
    second: Column | None
    cycle: Column | None = None
    modulus: Column | None = None
    """|Z| beside both parts, which it must agree with."""
    label: str = ""

    def chosen(self) -> tuple[Column, ...]:
        """The columns a row must have."""
        return tuple(one for one in (self.frequency, self.first, self.second) if one is not None)

    def needed(self) -> int:
        """How many cells a row needs."""
        return 1 + max(column.index for column in self.chosen())

    def said(self, *, turned: bool = False) -> str:
        """The --columns that read this group, with the imaginary part (or phase) turned or not."""
        tokens = ["_"] * self.needed()
        for column in self.chosen():
            tokens[column.index] = column.token(turned=turned and column is self.second)
        return ",".join(tokens)


def columns(headers: Sequence[str], units: Sequence[str] = ()) -> list[Column]:
    """The columns whose header says a known quantity; `units` is a row of units, if any."""
    found = []
    for index, header in enumerate(headers):
        name = name_of(header, units[index] if index < len(units) else "")
        if name is not None and not (name.role in LCR_ROLES and _other_unit(name)):
            found.append(Column(index, header.strip(), name))
    return found


def _other_unit(name: Name) -> bool:
    """A letter such as Q or B that stands for something else here: a charge, a field."""
    return _units.factor(name.role, name.unit) is None


def groups(found: Sequence[Column]) -> list[Group]:
    """The complete groups, left to right.

    Split where a frequency comes again, or where one frequency is shared by as many real as
    imaginary columns."""
    blocks: list[list[Column]] = []
    shared = [column for column in found if column.role == n.CYCLE]
    for column in found:
        if column.role == FREQUENCY or not blocks:
            blocks.append([])
        blocks[-1].append(column)
    if len([block for block in blocks if _complete(block)]) < 2:
        return _side_by_side(found)
    return [group for block in blocks for group in _side_by_side([*shared, *block])]


def _side_by_side(block: Sequence[Column]) -> list[Group]:
    """The groups of one block with one frequency."""
    for first, second in ((REAL, IMAGINARY), (MODULUS, PHASE)):
        pair = [[column for column in block if column.role == role] for role in (first, second)]
        whole = [[column for column in some if not column.name.electrode] for some in pair]
        if all(whole):
            pair = whole
        if len(pair[0]) == len(pair[1]) > 1 and len({c.name.electrode for c in pair[0]}) == 1:
            rest = [column for column in block if column.role not in (first, second)]
            return [group for one, two in zip(*pair, strict=True)
                    if (group := _group([*rest, one, two])) is not None]
    group = _group(block)
    return [] if group is None else [group]


def _group(block: Sequence[Column]) -> Group | None:
    frequency = next((one for one in block if one.role == FREQUENCY), None)
    if frequency is None:
        return None
    for electrode in ("", "wece", "ce", "we"):
        mine: dict[str, Column] = {}
        for column in block:
            if column.name.electrode == electrode:
                mine.setdefault(column.role, column)
        for first, second in PAIRS:
            if first in mine and second in mine:
                return Group(frequency, mine[first], mine[second],
                             next((one for one in block if one.role == n.CYCLE), None),
                             mine.get(MODULUS) if first == REAL else None)
    return None


def _complete(block: Sequence[Column]) -> bool:
    return _group(block) is not None


def required(found: Sequence[Column], where: str) -> list[Group]:
    """The groups of the columns; raises BadInput with the columns that are missing."""
    if complete := groups(found):
        return complete
    roles = {column.role for column in found}
    if n.DIELECTRIC in roles and not roles & {REAL, MODULUS}:
        raise BadInput(f"{where}: columns", "permittivity, conductivity, resistivity or modulus",
                       "an impedance in ohms",
                       "They depend on the thickness: export Zs' and Zs'' [Ohm] instead.")
    polar = bool(roles & {MODULUS, PHASE}) and not roles & {REAL, IMAGINARY}
    wanted = (MODULUS, PHASE) if polar else (REAL, IMAGINARY)
    lost = [role for role in (FREQUENCY, *wanted) if role not in roles]
    raise BadInput(f"{where}: columns", f"no column for {' and '.join(lost)}",
                   "frequency with Re(Z) and Im(Z), or with |Z| and phase",
                   _POLAR_EXAMPLE if polar else _EXAMPLE)
