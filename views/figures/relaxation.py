"""Distribution of relaxation times: of the data, of the fitted circuit, and its processes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from pressloop.evaluation.relaxation_peaks import Compared
from pressloop.evaluation.relaxation_times import Distribution
from pressloop.views.figures.look import BAND, MUTED, Panel, blank
from pressloop.views.figures.shown import Shown, key_of
from pressloop.views.words import OHM_CM2, significant

TITLE = "Distribution of relaxation times"
READ = ("A peak is a process and its area its resistance (diffusion gives several), found without "
        "a circuit. Dashed is what the fitted circuit gives in the same way, triangles are its "
        "processes. "
        "Beyond the grey lines nothing was measured.")
MISSING = "No relaxation times: no spectrum was fitted."
ROOM = 1.25


def relaxation(shown: Sequence[Shown]) -> Panel:
    """Density (ohm cm2 per unit of ln tau) over the frequency at which such a process peaks."""
    found = [(one, one.relaxation) for one in shown if one.relaxation is not None]
    if not found:
        return Panel(TITLE, READ, missing=MISSING)
    figure = blank(340)
    top = ROOM * max(_highest(one, of) for one, of in found)
    for one, of in found:
        _draw(figure, one, of, top, alone=len(found) == 1)
    hz = np.concatenate([one.hz for one, _ in found])
    figure.update_xaxes(type="log", title_text="Frequency of the peak, 1/(2πτ) (Hz)", dtick=1,
                        tickformat="~s", range=[float(np.log10(hz.min())) - 0.6,
                                                float(np.log10(hz.max())) + 0.6])
    for edge in (hz.min(), hz.max()):
        figure.add_vline(x=float(edge), line={"color": MUTED, "width": 1}, opacity=0.5)
    figure.update_yaxes(title_text=f"Density ({OHM_CM2} per ln τ)", range=[-0.08 * top, top])
    return Panel(TITLE, f"{READ} {_resolution([of for _, of in found])}", figure,
                 key=key_of([one for one, _ in found]))


def _resolution(found: Sequence[Compared]) -> str:
    """Which processes can be told apart, in a sentence."""
    factors = [of.apart for of in found if of.apart is not None]
    if not factors:
        return "At this noise two equal processes never show as two."
    low, high = (significant(end, 2) for end in (min(factors), max(factors)))
    by = low if low == high else f"{low} to {high} (by spectrum)"
    return f"Two equal processes show as two where their time constants differ by a factor of {by}."


def _highest(one: Shown, of: Compared) -> float:
    """The tallest peak, ohm cm2; without any, the largest density inside the sweep.

    The flank of a tail may rise higher."""
    area = one.spectrum.area_cm2
    heights = [_at(part, peak.hz) for part, tops in ((of.data, of.peaks), (of.circuit, of.expected))
               for peak in tops]
    inside = float(of.data.density_ohm[of.data.inside].max())
    return max(max(heights, default=inside), 1e-12) * area


def _at(of: Distribution, hz: float) -> float:
    return float(of.density_ohm[int(np.argmin(np.abs(np.log(of.peak_hz / hz))))])


def _draw(figure: Any, one: Shown, of: Compared, top: float, *, alone: bool) -> None:
    area = one.spectrum.area_cm2
    filled = {"fill": "tozeroy", "fillcolor": BAND} if alone else {}
    figure.add_scatter(x=of.data.peak_hz, y=of.data.density_ohm * area, mode="lines",
                       line={"color": one.colour, "width": 2}, **filled,
                       hovertemplate="%{x:.3s}Hz: %{y:.4g} Ω·cm²<extra></extra>")
    figure.add_scatter(x=of.circuit.peak_hz, y=of.circuit.density_ohm * area, mode="lines",
                       line={"color": one.colour, "width": 1.2, "dash": "dash"}, hoverinfo="skip")
    assert one.reading is not None
    arcs = one.reading.arcs
    figure.add_scatter(
        x=[arc.peak_hz for arc in arcs], y=[-0.04 * top] * len(arcs), mode="markers",
        marker={"size": 10, "symbol": "triangle-up", "color": one.colour,
                "line": {"width": 1, "color": "white"}}, hoverinfo="text",
        hovertext=[f"<b>{escape(one.label)}</b><br>{escape(arc.name)}: "
                   f"{significant(arc.resistance_ohm_cm2)} {OHM_CM2} at "
                   f"{significant(arc.peak_hz)} Hz<br>{significant(arc.capacitance_f_cm2)} F/cm²"
                   for arc in arcs])
