"""Several campaigns of one ledger beside one another: what each found, and in how many stacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from pressloop.evaluation.rules import Rules
from pressloop.optimizer import Models, Recommendation, recommend
from pressloop.trials.quantity import MAXIMISE, Quantity
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted
from pressloop.views.export.plain_csv import data_address, trials_csv
from pressloop.views.figures.look import Panel, blank, value_axis
from pressloop.views.figures.shown import COLOURS
from pressloop.views.kinds import FAILURES, Kind, best_intact, counts, in_order
from pressloop.views.page import Cell, write_page
from pressloop.views.report.footer import settings_rows
from pressloop.views.words import (
    amount,
    axis_of,
    percent,
    recipe_words,
    significant,
    span_of,
)

DASHES = ("solid", "dash", "dot", "dashdot")
NOTHING = "nothing yet"


class Member(NamedTuple):
    """One of the campaigns."""

    name: str
    models: Models
    rules: Rules
    simulated: bool

    @property
    def trials(self) -> list[Trial]:
        """In their order."""
        return in_order(self.models.history)

    @property
    def of(self) -> Quantity:
        """What is sought."""
        return self.models.data.scale.quantity


class Found(NamedTuple):
    """A campaign, and what it recommends; None before its first intact stack."""

    member: Member
    best: Recommendation | None


class File(NamedTuple):
    """The trials of one campaign, to be saved."""

    campaign: str
    address: str
    name: str


def write_comparison(path: Path, members: Sequence[Member]) -> Path:
    """Writes the page and returns its path; an older one is replaced whole or not at all."""
    found = [Found(m, recommend(m.models) if best_intact(m.trials, m.of) and
                   m.models.log_resistance is not None else None) for m in members]
    panels = [panel for of in dict.fromkeys(m.of for m in members)
              for panel in _panels([f for f in found if f.member.of == of], of)]
    return write_page(
        Path(path), "report/compare.html", names=[m.name for m in members],
        simulated=any(m.simulated for m in members),
        date=datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z"),
        heads=HEADS, rows=[_row(f) for f in found], panels_shown=panels,
        differing_heads=[("Setting", "name"), *((m.name, "words") for m in members)],
        differing=_differing(members), told=_told(members),
        files=[File(m.name, data_address(trials_csv(m.trials)), f"campaign-{n}-trials.csv")
               for n, m in enumerate(members, 1)], plots=True)


HEADS: Sequence[Cell] = (
    ("Campaign", "name"), ("Stacks", "num"), ("Intact", "num"), ("Failed", "num"),
    ("Recommended recipe", ""), ("Predicted", "num"), ("95\u00a0% interval", "num"),
    ("Best reading", "num"), ("Crushing", "num"))
"""Columns of the table, and their CSS classes."""


def _row(found: Found) -> list[Cell]:
    member, best = found
    number = counts(member.trials)
    told = [(f"{member.name}{' (simulated)' if member.simulated else ''}", "name"),
            (str(len(member.trials)), "num"), (str(number[Kind.INTACT]), "num"),
            (str(sum(number[k] for k in FAILURES)), "num")]
    if best is None:
        return [*told, (NOTHING, "muted"), *[("", "num")] * 4]
    value = best.expected[0]
    reading = best_intact(member.trials, member.of)[0][2]
    return [*told, (recipe_words(best.recipe), ""), (amount(value.value, member.of), "num"),
            (span_of(value.low, value.high, member.of), "num"),
            (amount(reading.value, member.of), "num"), (percent(best.p_crushed), "num")]


def _panels(found: Sequence[Found], of: Quantity) -> list[Panel]:
    """What is predicted of the recommended recipes, and how soon each campaign got there."""
    known = [f for f in found if f.best is not None]
    what = "resistance" if of.is_resistance else of.name
    if not known:
        return [Panel(f"Recommended {what}", "", missing="No stack of these campaigns has stayed "
                      "intact yet.", wide=True)]
    return [Panel(
        f"What is expected of the recommended recipes: {what}",
        "The believed value of each campaign's recipe with its 95 % interval, without the scatter "
        "from stack to stack. Intervals that lie apart tell campaigns apart; where they overlap, "
        "the campaigns may be equally good.", _intervals(known, of), wide=True),
        Panel(f"Best reading so far: {what}",
              "After each stack the best reading of the campaign until then. A single reading may "
              "be lucky: the figure above is what to go by.", _courses(known, of), wide=True,
              key=tuple((_colour(n), f.member.name) for n, f in enumerate(known)))]


def _intervals(known: Sequence[Found], of: Quantity) -> Any:
    figure, values = blank(110 + 44 * len(known)), list[float]()
    for number, (member, best) in enumerate(known):
        assert best is not None
        one = best.expected[0]
        values += [one.low, one.high]
        figure.add_scatter(
            x=[one.value], y=[_short(member.name)], mode="markers", hoverinfo="text",
            hovertext=[f"<b>{escape(member.name)}</b><br>{escape(recipe_words(best.recipe))}<br>"
                       f"{significant(one.value)} ({span_of(one.low, one.high, of)})"],
            marker={"size": 11, "color": _colour(number)},
            error_x={"type": "data", "symmetric": False, "array": [one.high - one.value],
                     "arrayminus": [one.value - one.low], "color": _colour(number),
                     "thickness": 2.2, "width": 5})
    figure.update_xaxes(value_axis(of, values, 1.1))
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure


def _courses(known: Sequence[Found], of: Quantity) -> Any:
    figure, values = blank(420), list[float]()
    best = max if of.goal == MAXIMISE else (lambda a, b: a if of.miss(a) <= of.miss(b) else b)
    for number, (member, _) in enumerate(known):
        told = [(t.number, reading.value) for t, _, reading in sorted(
            best_intact(member.trials, of), key=lambda one: one[0].number)]
        lowest = list(accumulate((value for _, value in told), best))
        last = member.trials[-1].number
        values += lowest
        figure.add_scatter(
            x=[*(n for n, _ in told), last], y=[*lowest, lowest[-1]], mode="lines",
            hoverinfo="text",
            hovertext=[f"<b>{escape(member.name)}</b><br>{amount(v, of)} after trial {n}"
                       for n, v in [*zip((n for n, _ in told), lowest, strict=True),
                                    (last, lowest[-1])]],
            line={"shape": "hv", "width": 2.4, "color": _colour(number),
                  "dash": DASHES[number // len(COLOURS) % len(DASHES)]})
    longest = max(f.member.trials[-1].number for f in known)
    figure.update_xaxes(title_text="Trial", range=[0.4, longest + 0.6])
    figure.update_yaxes(value_axis(of, values, 1.15) | {"title": {"text": axis_of(of)}})
    return figure


def _differing(members: Sequence[Member]) -> list[list[Cell]]:
    """Settings in which the campaigns are not alike."""
    tables = [dict(settings_rows(m.models.problem, m.rules)) for m in members]
    names = dict.fromkeys(name for table in tables for name in table)
    return [[(name, "name"), *((table.get(name, "none"), "words") for table in tables)]
            for name in names if len({table.get(name, "none") for table in tables}) > 1]


def _told(members: Sequence[Member]) -> str:
    """How far they can be compared."""
    lots = [{t.stack.lot for t in m.trials} for m in members]
    words = ""
    if len({frozenset(some) for some in lots}) > 1:
        words = " They pressed stacks of different lots, which may differ by themselves."
    return (f"{counted(len(members), 'campaign')} of one ledger. Each recommends from its own "
            f"stacks alone, under its own settings.{words}")


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"
