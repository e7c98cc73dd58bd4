"""The section of a study that says what in the data would mislead a model."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from pressloop.studies.data import StudyData
from pressloop.studies.lint import Finding, Findings, Severity
from pressloop.trials.wording import counted
from pressloop.views.figures.look import ORANGE, RED
from pressloop.views.page import render
from pressloop.views.study.words.lint import verdict

COLOURS = {Severity.ERROR: RED, Severity.WARNING: ORANGE, Severity.NOTE: "#9aa5b1"}
SURE = {"certain": "", "likely": "likely", "possible": "possible, look"}


class Row(NamedTuple):
    """A finding as a row of the table."""

    colour: str
    severity: str
    sure: str
    where: str
    seen: str
    why: str
    remedy: str


def section(findings: Findings, data: StudyData) -> Markup:
    """Verdict, errors and warnings in a table, notes folded away."""
    rows = [_row(one, findings.row_word) for one in findings.found]
    bad = [row for row in rows if row.severity != Severity.NOTE]
    notes = [row for row in rows if row.severity == Severity.NOTE]
    return render("study/lint.html", verdict=verdict(findings), bad=bad, notes=notes,
                  counted=counted(len(notes), "note"))


def _row(one: Finding, word: str) -> Row:
    return Row(COLOURS[one.severity], str(one.severity), SURE[str(one.sure)], one.where(word),
               one.seen, one.why, one.remedy)
