"""The section on planning: what to expect of a budget, how many replicates show a difference."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from pressloop.studies.data import StudyData
from pressloop.studies.replay.plan import Findings
from pressloop.views.figures.look import BLUE, MUTED, Panel, blank, log_axis
from pressloop.views.page import Cell, render
from pressloop.views.study.replay import regret_figure, regret_key
from pressloop.views.study.words.plan import sentences
from pressloop.views.words import NBSP

EXPECT = ("By how many percent the recommended recipe is expected to be worse than the best one "
          "there is, after so many stacks (median of the searches; 8 of 10 of them lie in the "
          "shaded band). In 80 of 100 cases the first way stays below the dotted line. Stop "
          "where another batch no longer gains what it costs.")
DETECT = ("The smallest real difference between two recipes that this many stacks of each can "
          "show, for a scatter from stack to stack of {scatter:.0f} %. Below the line, two recipes "
          "cannot be told apart.")
HEADS = ("Difference to show", "Stacks of each recipe", "By the formula of the books")


def section(findings: Findings, data: StudyData) -> Markup:
    """Verdict, expected distance from the best over budget, replicates."""
    main, *rest = sentences(findings)
    curve = findings.search.curve
    expected = Panel("What to expect of a budget", EXPECT, regret_figure(curve, eighty=True),
                     wide=True, key=regret_key(curve))
    return render(
        "study/plan.html", verdict=main, rest=rest, expected=expected,
        detectable=_detectable(findings), power=f"{100.0 * findings.options.power:.0f}",
        scatter=f"{findings.scatter.percent:.0f}", heads=[(head, "right") for head in HEADS],
        rows=_replicates(findings))


def _replicates(findings: Findings) -> list[list[Cell]]:
    """Rows of the table below `HEADS`."""
    return [[(f"{r.difference_percent:g}{NBSP}%", "num"), (str(r.stacks_t_test), "num"),
             (str(r.stacks), "num")] for r in findings.replicates]


def _detectable(findings: Findings) -> Panel:
    x = [d.stacks for d in findings.detectable]
    y = [d.difference_percent for d in findings.detectable]
    figure: Any = blank(300)
    figure.add_scatter(x=x, y=y, mode="lines+markers", line={"width": 2.4, "color": BLUE},
                       marker={"size": 7, "color": BLUE}, hoverinfo="text",
                       hovertext=[f"{a} stacks of each: {b:.0f} %" for a, b in zip(
                           x, y, strict=True)])
    figure.add_vline(x=3, line={"dash": "dot", "width": 1.2, "color": MUTED},
                     annotation_text="three, as is usual", annotation_position="top right",
                     annotation_font={"size": 12, "color": MUTED})
    figure.update_yaxes(log_axis(0.8 * min(y), 1.25 * max(y), "Smallest difference shown (%)"))
    figure.update_xaxes(range=[0, max(x) + 1], title_text="Stacks of each recipe")
    return Panel("Which difference can be shown", DETECT.format(
        scatter=findings.scatter.percent), figure, wide=True)
