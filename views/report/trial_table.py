"""All trials as an HTML table that can be sorted by its heads."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.trials.trial import State, Trial
from pressloop.views.kinds import kind_of
from pressloop.views.markdown import trials_table
from pressloop.views.page import tag, text
from pressloop.views.report.symbols import mark_of
from pressloop.views.words import OHM_CM2, percent, plain, plus_minus

NUMERIC = frozenset({"Trial", "MPa", "s", "°C", OHM_CM2, "Damage", "Nonunif."})


def trial_table(trials: Sequence[Trial]) -> str:
    """The table; every text from users is escaped."""
    if not trials:
        return tag("p", "No stack has been pressed yet.", class_="muted")
    rows = [_cells(trial, row) for trial, row in zip(trials, trials_table(trials), strict=True)]
    # A column in which no stack has anything only takes room.
    heads = [h for h in rows[0] if h in ("Trial", "Stack") or any(row[h][0] for row in rows)]
    head = "".join(tag("th", tag("button", text(h), type="button"), scope="col",
                       class_="num" if h in NUMERIC else "") for h in heads)
    body = "".join(tag("tr", "".join(_cell(h, *row[h]) for h in heads)) for row in rows)
    return tag("div", tag("table", tag("thead", tag("tr", head)) + tag("tbody", body),
                          class_="sortable"), class_="scroll")


def _cell(head: str, sort: str, shown: str) -> str:
    css = {"Why": "why", "Stack": "name", "Purpose": "name"}.get(head, "")
    return tag("td", shown, class_="num" if head in NUMERIC else css, data_sort=sort)


def _cells(trial: Trial, row: dict[str, object]) -> dict[str, tuple[str, str]]:
    """By column head: what to sort by, and the HTML to show."""
    kind, purpose = str(kind_of(trial)), str(row["purpose"])
    if trial.state is State.IMPORTED:
        purpose = purpose or "imported"
    value, error = row["resistance_ohm_cm2"], row["resistance_se_ohm_cm2"]
    measured, besides = isinstance(value, float), str(row.get("parameters", ""))
    return {
        "Trial": (str(trial.number), str(trial.number)),
        "Stack": (trial.stack.stack_id, text(trial.stack.stack_id)),
        "MPa": _number(row["pressure_mpa"]), "s": _number(row["dwell_s"]),
        "°C": _number(row["temperature_c"]), "Besides": (besides, text(besides)),
        "Purpose": (purpose, text(purpose)),
        "Outcome": (kind, tag("span", mark_of(trial) + kind, class_="outcome")),
        OHM_CM2: (f"{value!r}", plus_minus(value, error if isinstance(error, float) else None))
        if measured and isinstance(value, float) else ("", ""),
        "Damage": _share(row["damage_index"]), "Nonunif.": _share(row["nonuniformity"]),
        "Why": (why := str(row["corrected"] or row["reason"]), text(why)),
    }


def _number(value: object) -> tuple[str, str]:
    return (repr(value), plain(value)) if isinstance(value, (int, float)) else ("", "")


def _share(value: object) -> tuple[str, str]:
    return (repr(value), percent(value)) if isinstance(value, (int, float)) else ("", "")
