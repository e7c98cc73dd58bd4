"""The history: a page of trials at a time, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial
from pressloop.views.corrections import corrected_words
from pressloop.views.kinds import FAILURES, Kind, kind_of, reason_of
from pressloop.views.live.picture import STEPS
from pressloop.views.report.marks import Mark, mark_of
from pressloop.views.words import Load, readings_words, recipe_words, with_signs

AT_ONCE = 50
ALL, INTACT, FAILED, OTHERS = "all", "intact", "failed", "others"
CHOICES = (ALL, INTACT, FAILED, OTHERS)


class HistoryRow(NamedTuple):
    """One trial in a line; `result` is its reading, or why there is none."""

    number: int
    stack: str
    recipe: str
    purpose: str
    mark: Mark
    result: str
    corrected: str


class HistoryPage(NamedTuple):
    """Some rows; `before` is where the next page begins, None on the last one."""

    rows: Sequence[HistoryRow]
    shown: str
    before: int | None
    total: int


def history_page(trials: Sequence[Trial], shown: str = ALL, before: int | None = None,
                 load: Load | None = None) -> HistoryPage:
    """Trials of the chosen kinds with a number below `before`, at most `AT_ONCE` of them."""
    wanted = [t for t in trials if _is_shown(t, shown)]
    older = [t for t in wanted if before is None or t.number < before]
    page = sorted(older, key=lambda t: -t.number)[:AT_ONCE]
    more = page[-1].number if len(older) > len(page) else None
    return HistoryPage([history_row(t, load) for t in page], shown, more, len(wanted))


def history_row(trial: Trial, load: Load | None = None) -> HistoryRow:
    """One trial in a line."""
    return HistoryRow(trial.number, trial.stack.stack_id, recipe_words(trial.recipe, load),
                      trial.purpose, mark_of(trial), result_words(trial), corrected_words(trial))


def result_words(trial: Trial) -> str:
    """The reading, or why there is none."""
    if isinstance(trial.outcome, Intact):
        return readings_words(trial.outcome)
    return STEPS[trial.state] if trial.is_open else with_signs(reason_of(trial))


def _is_shown(trial: Trial, shown: str) -> bool:
    kind = kind_of(trial)
    match shown:
        case "intact":
            return kind is Kind.INTACT
        case "failed":
            return kind in FAILURES
        case "others":
            return kind is not Kind.INTACT and kind not in FAILURES
    return True
