"""A lab's sheet as pressloop's table: its columns found by whatever name, its numbers converted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pressloop.flows.past.columns.chosen import chosen
from pressloop.flows.past.columns.converted import Converted, converted
from pressloop.flows.past.columns.named import Wanted, found_columns
from pressloop.flows.past.columns.picked import Chosen, Picked, Trouble
from pressloop.flows.past.columns.work import Known, Line
from pressloop.flows.past.die_told import SAME_AREA, area_of, areas_told, dies_told
from pressloop.flows.past.legend import legend_of
from pressloop.flows.past.tons_told import tons_in_question
from pressloop.flows.settings.columns import AS_NAMED
from pressloop.trials.errors import BadInput
from pressloop.trials.tables.columns.cells import cell_of
from pressloop.trials.tables.columns.layout import PRODUCT_NAMES
from pressloop.trials.tables.columns.names import ERROR, RESISTANCE, SIGMA
from pressloop.trials.tables.columns.units import FORCE, OHM
from pressloop.trials.tables.files import Cells, cells_of
from pressloop.trials.tables.outcomes import EXPORTED, is_exported

if TYPE_CHECKING:
    from pressloop.flows.settings.campaign import Settings

MANY = 1000
"""Rows that tell whether cells have units of their own."""
SAME_DIE = 0.01
"""Relative difference of two dies that are the same."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The table in pressloop's names and units, and how each quantity was read.

    Also what cannot be used as it stands. `die_mm` is the die that a text in the sheet names."""

    cells: Cells
    troubles: tuple[Trouble, ...]
    lines: tuple[Line, ...]
    picked: Mapping[str, Picked]
    helping: frozenset[str] = frozenset()
    die_mm: float | None = None
    header_row: int | None = None
    read_too: frozenset[str] = frozenset()
    """Headers of columns that are no quantity, and that something is read from all the same."""

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that nothing is read from."""
        helping = {name for quantity in self.helping for name in self.picked[quantity].headers}
        helping |= set(EXPORTED) if is_exported(self.cells.header) else set()
        return tuple(name for name in self.cells.header
                     if name not in PRODUCT_NAMES and name not in helping
                     and name not in self.picked and name not in self.read_too)

    def column(self, name: str) -> list[str]:
        """The cells of a column by its name in pressloop; none where it is not there."""
        if name not in self.cells.header:
            return []
        at = self.cells.header.index(name)
        return [cells[at] for _, cells in self.cells.rows if at < len(cells)]

    def newest(self, name: str) -> str:
        """The last cell of a column that is filled, "" where none is."""
        return next((cell for cell in reversed(self.column(name)) if cell), "")

    def prove(self, path: Path) -> None:
        """Raises BadInput for the first thing that cannot be used as it stands."""
        for one in self.troubles:
            raise BadInput(f"{path.name}: column {one.column}", one.seen,
                           "one that can be read in one way", one.remedy)


def reading_of(path: Path, settings: Settings | None = None, *, die_mm: float | None = None
               ) -> Reading:
    """The sheet in a file, as the settings and the names of its columns tell.

    `die_mm` is the die where there are no settings to tell it. Raises BadInput for a file that is
    no table, or a number that can be read in two ways."""
    how = AS_NAMED if settings is None else settings.table.without(
        [q.name for q in settings.quantities])
    cells = cells_of(path, how.header_row)
    if codes := legend_of(cells.titles):
        how = how.model_copy(update={"failure_words": codes | how.failure_words})
    named, odd = found_columns(cells.header, _units(cells), wanted_columns(settings))
    found = chosen(cells.header, _units(cells), how, frozenset(one.header for one in named),
                   _unasked(cells, settings))
    for one in (*(picked.headers for picked in found.picked.values()),
                *((column.header,) for column in named if not column.wanted.kinds)):
        cells.prove_read_one_way(one, path)
    over_area = any(one.stated.dimension in (FORCE, OHM) for one in found.picked.values())
    known, die, troubles = _known(cells, settings, die_mm, over_area=over_area)
    result = converted(cells.header, cells.rows, cells.marks, found, how, known, named)
    tons = tons_in_question(found.picked.values(), cells.titles, {
        name for name, column in how.columns.items() if column.unit is not None})
    troubles = (*troubles, *odd, *tons)
    return Reading(_renamed(cells, found, result), (*troubles, *result.troubles), result.lines,
                   found.picked, result.helping & set(found.picked), die, cells.header_row,
                   frozenset(cells.header[at] for at in result.used))


def wanted_columns(settings: Settings | None) -> tuple[Wanted, ...]:
    """The columns of named parameters and measured quantities that the settings speak of."""
    if settings is None:
        return ()
    said = settings.table.by_key
    parameters = [Wanted(p.name, p.unit, bool(p.kinds), said=said.get(p.name))
                  for p in settings.space.others]
    measured = [q for q in settings.quantities if not q.is_resistance]
    return (*parameters,
            *(Wanted(q.name, q.unit, quantity=q, said=said.get(q.name)) for q in measured),
            *(Wanted(f"{q.name}_se", q.unit, quantity=q, error=True,
                     said=said.get(f"{q.name}_se")) for q in measured))


