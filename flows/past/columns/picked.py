"""The columns that quantities are read from, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pressloop.trials.tables.columns.headings import Heading
from pressloop.trials.tables.columns.names import KNOWN
from pressloop.trials.tables.columns.units import OURS, Unit, logged, units_of

DIMENSION = {quantity: names.dimensions[0] for quantity, names in KNOWN.items()
             if names.dimensions}
"""In which a number without a unit is taken."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A column that cannot be used as it stands: what is seen, and what to do about it.

    `needs` is the key of the settings that would tell what is missing, "" for none."""

    column: str
    seen: str
    remedy: str
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """The columns, by place, of one quantity: one, or the readings of one stack side by side.

    `unit` None where none is written anywhere; `own` for a column that has the product's name."""

    quantity: str
    places: tuple[int, ...]
    headers: tuple[str, ...]
    unit: Unit | None = None
    own: bool = False

    @property
    def stated(self) -> Unit:
        """Its unit; where none is written, the product's."""
        dimension = DIMENSION.get(self.quantity, "")
        return self.unit or Unit(dimension, 1.0, text=OURS.get(dimension, ""))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Columns by quantity, what stands in the way, and what a person should know.

    `asked` are columns of set points beside those of what the press reached, by quantity."""

    picked: dict[str, Picked]
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[str, ...] = ()
    asked: dict[str, Picked] = field(default_factory=dict)


def below_of(units: Sequence[str], place: int) -> str:
    """The unit that stands below a header, "" for none."""
    return units[place] if place < len(units) else ""


def unit_for(quantity: str, of: Heading, below: str) -> Unit | None:
    """The unit of the header, or else of the row of units below it."""
    for found in (of.units, units_of(below)):
        if unit := next((found[d] for d in KNOWN[quantity].dimensions if d in found), None):
            return logged(unit, of.base) if of.base and not unit.base else unit
    return None
