"""The section of a study that says what in the data would mislead a model."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.studies.data import StudyData
from pressloop.studies.lint import Finding, Findings, Severity
from pressloop.trials.wording import counted
from pressloop.views.figures.look import ORANGE, RED
from pressloop.views.page import tag, text
from pressloop.views.study.words.lint import verdict

COLOURS = {Severity.ERROR: RED, Severity.WARNING: ORANGE, Severity.NOTE: "#9aa5b1"}
MEANING = ("An error would mislead a model and is to be corrected first; a warning may mislead it "
           "and is worth a look; a note is good to know.")
SURE = {"certain": "", "likely": "likely", "possible": "possible, look"}


def section(findings: Findings, data: StudyData) -> str:
    """Verdict, errors and warnings in a table, notes folded away."""
    bad = [one for one in findings.found if one.severity is not Severity.NOTE]
    notes = [one for one in findings.found if one.severity is Severity.NOTE]
    content = tag("div", tag("p", tag("strong", text(verdict(findings))))
                  + (tag("p", MEANING, class_="muted small") if findings.found else ""),
                  class_="panel")
    if bad:
        content += tag("p", "") + tag("div", _table(bad, findings.row_word), class_="panel")
    if notes:
        content += _folded(notes, findings.row_word, open_=not bad)
    return tag("section", tag("h2", "Can these data be trusted?") + content)


def _folded(notes: Sequence[Finding], word: str, *, open_: bool) -> str:
    shown = {"open": ""} if open_ else {}
    return tag("p", "") + tag("details", tag("summary", counted(len(notes), "note"))
                              + tag("p", "") + _table(notes, word), class_="panel", **shown)


def _table(found: Sequence[Finding], word: str) -> str:
    heads = ("", "Where", "What is seen, why it matters, and what to do")
    head = tag("tr", "".join(tag("th", text(h), scope="col") for h in heads))
    body = "".join(_row(one, word) for one in found)
    return tag("div", tag("table", tag("thead", head) + tag("tbody", body)), class_="scroll")


def _row(one: Finding, word: str) -> str:
    dot = tag("span", "", style=f"display:inline-block;width:10px;height:10px;border-radius:50%;"
              f"margin-right:7px;background:{COLOURS[one.severity]}")
    sure = SURE[str(one.sure)]
    kind = tag("span", dot + text(one.severity), class_="nowrap") + (
        tag("div", text(sure), class_="muted") if sure else "")
    words = tag("b", text(one.seen)) + text(f": {one.why}.") + tag(
        "div", text(one.remedy), style="color:var(--accent)")
    return tag("tr", tag("td", kind) + tag("td", text(one.where(word)), class_="name")
               + tag("td", words, style="overflow-wrap:anywhere"))
