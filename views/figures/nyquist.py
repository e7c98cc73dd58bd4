"""Nyquist and Bode figures of spectra, as measured and as fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pressloop.trials.checks import ComplexArray, FloatArray
from pressloop.views.figures.look import MUTED, Panel, blank, log_axis
from pressloop.views.figures.shown import Shown, key_of
from pressloop.views.words import OHM_CM2

READ = ("Marks are measured, lines are the fitted circuit; each bump is one process, fast ones on "
        "the left, and its width is its resistance.")
BODE = ("Magnitude (above) and phase (below) over frequency: plateaus of the magnitude are "
        "resistances, hills of the phase are processes.")
CROSSES = " Crosses were left out of the fit."
OUTSIDE = " Part of it lies outside of this view: double-click to see all."
TALLEST, DEEPEST = 1.1, 0.3
"""Height of the view above and below zero, as shares of the range of Re Z: a blocking tail is not
what the scale is for."""
MARGIN = 0.05
DWARFED = 8.0
"""A tail this many times as large as all processes would hide them: the view ends at twice their
size."""


def nyquist(shown: Sequence[Shown], title: str) -> Panel:
    """-Im Z over Re Z (ohm cm2), both on one scale."""
    figure = blank(420)
    for one in shown:
        if one.curve is not None:
            curve = one.curve[1]
            figure.add_scatter(x=curve.real, y=-curve.imag, mode="lines", hoverinfo="skip",
                               line={"color": one.colour, "width": 1.5})
        _marks(figure, one, one.points.real, -one.points.imag)
    across, up, cut = _view(shown)
    figure.update_xaxes(title_text=f"Re Z ({OHM_CM2})", range=across, constrain="domain")
    figure.update_yaxes(title_text=f"-Im Z ({OHM_CM2})", range=up, scaleanchor="x", scaleratio=1,
                        constrain="domain")
    said = READ + _crosses(shown) + (OUTSIDE if cut else "")
    return Panel(title, said, figure, key=key_of(shown))


def bode(shown: Sequence[Shown], title: str) -> Panel:
    """|Z| (ohm cm2) and -phase (degrees) over frequency."""
    figure = blank(420)
    for one in shown:
        if one.curve is not None:
            hz, curve = one.curve
            for y, axis in ((np.abs(curve), "y"), (_phase(curve), "y2")):
                figure.add_scatter(x=hz, y=y, yaxis=axis, mode="lines", hoverinfo="skip",
                                   line={"color": one.colour, "width": 1.5})
        for y, axis in ((np.abs(one.points), "y"), (_phase(one.points), "y2")):
            _marks(figure, one, one.hz, y, axis)
    _bode_axes(figure, np.concatenate([np.abs(one.points) for one in shown]))
    return Panel(title, BODE + _crosses(shown), figure, key=key_of(shown))


def _bode_axes(figure: Any, size: FloatArray) -> None:
    axis = figure.layout.yaxis.to_plotly_json()
    figure.update_layout(yaxis2=axis)
    figure.update_layout(
        yaxis=log_axis(size.min() / 1.1, size.max() * 1.1, f"|Z| ({OHM_CM2})")
        | {"domain": [0.46, 1.0]},
        yaxis2={"domain": [0.0, 0.36], "anchor": "x", "title": {"text": "-Phase (°)"}})
    figure.update_xaxes(type="log", title_text="Frequency (Hz)", dtick=1, tickformat="~s",
                        anchor="y2")


def _marks(figure: Any, one: Shown, x: FloatArray, y: FloatArray, axis: str = "y") -> None:
    """Measured points; those that were not read as grey crosses."""
    text = np.array(one.hovers(one.hz, one.points))
    for which, marker in ((one.used, one.marker()),
                          (~one.used, {"size": 7, "color": MUTED, "symbol": "x-thin-open"})):
        if which.any():
            figure.add_scatter(x=x[which], y=y[which], yaxis=axis, mode="markers", marker=marker,
                               hoverinfo="text", hovertext=list(text[which]))


def _phase(z: ComplexArray) -> FloatArray:
    return np.asarray(-np.degrees(np.angle(z)))


def _crosses(shown: Sequence[Shown]) -> str:
    return CROSSES if any(not one.used.all() for one in shown) else ""


def _view(shown: Sequence[Shown]) -> tuple[list[float], list[float], bool]:
    """Ranges of both axes, and whether they cut anything off."""
    z = np.concatenate([one.points[one.used] for one in shown])
    left, right = float(z.real.min()), max(_right(one) for one in shown)
    # Zero is shown unless a large series resistance would squeeze all processes.
    left = left if left > right - left else min(0.0, left)
    span = max(right - left, 1e-12)
    low, high = float((-z.imag).min()), float((-z.imag).max())
    bottom, top = max(min(low, 0.0), -DEEPEST * span), min(max(high, 0.1 * span), TALLEST * span)
    edge = MARGIN * span
    cut = low < bottom - edge or high > top + edge or float(z.real.max()) > right + edge
    return [left - edge, right + edge], [bottom - edge, top + edge], cut


def _right(one: Shown) -> float:
    """The largest Re Z, unless a tail dwarfs all processes."""
    largest = float(one.points[one.used].real.max())
    closed = one.closed_ohm_cm2
    size = float(np.abs(one.points[one.used]).max())
    if closed is None or not size > DWARFED * closed:
        return largest
    return min(largest, 2.0 * closed)
