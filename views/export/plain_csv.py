"""The table of trials as text, for a page that carries its own data; no pandas is loaded."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections.abc import Sequence

from pressloop.trials.trial import Trial
from pressloop.views.export.rows import NUMBER, TEXT, trial_columns
from pressloop.views.kinds import in_order

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that spreadsheets calculate instead of showing."""


def trials_csv(trials: Sequence[Trial]) -> str:
    """The same text as the trials.csv of an export."""
    columns = trial_columns(in_order(trials))
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_cell(cell, kind) for cell in cells]
                           for kind, cells in columns.values()), strict=True))
    return told.getvalue()


def data_address(text: str) -> str:
    """The text as an address that a page holds itself, to be saved as a file."""
    return f"data:text/csv;charset=utf-8;base64,{b64encode(text.encode()).decode('ascii')}"


def _cell(value: object, kind: str) -> str:
    if value is None:
        return ""
    if kind == NUMBER:
        return repr(float(value)) if isinstance(value, (int, float)) else str(value)
    if kind == TEXT:
        words = str(value).replace("\r", " ")
        return f"'{words}" if words.startswith(FORMULA) else words
    return str(value)
