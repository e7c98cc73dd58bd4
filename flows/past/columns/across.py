"""Sheets with several stacks in a row: what to say of their headers."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.flows.past.columns.chosen import REPLICATE
from pressloop.trials.tables.columns.cells import cell_of
from pressloop.trials.tables.columns.headings import heading
from pressloop.trials.tables.columns.names import KNOWN, RESISTANCE
from pressloop.trials.tables.columns.units import OHM_AREA


def across(header: Sequence[str]) -> str:
    """A sentence on headers that are values, such as 50 MPa, or readings side by side.

    "" where there are none."""
    for quantity in ("pressure_mpa", "dwell_s", "temperature_c"):
        dimensions = set(KNOWN[quantity].dimensions)
        cells = {name: cell_of(name.rpartition("=")[2].strip(), None) for name in header}
        found = [name for name, cell in cells.items()
                 if cell.number and dimensions & set(cell.unit or {})]
        if len(found) > 1:
            return (f" {found[0]}, {found[1]} ... are values of {quantity} and no names: write one "
                    f"row a stack, with {quantity} in a column of its own.")
    read = [name for name in header if OHM_AREA in (of := heading(name)).units
            and REPLICATE.fullmatch(of.words)]
    if len(read) > 1 and RESISTANCE not in header:
        return (f" Where {read[0]}, {read[1]} ... are readings of one stack: [table] {RESISTANCE} "
                f'= {{ columns = ["{read[0]}", "{read[1]}", ...] }}; of several: write one row a '
                "stack.")
    return ""
