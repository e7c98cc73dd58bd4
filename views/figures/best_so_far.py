"""The best reading so far, stack by stack, with failures marked: no models, drawn at once."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import Quantity
from pressloop.trials.trial import Trial
from pressloop.views.figures.look import INK, Panel, blank, hover, marks, value_axis
from pressloop.views.kinds import FAILURES, in_order, kind_of

TITLE = "Best reading so far"
READ = ("Each mark is one stack: circles are measured, the others, along the top, have failed. The "
        "line is the best reading so far; it says nothing of how sure it is (Recommended does).")
HEIGHT_PX = 300


def best_so_far(trials: Sequence[Trial], of: Quantity) -> Panel:
    """Readings of what is sought over trial number, the best one so far, and failures on top."""
    readings = [(t, found.value) for t in in_order(trials) if isinstance(t.outcome, Intact)
                and (found := t.outcome.reading(of.name)) is not None]
    if not readings:
        return Panel(TITLE, "", missing="No stack has a reading yet.")
    failed = [t for t in in_order(trials) if kind_of(t) in FAILURES]
    figure, last = blank(HEIGHT_PX), max(t.number for t in trials)
    steps = best_steps(readings, of)
    # Drawn to the edge: the last step is the best one now.
    figure.add_scatter(x=[n for n, _ in steps] + [last + 0.6],
                       y=[best for _, best in steps] + [steps[-1][1]], mode="lines",
                       line={"shape": "hv", "width": 2.2, "color": INK}, hoverinfo="skip")
    figure.add_scatter(x=[t.number for t, _ in readings], y=[value for _, value in readings],
                       mode="markers", marker=marks([t for t, _ in readings]),
                       hovertext=[hover(t) for t, _ in readings], hoverinfo="text")
    figure.update_yaxes(value_axis(of, [value for _, value in readings], 1.3))
    if failed:
        figure.add_scatter(x=[t.number for t in failed], y=[0.96] * len(failed), yaxis="y2",
                           mode="markers", marker=marks(failed), cliponaxis=False,
                           hovertext=[hover(t) for t in failed], hoverinfo="text")
        figure.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False})
    figure.update_xaxes(range=[0.4, last + 0.6], dtick=max(1, round(last / 10)), tick0=1,
                        title_text="Trial")
    return Panel(TITLE, READ, figure)


def best_steps(readings: Sequence[tuple[Trial, float]], of: Quantity) -> list[tuple[int, float]]:
    """Trial number and best reading so far, for each reading in the order of trials."""
    steps: list[tuple[int, float]] = []
    for trial, value in readings:
        best = value if not steps or of.miss(value) < of.miss(steps[-1][1]) else steps[-1][1]
        steps.append((trial.number, best))
    return steps