def _unasked(cells: Cells, settings: Settings | None) -> frozenset[str]:
    """What the settings do not ask for.

    Set points that are no part of the process and, where other quantities are measured, resistances
    that do not stand under the product's own name."""
    if settings is None:
        return frozenset()
    absent = frozenset(settings.space.absent)
    if not settings.quantities or RESISTANCE in cells.header or any(
            q.is_resistance for q in settings.quantities):
        return absent
    return absent | {RESISTANCE, ERROR, SIGMA}


def _units(cells: Cells) -> tuple[str, ...]:
    """The unit of each column that stands below its header, or in each of its cells."""
    stated = []
    for at in range(len(cells.header)):
        below = cells.units[at] if at < len(cells.units) else ""
        parts = [cell_of(row[at], cells.marks.get(at)) for _, row in cells.rows[:MANY]
                 if at < len(row)] if not below else []
        own = [next(iter(part.unit.values())).text for part in parts if part.unit]
        every = own and len(own) == sum(bool(part.number) for part in parts)
        stated.append(own[0] if every else below)
    return tuple(stated)


def _known(cells: Cells, settings: Settings | None, die_mm: float | None, *, over_area: bool
           ) -> tuple[Known, float | None, tuple[Trouble, ...]]:
    """What the settings know beside the sheet, and the die that a title or a header names.

    `over_area` where a force or a resistance in ohm makes an area count."""
    told = dies_told((*cells.titles, *cells.header))
    areas = areas_told(cells.titles) if over_area else ()
    die = told[0] if told else None
    if settings is None:
        return Known(die_mm=die_mm or die,
                     area_cm2=area_of(die_mm) if die_mm else None), die, _several(told)
    own = 2.0 * math.sqrt(settings.envelope.die_area_mm2 / math.pi)
    known = Known(own, settings.area_cm2, settings.stack.thickness_um, settings.cost.room_c)
    if other := next((one for one in told if abs(one - own) > SAME_DIE * own), None):
        return replace(known, die_mm=other), die, (Trouble(
            "(title)", f"the sheet names a die of {other:g} mm",
            f"The settings say {own:.4g} mm ([envelope] die_diameter_mm): correct the one that is "
            "wrong."),)
    mine = (area_of(own), settings.area_cm2)
    if odd := next((one for one in areas if all(abs(one - a) > SAME_AREA * a for a in mine)), None):
        return known, die, (Trouble(
            "(title)", f"the sheet names an area of {odd:.4g} cm2",
            f"The settings say {mine[0]:.4g} cm2 for the die ([envelope] die_diameter_mm) and "
            f"{mine[1]:.4g} cm2 for the electrode ([stack] area_cm2): correct what is wrong."),)
    return known, die, ()


def _several(told: Sequence[float]) -> tuple[Trouble, ...]:
    if len(told) < 2:
        return ()
    return (Trouble("(title)", f"the sheet names dies of {' and '.join(f'{d:g} mm' for d in told)}",
                    "Give each row its own in a column 'die diameter (mm)', and take the sizes out "
                    "of the texts."),)


def _renamed(cells: Cells, found: Chosen, result: Converted) -> Cells:
    """The same cells with converted columns in the place of those they come from.

    Others are as they are, and new ones stand behind."""
    place_of = {one.places[0]: quantity for quantity, one in found.picked.items()
                if quantity in result.columns}
    dropped = {place for quantity, one in found.picked.items() if quantity in result.columns
               for place in one.places[1:]}
    new = [name for name in result.columns if name not in place_of.values()]
    header = [place_of.get(at) or _free(name, result.columns, cells.header)
              for at, name in enumerate(cells.header)]
    kept = [at for at in range(len(header)) if at not in dropped]
    rows = []
    for i, (number, row) in enumerate(cells.rows):
        wide = len(row) == len(cells.header)
        filled = [result.columns[place_of[at]][i] if at in place_of else row[at]
                  for at in (kept if wide else range(len(row))) if at < len(row)] if wide \
            else list(row)
        rows.append((number, (*filled, *(result.columns[name][i] for name in new if wide))))
    told = tuple(line.words for line in result.lines if not line.trivial)
    return replace(cells, header=(*(header[at] for at in kept), *new), rows=tuple(rows),
                   notes=(*cells.notes, *result.notes), columns=told)


def _free(name: str, taken: Mapping[str, Sequence[str]], header: Sequence[str]) -> str:
    """The header of a column that is not used; another one where a used column has it."""
    clash = name in taken and name in PRODUCT_NAMES and header.count(name) == 1
    return f"{name} (as it stands)" if clash else name
