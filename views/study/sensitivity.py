"""The section of a study that says which variable matters, and whether the readings make sense."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.sanity import Finding
from pressloop.studies.sensitivity.sensitivity import Findings
from pressloop.trials.wording import by_number, counted
from pressloop.views.page import panels, tag, text
from pressloop.views.study.sensitivity_figures import (
    curve_panels,
    map_panels,
    scatter_panel,
    share_panel,
)
from pressloop.views.study.spoken import bullets, spoken
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
from pressloop.views.words import recipe_words


def section(findings: Findings, data: StudyData) -> str:
    """HTML: what matters, whether the readings make sense, effects, maps, scatter."""
    if not findings.shares:
        return tag("section", tag("h2", "What matters")
                   + tag("p", text(too_few(findings)), class_="panel muted"))
    return (_matters(findings) + _sense(findings) + _effects(findings, data)
            + _scatter(findings) + _laws(findings, data))


def _matters(found: Findings) -> str:
    lead, *rest = shares_words(found)
    words = tag("p", tag("strong", spoken(lead))) + bullets([*rest, *limits_words(found),
                                                         *learned_words(found)])
    several = len({s.variable for s in found.shares}) > 1
    shown = [share_panel(found)] if several else []
    return tag("section", tag("h2", "What matters") + tag("div", words, class_="panel")
               + _below(panels(shown, "shares")))


def _sense(found: Findings) -> str:
    """Flags first; then what was looked at."""
    told = [c for c in found.checks if not c.why_not]
    if found.flags:
        head = (f"{len(found.flags)} of {counted(len(told), 'rule')} of pressing "
                f"{by_number(len(found.flags), 'is', 'are')} contradicted by the readings.")
    elif told:
        head = none_words(len(told))
    else:
        head = "Too few stacks to hold the readings against any rule of pressing."
    words = tag("p", tag("strong", text(head)))
    words += "".join(_flag(one, found.row_word) for one in found.flags) + "".join(
        tag("p", text(f"{odd_words(one, found.row_word)} Look at its reading."), class_="warning")
        for one in found.odd)
    return tag("section", tag("h2", "Do the readings make sense?")
               + tag("div", words + _checks(found.checks), class_="panel"))


def _flag(one: Finding, word: str) -> str:
    return tag("p", tag("strong", text(f"{one.look.rule}: here it does.")) + " " + text(
        f"{slope_words(one, start='It changes by')}, {one.look.where}. {rows_words(one, word)}"),
        class_="warning")


def _checks(checks: Sequence[Finding]) -> str:
    heads = ("Rule", "Looked at", "Stacks there", "Change (95 % interval)", "Verdict")
    head = tag("tr", "".join(tag("th", text(h), scope="col", class_="num" if i == 2 else "")
                             for i, h in enumerate(heads)))
    body = "".join(tag("tr", "".join((
        tag("td", text(one.look.rule)), tag("td", text(one.look.where)),
        tag("td", str(one.stacks), class_="num"),
        tag("td", text("" if one.slope is None else slope_words(one, start=""))),
        tag("td", tag("strong", "contradicted") if one.flagged else text(
            f"cannot be told: {one.why_not}" if one.why_not else "kept"))))) for one in checks)
    caption = ("A rule counts as contradicted only where chance alone hardly explains it: of 100 "
               "sound tables at most 5 show any. The changes are averages over the stacks there.")
    return tag("div", tag("table", tag("thead", head) + tag("tbody", body)), class_="scroll") + tag(
        "p", text(caption), class_="muted small", style="margin:12px 0 0")


def _effects(found: Findings, data: StudyData) -> str:
    assert found.recipe is not None
    lead = bullets(changes_words(found.changes))
    which = "recommended" if found.cautious else "safest"
    drawn = "Curves and maps run" if len(data.space.free) > 1 else "The curve runs"
    where = tag("p", text(f"{drawn} through the {which} recipe: "
                          f"{recipe_words(found.recipe)}."), class_="muted")
    return tag("section", tag("h2", "What each variable does")
               + tag("div", lead + where, class_="panel")
               + _below(panels(curve_panels(found, data), "curves"))
               + _below(panels(map_panels(found, data), "maps")))


def _scatter(found: Findings) -> str:
    shown = [scatter_panel(found)] if found.groups else []
    return tag("section", tag("h2", "Lots, operators, stack pressure")
               + tag("div", bullets(groups_words(found)), class_="panel")
               + _below(panels(shown, "scatter")))


def _laws(found: Findings, data: StudyData) -> str:
    if not found.laws:
        return ""
    words = bullets(law_words(found.laws, found.left_over, data.space))
    title = ("Over what steps resistance changes its course" if found.lawless
             else "What the stacks say of the laws of pressing")
    return tag("div", tag("details", tag("summary", title) + words), class_="panel",
               style="margin-top:18px")


def _below(content: str) -> str:
    return tag("div", content, style="margin-top:18px")
