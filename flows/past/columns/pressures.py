"""Pressures on the sample: as such, from forces over the area of the die, from oil pressures."""

from __future__ import annotations

import math
from dataclasses import replace

from pressloop.flows.past.columns.chosen import Picked, Trouble
from pressloop.flows.past.columns.work import DIGITS, Work, read_column, scaling
from pressloop.trials.tables.columns.names import DIAMETER, DIE, GAUGE
from pressloop.trials.tables.columns.units import FORCE, Unit

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
    if forces and areas is None:
        work.troubles.append(Trouble(
            one.headers[0], "a force, and the die that it is spread over is not known",
            "Name the settings, whose [envelope] die_diameter_mm tells it, or add a column 'die "
            "diameter (mm)'.", DIE_KEY))
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
