"""The section on replayed campaigns: how many stacks would have been needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from pressloop.studies.data import StudyData
from pressloop.studies.replay.numbers import Needed, Pair, Point
from pressloop.studies.replay.replay import Findings
from pressloop.studies.replay.strategies import words_of
from pressloop.trials.wording import counted
from pressloop.views.figures.look import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    Panel,
    blank,
    log_axis,
)
from pressloop.views.page import render
from pressloop.views.study.words.replay import grounds, stacks_words, verdicts
from pressloop.views.words import NBSP, plain

COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, MUTED)
SHADE = (0.16, 0.07)
"""Of the band of the first strategy, and of the others."""
SMALLEST = 0.5
"""Percent above the best at which the axis ends: less makes no difference to a lab."""
READ = ("Each line is one way of choosing recipes: by how many percent the recipe it would "
        "recommend after so many stacks is worse than the best one there is (median of the "
        "replays; 8 of 10 of them lie in the shaded band). Lower and further left is better. "
        "Lost stacks count as well: one percent of stacks lost weighs as much as "
        "{losses:g} percent of resistance. The dashed line is the goal.")


def section(findings: Findings, data: StudyData) -> Markup:
    """Verdict, picture, table and what the numbers rest on."""
    main, *rest = verdicts(findings)
    panel = Panel("How fast each way finds a good recipe", READ.format(losses=data.limits.losses),
                  regret_figure(findings.curve, goal=findings.options.within_percent), wide=True,
                  key=regret_key(findings.curve))
    return render("study/replay.html", verdict=main, rest=rest, panel=panel,
                  heads=_heads(findings), rows=_rows(findings), grounds=grounds(findings))


def regret_figure(curve: Sequence[Point], *, goal: float | None = None, eighty: bool = False
                  ) -> Any:
    """Percent above the best recipe over stacks, one line for each strategy.

    With `eighty`, a dotted one below which 80 of 100 replays of the first stay."""
    figure = blank(430)
    for rank, (name, points) in enumerate(_by_strategy(curve).items()):
        _line(figure, points, COLOURS[rank % len(COLOURS)], SHADE[min(rank, 1)], words_of(name))
        if eighty and rank == 0:
            figure.add_scatter(x=[p.stacks for p in points], mode="lines", hoverinfo="skip",
                               y=[max(p.percent_in_80_of_100, SMALLEST) for p in points],
                               line={"shape": "hv", "dash": "dot", "width": 2, "color": BLUE})
    top = max((p.high_percent for p in curve), default=100.0)
    last = max((p.stacks for p in curve), default=1)
    if goal is not None:
        figure.add_hline(y=goal, line={"dash": "dash", "width": 1.2, "color": MUTED},
                         annotation_text=f"goal: {goal:g} %", annotation_position="top right",
                         annotation_font={"size": 12, "color": MUTED})
    figure.update_yaxes(log_axis(SMALLEST, 1.15 * max(top, 20.0),
                                 "Above the best recipe (%)"))
    figure.update_xaxes(range=[0, last * 1.02], title_text="Stacks pressed",
                        dtick=max(1, round(last / 10)))
    return figure


def regret_key(curve: Sequence[Point]) -> tuple[tuple[str, str], ...]:
    """Colours and the words of the strategies."""
    return tuple((COLOURS[rank % len(COLOURS)], words_of(name))
                 for rank, name in enumerate(_by_strategy(curve)))


def _by_strategy(curve: Sequence[Point]) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for point in curve:
        found.setdefault(point.strategy, []).append(point)
    return found


def _line(figure: Any, points: Sequence[Point], colour: str, shade: float, words: str) -> None:
    x = [p.stacks for p in points]
    low, middle, high = ([max(v, SMALLEST) for v in values] for values in (
        [p.low_percent for p in points], [p.median_percent for p in points],
        [p.high_percent for p in points]))
    edge = {"shape": "hv", "width": 0}
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    figure.add_scatter(x=x, y=high, mode="lines", line=edge, hoverinfo="skip")
    figure.add_scatter(x=x, y=low, mode="lines", line=edge, fill="tonexty", hoverinfo="skip",
                       fillcolor=f"rgba({red},{green},{blue},{shade})")
    figure.add_scatter(
        x=x, y=middle, mode="lines+markers", hoverinfo="text", marker={"size": 5, "color": colour},
        line={"shape": "hv", "width": 2.4, "color": colour},
        hovertext=[f"<b>{words}</b><br>{counted(p.stacks, 'stack')}: {p.median_percent:.1f} % "
                   f"above the best ({p.low_percent:.1f} to {p.high_percent:.1f} %)"
                   for p in points])


def _heads(findings: Findings) -> list[str]:
    within = f"{findings.options.within_percent:g} %"
    heads = ["Way of choosing recipes", f"Stacks to come within {within}",
             "Replays that never did", f"Lost of {counted(findings.options.budget, 'stack')}",
             "Above the best at the end", "Breaks the limits at the end"]
    if findings.pairs:
        heads.append(f"Stacks needed beyond {words_of(findings.pairs[0].baseline)}'s")
    return heads


def _rows(findings: Findings) -> list[list[str]]:
    """A row for each way of choosing recipes, below the heads."""
    pairs = {p.strategy: p for p in findings.pairs}
    last = {name: points[-1] for name, points in _by_strategy(findings.curve).items()}
    return [_row(n, last[n.strategy], pairs.get(n.strategy), bool(pairs)) for n in findings.needed]


def _row(one: Needed, last: Point, pair: Pair | None, paired: bool) -> list[str]:
    cells = [words_of(one.strategy), stacks_words(one), f"{one.never} of {one.replays}",
             f"{one.lost:.1f} ({one.crushed:.1f} crushed)",
             f"{_percent(last.median_percent)} ({_percent(last.low_percent)} to "
             f"{_percent(last.high_percent)})", f"{100.0 * one.risky:.0f}{NBSP}%"]
    if paired:
        cells.append("" if pair is None else f"{_signed(pair.more_stacks)} "
                     f"({_signed(pair.more_low)} to {_signed(pair.more_high)})"
                     + (", real" if pair.real else ", may be luck"))
    return cells


def _percent(value: float) -> str:
    return f"{value:.0f}{NBSP}%" if value >= 10.0 else f"{plain(value)}{NBSP}%"


def _signed(value: float) -> str:
    return f"{value:+.0f}".replace("-", "\u2212")
