"""All trials as an HTML table that can be sorted by its heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from pressloop.trials.trial import State, Trial
from pressloop.views.markdown import trials_table
from pressloop.views.page import render
from pressloop.views.report.marks import Mark, mark_of
from pressloop.views.words import OHM_CM2, percent, plain, plus_minus

CSS = {"Trial": "num", "Stack": "name", "MPa": "num", "s": "num", "°C": "num", "Besides": "",
       "Purpose": "name", "Outcome": "", OHM_CM2: "num", "Damage": "num", "Nonunif.": "num",
       "Why": "why"}
"""Columns in their order, and their CSS classes."""


class Head(NamedTuple):
    """The head of a column."""

    name: str
    css: str


class SortedCell(NamedTuple):
    """What to sort by, what to show, and the mark before it."""

    sort: str
    shown: str
    mark: Mark | None = None


NOTHING = SortedCell("", "")


def trial_table(trials: Sequence[Trial]) -> Markup:
    """The table, without the columns in which no stack has anything."""
    rows = [_cells(trial, row) for trial, row in zip(trials, trials_table(trials), strict=True)]
    heads = [Head(name, css) for name, css in CSS.items()
             if name in ("Trial", "Stack") or any(row[name].sort for row in rows)]
    return render("report/trials.html", heads=heads,
                  rows=[[row[head.name] for head in heads] for row in rows])


def _cells(trial: Trial, row: dict[str, object]) -> dict[str, SortedCell]:
    """By column."""
    purpose, mark = str(row["purpose"]), mark_of(trial)
    if trial.state is State.IMPORTED:
        purpose = purpose or "imported"
    return {
        "Trial": _text(trial.number), "Stack": _text(trial.stack.stack_id),
        "MPa": _number(row["pressure_mpa"]), "s": _number(row["dwell_s"]),
        "°C": _number(row["temperature_c"]), "Besides": _text(row.get("parameters", "")),
        "Purpose": _text(purpose), "Outcome": SortedCell(mark.word, mark.word, mark),
        OHM_CM2: _resistance(row["resistance_ohm_cm2"], row["resistance_se_ohm_cm2"]),
        "Damage": _share(row["damage_index"]), "Nonunif.": _share(row["nonuniformity"]),
        "Why": _text(row["corrected"] or row["reason"]),
    }


def _text(value: object) -> SortedCell:
    return SortedCell(str(value), str(value))


def _number(value: object) -> SortedCell:
    return SortedCell(repr(value), plain(value)) if isinstance(value, (int, float)) else NOTHING


def _resistance(value: object, error: object) -> SortedCell:
    if not isinstance(value, float):
        return NOTHING
    return SortedCell(repr(value), plus_minus(value, error if isinstance(error, float) else None))


def _share(value: object) -> SortedCell:
    return SortedCell(repr(value), percent(value)) if isinstance(value, (int, float)) else NOTHING
