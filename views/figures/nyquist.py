"""Spectra of the best stacks, as measured and as fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from evaluation.reading import read
from evaluation.rules import Rules
from trials.checks import ComplexArray, FloatArray
from trials.errors import BadInput
from trials.outcome import Intact
from trials.spectrum import FULL, Spectrum
from trials.trial import Trial
from views.figures.look import SERIES, Panel, blank, log_axis
from views.kinds import best_intact
from views.words import OHM_CM2, significant

TITLE = "Spectra of the best stacks"
BODE_TITLE = "The same over frequency"
READ = ("Marks are measured, lines are the fitted circuit; each bump is one process, fast ones on "
        "the left, and its width is its resistance.")
BODE = "Magnitude of the impedance over frequency; plateaus are resistances."
MISSING = "No intact stack of this campaign has a spectrum (imported trials come without)."


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One spectrum in ohm cm2, with its fitted curve where a circuit could be fitted."""

    label: str
    colour: str
    frequency_hz: FloatArray
    points: ComplexArray
    curve_hz: FloatArray
    curve: ComplexArray | None


def nyquist(trials: Sequence[Trial], rules: Rules) -> list[Panel]:
    """Nyquist and Bode panels of the three intact stacks of lowest resistance."""
    shown = _best(trials, rules)
    if not shown:
        return [Panel(TITLE, READ, missing=MISSING)]
    key = tuple((one.colour, one.label) for one in shown)
    return [Panel(TITLE, READ, _nyquist(shown), key=key),
            Panel(BODE_TITLE, BODE, _bode(shown), key=key)]


def _best(trials: Sequence[Trial], rules: Rules) -> list[Shown]:
    with_spectra = [(t, o, full) for t, o in best_intact(trials)
                    if (full := next((s for s in t.spectra if s.electrode == FULL), None))]
    return [_shown(trial, outcome, full, rules, colour) for (trial, outcome, full), colour
            in zip(with_spectra, SERIES, strict=False)]


def _shown(trial: Trial, outcome: Intact, spectrum: Spectrum, rules: Rules, colour: str) -> Shown:
    hz = np.geomspace(spectrum.frequency_hz.max(), spectrum.frequency_hz.min(), 300)
    try:
        solution = read(spectrum, rules).solution
        curve = solution.circuit.impedance(hz, solution.values) * spectrum.area_cm2
    except BadInput:
        # Too few points for a circuit: the points are still worth seeing.
        curve = None
    label = (f"{trial.number} · {trial.stack.stack_id} "
             f"({significant(outcome.resistance_ohm_cm2)} {OHM_CM2})")
    return Shown(label, colour, spectrum.frequency_hz,
                 spectrum.impedance_ohm * spectrum.area_cm2, hz, curve)


def _nyquist(shown: Sequence[Shown]) -> Any:
    figure = blank(420)
    for one in shown:
        if one.curve is not None:
            figure.add_scatter(x=one.curve.real, y=-one.curve.imag, mode="lines", hoverinfo="skip",
                               line={"color": one.colour, "width": 1.5})
        figure.add_scatter(
            x=one.points.real, y=-one.points.imag, mode="markers",
            marker={"size": 5, "color": one.colour}, hoverinfo="text",
            hovertext=[f"<b>{escape(one.label)}</b><br>{significant(hz)} Hz<br>{z.real:.4g} "
                       f"{'-' if z.imag < 0 else '+'} {abs(z.imag):.4g}j {OHM_CM2}"
                       for hz, z in zip(one.frequency_hz, one.points, strict=True)])
    figure.update_xaxes(title_text=f"Re Z ({OHM_CM2})", constrain="domain")
    figure.update_yaxes(title_text=f"-Im Z ({OHM_CM2})", scaleanchor="x", scaleratio=1)
    return figure


def _bode(shown: Sequence[Shown]) -> Any:
    figure = blank(420)
    for one in shown:
        if one.curve is not None:
            figure.add_scatter(x=one.curve_hz, y=np.abs(one.curve), mode="lines",
                               hoverinfo="skip", line={"color": one.colour, "width": 1.5})
        figure.add_scatter(x=one.frequency_hz, y=np.abs(one.points), mode="markers",
                           marker={"size": 5, "color": one.colour},
                           hovertemplate="%{x:.3s}Hz: %{y:.4g} Ω·cm²<extra></extra>")
    figure.update_xaxes(type="log", title_text="Frequency (Hz)", dtick=1, tickformat="~s")
    size = np.concatenate([np.abs(one.points) for one in shown])
    figure.update_yaxes(log_axis(size.min() / 1.1, size.max() * 1.1, f"|Z| ({OHM_CM2})"))
    return figure

