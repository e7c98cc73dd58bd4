"""Every stack in order, and the best recipe as it was predicted at the time."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import Measurement
from pressloop.trials.trial import Trial
from pressloop.views.analysis import Analysis
from pressloop.views.beginnings import Step
from pressloop.views.figures.look import BAND, BLUE, INK, Panel, dressed, hover, marks, value_axis
from pressloop.views.kinds import Kind, kind_of
from pressloop.views.words import significant, span_of

TITLE = "How the search went"
READ = ("Each mark is one stack in the order of pressing: circles are measured {values} "
        "(bar: 95 % of the reading), the marks on top are stacks without one. The line is the "
        "{value} of the recipe that would have been recommended at that time, and the band its "
        "95 % interval: the campaign is done when the band is narrow and the line is flat.")
READ_FAILURES = "Each mark is one stack in the order of pressing, in the row of how it ended."


def convergence(found: Analysis) -> Panel:
    """Measured values of what is sought over trial number, failures in a strip above."""
    of = found.models.data.scale.quantity
    read = READ.format(values="resistances" if of.is_resistance else f"values of {of.name}",
                       value="resistance" if of.is_resistance else of.name)
    if not found.trials:
        return Panel(TITLE, read, missing="No stack has been pressed yet.", wide=True)
    others = [k for k in Kind if k is not Kind.INTACT
              and any(kind_of(t) is k for t in found.trials)]
    intact = [(t, reading) for t in found.trials if isinstance(t.outcome, Intact)
              and (reading := t.outcome.reading(of.name)) is not None]
    figure = _canvas(others, 360.0 if intact else 1.0)
    if others:
        _strip(figure, found.trials, others)
    _recommended(figure, found.steps)
    _measured(figure, intact)
    if intact:
        figure.update_yaxes(value_axis(of, _reach([r for _, r in intact], found.steps), 1.25),
                            row=2)
    else:
        figure.update_yaxes(visible=False, row=2)
    last = max(t.number for t in found.trials)
    figure.update_xaxes(range=[0.4, last + 0.6], dtick=max(1, round(last / 14)), tick0=1)
    figure.update_xaxes(title_text="Trial", row=2)
    return Panel(TITLE, read if intact else READ_FAILURES, figure, wide=True)


def _canvas(others: Sequence[Kind], main: float) -> Any:
    """A strip for stacks without a resistance above main axes of this height (px)."""
    from plotly.subplots import make_subplots

    top = 26.0 * max(len(others), 1)
    share = top / (main + top) if others else 0.001
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[share, 1.0 - share],
                           vertical_spacing=0.03 if others else 0.0)
    dressed(figure, 84 + int(main + top))
    figure.update_yaxes(type="category", categoryorder="array", showgrid=False, showline=False,
                        categoryarray=[str(k) for k in reversed(others)], ticks="",
                        visible=bool(others), row=1)
    if others:
        figure.update_yaxes(range=[-0.6, len(others) - 0.4], row=1)
    figure.update_xaxes(showline=False, ticks="", showticklabels=False, row=1)
    return figure


def _strip(figure: Any, trials: Sequence[Trial], others: Sequence[Kind]) -> None:
    shown = [t for t in trials if kind_of(t) in others]
    figure.add_scatter(
        x=[t.number for t in shown], y=[str(kind_of(t)) for t in shown], mode="markers",
        marker=marks(shown), hovertext=[hover(t) for t in shown], hoverinfo="text",
        row=1, col=1)


def _recommended(figure: Any, steps: Sequence[Step]) -> None:
    if not steps:
        return
    # The last step is drawn to the edge of the axes: it is what is recommended now.
    x = [s.number for s in steps] + [steps[-1].number + 0.6]
    told = [(s.recipe, s.expected) for s in (*steps, steps[-1])]
    edge = {"shape": "hv", "width": 0}
    figure.add_scatter(x=x, y=[e.high for _, e in told], mode="lines", line=edge,
                       hoverinfo="skip", row=2, col=1)
    figure.add_scatter(x=x, y=[e.low for _, e in told], mode="lines", line=edge,
                       fill="tonexty", fillcolor=BAND, hoverinfo="skip", row=2, col=1)
    figure.add_scatter(
        x=x, y=[e.value for _, e in told], mode="lines", row=2, col=1,
        line={"shape": "hv", "width": 2.2, "color": INK}, hoverinfo="text", hovertext=[
            f"<b>recommended after trial {int(n)}</b><br>{escape(str(recipe))}<br>"
            f"{significant(e.value)} ({span_of(e.low, e.high, e.quantity)})"
            for n, (recipe, e) in zip(x, told, strict=True)])


def _measured(figure: Any, intact: Sequence[tuple[Trial, Measurement]]) -> None:
    bars = [1.96 * (r.standard_error or 0.0) for _, r in intact]
    figure.add_scatter(
        x=[t.number for t, _ in intact], y=[r.value for _, r in intact],
        mode="markers", error_y={"array": bars, "thickness": 1.3, "width": 3, "color": BLUE},
        marker=marks([t for t, _ in intact]), hovertext=[hover(t) for t, _ in intact],
        hoverinfo="text", row=2, col=1)


def _reach(intact: Sequence[Measurement], steps: Sequence[Step]) -> list[float]:
    """What the axis is to hold: all points and the last band; early bands may leave it."""
    values = [one.value for one in intact]
    if steps:
        last = steps[-1].expected
        values += [last.low, last.high]
    return values
