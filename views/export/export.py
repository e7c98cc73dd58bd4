"""Trials, spectra and traces as tidy tables, CSV and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pressloop.trials.trial import Trial
from pressloop.views.export.rows import (
    CONTROLS,
    NUMBER,
    SPECTRA,
    TEXT,
    TRACES,
    TRIALS,
    Columns,
    Row,
    control_rows,
    measured_columns,
    parameter_columns,
    spectrum_rows,
    trace_rows,
    trial_row,
)
from pressloop.views.files import write_atomically
from pressloop.views.kinds import in_order

if TYPE_CHECKING:
    import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that spreadsheets calculate instead of showing."""
TABLES: dict[str, tuple[Columns, Callable[[Trial], list[Row]]]] = {
    "trials": (TRIALS, lambda trial: [trial_row(trial)]),
    "spectra": (SPECTRA, spectrum_rows),
    "controls": (CONTROLS, control_rows),
    "traces": (TRACES, trace_rows),
}


def export(trials: Sequence[Trial], out_dir: Path) -> list[Path]:
    """Writes every table twice and returns the paths; the folder is made where it lacks.

    Units are part of the column names. Floats in CSV are the shortest text that reads back as the
    same number; a text that a spreadsheet would run as a formula begins with an apostrophe there,
    and only there. A table without rows keeps its columns.
    """
    return [path for name in TABLES for path in _write(table(name, trials), Path(out_dir), name)]


def table(name: str, trials: Sequence[Trial]) -> pd.DataFrame:
    """One table that is exported.

    "trials" (a row per trial), "spectra" (per frequency and electrode), "controls" (frequencies
    read before and after a sweep) or "traces" (per sample of the press)."""
    import pandas as pd

    columns, rows_of = TABLES[name]
    rows = [row for trial in in_order(trials) for row in rows_of(trial)]
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    found = pd.DataFrame({column: pd.Series(list(cells), dtype=kind)
                          for (column, kind), cells in zip(columns.items(), values, strict=True)})
    if name == "trials":
        for column, cells in reversed(parameter_columns(in_order(trials)).items()):
            kind = TEXT if any(isinstance(cell, str) for cell in cells) else NUMBER
            found.insert(list(columns).index("purpose"), column, pd.Series(cells, dtype=kind))
        for column, numbers in measured_columns(in_order(trials)).items():
            found[column] = pd.Series(numbers, dtype=NUMBER)
    return found


def _no_formula(texts: pd.Series) -> pd.Series:
    """A stack may be named =HYPERLINK(...): whoever opens the file shall read the name, not run it.

    A carriage return, which readers take for the end of a row, is a space."""
    texts = texts.str.replace("\r", " ")
    return texts.where(~texts.str.startswith(FORMULA).fillna(False), "'" + texts)


def _write(frame: pd.DataFrame, folder: Path, name: str) -> list[Path]:
    harmless = frame.assign(**{column: _no_formula(frame[column])
                               for column in frame.columns if frame[column].dtype == TEXT})
    return [
        write_atomically(folder / f"{name}.csv", lambda draft: harmless.to_csv(
            draft, index=False, encoding="utf-8", lineterminator="\n")),
        write_atomically(folder / f"{name}.parquet", lambda draft: frame.to_parquet(
            draft, index=False))]
