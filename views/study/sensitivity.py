"""The section of a study that says which variable matters, and whether the readings make sense."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.physics_checks import CheckedRule
from pressloop.studies.sensitivity.sensitivity import Findings
from pressloop.trials.wording import by_number, counted
from pressloop.views.page import Cell, render
from pressloop.views.study.sensitivity_figures import (
    curve_panels,
    map_panels,
    scatter_panel,
    share_panel,
)
from pressloop.views.study.words.groups import groups_words
from pressloop.views.study.words.laws import law_words
from pressloop.views.study.words.rules import (
    none_words,
    odd_words,
    rows_words,
    slope_words,
)
from pressloop.views.study.words.sensitivity import (
    changes_words,
    learned_words,
    limits_words,
    shares_words,
    too_few,
)
from pressloop.views.words import NBSP, recipe_words

HEADS: tuple[Cell, ...] = (("Rule", ""), ("Looked at", ""), ("Stacks there", "num"),
                           (f"Change (95{NBSP}% interval)", ""), ("Verdict", ""))


class Flag(NamedTuple):
    """A rule that the readings contradict: what is seen, and the numbers."""

    seen: str
    numbers: str


class Check(NamedTuple):
    """A rule of pressing as a row of the table."""

    rule: str
    where: str
    stacks: int
    change: str
    contradicted: bool
    verdict: str


def section(findings: Findings, data: StudyData) -> Markup:
    """What matters, whether the readings make sense, effects, maps, scatter, laws."""
    if not findings.shares:
        return render("study/sensitivity_none.html", words=too_few(findings))
    assert findings.recipe is not None
    lead, *rest = shares_words(findings)
    several = len({s.variable for s in findings.shares}) > 1
    return render(
        "study/sensitivity.html", lead=lead,
        rest=[*rest, *limits_words(findings), *learned_words(findings)],
        shares=[share_panel(findings)] if several else [],
        sense=_sense(findings), flags=[_flag(one, findings.row_word) for one in findings.flags],
        odd=[odd_words(one, findings.row_word) for one in findings.odd],
        heads=HEADS, checks=[_cells(check_row(one)) for one in findings.checks],
        changes=changes_words(findings.changes), recipe=recipe_words(findings.recipe),
        cautious=findings.cautious, map_drawn=len(data.space.free) > 1,
        curves=curve_panels(findings, data), maps=map_panels(findings, data),
        groups=groups_words(findings), scatter=[scatter_panel(findings)] if findings.groups else [],
        laws=law_words(findings.laws, findings.left_over, data.space) if findings.laws else None,
        lawless=findings.lawless)


def _sense(found: Findings) -> str:
    """How many rules of pressing the readings contradict."""
    told = [c for c in found.checks if not c.why_not]
    if found.flags:
        return (f"{len(found.flags)} of {counted(len(told), 'rule')} of pressing "
                f"{by_number(len(found.flags), 'is', 'are')} contradicted by the readings.")
    if told:
        return none_words(len(told))
    return "Too few stacks to hold the readings against any rule of pressing."


def _flag(one: CheckedRule, word: str) -> Flag:
    return Flag(f"{one.look.rule}: here it does.",
                f"{slope_words(one, start='It changes by')}, {one.look.where}. "
                f"{rows_words(one, word)}")


def _cells(check: Check) -> list[Cell]:
    """With their CSS classes."""
    verdict = ("contradicted", "contradicted") if check.contradicted else (check.verdict, "")
    return [(check.rule, ""), (check.where, ""), (str(check.stacks), "num"), (check.change, ""),
            verdict]


def check_row(one: CheckedRule) -> Check:
    """What is told of one rule of pressing."""
    return Check(one.look.rule, one.look.where, one.stacks,
                 "" if one.slope is None else slope_words(one, start=""), one.flagged,
                 f"cannot be told: {one.why_not}" if one.why_not else "kept")
