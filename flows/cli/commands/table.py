"""`pressloop table`: how a lab's sheet is understood, and a settings file that says so."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path

from pressloop.flows.console import FAILED, emit, say
from pressloop.flows.past.columns.written import quoted, table_lines
from pressloop.flows.past.reading import Reading, reading_of
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.flows.settings.columns import AS_NAMED
from pressloop.flows.settings.profiles import inlined
from pressloop.optimizer.space import NAMES
from pressloop.trials.errors import BadInput
from pressloop.trials.toml_files import toml

ROOM_C, THICKNESS_UM, DIE_MM, DWELL_S = 25.0, 500.0, 10.0, 60.0
"""What stands in a new settings file where the sheet does not tell; marked there."""


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
    if out is not None:
        text = _settings_text(data, lab, reading, die_mm)
        from_plain(inlined(toml(text, "settings", out), (lab or out).parent), str(out))
        _write(out, text)
    emit({"table": str(data), "taken": reading.cells.taken,
          "columns": [asdict(one) for one in reading.lines],
          "troubles": [asdict(one) for one in reading.troubles],
          "not_used": list(reading.unused), "settings": None if out is None else str(out)},
         as_json, lambda: _show(data, reading, out))
    return FAILED if reading.troubles else 0


def _show(data: Path, reading: Reading, out: Path | None) -> None:
    print(f"{data.name}: {reading.cells.words}.")
    for line in reading.lines:
        print(f"  {line.words}.")
    if reading.unused:
        print(f"Columns not used: {', '.join(reading.unused)}.")
    for one in reading.troubles:
        say(f"To do: {one.column}: {one.seen}. {one.remedy}")
    if out is not None:
        print(f"{out} is written: check each line of its [table]"
              + ("." if not reading.troubles else ", and do what it says is to do."))


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
    pressure = spans["pressure_mpa"] or (50.0, 500.0)
    warm = spans["temperature_c"] or (ROOM_C, ROOM_C)
    area = math.pi * die**2 / 4.0
    yours = "   # YOURS: the sheet does not tell"
    name = " ".join(data.stem.split())[:60] or "table"
    lot, operator = reading.newest("lot"), reading.newest("operator")
    defaults = {"pressure_mpa": pressure, "dwell_s": (DWELL_S, DWELL_S), "temperature_c": warm}
    space = []
    for key in NAMES:
        low, high = spans[key] or defaults[key]
        value = f"{low:.10g}" if low == high else f"[{_down(low):.10g}, {_up(high):.10g}]"
        space.append(f"{key} = {value}" + ("" if spans[key] else yours))
    return [
        f"# Settings for {data.name}, written by `pressloop table`. Lines marked YOURS hold what",
        "# the sheet does not tell. Limits are those of the stacks in the sheet: nothing beyond "
        "was pressed.",
        "", "[campaign]", f"name = {quoted(name)}", f"ledger = {quoted(f'sqlite:///{name}.db')}",
        "", "[stack]", f"lot = {quoted(lot or 'lot-1')}" + ("" if lot else yours),
        f"operator = {quoted(operator or 'operator')}" + ("" if operator else yours),
        f"thickness_um = {THICKNESS_UM:g}{yours}",
        "", "[space]", *space,
        "", "[envelope]", f"die_diameter_mm = {die:.10g}" + ("" if told else yours),
        f"press_max_force_kn = {math.ceil(math.ceil(pressure[1]) * area / 1000.0)}",
        f"die_max_pressure_mpa = {math.ceil(pressure[1])}",
        f"max_temperature_c = {math.ceil(max(warm[1], ROOM_C))}",
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
