"""Trials, spectra and traces as tidy tables, CSV and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pressloop.trials.trial import Trial
from pressloop.views.export.plain_csv import FORMULA
from pressloop.views.export.rows import (
    CONTROLS,
    SPECTRA,
    TEXT,
    TRACES,
    TRIALS,
    Columns,
    Row,
    control_rows,
    spectrum_rows,
    trace_rows,
    trial_columns,
    trial_row,
)
from pressloop.views.files import write_atomically
from pressloop.views.kinds import in_order

if TYPE_CHECKING:
    import pandas as pd

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

    columns = trial_columns(in_order(trials)) if name == "trials" else _columns(name, trials)
    return pd.DataFrame({column: pd.Series(cells, dtype=kind)
                         for column, (kind, cells) in columns.items()})


def _columns(name: str, trials: Sequence[Trial]) -> dict[str, tuple[str, list[object]]]:
    """The columns of a table with several rows a trial: pandas dtype, and the cells."""
    columns, rows_of = TABLES[name]
    rows = [row for trial in in_order(trials) for row in rows_of(trial)]
    return {column: (kind, [row[at] for row in rows])
            for at, (column, kind) in enumerate(columns.items())}


def _no_formula(texts: pd.Series) -> pd.Series:
    """A stack may be named =HYPERLINK(...): whoever opens the file shall read the name, not run it.

    A carriage return, which readers take for the end of a row, is a space."""
    texts = texts.str.replace("\r", " ")
    return texts.where(~texts.str.startswith(FORMULA).fillna(False), "'" + texts)


def write_csv(path: Path, name: str, trials: Sequence[Trial]) -> Path:
    """Writes one table as CSV, as `export` does, and returns its path."""
    return _csv(table(name, trials), path)


def _csv(frame: pd.DataFrame, path: Path) -> Path:
    harmless = frame.assign(**{column: _no_formula(frame[column])
                               for column in frame.columns if frame[column].dtype == TEXT})
    return write_atomically(path, lambda draft: harmless.to_csv(
        draft, index=False, encoding="utf-8", lineterminator="\n"))


def _write(frame: pd.DataFrame, folder: Path, name: str) -> list[Path]:
    return [
        _csv(frame, folder / f"{name}.csv"),
        write_atomically(folder / f"{name}.parquet", lambda draft: frame.to_parquet(
            draft, index=False))]
