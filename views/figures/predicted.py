"""Was the model right about the stacks it had not seen?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import LOG, Quantity
from pressloop.trials.wording import counted
from pressloop.views.analysis import Analysis
from pressloop.views.beginnings import Forecast
from pressloop.views.figures.look import MUTED, Panel, blank, hover, marks, value_axis
from pressloop.views.words import percent, unit_of

TITLE = "Was the model right?"
READ = ("Each stack as predicted by the trials before it (bar: 95 % interval for one more stack) "
        "against what was then measured: a good model scatters about the diagonal.")
Known = tuple[Forecast, float, float, float, float]


def predicted(found: Analysis) -> Panel:
    """One-step-ahead forecasts over measurements, both in the unit of what is sought."""
    of = found.models.data.scale.quantity
    known = _known(found.forecasts, of)
    if not known:
        return Panel(TITLE, READ, missing="This needs an intact stack that was pressed after "
                     "another intact one." + _failing(found.forecasts))
    within = sum(low <= measured <= high for _, measured, _, low, high in known)
    words = (f" {within} of {counted(len(known), 'stack')} fell within their interval."
             f"{_failing(found.forecasts)}")
    return Panel(TITLE, READ + words, _figure(known, of))


def _known(forecasts: Sequence[Forecast], of: Quantity) -> list[Known]:
    return [(f, reading.value, f.median, f.low, f.high) for f in forecasts
            if isinstance(f.trial.outcome, Intact) and f.median is not None
            and (reading := f.trial.outcome.reading(of.name)) is not None
            and f.low is not None and f.high is not None]


def _failing(forecasts: Sequence[Forecast]) -> str:
    """What had been said about stacks that then failed, and about those that did not."""
    parts = []
    for intact, name in ((False, "failed"), (True, "stayed intact")):
        chances = [f.p_failing for f in forecasts if isinstance(f.trial.outcome, Intact) is intact]
        if chances:
            mean = sum(chances) / len(chances)
            parts.append(f"stacks that then {name} had been given {percent(mean)}")
    if not parts:
        return ""
    return f" Chance of failing, on average: {', '.join(parts)}."


def _figure(known: Sequence[Known], of: Quantity) -> Any:
    measured = [value for _, value, *_ in known]
    medians = [median for _, _, median, *_ in known]
    axis, unit = value_axis(of, measured + medians, 1.4), unit_of(of)
    ends = [10.0**end for end in axis["range"]] if of.scale == LOG else axis["range"]
    figure = blank(420)
    figure.add_scatter(x=ends, y=ends, mode="lines", hoverinfo="skip",
                       line={"color": MUTED, "width": 1.2, "dash": "dash"})
    figure.add_scatter(
        x=measured, y=medians, mode="markers",
        error_y={"array": [high - median for _, _, median, _, high in known],
                 "arrayminus": [median - low for _, _, median, low, _ in known],
                 "thickness": 1.1, "width": 0, "color": "rgba(0, 114, 178, 0.45)"},
        marker=marks([f.trial for f, *_ in known]),
        hovertext=[hover(f.trial) for f, *_ in known], hoverinfo="text")
    beside = f" ({unit})" if unit else ""
    figure.update_xaxes({**axis, "title": {"text": f"Measured{beside}"}})
    figure.update_yaxes({**axis, "title": {"text": f"Predicted{beside}"}})
    return figure
