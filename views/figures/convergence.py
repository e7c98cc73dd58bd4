"""Every stack in order, and the best recipe as it was predicted at the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial
from pressloop.views.analysis import Analysis, Step
from pressloop.views.figures.look import BAND, BLUE, INK, Panel, dressed, hover, log_axis, marks
from pressloop.views.kinds import Kind, kind_of
from pressloop.views.words import OHM_CM2, interval, significant

TITLE = "How the search went"
READ = ("Each mark is one stack in the order of pressing: circles are measured resistances "
        "(bar: 95 % of the reading), the marks on top are stacks without one. The line is the "
        "resistance of the recipe that would have been recommended at that time, and the band its "
        "95 % interval: the campaign is done when the band is narrow and the line is flat.")
READ_FAILURES = "Each mark is one stack in the order of pressing, in the row of how it ended."


def convergence(found: Analysis) -> Panel:
    """Measured resistance (ohm cm2) over trial number, failures in a strip above."""
    if not found.trials:
        return Panel(TITLE, READ, missing="No stack has been pressed yet.", wide=True)
    others = [k for k in Kind if k is not Kind.INTACT
              and any(kind_of(t) is k for t in found.trials)]
    intact = [(t, t.outcome) for t in found.trials if isinstance(t.outcome, Intact)]
    figure = _canvas(others, 360.0 if intact else 1.0)
    if others:
        _strip(figure, found.trials, others)
    _recommended(figure, found.steps)
    _measured(figure, intact)
    if intact:
        low, high = _reach([o for _, o in intact], found.steps)
        figure.update_yaxes(log_axis(low, high, f"Interfacial resistance ({OHM_CM2})"), row=2)
    else:
        figure.update_yaxes(visible=False, row=2)
    last = max(t.number for t in found.trials)
    figure.update_xaxes(range=[0.4, last + 0.6], dtick=max(1, round(last / 14)), tick0=1)
    figure.update_xaxes(title_text="Trial", row=2)
    return Panel(TITLE, READ if intact else READ_FAILURES, figure, wide=True)


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
    told = [s.recommendation for s in steps] + [steps[-1].recommendation]
    edge = {"shape": "hv", "width": 0}
    figure.add_scatter(x=x, y=[r.high_ohm_cm2 for r in told], mode="lines", line=edge,
                       hoverinfo="skip", row=2, col=1)
    figure.add_scatter(x=x, y=[r.low_ohm_cm2 for r in told], mode="lines", line=edge,
                       fill="tonexty", fillcolor=BAND, hoverinfo="skip", row=2, col=1)
    figure.add_scatter(
        x=x, y=[r.resistance_ohm_cm2 for r in told], mode="lines", row=2, col=1,
        line={"shape": "hv", "width": 2.2, "color": INK}, hoverinfo="text", hovertext=[
            f"<b>recommended after trial {int(n)}</b><br>{r.recipe}<br>"
            f"{significant(r.resistance_ohm_cm2)} ({interval(r.low_ohm_cm2, r.high_ohm_cm2)})"
            for n, r in zip(x, told, strict=True)])


def _measured(figure: Any, intact: Sequence[tuple[Trial, Intact]]) -> None:
    bars = [1.96 * (o.resistance_se_ohm_cm2 or 0.0) for _, o in intact]
    figure.add_scatter(
        x=[t.number for t, _ in intact], y=[o.resistance_ohm_cm2 for _, o in intact],
        mode="markers", error_y={"array": bars, "thickness": 1.3, "width": 3, "color": BLUE},
        marker=marks([t for t, _ in intact]), hovertext=[hover(t) for t, _ in intact],
        hoverinfo="text", row=2, col=1)


def _reach(intact: Sequence[Intact], steps: Sequence[Step]) -> tuple[float, float]:
    """Axis ends (ohm cm2) that hold all points and the last band; early bands may leave them."""
    values = [o.resistance_ohm_cm2 for o in intact]
    if steps:
        values += [steps[-1].recommendation.low_ohm_cm2, steps[-1].recommendation.high_ohm_cm2]
    return min(values) / 1.25, max(values) * 1.25
