"""Sound tables of simulated stacks, what can be changed in them, and published tables."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from pressloop.studies.lint import Findings, Severity, Sheet, sheet_of
from tests.studies.stacks import SPACE, pressed, spread

PUBLISHED = Path(__file__).parents[3] / "examples" / "published"
PRESSURE, DWELL, WARM, R, SE = ("pressure_mpa", "dwell_s", "temperature_c", "resistance_ohm_cm2",
                                "resistance_se_ohm_cm2")
DIE_MM2 = 78.54


@cache
def sound(stacks: int = 32, lots: int = 1, seed: int = 1) -> Sheet:
    """A table of simulated stacks, each lot all over the space, without settings."""
    recipes = spread(stacks, seed)
    trials = [trial for k in range(lots) for trial in pressed(
        recipes[k::lots], seed=100 * seed + k, lot=f"L{k}", first=1 + 1000 * k)]
    cells = sheet_of(trials, "table", SPACE).cells
    return Sheet("table", cells.set_axis(range(2, len(cells) + 2)))


def changed(sheet: Sheet, column: str, rows: list[int], to: Callable[[float], object]) -> Sheet:
    """The same table with some cells changed."""
    cells = sheet.cells.copy()
    for row in rows:
        cells.loc[row, column] = str(to(float(cells.loc[row, column])))
    return replace(sheet, cells=cells)


def written(sheet: Sheet, column: str, rows: list[int], word: str) -> Sheet:
    """The same table with a text in some cells."""
    cells = sheet.cells.copy()
    cells.loc[rows, column] = word
    return replace(sheet, cells=cells)


def rows_of(sheet: Sheet) -> list[int]:
    return [int(row) for row in sheet.cells.index]


def intact(sheet: Sheet) -> list[int]:
    return [row for row in rows_of(sheet) if sheet.cells.loc[row, R]]


def bad(found: Findings) -> list[tuple[str, str, tuple[int, ...]]]:
    """All but the notes."""
    return [(f.check, f.column, f.rows) for f in found.found if f.severity is not Severity.NOTE]


def read(name: str) -> Sheet:
    with (PUBLISHED / name).open() as file:
        header, *rows = list(csv.reader(file))
    return Sheet(name, pd.DataFrame(rows, index=range(2, len(rows) + 2), columns=header,
                                    dtype=object))
