"""Pressures on the sample: as such, from forces over the area of the die, from oil pressures."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from pressloop.flows.past.columns.picked import Picked, Trouble
from pressloop.flows.past.columns.work import (
    DIGITS,
    Work,
    read_column,
    scaling,
    value_of,
)
from pressloop.flows.past.die_told import SAME_AREA
from pressloop.trials.tables.columns.headings import folded, heading
from pressloop.trials.tables.columns.names import AREA_CM2, DIAMETER, DIE, GAUGE
from pressloop.trials.tables.columns.units import FORCE, LENGTH, Unit

THICKEST_MM = 3.0
"""Pellets are thinner, and dies wider."""
ELECTRODE = re.compile(r"ele[ck]trod|[ck]athod|anod|collector|geometric|contact|kontakt|电极|電極")
"""Folded headers of an area that may be smaller than that of the die."""
DIE_KEY = "die_diameter_mm"
"""The key of the settings that tells the die."""


def read_pressure(work: Work, quantity: str) -> None:
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
    areas, where = die_areas(work) if forces else (None, "")
    if forces and (trouble := _another_area(work, areas)) is not None:
        work.troubles.append(trouble)
        return
    if forces and areas is None:
        work.troubles.append(Trouble(
            one.headers[0], "a force, and the die that it is spread over is not known",
            "Name the settings, whose [envelope] die_diameter_mm tells it, or add a column 'die "
            "diameter (mm)'.", DIE_KEY))
        return
    if areas is not None:
        work.need(one, areas, "die", unit.dimension if oil else FORCE)
    piston = math.pi * (work.how.piston_diameter_mm or 0.0)**2 / 4.0

    def change(value: float, own: Unit, at: int) -> float | None:
        area = areas[at] if areas is not None else None
        if oil:
            return None if not area else float(
                f"{own.convert(value) * piston / area:.{DIGITS}g}")
        if own.dimension != FORCE:
            return own.convert(value)
        return None if not area else float(f"{own.convert(value) / area:.{DIGITS}g}")

    factor = scaling(unit)
    if unit.dimension == FORCE or oil:
        each = unit.factor * (piston if oil else 1.0)
        one_area = areas[0] if areas and len(set(areas)) == 1 else None
        factor = f"over the area of the die, {where}" + (
            f", times {each / one_area:.6g}" if one_area else "")
    read_column(work, replace(one, quantity=quantity), change, factor)


def _oil(work: Work) -> Picked | None:
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


def _another_area(work: Work, areas: list[float | None] | None) -> Trouble | None:
    """A column of areas or diameters, nobody says of what, that are not those of the die."""
    if areas is None or DIE in work.chosen.picked:
        return None
    for quantity, squared in ((AREA_CM2, False), (DIAMETER, True)):
        one = work.chosen.picked.get(quantity) or (_by_symbol(work) if squared else None)
        if one is None or quantity in work.how.columns or ELECTRODE.search(
                folded(one.headers[0])):
            continue
        for at, cell in enumerate(work.parts(one.places[0])):
            value, die = value_of(cell, one.stated), areas[at]
            own = value and (math.pi * value**2 / 4.0 if squared else 100.0 * value)
            if own and die and abs(own - die) > SAME_AREA * die:
                key = "diameter_mm" if squared else "area_cm2"
                return Trouble(
                    one.headers[0], f"{own / 100.0:.4g} cm2 in row {work.rows[at][0]}, and the die "
                    f"that the force is spread over has {die / 100.0:.4g} cm2",
                    f'Where it is that of the electrode alone: [table] {key} = '
                    f'"{one.headers[0]}". Where it is that of the pellet: correct [envelope] '
                    "die_diameter_mm, or add a column 'die diameter (mm)'.")
    return None


def _by_symbol(work: Work) -> Picked | None:
    """A column such as d (mm) whose numbers are those of no thickness."""
    for at in work.free():
        of = heading(work.header[at])
        unit = of.units.get(LENGTH) if of.words in ("d", "dia", "diam") else None
        found = [value_of(cell, unit) for cell in work.parts(at)] if unit else []
        if unit and any(found) and all(one is None or one >= THICKEST_MM for one in found):
            return Picked(DIAMETER, (at,), (work.header[at],), unit)
    return None


def die_areas(work: Work) -> tuple[list[float | None] | None, str]:
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
