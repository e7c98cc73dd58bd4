"""The section of a study that says which model predicts these stacks best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pressloop.studies.compare.compare import Findings
from pressloop.studies.compare.comparison import OFF, SKILL, TYPICAL, ModelComparison, Score
from pressloop.studies.compare.contenders import CRUSHING, RESISTANCE
from pressloop.studies.compare.validation import FORWARD, LOT, RECIPE, STACK
from pressloop.studies.data import StudyData
from pressloop.studies.paired import Difference
from pressloop.views.figures.look import Panel
from pressloop.views.page import Cell, render
from pressloop.views.study.compare_figures import chances, differences, left_out, verdict_words
from pressloop.views.study.words.advice import settings_lines, to_set
from pressloop.views.study.words.compare import not_compared, verdict
from pressloop.views.study.words.method import method
from pressloop.views.study.words.stacks import percent_off
from pressloop.views.words import NBSP

HEADS = {RECIPE: "new recipe", STACK: "one more stack", LOT: "new lot", FORWARD: "next stacks"}
TITLES = {"resistance": "Which model predicts the {called} of these stacks best?",
          "crushing": "Which model foresees crushing best?"}
LEGENDS = {
    "resistance": "Typically off by: half of the predictions are nearer; in brackets the root mean "
                  "square, which counts large errors more. Inside: how many measured values lay "
                  "in the interval that is to hold 95 of 100. × 2 means that the top of that "
                  "interval is twice its bottom: the smaller, the more the model tells, if as many "
                  "values are inside as should be.",
    "crushing": "Guesswork taken away: 100 % is to name every crushed stack beforehand, 0 % to "
                "know no more than the share of stacks that are crushed; below 0 % a model "
                "misleads."}
NUMBER, TOLD = "num", "told"
"""Names and verdicts need room; numbers do not."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison on the page: the main verdict in full.

    Of the other schemes how good the baseline is, and the rest folded away."""

    what: str
    title: str
    lead: str
    rest: Sequence[str]
    others: Sequence[str]
    heads: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    legend: str
    panels: Sequence[Panel]


def section(findings: Findings, data: StudyData) -> Markup:
    """Both comparisons, verdicts first, then how they were made.

    At the end what to put into the settings."""
    shown = findings.compared
    missing = [not_compared(what, findings) for what, one in (
        (RESISTANCE, findings.resistance), (CRUSHING, findings.crushing)) if one is None]
    how = [s for one in shown for s in method(one, findings.options)]
    # The last of these sentences only points at the lines that stand below it here.
    *why, _ = to_set(findings) or ("",)
    return render(
        "study/compare.html", comparisons=[_comparison(one) for one in shown if one.asked],
        missing=" ".join(missing) if len(shown) < 2 else None, how=list(dict.fromkeys(how)),
        why=why, settings=settings_lines(findings))


def _comparison(one: ModelComparison) -> Compared:
    schemes = one.asked
    main, score = schemes[0], SKILL if one.what == CRUSHING else OFF
    order = _order(one, main, score)
    first = chances(one, main) if one.what == CRUSHING else left_out(one, main)
    lead, *rest = verdict(one, main)
    others = [verdict(one, scheme) for scheme in schemes[1:]]
    return Compared(
        one.what, TITLES[one.what].format(called=one.called), lead,
        [*rest, *(words[0] for words in others)],
        [" ".join(words) for words in others], _heads(one, schemes),
        [_row(one, schemes, name) for name in order], LEGENDS[one.what],
        [first, differences(one, main, score, order)])


def _order(one: ModelComparison, scheme: str, score: str) -> list[str]:
    """The baseline, then the others, the best first; those without a score last."""
    def rank(name: str) -> tuple[bool, bool, float]:
        found = one.score(scheme, name, score)
        value = 0.0 if found is None else found.value
        return (name != one.baseline, found is None, -value if score == SKILL else value)

    return sorted(one.titles, key=rank)


def _heads(one: ModelComparison, schemes: Sequence[str]) -> list[Cell]:
    crushing = one.what == CRUSHING
    what = "Guesswork taken away" if crushing else "Typically off by"
    heads = [("Model", TOLD), *((f"{what}, {HEADS[s]}", NUMBER) for s in schemes)]
    heads += [("Crushed: expected / were", NUMBER)] if crushing else [
        (f"Inside the stated 95{NBSP}%", NUMBER),
        (f"95{NBSP}% interval, top over bottom", NUMBER)]
    return [*heads, (f"Against the {one.titles[one.baseline]}, {HEADS[schemes[0]]}", TOLD)]


def _row(one: ModelComparison, schemes: Sequence[str], name: str) -> list[Cell]:
    main, crushing = schemes[0], one.what == CRUSHING
    score = SKILL if crushing else OFF
    cells: list[Cell] = [(one.titles[name], TOLD)]
    cells += [(_skill(one.score(s, name, SKILL)) if crushing else _off(one, s, name), NUMBER)
              for s in schemes]
    cells += _crushed(one, main, name) if crushing else _intervals(one, main, name)
    if name == one.baseline:
        return [*cells, ("", TOLD)]
    found: Difference | None = next((d for d in one.against(main, score) if d.model == name), None)
    return [*cells, (verdict_words(found), TOLD)]


def _skill(score: Score | None) -> str:
    if score is None or score.value != score.value:
        return "–"
    return f"{score.value:.0f}{NBSP}%".replace(f"-0{NBSP}", f"0{NBSP}")


def _off(one: ModelComparison, scheme: str, name: str) -> str:
    found = (one.score(scheme, name, TYPICAL), one.score(scheme, name, OFF))
    told = [percent_off(score.value).replace(" %", f"{NBSP}%") for score in found if score]
    return f"{told[0]} ({told[1]})" if told else "–"


def _intervals(one: ModelComparison, scheme: str, name: str) -> list[Cell]:
    inside, width = (one.score(scheme, name, s) for s in ("coverage_95", "width_95_factor"))
    if inside is None or width is None:
        return [("–", NUMBER), ("–", NUMBER)]
    factor = f"{width.value:.1f}" if width.value < 100.0 else "over 100"
    doubt = " (too few)" if inside.high < 0.95 else ""
    return [(f"{inside.value * inside.stacks:.0f} of {inside.stacks}{doubt}", NUMBER),
            (f"× {factor}", NUMBER)]


def _crushed(one: ModelComparison, scheme: str, name: str) -> list[Cell]:
    said = one.said(scheme, name)
    if said is None:
        return [("–", NUMBER)]
    return [(f"{said.numbers[0].sum():.1f} / {one.table.y[said.index].sum():.0f} of "
             f"{said.index.size}", NUMBER)]
