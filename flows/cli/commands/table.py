"""`pressloop table`: how a lab's sheet is understood, and a settings file that says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pressloop.flows.console import FAILED, emit, say, tell
from pressloop.flows.past.columns.across import across
from pressloop.flows.past.columns.work import rows_words
from pressloop.flows.past.columns.written import quoted, table_lines
from pressloop.flows.past.reading import Reading, reading_of
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.flows.settings.columns import AS_NAMED
from pressloop.flows.settings.profiles import inlined
from pressloop.optimizer.space import NAMES
from pressloop.trials.errors import BadInput
from pressloop.trials.tables.columns.headings import heading
from pressloop.trials.tables.columns.names import MODE, RESISTANCE, SIGMA
from pressloop.trials.tables.columns.units import RESISTIVITY
from pressloop.trials.tables.outcomes import is_exported
from pressloop.trials.toml_files import toml

ROOM_C, THICKNESS_UM, DIE_MM, DWELL_S, PRESSURES_MPA = 25.0, 500.0, 10.0, 60.0, (50.0, 500.0)
"""What stands in a new settings file where the sheet does not tell; marked there."""
MOST_DWELL_S = 3600.0
"""The longest dwell of an envelope that does not say it."""
YOURS = "   # YOURS: the sheet does not tell"


def table(data: Path, lab: Path | None, out: Path | None, die_mm: float | None, as_json: bool
          ) -> int:
    """Prints how the sheet is understood, and writes it to `out`.

    The settings `lab` with a [table], or a new settings file. Returns the exit code, 1 where
    something is still to be told. Raises BadInput for a file that is no table, or an `out` that is
    there already."""
    known = None if lab is None else read_settings(lab)
    if known is not None and known.table != AS_NAMED and out is not None:
        raise BadInput("table", f"there already in {lab}", "left out of the settings",
                       "Change it there, or take it out first.")
    reading = reading_of(data, known, die_mm=die_mm)
    missing = [*_uneven(reading), *(_missing(reading) if known is None else []),
               *([] if known is not None and known.quantities else _unread(reading))]
    if out is not None:
        text = _settings_text(data, lab, reading, die_mm)
        if lab is not None or not _needed(reading):
            from_plain(inlined(toml(text, "settings", out), (lab or out).parent), str(out))
        _write(out, text)
    emit({"table": str(data), "taken": reading.cells.taken,
          "columns": [asdict(one) for one in reading.lines],
          "troubles": [asdict(one) for one in reading.troubles],
          "missing": missing,
          "not_used": list(reading.unused), "settings": None if out is None else str(out)},
         as_json, lambda: _show(data, reading, out, missing))
    return FAILED if reading.troubles or missing else 0


def _uneven(reading: Reading) -> list[str]:
    """Rows of another number of cells than the header: all other commands refuse them."""
    wide = len(reading.cells.header)
    rows = [number for number, cells in reading.cells.rows if len(cells) != wide]
    return [f"{rows_words(rows)} of another number of cells than the header, which has {wide}: no "
            "row is used. Put a name that has a comma in it, such as \"P, MPa\", into quotation "
            "marks; a decimal comma that splits a number needs semicolons between the columns."
            ] if rows else []


def _missing(reading: Reading) -> list[str]:
    """What no column was understood as, and no trouble speaks of: without it nothing is learned."""
    header, stuck = reading.cells.header, {one.column for one in reading.troubles}
    found = {quantity for quantity, one in reading.picked.items() if stuck & set(one.headers)}
    told = set(header) | found | {name for one in reading.troubles
                                  for name in (*NAMES, RESISTANCE) if name in one.seen + one.remedy}
    return [f"{name}: no column is understood as it. Name its column in the settings: [table] "
            f'{name} = "...".{across(header)}' for name, others in (
                (NAMES[0], ()), (RESISTANCE, (MODE, SIGMA))) if not {name, *others} & told]


def _unread(reading: Reading) -> list[str]:
    """Stacks that did not fail, in a table without a reading: all other commands refuse them."""
    header, wide = reading.cells.header, len(reading.cells.header)
    if MODE not in header or RESISTANCE in header or is_exported(header) or any(
            quantity in reading.picked for quantity in (RESISTANCE, SIGMA)):
        return []
    at = header.index(MODE)
    rows = [number for number, cells in reading.cells.rows if len(cells) == wide and not cells[at]]
    odd = next((name for name in header if RESISTIVITY in heading(name).units), "")
    hint = (f" {odd} is in the unit of a resistivity: where it is one, call it so, and add a "
            f"column 'thickness (mm)'; where ohm cm2 is meant: [table] {RESISTANCE} = {{ column = "
            f'"{odd}", unit = "ohm cm2" }}.') if odd else ""
    return [f"{RESISTANCE}: no column is understood as it, and {MODE} is empty in "
            f"{rows_words(rows)}: a stack that did not fail needs its reading. Name its column in "
            f'the settings: [table] {RESISTANCE} = "...".{hint}'] if rows else []


def _show(data: Path, reading: Reading, out: Path | None, missing: Sequence[str]) -> None:
    tell(f"{data.name}: {reading.cells.words}.")
    for line in reading.lines:
        tell(f"  {line.words}.")
    if reading.unused:
        tell(f"Columns not used: {', '.join(reading.unused)}.")
    for one in reading.troubles:
        say(f"To do: {one.column}: {one.seen}. {one.remedy}")
    for what in missing:
        say(f"To do: {what}")
    if out is not None and (needed := _needed(reading)):
        say(f"{out} is no settings file before you fill in {' and '.join(sorted(needed))}.")
    if out is not None:
        tell(f"{out} is written: check each line of its [table]"
             + ("." if not reading.troubles else ", and do what it says is to do."))


def _needed(reading: Reading) -> set[str]:
    """Keys of the settings without which numbers of the sheet cannot be converted."""
    return {one.needs for one in reading.troubles if one.needs}


def _key(name: str, value: float, told: object, reading: Reading) -> str:
    """A line of the settings.

    What the sheet does not tell is marked; where its numbers hang on it, no number stands in for
    it, as stacks would be learned from at pressures that nobody applied."""
    if told:
        return f"{name} = {value:.10g}"
    if name in _needed(reading):
        return f"# {name} = ...   # YOURS: fill it in, as numbers of the sheet are converted by it"
    return f"{name} = {value:.10g}{YOURS}"


def _settings_text(data: Path, lab: Path | None, reading: Reading, die_mm: float | None) -> str:
    lines = table_lines(reading.picked, reading.helping, reading.lines, reading.troubles,
                        reading.unused, reading.header_row)
    how = [f"# How {data.name} is read, as `pressloop table` understands it: column, unit, what is "
           "done to its", "# numbers, and the first of them. Check each line.", *lines]
    if lab is not None:
        return lab.read_text(encoding="utf-8").rstrip() + "\n\n" + "\n".join(how) + "\n"
    return "\n".join([*_new(data, reading, die_mm), "", *how]) + "\n"


def _new(data: Path, reading: Reading, die_mm: float | None) -> list[str]:
    """A settings file round what the sheet tells; what it does not tell is marked with YOURS."""
    die, told = die_mm or reading.die_mm, die_mm or reading.die_mm
    die = die or DIE_MM
    spans = {name: _span(reading, name) for name in NAMES}
    pressure = spans["pressure_mpa"] or PRESSURES_MPA
    if all(span is None or span[0] == span[1] for span in spans.values()):
        # One recipe says nothing of where to search.
        pressure = min(pressure[0], PRESSURES_MPA[0]), max(pressure[1], PRESSURES_MPA[1])
        spans["pressure_mpa"] = None
    warm = spans["temperature_c"] or (ROOM_C, ROOM_C)
    area, longest = math.pi * die**2 / 4.0, (spans["dwell_s"] or (DWELL_S, DWELL_S))[1]
    name = " ".join(data.stem.split())[:60] or "table"
    lot, operator = reading.newest("lot"), reading.newest("operator")
    defaults = {"pressure_mpa": pressure, "dwell_s": (DWELL_S, DWELL_S), "temperature_c": warm}
    space = []
    for key in NAMES:
        low, high = spans[key] or defaults[key]
        value = f"{low:.10g}" if low == high else f"[{_down(low):.10g}, {_up(high):.10g}]"
        space.append(f"{key} = {value}" + ("" if spans[key] else YOURS))
    return [
        f"# Settings for {data.name}, written by `pressloop table`. Lines marked YOURS hold what",
        "# the sheet does not tell. Limits are those of the stacks in the sheet: nothing beyond "
        "was pressed.",
        "", "[campaign]", f"name = {quoted(name)}", f"ledger = {quoted(f'sqlite:///{name}.db')}",
        "", "[stack]", f"lot = {quoted(lot or 'lot-1')}" + ("" if lot else YOURS),
        f"operator = {quoted(operator or 'operator')}" + ("" if operator else YOURS),
        _key("thickness_um", THICKNESS_UM, None, reading),
        "", "[space]", *space,
        "", "[envelope]", _key("die_diameter_mm", die, told, reading),
        f"press_max_force_kn = {math.ceil(math.ceil(pressure[1]) * area / 1000.0)}",
        f"die_max_pressure_mpa = {math.ceil(pressure[1])}",
        f"max_temperature_c = {math.ceil(max(warm[1], ROOM_C))}",
        *([f"max_dwell_s = {math.ceil(longest)}"] if longest > MOST_DWELL_S else []),
        "", "[press]", 'driver = "simulated"   # YOURS before a stack is pressed',
        "", "[meter]", 'driver = "simulated"   # YOURS before a stack is measured']


def _down(value: float) -> float:
    return math.floor(value * 10.0) / 10.0 or value


def _up(value: float) -> float:
    return math.ceil(value * 10.0) / 10.0


def _span(reading: Reading, name: str) -> tuple[float, float] | None:
    """Lowest and highest number of a column, None where it has none."""
    found = []
    for cell in reading.column(name):
        try:
            value = float(cell)
        except ValueError:
            continue
        if math.isfinite(value) and (value > 0.0 or name == "temperature_c"):
            found.append(value)
    return (min(found), max(found)) if found else None


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadInput("--settings", path, "a file that is not there yet",
                       "Nothing is overwritten: give another name, or move that one away."
                       ) from None
    except OSError as error:
        raise BadInput("--settings", path, "a file that can be written", f"{error.strerror}."
                       ) from None
