"""The section of a study that says which model predicts these stacks best."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.studies.compare.compare import Findings
from pressloop.studies.compare.comparison import OFF, SKILL, TYPICAL, Comparison, Score
from pressloop.studies.compare.contenders import CRUSHING, RESISTANCE
from pressloop.studies.compare.validation import FORWARD, LOT, RECIPE, STACK
from pressloop.studies.data import StudyData
from pressloop.studies.paired import Difference
from pressloop.views.page import panels, tag, text
from pressloop.views.study.compare_figures import chances, differences, left_out, verdict_words
from pressloop.views.study.spoken import spoken
from pressloop.views.study.words.advice import settings_lines, to_set
from pressloop.views.study.words.compare import not_compared, verdict
from pressloop.views.study.words.method import method
from pressloop.views.study.words.stacks import percent_off
from pressloop.views.words import NBSP

HEADS = {RECIPE: "new recipe", STACK: "one more stack", LOT: "new lot", FORWARD: "next stacks"}
TITLES = {"resistance": "Which model predicts the resistance of these stacks best?",
          "crushing": "Which model foresees crushing best?"}
LEGENDS = {
    "resistance": "Typically off by: half of the predictions are nearer; in brackets the root mean "
                  "square, which counts large errors more. Inside: how many measured values lay "
                  "in the interval that is to hold 95 of 100. × 2 means that the top of that "
                  "interval is twice its bottom: the smaller, the more the model tells, if as many "
                  "values are inside as should be.",
    "crushing": "Guesswork taken away: 100 % is to name every crushed stack beforehand, 0 % to "
                "know no more than the share of stacks that are crushed."}
Cell = tuple[str, bool]
"""What it says, and whether it is a number."""


def section(findings: Findings, data: StudyData) -> str:
    """HTML of both comparisons, verdicts first, then how they were made, and at the end what to put
    into the settings."""
    shown = findings.compared
    parts = [_comparison(one) for one in shown]
    if len(shown) < 2:
        missing = [not_compared(what, findings) for what, one in (
            (RESISTANCE, findings.resistance), (CRUSHING, findings.crushing)) if one is None]
        parts.append(tag("p", text(" ".join(missing)), class_="panel muted",
                         style="margin-top:18px"))
    how = [s for one in shown for s in method(one, findings.options)]
    if how:
        parts.append(_how(list(dict.fromkeys(how))))
    parts.append(_to_set(findings))
    return "".join(parts)


def _comparison(one: Comparison) -> str:
    schemes = one.asked
    if not schemes:
        return ""
    main, score = schemes[0], SKILL if one.what == CRUSHING else OFF
    order = _order(one, main, score)
    first = chances(one, main) if one.what == CRUSHING else left_out(one, main)
    return tag("section", tag("h2", TITLES[one.what]) + _verdicts(one, schemes)
               + _table(one, schemes, order)
               + panels([first, differences(one, main, score, order)], f"compare-{one.what}"))


def _verdicts(one: Comparison, schemes: Sequence[str]) -> str:
    """The main verdict in full; of the other schemes how good the baseline is, the rest folded
    away."""
    lead, *rest = verdict(one, schemes[0])
    content = tag("p", tag("b", spoken(lead))) + "".join(tag("p", spoken(s)) for s in rest)
    others = [verdict(one, scheme) for scheme in schemes[1:]]
    content += "".join(tag("p", spoken(first)) for first, *_ in others)
    more = "".join(tag("p", spoken(" ".join(words)), class_="small") for words in others)
    if more:
        content += tag("details", tag("summary", "The other models in these cases") + more)
    return tag("div", content, class_="panel")


def _order(one: Comparison, scheme: str, score: str) -> list[str]:
    """The baseline, then the others, the best first; those without a score last."""
    def rank(name: str) -> tuple[bool, bool, float]:
        found = one.score(scheme, name, score)
        value = 0.0 if found is None else found.value
        return (name != one.baseline, found is None, -value if score == SKILL else value)

    return sorted(one.titles, key=rank)


def _table(one: Comparison, schemes: Sequence[str], order: Sequence[str]) -> str:
    crushing = one.what == CRUSHING
    what = "Guesswork taken away" if crushing else "Typically off by"
    heads: list[Cell] = [("Model", False), *((f"{what}, {HEADS[s]}", True) for s in schemes)]
    heads += [("Crushed: expected / were", True)] if crushing else [
        (f"Inside the stated 95{NBSP}%", True), (f"95{NBSP}% interval, top over bottom", True)]
    heads.append((f"Against the {one.titles[one.baseline]}, {HEADS[schemes[0]]}", False))
    head = tag("tr", "".join(tag("th", text(h), class_="num" if n else "", scope="col",
                                 style="white-space:normal") for h, n in heads))
    # Names and verdicts need room; numbers do not.
    body = "".join(tag("tr", "".join(tag("td", text(c), class_="num" if n else "told")
                                     for c, n in _row(one, schemes, name))) for name in order)
    table = tag("div", tag("table", tag("thead", head) + tag("tbody", body)), class_="scroll")
    legend = tag("p", text(LEGENDS[one.what]), class_="muted small", style="margin:12px 0 0")
    return tag("div", table + legend, class_="panel", style="margin:18px 0")


def _row(one: Comparison, schemes: Sequence[str], name: str) -> list[Cell]:
    main, crushing = schemes[0], one.what == CRUSHING
    score = SKILL if crushing else OFF
    cells: list[Cell] = [(one.titles[name], False)]
    cells += [(_skill(one.score(s, name, SKILL)) if crushing else _off(one, s, name), True)
              for s in schemes]
    cells += _crushed(one, main, name) if crushing else _intervals(one, main, name)
    if name == one.baseline:
        return [*cells, ("", False)]
    found: Difference | None = next((d for d in one.against(main, score) if d.model == name), None)
    return [*cells, (verdict_words(found), False)]


def _skill(score: Score | None) -> str:
    if score is None or score.value != score.value:
        return "–"
    return f"{max(score.value, 0.0):.0f}{NBSP}%"


def _off(one: Comparison, scheme: str, name: str) -> str:
    found = (one.score(scheme, name, TYPICAL), one.score(scheme, name, OFF))
    told = [percent_off(score.value).replace(" %", f"{NBSP}%") for score in found if score]
    return f"{told[0]} ({told[1]})" if told else "–"


def _intervals(one: Comparison, scheme: str, name: str) -> list[Cell]:
    inside, width = (one.score(scheme, name, s) for s in ("coverage_95", "width_95_factor"))
    if inside is None or width is None:
        return [("–", True), ("–", True)]
    factor = f"{width.value:.1f}" if width.value < 100.0 else "over 100"
    doubt = " (too few)" if inside.high < 0.95 else ""
    return [(f"{inside.value * inside.stacks:.0f} of {inside.stacks}{doubt}", True),
            (f"× {factor}", True)]


def _crushed(one: Comparison, scheme: str, name: str) -> list[Cell]:
    said = one.said(scheme, name)
    if said is None:
        return [("–", True)]
    return [(f"{said.numbers[0].sum():.1f} / {one.table.y[said.index].sum():.0f} of "
             f"{said.index.size}", True)]


def _to_set(findings: Findings) -> str:
    """Which models to learn with, and the lines for the settings."""
    if not findings.advice:
        return ""
    *why, _ = to_set(findings)
    content = tag("h3", "What to put into the settings") + "".join(
        tag("p", spoken(s)) for s in why) + tag("pre", text(settings_lines(findings)))
    return tag("div", content, class_="panel", style="margin-top:18px")


def _how(sentences: Sequence[str]) -> str:
    return tag("details", tag("summary", "How the models were compared, and what to read with care")
               + "".join(tag("p", spoken(s), class_="small") for s in sentences), class_="panel",
               style="margin-top:18px")
