"""Resistances times area with their errors: as such, from ohm and area, from conductivity."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from pressloop.flows.past.columns.picked import Picked, Trouble
from pressloop.flows.past.columns.pressures import DIE_KEY, THICKEST_MM
from pressloop.flows.past.columns.readings import (
    _alike,
    _mean_of,
    _turned,
    error_of_logarithm,
    logs_of,
    read_readings,
)
from pressloop.flows.past.columns.work import (
    DIGITS,
    Work,
    line_of,
    read_column,
    scaling,
    text_of_number,
    value_of,
)
from pressloop.trials.tables.columns.headings import folded, heading
from pressloop.trials.tables.columns.names import (
    AREA_CM2,
    DIAMETER,
    DIE,
    ERROR,
    RESISTANCE,
    SIGMA,
    THICKNESS,
)
from pressloop.trials.tables.columns.units import LENGTH, OHM, RESISTIVITY, SHARE, Unit

THICKNESS_KEY = "thickness_um"
"""The key of the settings that tells the thickness of the separator."""
DEVIATION = re.compile(r"\b(sd|std|stdev|std dev|stabw|standard deviation|ecart type|"
                       r"desviacion|deviazione|odchyl\w*|avvikels\w*|afwijking|sapma|desvio|ско)\b|standardabweichung|"
                       r"standardavvik|standaardafwijking|标准差|標準偏差")
"""Headers of a scatter of single readings, which is no standard error of their mean."""
RELATIVE = re.compile(r"\b(rel|relative\w*|relativer?|relativ\w*|cv|rsd|rse)\b|相对|相対")
"""Headers of an error that is a share of the reading."""
COUNT = re.compile(r"n|count|anzahl|replicates?|no of (cells|samples|readings|stacks)|n cells")
"""Headers of how many readings a mean is of."""


def electrode_areas(work: Work) -> tuple[list[float | None] | None, str]:
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


def read_resistance(work: Work) -> None:
    """Resistances in ohm cm2, and how they were read."""
    one = work.chosen.picked.get(RESISTANCE)
    if one is None:
        _from_conductivity(work)
        return
    unit = one.stated
    areas, where = electrode_areas(work) if unit.dimension == OHM else (None, "")
    if unit.dimension == OHM and areas is None:
        work.troubles.append(Trouble(
            one.headers[0], "a resistance in ohm, and the area of the electrode is not known",
            "Name the settings, which tell it, or add a column 'area (cm2)'; it is multiplied by "
            "the area then.", DIE_KEY))
        return
    if areas is not None:
        work.need(one, areas, "area of the electrode", OHM)

    def change(value: float, own: Unit, at: int) -> float | None:
        new = own.convert(value)
        if unit.dimension != OHM:
            return new
        area = areas[at] if areas is not None else None
        return None if not area else float(f"{new * area:.{DIGITS}g}")

    factor = scaling(unit)
    if unit.dimension == OHM:
        factor = (factor + ", " if factor else "") + f"times the area of the electrode, {where}"
    read = [read_readings(work, place, unit, change, one.quantity) for place in one.places]
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
    work.lines.append(line_of(one, factor, work.raw(one.places[0]), work.columns[RESISTANCE],
                            unit=unit.text))


def _from_conductivity(work: Work) -> None:
    """R = L / sigma, or L times rho, where the units say so.

    The resistance of an electrolyte of that thickness."""
    one = work.chosen.picked.get(SIGMA)
    if one is None:
        return
    work.helping.add(SIGMA)
    thick = work.numbers(THICKNESS)
    where = "by its column"
    if thick is not None and (trouble := _no_thickness_in_mm(work, thick)) is not None:
        work.troubles.append(trouble)
        return
    if thick is None:
        thick, where = _thickness_by_symbol(work)
    if thick is None and work.known.thickness_um is not None:
        thick = [work.known.thickness_um / 1000.0] * len(work.rows)
        where = f"{work.known.thickness_um:g} um, by the settings"
    inverse = one.stated.dimension != RESISTIVITY
    if one.unit is None or thick is None:
        work.troubles.append(Trouble(
            one.headers[0], f"a {'conductivity' if inverse else 'resistivity'}"
            + (" without its unit" if one.unit is None else ", and the thickness is not known"),
            f"resistance_ohm_cm2 is thickness {'over conductivity' if inverse else 'times it'}: "
            + (
                "give the unit in the header, such as (mS/cm)." if one.unit is None else
                "name the settings, which tell thickness_um, or add a column 'thickness (mm)'."),
            "" if one.unit is None else THICKNESS_KEY))
        return
    lengths = thick
    work.need(one, lengths, "thickness")

    def change(value: float, own: Unit, at: int) -> float | None:
        length, found = lengths[at], own.convert(value)
        if not length or (inverse and found == 0.0):
            return None
        new = length / 10.0 / found if inverse else length / 10.0 * found
        return float(f"{new:.{DIGITS}g}")

    picked = replace(one, quantity=RESISTANCE)
    cells = read_readings(work, one.places[0], one.stated, change, RESISTANCE)
    work.columns[RESISTANCE] = [_turned(cell) for cell in cells] if inverse else cells
    work.lines.append(line_of(picked, f"thickness ({where}) "
                              + ("over conductivity" if inverse else "times resistivity"),
                              work.raw(one.places[0]), work.columns[RESISTANCE],
                              unit=one.stated.text))


def _no_thickness_in_mm(work: Work, thick: Sequence[float | None]) -> Trouble | None:
    """A thickness whose unit is not written, of numbers that are none of a pellet in mm."""
    one = work.chosen.picked[THICKNESS]
    known = [value for value in thick if value]
    if one.unit is not None or max(known) < THICKEST_MM:
        return None
    return Trouble(
        one.headers[0], f"{min(known):g} to {max(known):g} without a unit that is known, which is "
        "no thickness in mm", "Say its unit in the settings: [table] thickness_mm = { column = "
        f'"{one.headers[0]}", unit = "um" }}, or "mm", or "mil".')


def _thickness_by_symbol(work: Work) -> tuple[list[float | None] | None, str]:
    """Thickness in mm from a column such as d (mm), whose numbers are those of no diameter."""
    for at in work.free():
        of = heading(work.header[at])
        if of.words not in ("d", "h", "s", "delta", "δ") or LENGTH not in of.units:
            continue
        found = [value_of(cell, of.units[LENGTH]) for cell in work.parts(at)]
        if any(found) and all(one is None or 0.0 < one < THICKEST_MM for one in found):
            work.used.add(at)
            return found, f"by its column {work.header[at]!r}"
    return None, ""


def read_errors(work: Work) -> None:
    """Standard errors, in the unit of the resistance, in their own, or in per cent of it."""
    one = work.chosen.picked.get(ERROR)
    main = work.chosen.picked.get(RESISTANCE)
    if one is not None and one.unit is None and RELATIVE.search(folded(one.headers[0])):
        work.troubles.append(Trouble(
            one.headers[0], "a relative error whose unit is not written",
            'Say it in the settings: [table] resistance_se_ohm_cm2 = { column = "'
            f'{one.headers[0]}", unit = "%" }}, or unit = "10^2 %" where 0.02 means 2 %.'))
        one = None
    if one is not None and main is not None and not are_words(work, one):
        unit = one.unit or main.stated
        areas, _ = electrode_areas(work) if unit.dimension == OHM else (None, "")
        values = work.columns.get(RESISTANCE, [])
        counts = counts_of(work) if DEVIATION.search(folded(one.headers[0])) else None
        each = [1.0] * len(work.rows) if counts is None else [math.sqrt(n) for n in counts[1]]

        def change(value: float, own: Unit, at: int) -> float | None:
            value /= each[at]
            if own.dimension == SHARE:
                logs = logs_of([values[at]]) if at < len(values) else []
                share = own.convert(value) / 100.0
                return float(f"{math.exp(logs[0]) * share:.{DIGITS}g}") if logs else None
            if own.base:
                return float(error_of_logarithm(str(value), own, values[at]) or math.nan)
            new = own.convert(value)
            area = areas[at] if areas is not None else None
            if own.dimension != OHM:
                return new
            return float(f"{new * area:.{DIGITS}g}") if area else None

        how = "in per cent of the resistance" if unit.dimension == SHARE else scaling(unit)
        if counts is not None:
            how += f"{', ' * bool(how)}over the square root of {counts[0]!r}"
        read_column(work, replace(one, unit=unit), change, how)
    if work.errors and main is not None and DEVIATION.search(folded(main.headers[0])) and (
            counted := counts_of(work)) is not None:
        for at, text in work.errors.items():
            work.errors[at] = text_of_number(float(text) / math.sqrt(counted[1][at]))
        work.notes.append(f"errors in {main.headers[0]!r} are taken over the square root of "
                          f"{counted[0]!r}")
    if work.errors:
        cells = list(work.columns.get(ERROR, [""] * len(work.rows)))
        for at, text in work.errors.items():
            cells[at] = cells[at] or text
        work.columns[ERROR] = cells


def counts_of(work: Work) -> tuple[str, list[float]] | None:
    """The column that says of how many readings each row is the mean, and its numbers.

    None where there is none; numbers that are all different count rows, and no readings."""
    for at in work.free():
        name, cells = work.header[at], [cell for cell in work.raw(at) if cell]
        if not COUNT.fullmatch(folded(name)) or len(cells) != len(work.rows) or not all(
                re.fullmatch("[1-9][0-9]?", cell) for cell in cells):
            continue
        if len(set(cells)) < len(cells):
            work.used.add(at)
            return name, [float(cell) for cell in cells]
    return None


def are_words(work: Work, one: Picked) -> bool:
    """A column of failures, for which some labs have the word for error."""
    filled = [cell for cell in work.parts(one.places[0]) if cell.number or cell.word]
    return not one.own and 2 * sum(bool(cell.word) for cell in filled) > len(filled)
