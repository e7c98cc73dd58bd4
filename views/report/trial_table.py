"""All trials as an HTML table that can be sorted by its heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from pressloop.trials.outcome import Intact
from pressloop.trials.trial import State, Trial
from pressloop.views.markdown import trials_table
from pressloop.views.page import render
from pressloop.views.report.marks import Mark, mark_of
from pressloop.views.words import OHM_CM2, percent, plain, plus_minus

CSS = {"Trial": "num", "Stack": "name", "MPa": "num", "s": "num", "°C": "num", "Besides": "",
       "Purpose": "", "Outcome": "", OHM_CM2: "num", "Damage": "num", "Nonunif.": "num",
       "Why": "why"}
"""Columns in their order, and their CSS classes."""


COLUMNS = frozenset((
    "trial", "stack", "pressure_mpa", "dwell_s", "temperature_c", "purpose", "state", "outcome",
    "resistance_ohm_cm2", "resistance_se_ohm_cm2", "damage_index", "nonuniformity", "reason",
    "corrected", "parameters"))
"""Columns of `trials_table` that are always there; others are measured quantities."""


MANY = 200
"""Trials from which the table scrolls in a frame of its own, and stays off paper."""


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
    told = trials_table(trials)
    rows = [_cells(trial, row) for trial, row in zip(trials, told, strict=True)]
    measured = [name for name in rows[0] if name not in CSS] if rows else []
    css = {**{name: c for name, c in CSS.items() if name not in ("Damage", "Nonunif.", "Why")},
           **dict.fromkeys(measured, "num"), **CSS}
    heads = [Head(name, css) for name, css in css.items()
             if name in ("Trial", "Stack") or any(row[name].sort for row in rows)]
    return render("report/trials.html", heads=heads,
                  rows=[[row[head.name] for head in heads] for row in rows],
                  many=len(rows) > MANY)


def _cells(trial: Trial, row: dict[str, object]) -> dict[str, SortedCell]:
    """By column."""
    purpose, mark = str(row["purpose"]), mark_of(trial)
    if trial.state is State.IMPORTED:
        purpose = purpose or "imported"
    return {
        "Trial": _text(trial.number), "Stack": _text(trial.stack.stack_id),
        "MPa": _number(row.get("pressure_mpa")), "s": _number(row.get("dwell_s")),
        "°C": _number(row.get("temperature_c")), "Besides": _text(row.get("parameters", "")),
        "Purpose": _text(purpose), "Outcome": SortedCell(mark.word, mark.word, mark),
        OHM_CM2: _resistance(row.get("resistance_ohm_cm2"), row.get("resistance_se_ohm_cm2")),
        "Damage": _share(row["damage_index"]), "Nonunif.": _share(row["nonuniformity"]),
        "Why": _text(row["corrected"] or row["reason"]),
    } | {name: _measured(trial, name, row[name]) for name in row if name not in COLUMNS}


def _measured(trial: Trial, name: str, value: object) -> SortedCell:
    """A reading with its error."""
    bare = name.partition(" (")[0]
    found = trial.outcome.reading(bare) if isinstance(trial.outcome, Intact) else None
    return _resistance(value, found.standard_error if found else None)


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
