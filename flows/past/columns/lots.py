"""Lots of several materials in columns of their own, of which each tells stacks apart."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.flows.past.columns.picked import Picked
from pressloop.trials.tables.columns.headings import folded
from pressloop.trials.tables.columns.lot_names import BARE, is_lot
from pressloop.trials.tables.columns.names import LOT


def lots(header: Sequence[str], taken: set[int], picked: dict[str, Picked], notes: list[str]
         ) -> None:
    """Adds the columns of lots to those that are picked, joined where there are several.

    A column that is called the lot, of nothing in particular, is it alone."""
    one = picked.get(LOT)
    if one is not None and (one.own or BARE.fullmatch(folded(one.headers[0]).replace(" ", ""))):
        return
    used = taken | {place for quantity, other in picked.items() if quantity != LOT
                    for place in other.places}
    places = tuple(place for place, name in enumerate(header) if place not in used and (
        (one is not None and place in one.places) or is_lot(name)))
    if not places or (one is not None and places == one.places):
        return
    names = tuple(header[place] for place in places)
    picked[LOT] = Picked(LOT, places, names)
    if len(places) > 1:
        notes.append(f"the lot is joined of {' and '.join(map(repr, names))}; where one of them "
                     f'counts: [table] lot = "{names[0]}"')
